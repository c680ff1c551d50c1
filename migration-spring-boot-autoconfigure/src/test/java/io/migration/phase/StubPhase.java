package io.migration.phase;

import io.migration.MigrationPhase;

/**
 * Rules that a test sets itself, for what is pinned to them.
 */
public final class StubPhase {

	private final CurrentPhase current = new CurrentPhase();

	private long epoch;

	public StubPhase(MigrationPhase phase) {
		become(phase);
	}

	/**
	 * Enter a phase.
	 */
	public void become(MigrationPhase phase) {
		this.current.replace(new PinnedPhase(phase, ++this.epoch, Stage.OPEN, 100));
	}

	/**
	 * Begin an operation under the present rules.
	 */
	public PinnedPhase enter() {
		return this.current.enter();
	}

	/**
	 * Return whether no operation is under way but under the present rules.
	 */
	public boolean drained() {
		return this.current.drained();
	}

	/**
	 * Return how many operations are under way under the present rules.
	 */
	public long underWay() {
		return this.current.get().underWay();
	}

}
