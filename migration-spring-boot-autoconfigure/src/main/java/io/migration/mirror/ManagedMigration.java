package io.migration.mirror;

import io.migration.phase.PhaseControl;

/**
 * A migration of any kind, as operators see it. Thread safe; every method answers from
 * memory.
 */
public interface ManagedMigration {

	/**
	 * Return what walks it.
	 * @return phase control
	 */
	PhaseControl control();

	/**
	 * Return what comparing both sides has shown.
	 * @return the comparisons
	 */
	Comparisons comparisons();

	/**
	 * Return whether the circuit breaker around the side that must not hurt is open.
	 * @return whether it is open
	 */
	boolean circuitOpen();

	/**
	 * Return how many comparisons were dropped because too many were under way.
	 * @return the count
	 */
	long shed();

}
