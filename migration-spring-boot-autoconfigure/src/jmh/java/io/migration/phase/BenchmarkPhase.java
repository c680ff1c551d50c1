package io.migration.phase;

import io.migration.MigrationPhase;

/**
 * Places that say one phase, without control and ledger behind them.
 */
public final class BenchmarkPhase {

	private BenchmarkPhase() {
	}

	/**
	 * Create a place.
	 * @param phase what it says
	 * @return the place
	 */
	public static CurrentPhase of(MigrationPhase phase) {
		CurrentPhase current = new CurrentPhase();
		current.replace(new PinnedPhase(phase, 1, Stage.OPEN, 100));
		return current;
	}

}
