package io.migration.redis;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Writes;
import io.migration.redis.CommandSample.Expected;
import io.migration.test.RedisServer;
import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every command of the server's own table that changes data, in every phase, with
 * arguments that make it change something: the reply is that of a server without a
 * migration, and both sides hold the same afterwards. A command that the server has and
 * {@link CommandSamples} lacks fails the test, and the other way round.
 */
class RedisEveryCommandIntegrationTests {

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
	void everyWriteOfTheServerHasASample() {
		assertThat(Stream.of(CommandSamples.writes(), CommandSamples.wholeDatabase())
			.flatMap(Collection::stream)
			.map((sample) -> servers.entry(sample).name()))
			.as("commands with a sample")
			.containsAll(servers.catalog()
				.entries()
				.stream()
				.filter(CommandCatalog.Entry::writes)
				.map(CommandCatalog.Entry::name)
				.toList());
	}

	@ParameterizedTest
	@EnumSource(MigrationPhase.class)
	void everyWriteToAServer(MigrationPhase phase) {
		everyWrite(phase, MigratedApplication.target(servers.target()), List.of(servers.target()), false);
	}

	@ParameterizedTest
	@EnumSource(mode = Mode.EXCLUDE, names = "OFF")
	void everyWriteToACluster(MigrationPhase phase) {
		everyWrite(phase, MigratedApplication.target(servers.cluster()), servers.cluster().servers(), true);
	}

	private static void everyWrite(MigrationPhase phase, String property, List<RedisServer> nodes, boolean toCluster) {
		try (MigratedApplication application = MigratedApplication.start(servers.source().uri(), property,
				"migration.redis.tokens.compare.sample-rate=0");
				RedisClient client = RedisClient.create(servers.plain().uri())) {
			application.walkTo(phase);
			boolean onCluster = toCluster && phase == MigrationPhase.CUTOVER;
			try (RawConnection migrated = RawConnection
				.open(application.context().getBean(LettuceConnectionFactory.class).getRequiredNativeClient());
					RawConnection undecorated = RawConnection.open(client)) {
				Run run = new Run(phase, onCluster, application, migrated, undecorated, nodes);
				run.all(Stream.concat(CommandSamples.writes().stream(), Stream.of(CommandSamples.unknown())).toList());
				run.all(CommandSamples.wholeDatabase());
			}
		}
	}

	/**
	 * Samples in one phase.
	 *
	 * @param onCluster whether the authority is a cluster
	 */
	private record Run(MigrationPhase phase, boolean onCluster, MigratedApplication application, RawConnection migrated,
			RawConnection undecorated, List<RedisServer> nodes) {

		void all(List<CommandSample> samples) {
			for (CommandSample sample : samples) {
				this.migrated.run(sample.preparation(servers.values()), sample.keys());
				this.undecorated.run(sample.preparation(servers.values()), sample.keys());
			}
			if (this.phase.journals()) {
				SampleServers.awaitQuiet(this.application, this.nodes);
			}
			SoftAssertions softly = new SoftAssertions();
			samples.forEach((sample) -> one(sample, softly));
			compare(softly);
			softly.assertAll();
		}

		private void one(CommandSample sample, SoftAssertions softly) {
			Expected expected = sample.expected();
			if (expected == Expected.NOT_SENT) {
				return;
			}
			Set<String> keys = sample.keys();
			List<String> command = sample.arguments(servers.values());
			long unsupported = this.application.migration().unsupported();
			List<String> reply = this.migrated.reply(command, keys);
			if (expected == Expected.SAME_ON_A_SERVER && this.onCluster) {
				softly.assertThat(reply.get(0)).as(sample.command()).startsWith("error");
			}
			else if (expected.refused(this.phase)) {
				softly.assertThat(reply.get(0)).as("%s in %s", sample.command(), this.phase).startsWith("refused");
			}
			else {
				softly.assertThat(reply)
					.as("%s in %s", sample.command(), this.phase)
					.isEqualTo(this.undecorated.reply(command, keys));
				softly.assertThat(this.application.migration().unsupported() - unsupported)
					.as("%s in %s counts as unsupported", sample.command(), this.phase)
					.isEqualTo((expected.runsOnSourceAlone() && this.phase.journals()) ? 1 : 0);
			}
		}

		/**
		 * Where writers wait for target, what they wrote is there without further
		 * waiting.
		 */
		private void compare(SoftAssertions softly) {
			boolean awaited = this.phase.writes() == Writes.AWAITED || this.phase.writes() == Writes.REQUIRED;
			if (this.phase.journals() && !awaited) {
				SampleServers.awaitQuiet(this.application, this.nodes);
			}
			Map<String, String> one = StoreReader.read(servers.source());
			Map<String, String> other = StoreReader
				.read(this.nodes.stream().map((node) -> RedisURI.create(node.uri())).toList());
			Map<String, String> authority = (this.phase == MigrationPhase.CUTOVER) ? other : one;
			softly
				.assertThat(StoreReader.differences(StoreReader.withoutTimes(authority),
						StoreReader.withoutTimes(StoreReader.read(servers.plain()))))
				.as("authority and the server without a migration, %s", this.phase)
				.isEmpty();
			if (!this.phase.journals()) {
				softly.assertThat(other).as("target in %s", this.phase).isEmpty();
				return;
			}
			if (this.phase == MigrationPhase.SHADOW) {
				Set<String> alone = CommandSamples.writes()
					.stream()
					.filter((sample) -> sample.expected().runsOnSourceAlone())
					.flatMap((sample) -> sample.keys().stream())
					.collect(Collectors.toSet());
				one.keySet().removeAll(alone);
				other.keySet().removeAll(alone);
			}
			softly.assertThat(StoreReader.differences(one, other)).as("source and target, %s", this.phase).isEmpty();
		}

	}

}
