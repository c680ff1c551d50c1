package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.migration.MigrationPhase;
import io.migration.redis.ForkedApplication.Written;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several instances of one application: one of them relays, all of them write and wait,
 * and any process may be killed or stand still. An independent reader of both sides finds
 * no difference, and every number that a writer was told is written.
 */
@Tag("proof")
class RedisFleetIntegrationTests {

	/** Set by the profile {@code stress}. */
	private static final boolean STRESS = Boolean.getBoolean("stress");

	private static final String[] MIRROR = { "migration.redis.tokens.mirror.timeout=5s",
			"migration.redis.tokens.compare.sample-rate=0", "migration.fleet.lease=5s" };

	@Test
	void writersOfEveryInstanceAreServedByTheOneThatRelays() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication first = MigratedApplication.start(source.uri(), MigratedApplication.target(target));
				MigratedApplication second = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			serveBoth(first, second);
			Map<String, String> copied = StoreReader.read(target);
			assertThat(copied).hasSize(400);
			assertThat(StoreReader.differences(StoreReader.read(source), copied)).isEmpty();
		}
	}

	@Test
	void writersOfEveryInstanceAreServedBetweenClusters() {
		try (RedisClusterServer source = RedisClusterServer.start(3);
				RedisClusterServer target = RedisClusterServer.start(3);
				MigratedApplication first = MigratedApplication.startCluster(source,
						MigratedApplication.target(target));
				MigratedApplication second = MigratedApplication.startCluster(source,
						MigratedApplication.target(target))) {
			serveBoth(first, second);
			Map<String, String> copied = StoreReader.read(target);
			assertThat(copied).hasSize(400);
			assertThat(StoreReader.differences(StoreReader.read(source), copied)).isEmpty();
		}
	}

	private static void serveBoth(MigratedApplication first, MigratedApplication second) {
		second.redis().hasKey("none");
		first.walkTo(MigrationPhase.DUAL_WRITE);
		second.awaitPhase(MigrationPhase.DUAL_WRITE);
		Awaitility.await().until(() -> first.migration().holdsTheRelay() || second.migration().holdsTheRelay());
		for (int i = 0; i < 200; i++) {
			first.redis().opsForValue().set("first:" + i, "value");
			second.redis().opsForValue().set("second:" + i, "value");
		}
		assertThat(first.migration().holdsTheRelay()).isNotEqualTo(second.migration().holdsTheRelay());
	}

	@Test
	void anotherInstanceRelaysWhenOneIsClosed() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication second = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			try (MigratedApplication first = MigratedApplication.start(source.uri(),
					MigratedApplication.target(target))) {
				second.redis().hasKey("none");
				first.walkTo(MigrationPhase.DUAL_WRITE);
				second.awaitPhase(MigrationPhase.DUAL_WRITE);
			}
			second.redis().opsForValue().set("key", "value");
			assertThat(second.migration().holdsTheRelay()).isTrue();
			assertThat(StoreReader.read(target)).containsKey("key");
		}
	}

	/**
	 * Two processes, eight threads each, fifty keys of every type.
	 */
	@Test
	void contendedWritesOfTwoProcessesConverge() {
		long goal = STRESS ? 60_000 : 4_000;
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				Fleet fleet = new Fleet(source, target)) {
			ForkedApplication one = fleet.fork("one");
			ForkedApplication other = fleet.fork("other");
			one.startWriting();
			other.startWriting();
			Awaitility.await()
				.atMost(Duration.ofMinutes(STRESS ? 20 : 1))
				.until(() -> one.acknowledged() + other.acknowledged() >= goal);
			for (ForkedApplication writer : List.of(one, other)) {
				Written written = writer.stopWriting();
				assertThat(written.failed()).as(written.failures()).isZero();
				assertThat(written.acknowledged()).isGreaterThan(goal / 10);
			}
			fleet.assertConverged();
		}
	}

	@Test
	void nothingIsLostWhenProcessesAreKilled() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				Fleet fleet = new Fleet(source, target)) {
			for (int round = 0; round < (STRESS ? 20 : 2); round++) {
				ForkedApplication one = fleet.fork("one" + round);
				ForkedApplication other = fleet.fork("other" + round);
				one.startWriting();
				other.startWriting();
				long goal = one.acknowledged() + other.acknowledged() + 300;
				Awaitility.await()
					.atMost(Duration.ofMinutes(1))
					.until(() -> one.acknowledged() + other.acknowledged() >= goal);
				boolean first = round % 2 == 0;
				ForkedApplication relaying = one.holdsTheRelay() ? one : other;
				ForkedApplication writing = (relaying == one) ? other : one;
				ForkedApplication killed = first ? relaying : writing;
				ForkedApplication left = first ? writing : relaying;
				killed.kill();
				long more = left.acknowledged() + 300;
				Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> left.acknowledged() >= more);
				left.kill();
			}
			fleet.assertConverged();
		}
	}

	@Test
	void aRelayThatStoodStillForLongerThanItsLeaseDoesNoHarm() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				Fleet fleet = new Fleet(source, target)) {
			ForkedApplication one = fleet.fork("one");
			ForkedApplication other = fleet.fork("other");
			one.startWriting();
			other.startWriting();
			for (int round = 0; round < (STRESS ? 20 : 2); round++) {
				Awaitility.await()
					.atMost(Duration.ofMinutes(1))
					.until(() -> one.holdsTheRelay() || other.holdsTheRelay());
				ForkedApplication relaying = one.holdsTheRelay() ? one : other;
				ForkedApplication standby = (relaying == one) ? other : one;
				relaying.freeze();
				try {
					Awaitility.await().atMost(Duration.ofMinutes(1)).until(standby::holdsTheRelay);
					long more = standby.acknowledged() + 300;
					Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> standby.acknowledged() >= more);
				}
				finally {
					relaying.thaw();
				}
				long more = relaying.acknowledged() + 100;
				Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> relaying.acknowledged() >= more);
			}
			one.stopWriting();
			other.stopWriting();
			fleet.assertConverged();
		}
	}

	@Test
	void nothingIsLostWhenServersAreKilledThatSyncWhatTheyAcknowledge() {
		String[] durable = { "--appendonly", "yes", "--appendfsync", "always" };
		try (RedisServer source = RedisServer.start(durable);
				RedisServer target = RedisServer.start(durable);
				Fleet fleet = new Fleet(source, target)) {
			ForkedApplication one = fleet.fork("one");
			one.startWriting();
			for (int round = 0; round < (STRESS ? 20 : 2); round++) {
				long more = one.acknowledged() + 200;
				Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> one.acknowledged() >= more);
				RedisServer killed = (round % 2 == 0) ? target : source;
				killed.kill();
				killed.restart();
			}
			long more = one.acknowledged() + 200;
			Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> one.acknowledged() >= more);
			one.stopWriting();
			fleet.assertConverged();
		}
	}

	/**
	 * Processes that come and go.
	 */
	private static final class Fleet implements AutoCloseable {

		private final RedisServer source;

		private final RedisServer target;

		private final List<ForkedApplication> processes = new ArrayList<>();

		Fleet(RedisServer source, RedisServer target) {
			this.source = source;
			this.target = target;
			try (MigratedApplication first = MigratedApplication.start(source.uri(),
					properties(MigratedApplication.target(target)))) {
				first.walkTo(MigrationPhase.DUAL_WRITE);
			}
		}

		private static String[] properties(String target) {
			List<String> all = new ArrayList<>(List.of(MIRROR));
			all.add(target);
			return all.toArray(String[]::new);
		}

		ForkedApplication fork(String name) {
			ForkedApplication process = ForkedApplication.start(name, this.source.uri(),
					properties(MigratedApplication.target(this.target)));
			this.processes.add(process);
			process.awaitPhase(MigrationPhase.DUAL_WRITE);
			return process;
		}

		/**
		 * Wait until the journal is drained, then read both sides.
		 */
		void assertConverged() {
			try (MigratedApplication operator = MigratedApplication.start(this.source.uri(),
					properties(MigratedApplication.target(this.target)))) {
				operator.redis().hasKey("none");
				Awaitility.await()
					.atMost(Duration.ofMinutes(1))
					.ignoreExceptions()
					.until(() -> operator.migration().catchUp().reached()
							&& operator.migration().journal().depth() == 0);
			}
			Map<String, String> onSource = StoreReader.read(this.source);
			assertThat(onSource).hasSizeGreaterThan(200);
			assertThat(StoreReader.differences(onSource, StoreReader.read(this.target))).isEmpty();
			int counted = 0;
			for (ForkedApplication process : this.processes) {
				long[] numbers = process.counted();
				for (int thread = 0; thread < numbers.length; thread++) {
					if (numbers[thread] > 0) {
						String value = onSource.get(process.ownKey(thread));
						assertThat(value).as(process.ownKey(thread)).isNotNull();
						assertThat(Long.parseLong(value.split("\\|")[1])).as(process.ownKey(thread))
							.isGreaterThanOrEqualTo(numbers[thread]);
						counted++;
					}
				}
			}
			assertThat(counted).as("threads whose acknowledged writes were checked").isPositive();
		}

		@Override
		public void close() {
			this.processes.forEach(ForkedApplication::close);
		}

	}

}
