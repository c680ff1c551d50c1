package io.migration.phase;

import java.time.Duration;
import java.time.Instant;

import io.migration.MigrationPhase;
import io.migration.Side;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WishTests {

	private static final PhaseSettings SETTINGS = new PhaseSettings("tokens", "redis", "migration.tokens", null, 100,
			Duration.ofSeconds(10), Duration.ofSeconds(30), Duration.ofSeconds(1));

	private final StubFlags flags = new StubFlags();

	@Test
	void aFlagThatSaysNothingKeepsPhaseAndShareOfReads() {
		this.flags.say(new PhaseFlags.Reading.Silent("the payload is broken"));
		Wish wish = Wish.of(SETTINGS, this.flags, record(MigrationPhase.READ_NEW), 5, true);
		assertThat(wish.desired()).isNull();
		assertThat(wish.readShare()).isEqualTo(5);
		assertThat(wish.note()).contains("the payload is broken");
	}

	@Test
	void aFlagThatIsSwitchedOffKeepsTheShareOfReadsOnItsWayToShadow() {
		this.flags.say(new PhaseFlags.Reading.Disabled());
		Wish wish = Wish.of(SETTINGS, this.flags, record(MigrationPhase.READ_NEW), 5, true);
		assertThat(wish.desired()).isNotNull().extracting(DesiredPhase::phase).isEqualTo(MigrationPhase.SHADOW);
		assertThat(wish.readShare()).isEqualTo(5);
	}

	@Test
	void aFlagThatIsSwitchedOffChangesNothingInCutover() {
		this.flags.say(new PhaseFlags.Reading.Disabled());
		Wish wish = Wish.of(SETTINGS, this.flags, record(MigrationPhase.CUTOVER), 100, true);
		assertThat(wish.desired()).isNull();
		assertThat(wish.note()).contains("in cutover that changes nothing");
	}

	private static LedgerRecord record(MigrationPhase phase) {
		return new LedgerRecord("pair", phase, (phase == MigrationPhase.CUTOVER) ? Side.TARGET : Side.SOURCE, 4, 9,
				Stage.OPEN, phase, null, null, Instant.EPOCH, Instant.EPOCH);
	}

}
