package io.migration.phase;

import java.util.List;

import io.migration.StepRefusedException;

/**
 * What moves: the part of a migration that knows its kind of system. Called by
 * {@link PhaseControl} from one thread at a time.
 */
public interface PhaseSubject {

	/**
	 * Return whether there is data that moves, and thus a journal, writers that are
	 * drained, and a fleet that has to agree.
	 * @return {@code false} where requests are routed, and nothing else
	 */
	default boolean hasData() {
		return true;
	}

	/**
	 * Make a step possible before anything changes: connect, mark, install. Idempotent;
	 * may be called without the step following.
	 * @param step the step
	 * @param record the present record
	 * @throws StepRefusedException if the step is not possible
	 */
	void prepare(PhaseStep step, LedgerRecord record);

	/**
	 * Follow a record: start and stop what runs in the background under it. Operations
	 * already see the new rules. Idempotent.
	 * @param record the record
	 */
	void follow(LedgerRecord record);

	/**
	 * Return whether operations that are not counted while they run (those of off) have
	 * ended as well.
	 * @return whether all have ended
	 */
	boolean settled();

	/**
	 * Take note of what has been journaled up to now.
	 * @return answers whether the relay has passed all of it
	 */
	CatchUp catchUp();

	/**
	 * Return whether the journal is empty. Called when no writer runs.
	 * @return whether nothing waits for the relay
	 */
	boolean journalEmpty();

	/**
	 * Return whether a write went past the journal since the last call; the clock of
	 * unbroken journaling starts anew.
	 * @return whether journaling was broken
	 */
	boolean journalingBroken();

	/**
	 * Return the gates of this kind.
	 * @return the gates
	 */
	List<Gate> gates();

	/**
	 * Whether the relay has passed a point of the journal.
	 */
	@FunctionalInterface
	interface CatchUp {

		/**
		 * Return whether everything journaled before is on the other side.
		 * @return whether it was reached
		 */
		boolean reached();

	}

}
