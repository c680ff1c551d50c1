package io.migration.sample;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

import com.jayway.jsonpath.JsonPath;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.migration.Migration;
import io.migration.test.PostgresServer;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Takes the walk of {@code README.md}, command by command as printed there, while the
 * sample's own traffic runs.
 */
class ReadmeWalkIntegrationTests {

	private static final String HEADING = "The five-minute walk";

	/**
	 * More than the gate that the walk waits for: the time that the sample's keys live.
	 */
	private static final Duration PATIENCE = Duration.ofMinutes(3);

	@Test
	void commandsOfTheReadmeDoWhatItSaysAndTrafficNoticesNothing() throws IOException {
		List<DocumentedCommand> commands = DocumentedCommand.in(Files.readString(Path.of("../README.md")), HEADING);
		assertThat(commands).hasSizeGreaterThan(10).noneMatch((command) -> command.outputs().isEmpty());
		try (SampleServers servers = SampleServers.start();
				ConfigurableApplicationContext application = start(servers)) {
			int port = application.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
			// a reader takes longer to type the first of them
			await().until(() -> application.getBeansOfType(Migration.class)
				.values()
				.stream()
				.allMatch((migration) -> migration.epoch() > 0));
			commands.forEach((command) -> run(command, port));
			assertThatPhasesWereVisitedInOrder("tokens", port);
			assertThatPhasesWereVisitedInOrder("orders", port);
			Traffic traffic = application.getBean(Traffic.class);
			assertThatNothingWasNoticed(traffic.counters());
			traffic.stop();
			assertThatNothingWasNoticed(traffic.counters());
			assertThatBothRedisAreEqual(servers.redis(), servers.cluster());
			assertThatBothDatabasesAreEqual(servers.database(), servers.newDatabase());
		}
	}

	private static ConfigurableApplicationContext start(SampleServers servers) {
		List<String> arguments = new ArrayList<>(servers.properties());
		arguments.add("--server.port=0");
		return new SpringApplicationBuilder(SampleApplication.class).run(arguments.toArray(String[]::new));
	}

	private static void run(DocumentedCommand command, int port) {
		String output = CurlCommand.parse(command.line()).run(port, PATIENCE);
		assertThat(command.missingIn(output)).as("%s%n%s%nlacks", command.line(), output).isEmpty();
	}

	private static void assertThatPhasesWereVisitedInOrder(String migration, int port) {
		String history = CurlCommand.parse("curl localhost:8080/actuator/migrations/" + migration + "/history")
			.run(port, PATIENCE);
		List<String> latestFirst = JsonPath.read(history, "$.history[*].to");
		List<String> inOrder = new ArrayList<>(latestFirst);
		Collections.reverse(inOrder);
		assertThat(inOrder).containsExactly("shadow", "dual-write", "read-new", "cutover", "read-new", "dual-write",
				"shadow");
	}

	private static void assertThatNothingWasNoticed(Findings.Counters counters) {
		assertThat(counters.lastFailure()).isNull();
		assertThat(counters.failures()).isZero();
		assertThat(counters.violations()).isZero();
		assertThat(counters.operations()).isGreaterThan(500);
	}

	private static void assertThatBothRedisAreEqual(RedisServer source, RedisClusterServer target) {
		await().untilAsserted(() -> assertThat(differences(source, target)).isEmpty());
		Map<String, StoreReader.Content> remaining = StoreReader.read(List.of(source));
		assertThat(remaining).hasSizeGreaterThan(10);
		delete(target, Collections.max(remaining.entrySet(), Comparator.comparing((key) -> key.getValue().expiry())));
		assertThat(differences(source, target)).as("a key deleted behind the starter's back is found").hasSize(1);
	}

	private static void assertThatBothDatabasesAreEqual(PostgresServer source, PostgresServer target) {
		await().untilAsserted(() -> assertThat(SampleServers.orders(target)).isEqualTo(SampleServers.orders(source)));
		assertThat(SampleServers.orders(source)).hasSizeGreaterThan(20);
	}

	private static List<String> differences(RedisServer source, RedisClusterServer target) {
		return StoreReader.differences(StoreReader.read(List.of(source)), StoreReader.read(target.servers()));
	}

	private static void delete(RedisClusterServer target, Map.Entry<String, ?> key) {
		try (RedisClusterClient client = RedisClusterClient.create(RedisURI.create(target.servers().get(0).uri()))) {
			assertThat(client.connect().sync().del(key.getKey())).isOne();
		}
	}

}
