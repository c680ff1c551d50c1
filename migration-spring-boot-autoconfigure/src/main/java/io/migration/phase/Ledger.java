package io.migration.phase;

import java.util.List;

import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * The durable record of a migration in one store. Every change is a compare-and-set.
 * Implementations reach the store outside the decorated beans, are thread safe, and throw
 * {@link LedgerUnavailableException} when the store does not answer.
 */
public interface Ledger {

	/**
	 * Read the record.
	 * @return the record, {@code null} if there is none
	 */
	@Nullable LedgerRecord read();

	/**
	 * Register an instance and read the record, in one atomic unit: the fleet cannot walk
	 * on between the two.
	 * @param instance the instance; {@link FleetInstance#silence()} is ignored
	 * @param first the record to create when there is none
	 * @return the record
	 */
	LedgerRecord join(FleetInstance instance, LedgerRecord first);

	/**
	 * Replace the record if its revision is what is expected.
	 * @param expectedRevision the revision the change is based on
	 * @param next the record
	 * @param change what to append to the history, {@code null} if the effective phase
	 * stays
	 * @return whether the record was replaced
	 */
	boolean compareAndSet(long expectedRevision, LedgerRecord next, @Nullable PhaseChange change);

	/**
	 * Put a record that another store has committed, unless this one holds a later one.
	 * Together with the history: the side with authority has all of it.
	 * @param committed the record
	 * @param history the history, latest first
	 */
	void install(LedgerRecord committed, List<PhaseChange> history);

	/**
	 * Say that an instance is alive, and which revision it follows.
	 * @param instance the instance; {@link FleetInstance#silence()} is ignored
	 */
	void heartbeat(FleetInstance instance);

	/**
	 * Take an instance off the ledger.
	 * @param instanceId its id
	 * @return whether it stood there
	 */
	boolean remove(String instanceId);

	/**
	 * List the instances.
	 * @return all that are registered, silent ones included
	 */
	List<FleetInstance> instances();

	/**
	 * Read the history.
	 * @return the changes of effective phase, latest first
	 */
	List<PhaseChange> history();

	/**
	 * Read whose store this is.
	 * @return the mark, {@code null} if no migration has marked it
	 */
	@Nullable StoreMark mark();

	/**
	 * Mark this store as one side of a pair.
	 * @param mark the mark
	 */
	void mark(StoreMark mark);

	/**
	 * Whose store this is.
	 *
	 * @param pair identifies the two stores that belong together
	 * @param side which of them this is
	 */
	record StoreMark(String pair, Side side) {

	}

}
