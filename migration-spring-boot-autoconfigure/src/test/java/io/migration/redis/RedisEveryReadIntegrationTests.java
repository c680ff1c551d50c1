package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.DefaultClientResources;
import io.migration.MigrationPhase;
import io.migration.mirror.BackgroundWork;
import io.migration.mirror.Comparisons;
import io.migration.mirror.MirrorObserver;
import io.migration.redis.CommandSample.Expected;
import io.migration.test.RedisServer;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every command of the server's own table that reads data, in read-new: which side
 * answers it, and that the reply is the one that source gives.
 */
class RedisEveryReadIntegrationTests {

	private static SampleServers servers;

	@BeforeAll
	static void start() {
		servers = new SampleServers();
	}

	@AfterAll
	static void stop() {
		servers.close();
	}

	@BeforeEach
	void empty() {
		servers.empty();
	}

	@Test
	void everyReadOfTheServerHasASample() {
		assertThat(CommandSamples.reads().stream().map((sample) -> servers.entry(sample).name()).distinct())
			.as("commands with a sample")
			.containsExactlyInAnyOrderElementsOf(servers.catalog()
				.entries()
				.stream()
				.filter(CommandCatalog.Entry::reads)
				.map(CommandCatalog.Entry::name)
				.toList());
	}

	@Test
	void thePageOfCommandsIsUpToDate() {
		DefaultClientResources resources = DefaultClientResources.create();
		try (PlainConnection nowhere = new PlainConnection(
				new RedisEndpoint(List.of(RedisURI.create(servers.plain().uri())), false, 0, ClientOptions.create(),
						resources, resources),
				"test", Duration.ofSeconds(2));
				BackgroundWork background = new BackgroundWork(Thread::new, 1, 1, MirrorObserver.NONE)) {
			ReadComparison comparison = new ReadComparison(nowhere, nowhere, new Comparisons(MirrorObserver.NONE),
					background, 1, Duration.ofSeconds(2), () -> true, () -> false);
			new GeneratedPage("redis-commands.md").isUpToDate(new CommandPage(servers, comparison::wants).text());
		}
		resources.shutdown();
	}

	@Test
	void everyReadOfAServer() {
		everyRead(MigratedApplication.target(servers.target()), List.of(servers.target()), false);
	}

	@Test
	void everyReadOfACluster() {
		everyRead(MigratedApplication.target(servers.cluster()), servers.cluster().servers(), true);
	}

	/**
	 * With a share of 100, what names a key is answered by target. What names none, or
	 * can block, or may need several slots of a cluster, is answered by source.
	 */
	private static void everyRead(String property, List<RedisServer> nodes, boolean onCluster) {
		SoftAssertions softly = new SoftAssertions();
		List<CommandSample> samples = CommandSamples.reads();
		List<List<String>> replies = new ArrayList<>();
		try (MigratedApplication application = MigratedApplication.start(servers.source().uri(), property,
				"migration.redis.tokens.compare.sample-rate=0");
				RedisClient client = RedisClient.create(servers.source().uri());
				RawConnection undecorated = RawConnection.open(client)) {
			application.walkTo(MigrationPhase.READ_NEW);
			try (RawConnection migrated = RawConnection
				.open(application.context().getBean(LettuceConnectionFactory.class).getRequiredNativeClient())) {
				migrated.run(samples.get(0).preparation(servers.values()), samples.get(0).keys());
				SampleServers.awaitQuiet(application, nodes);
				try (ServerMonitor onSource = ServerMonitor.on(List.of(servers.source()));
						ServerMonitor onTarget = ServerMonitor.on(nodes)) {
					samples.forEach(
							(sample) -> replies.add(migrated.reply(sample.arguments(servers.values()), sample.keys())));
					onSource.await();
					onTarget.await();
					for (CommandSample sample : samples) {
						List<String> command = sample.arguments(servers.values());
						boolean byTarget = answeredByTarget(sample, onCluster);
						softly.assertThat(onTarget.heard(command))
							.as("%s was answered by target", sample.command())
							.isEqualTo(byTarget);
						softly.assertThat(onSource.heard(command))
							.as("%s was answered by source", sample.command())
							.isEqualTo(!byTarget);
					}
				}
			}
			for (int i = 0; i < samples.size(); i++) {
				CommandSample sample = samples.get(i);
				compare(sample, replies.get(i), undecorated.reply(sample.arguments(servers.values()), sample.keys()),
						softly);
			}
		}
		softly.assertAll();
	}

	private static boolean answeredByTarget(CommandSample sample, boolean onCluster) {
		CommandCatalog.Entry entry = servers.entry(sample);
		return !sample.keys().isEmpty() && !entry.blocks() && !entry.iterates()
				&& !(onCluster && entry.keys(sample.bytes(servers.values()), false) == null);
	}

	private static void compare(CommandSample sample, List<String> reply, List<String> expected,
			SoftAssertions softly) {
		if (sample.expected() == Expected.AT_RANDOM) {
			softly.assertThat(reply.get(0).split(" ")[0])
				.as(sample.command())
				.isEqualTo(expected.get(0).split(" ")[0])
				.isNotIn("error", "refused");
		}
		else if (sample.expected() == Expected.LEAVES_OWN_KEYS_OUT) {
			softly.assertThat(reply.get(0))
				.as(sample.command())
				.isEqualTo("integer " + StoreReader.read(servers.source()).size());
		}
		else if (servers.entry(sample).repliesInAnyOrder()) {
			softly.assertThat(reply).as(sample.command()).containsExactlyInAnyOrderElementsOf(expected);
		}
		else {
			softly.assertThat(reply).as(sample.command()).isEqualTo(expected);
		}
	}

}
