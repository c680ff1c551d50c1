package io.migration.redis;

import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Reads;
import io.migration.MigrationPhase.Writes;
import io.migration.Side;
import io.migration.WriteNotMirroredException;
import io.migration.test.FaultProxy;
import io.migration.test.RedisServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The phase table on real servers: each phase, reads, writes and scripts, with a target
 * that is up, slow, stopped, or accepts and never answers. What is expected follows from
 * {@link MigrationPhase} alone.
 */
class RedisPhaseTableIntegrationTests {

	private static final RedisScript<String> SCRIPT = RedisScript
		.of("redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])", String.class);

	@ParameterizedTest
	@EnumSource(Fault.class)
	void followsThePhaseTable(Fault fault) {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				FaultProxy proxy = FaultProxy.to(target.port());
				RedisClient sourceClient = RedisClient.create(source.uri());
				RedisClient targetClient = RedisClient.create(target.uri());
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(proxy.port()), "migration.redis.tokens.mirror.timeout=700ms",
						"spring.data.redis.timeout=1500ms", "migration.redis.tokens.compare.sample-rate=1",
						"migration.redis.tokens.gates.max-mismatch-rate=off")) {
			Row row = new Row(application.redis(), sourceClient.connect().sync(), targetClient.connect().sync(), fault);
			for (MigrationPhase phase : MigrationPhase.values()) {
				application.walkTo(phase);
				row.prepare(phase);
				fault.strike(proxy);
				row.read(phase);
				row.write(phase, "write", (key) -> application.redis().opsForValue().set(key, "new"));
				row.write(phase, "script", (key) -> application.redis().execute(SCRIPT, List.of(key), "new"));
				proxy.pass();
				Awaitility.await()
					.atMost(Duration.ofSeconds(20))
					.ignoreExceptions()
					.until(() -> "there".equals(application.redis().opsForValue().get(phase + ":both"))
							&& (!phase.journals() || application.migration().catchUp().reached())
							&& !application.migration().circuitOpen());
				row.afterwards(phase);
				if (phase == MigrationPhase.OFF) {
					// a target that holds what it was not given is refused
					row.target().flushdb();
				}
			}
		}
	}

	/**
	 * What is done in one phase, and what has to come of it.
	 */
	private record Row(StringRedisTemplate redis, RedisCommands<String, String> source,
			RedisCommands<String, String> target, Fault fault) {

		/**
		 * Give each side a value of its own under a key that nobody writes through the
		 * application, so that an answer tells where it comes from.
		 */
		void prepare(MigrationPhase phase) {
			this.source.set(phase + ":read", "SOURCE");
			this.target.set(phase + ":read", "TARGET");
			this.source.set(phase + ":both", "there");
			this.target.set(phase + ":both", "there");
		}

		void read(MigrationPhase phase) {
			Side answering = (phase.reads() == Reads.SHARED) ? Side.TARGET : phase.authority();
			String[] answer = new String[1];
			Throwable failure = outcome(() -> answer[0] = this.redis.opsForValue().get(phase + ":read"));
			if (answering == Side.TARGET && !this.fault.answers()) {
				assertThat(failure).as("read in %s, target %s", phase, this.fault)
					.isInstanceOf(DataAccessException.class);
			}
			else {
				assertThat(failure).as("read in %s, target %s", phase, this.fault).isNull();
				assertThat(answer[0]).as("read in %s, target %s", phase, this.fault).isEqualTo(answering.name());
			}
		}

		void write(MigrationPhase phase, String kind, Consumer<String> operation) {
			String key = phase + ":" + kind;
			Throwable failure = outcome(() -> operation.accept(key));
			String what = "%s in %s, target %s".formatted(kind, phase, this.fault);
			if (phase.authority() == Side.TARGET) {
				assertThat(failure == null).as(what).isEqualTo(this.fault.answers());
				return;
			}
			assertThat(this.source.get(key)).as(what).isEqualTo("new");
			boolean awaited = phase.writes() == Writes.AWAITED || phase.writes() == Writes.REQUIRED;
			if (awaited && !this.fault.answers()) {
				assertThat(failure).as(what).isInstanceOf(DataAccessException.class);
				assertThat(failure).as(what).hasStackTraceContaining(WriteNotMirroredException.class.getName());
				assertThat(failure).as(what).hasStackTraceContaining("done on the authority and journaled");
			}
			else {
				assertThat(failure).as(what).isNull();
			}
			if (awaited && this.fault.answers()) {
				assertThat(this.target.get(key)).as(what).isEqualTo("new");
			}
			if (phase.writes() == Writes.PLAIN) {
				assertThat(this.target.get(key)).as(what).isNull();
			}
		}

		/**
		 * The target is back: what was journaled has arrived on the other side.
		 */
		void afterwards(MigrationPhase phase) {
			for (String kind : List.of("write", "script")) {
				String key = phase + ":" + kind;
				String other = (phase.authority() == Side.SOURCE) ? this.target.get(key) : this.source.get(key);
				String present = (phase.authority() == Side.SOURCE) ? this.source.get(key) : this.target.get(key);
				assertThat(other).as("%s after target was %s", key, this.fault)
					.isEqualTo(phase.journals() ? present : null);
			}
		}

		private static Throwable outcome(ThrowingCallable operation) {
			return catchThrowable(operation);
		}

	}

	enum Fault {

		UP(true), SLOW(true), STOPPED(false), BLACK_HOLED(false);

		private final boolean answers;

		Fault(boolean answers) {
			this.answers = answers;
		}

		boolean answers() {
			return this.answers;
		}

		void strike(FaultProxy proxy) {
			switch (this) {
				case UP -> proxy.pass();
				case SLOW -> proxy.delay(Duration.ofMillis(30));
				case STOPPED -> proxy.refuse();
				case BLACK_HOLED -> proxy.blackHole();
			}
		}

	}

}
