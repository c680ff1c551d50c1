package io.migration.phase;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Where a walk keeps its record: {@link AuthorityLedger} for a fleet that shares one,
 * {@link InstanceLedger} for an instance that walks alone. Not thread safe;
 * {@link PhaseControl} guards it.
 */
interface PhaseLedger {

	/**
	 * Register and read.
	 * @param instance this instance
	 * @param desired what counts only when there is no record
	 * @return the record
	 */
	LedgerRecord join(FleetInstance instance, @Nullable DesiredPhase desired);

	/**
	 * Return whether this migration has never begun. Changes nothing.
	 * @return whether there is no record
	 */
	boolean begins();

	/**
	 * Return whether record and mark are lost.
	 * @return whether nothing is left
	 */
	boolean vanished();

	/**
	 * Read the record.
	 * @return the record
	 */
	LedgerRecord read();

	/**
	 * Replace the record, unless somebody else has.
	 * @param current what the change is based on
	 * @param next the record
	 * @param change for the history, {@code null} if the effective phase stays
	 * @return whether it was replaced
	 */
	boolean compareAndSet(LedgerRecord current, LedgerRecord next, @Nullable PhaseChange change);

	/**
	 * Prove that the side to which authority is about to move is ready for it.
	 * @param current the record
	 */
	void checkIncoming(LedgerRecord current);

	/**
	 * Say that an instance is alive, and which revision it follows.
	 * @param instance the instance
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

}
