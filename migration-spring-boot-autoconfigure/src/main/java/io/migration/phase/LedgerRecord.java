package io.migration.phase;

import java.time.Instant;

import io.migration.MigrationPhase;
import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * The durable record of one migration: what the fleet does and what it is about to do.
 *
 * @param pair identifies the two stores that belong together
 * @param phase the effective phase
 * @param authority the side with authority; follows from the phase, and is written out so
 * that a reader which starts at the wrong side finds the right one
 * @param epoch grows by one with every change of effective phase
 * @param revision grows by one with every change of this record
 * @param stage how far the step under way has come
 * @param goal the phase which the step under way leads to; the effective phase when the
 * stage is open
 * @param deadline when any instance may call off the step under way
 * @param desired what an operator asked for through the Actuator, or the property at the
 * first start
 * @param since when the effective phase began
 * @param journalingSince since when every write of the fleet is journaled without a gap
 */
public record LedgerRecord(String pair, MigrationPhase phase, Side authority, long epoch, long revision, Stage stage,
		MigrationPhase goal, @Nullable Instant deadline, @Nullable DesiredPhase desired, Instant since,
		@Nullable Instant journalingSince) {

	/**
	 * Create the first record of a migration.
	 * @param pair identifies the two stores
	 * @param desired what the property asks for, {@code null} if nothing
	 * @param now the time
	 * @return a record in off
	 */
	public static LedgerRecord first(String pair, @Nullable DesiredPhase desired, Instant now) {
		return new LedgerRecord(pair, MigrationPhase.OFF, Side.SOURCE, 1, 1, Stage.OPEN, MigrationPhase.OFF, null,
				desired, now, null);
	}

	/**
	 * Return the record after another phase was asked for.
	 * @param desired what is asked for
	 * @return the next record
	 */
	public LedgerRecord withDesired(DesiredPhase desired) {
		return new LedgerRecord(this.pair, this.phase, this.authority, this.epoch, this.revision + 1, this.stage,
				this.goal, this.deadline, desired, this.since, this.journalingSince);
	}

	/**
	 * Return the record after a step has come to another stage.
	 * @param stage the stage
	 * @param goal the phase the step leads to
	 * @param deadline when the step may be called off
	 * @return the next record
	 */
	public LedgerRecord withStage(Stage stage, MigrationPhase goal, @Nullable Instant deadline) {
		return new LedgerRecord(this.pair, this.phase, this.authority, this.epoch, this.revision + 1, stage, goal,
				deadline, this.desired, this.since, this.journalingSince);
	}

	/**
	 * Return the record after the clock of unbroken journaling was set.
	 * @param since since when all writes are journaled, {@code null} when they are not
	 * @return the next record
	 */
	public LedgerRecord withJournalingSince(@Nullable Instant since) {
		return new LedgerRecord(this.pair, this.phase, this.authority, this.epoch, this.revision + 1, this.stage,
				this.goal, this.deadline, this.desired, this.since, since);
	}

	/**
	 * Return the record after a step.
	 * @param to the phase entered
	 * @param now the time
	 * @return the next record
	 */
	public LedgerRecord entered(MigrationPhase to, Instant now) {
		return new LedgerRecord(this.pair, to, to.authority(), this.epoch + 1, this.revision + 1, Stage.OPEN, to, null,
				this.desired, now, to.journals() ? this.journalingSince : null);
	}

}
