package io.migration.phase;

import java.time.Clock;
import java.time.Duration;
import java.util.List;

import io.migration.Migration.State;
import io.migration.MigrationPhase;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link PhaseControl} over an {@link InstanceLedger}: the walk of a migration
 * without data.
 */
class InstanceLedgerTests {

	private final StubFlags flags = new StubFlags();

	private final CurrentPhase current = new CurrentPhase();

	private @Nullable PhaseControl control;

	@AfterEach
	void stop() {
		if (this.control != null) {
			this.control.stop();
		}
	}

	private PhaseControl start(@Nullable MigrationPhase property, @Nullable PhaseFlags service, Gate... gates) {
		PhaseSettings settings = new PhaseSettings("pricing", "http", "migration.pricing", property, 100,
				Duration.ofSeconds(1), Duration.ofSeconds(3), Duration.ofMillis(50));
		PhaseControl started = PhaseControl.withoutData(settings, List.of(gates), service, this.current,
				(control, change) -> {
				}, Clock.systemUTC());
		this.control = started;
		started.join();
		started.start(Thread::new);
		return started;
	}

	@Test
	void beginsInOffWhenNothingSpeaks() {
		PhaseControl control = start(null, null);
		assertThat(control.phase()).isEqualTo(MigrationPhase.OFF);
		assertThat(this.current.get().parksWrites()).isFalse();
	}

	@ParameterizedTest
	@EnumSource
	void beginsWhereThePropertySays(MigrationPhase phase) {
		PhaseControl control = start(phase, null);
		assertThat(control.phase()).isEqualTo(phase);
		assertThat(this.current.get().phase()).isEqualTo(phase);
		assertThat(control.state()).isEqualTo(State.STEADY);
	}

	@ParameterizedTest
	@EnumSource
	void beginsWhereTheFlagSaysWhateverThePropertySays(MigrationPhase phase) {
		this.flags.say(phase);
		PhaseControl control = start(MigrationPhase.SHADOW, this.flags);
		assertThat(this.current.get().phase()).isEqualTo(phase);
		assertThat(control.history()).isEmpty();
	}

	@Test
	void beginsWhereThePropertySaysWhileTheFlagIsSilent() {
		PhaseControl control = start(MigrationPhase.READ_NEW, this.flags);
		assertThat(control.phase()).isEqualTo(MigrationPhase.READ_NEW);
		this.flags.say(MigrationPhase.CUTOVER);
		await().until(() -> control.phase() == MigrationPhase.CUTOVER);
	}

	@Test
	void walksByLegalStepsToCutoverAndBackWithoutParking() {
		PhaseControl control = start(null, null);
		PinnedPhase longOperation = this.current.enter();
		control.walkTo(MigrationPhase.CUTOVER, "test", null, false);
		await().until(() -> control.phase() == MigrationPhase.CUTOVER);
		control.walkTo(MigrationPhase.OFF, "test", null, false);
		await().until(() -> control.phase() == MigrationPhase.OFF);
		longOperation.exit();
		assertThat(control.history()).extracting(PhaseChange::to)
			.containsExactly(MigrationPhase.OFF, MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE,
					MigrationPhase.READ_NEW, MigrationPhase.CUTOVER, MigrationPhase.READ_NEW, MigrationPhase.DUAL_WRITE,
					MigrationPhase.SHADOW);
	}

	@Test
	void planPausesNobody() {
		PhaseControl control = start(null, null);
		assertThat(control.plan(MigrationPhase.CUTOVER)).hasSize(4).noneMatch(PlannedStep::pausesWriters);
	}

	@Test
	void aGateHoldsAStep() {
		Gate gate = Gate.of("read-share", (step) -> step.to() == MigrationPhase.CUTOVER, false,
				(record) -> new Gate.Reading(100, 50, false));
		PhaseControl control = start(MigrationPhase.READ_NEW, null, gate);
		assertThat(control.advance("test", null, false)).isInstanceOf(StepOutcome.Refused.class);
		assertThat(control.phase()).isEqualTo(MigrationPhase.READ_NEW);
	}

	@Test
	void aFlagThatIsSwitchedOffLeadsToOff() {
		this.flags.say(MigrationPhase.READ_NEW);
		PhaseControl control = start(null, this.flags);
		this.flags.say(new PhaseFlags.Reading.Disabled());
		await().until(() -> control.phase() == MigrationPhase.OFF);
	}

	@Test
	void aFlagThatIsSwitchedOffChangesNothingInCutover() {
		this.flags.say(MigrationPhase.CUTOVER);
		PhaseControl control = start(null, this.flags);
		this.flags.say(new PhaseFlags.Reading.Disabled());
		await().until(() -> control.note() != null);
		assertThat(control.phase()).isEqualTo(MigrationPhase.CUTOVER);
	}

	@Test
	void aLaterStartBeginsAnew() {
		PhaseControl control = start(MigrationPhase.SHADOW, null);
		control.walkTo(MigrationPhase.READ_NEW, "test", null, false);
		await().until(() -> control.phase() == MigrationPhase.READ_NEW);
		control.stop();
		control.join();
		assertThat(control.phase()).isEqualTo(MigrationPhase.SHADOW);
		assertThat(control.instances()).hasSize(1);
	}

}
