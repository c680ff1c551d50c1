package io.migration.redis;

import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

import io.migration.MigrationPhase;
import io.migration.phase.PhaseChange;
import io.migration.phase.PhaseFlags;
import io.migration.test.RedisServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * G5: a flag that says something else ten times a second, that is switched off, missing
 * or broken in between, moves the effective phase by legal steps alone, and no operation
 * fails.
 */
class RedisFlagFlapIntegrationTests {

	@Test
	void aFlappingFlagTakesLegalStepsOnlyAndFailsNoOperation() throws Exception {
		flap(Duration.ofSeconds(10));
	}

	@Test
	@Tag("stress")
	void aFlagFlappingForAMinuteTakesLegalStepsOnlyAndFailsNoOperation() throws Exception {
		flap(Duration.ofMinutes(1));
	}

	private static void flap(Duration duration) throws Exception {
		FlappingFlags.reading = new PhaseFlags.Reading.Silent("not asked yet");
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(App.class, source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.gates.journal=off",
						"migration.redis.tokens.gates.max-mismatch-rate=off",
						"migration.redis.tokens.mirror.timeout=10s")) {
			FlappingFlags flags = application.context().getBean(FlappingFlags.class);
			application.control().join();
			SplittableRandom random = new SplittableRandom(7);
			long operations;
			try (Load load = Load.start(application.redis(), 4, 100)) {
				long end = System.nanoTime() + duration.toNanos();
				int flaps = 0;
				while (System.nanoTime() < end) {
					flags.say(any(random));
					flaps++;
					TimeUnit.MILLISECONDS.sleep(100);
				}
				flags.say(new PhaseFlags.Reading.Wanted(MigrationPhase.SHADOW, null));
				application.awaitPhase(MigrationPhase.SHADOW);
				assertThat(flaps).isGreaterThan((int) duration.toSeconds() * 5);
				operations = load.stop().operations();
				assertThat(load.failures()).as("failed operations").isEmpty();
			}
			assertThat(operations).isGreaterThan(1_000);
			assertOnlyLegalSteps(application.control().history());
			while (!application.migration().catchUp().reached()) {
				TimeUnit.MILLISECONDS.sleep(20);
			}
		}
	}

	private static void assertOnlyLegalSteps(List<PhaseChange> latestFirst) {
		assertThat(latestFirst).hasSizeGreaterThan(10);
		MigrationPhase at = MigrationPhase.OFF;
		long epoch = 1;
		for (int i = latestFirst.size() - 1; i >= 0; i--) {
			PhaseChange change = latestFirst.get(i);
			assertThat(change.from()).isEqualTo(at);
			assertThat(Math.abs(change.to().ordinal() - at.ordinal())).as(change.toString()).isEqualTo(1);
			assertThat(change.epoch()).isEqualTo(++epoch);
			at = change.to();
		}
		assertThat(latestFirst).extracting(PhaseChange::to).contains(MigrationPhase.CUTOVER);
	}

	private static PhaseFlags.Reading any(SplittableRandom random) {
		return switch (random.nextInt(10)) {
			case 0 -> new PhaseFlags.Reading.Disabled();
			case 1 -> new PhaseFlags.Reading.Silent("the service is unreachable");
			case 2 -> new PhaseFlags.Reading.Silent("variant 'cut-over' is not a phase");
			case 3, 4 -> new PhaseFlags.Reading.Wanted(MigrationPhase.CUTOVER, null);
			default ->
				new PhaseFlags.Reading.Wanted(MigrationPhase.values()[random.nextInt(MigrationPhase.values().length)],
						random.nextBoolean() ? null : random.nextInt(101));
		};
	}

	@Configuration(proxyBeanMethods = false)
	@Import(MigratedApplication.App.class)
	static class App {

		@Bean
		FlappingFlags flags() {
			return new FlappingFlags();
		}

	}

	static final class FlappingFlags implements PhaseFlags {

		private static volatile Reading reading = new Reading.Silent("not asked yet");

		private volatile @Nullable Runnable listener;

		void say(Reading next) {
			reading = next;
			Runnable told = this.listener;
			if (told != null) {
				told.run();
			}
		}

		@Override
		public Reading read(String flag) {
			return reading;
		}

		@Override
		public void onChange(Runnable changed) {
			this.listener = changed;
		}

		@Override
		public String whereToSet(String flag) {
			return "test";
		}

		@Override
		public boolean writable() {
			return false;
		}

		@Override
		public void write(String flag, @Nullable MigrationPhase expected, MigrationPhase phase) {
			throw new IllegalStateException("not writable");
		}

	}

}
