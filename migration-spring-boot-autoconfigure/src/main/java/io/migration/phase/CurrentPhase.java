package io.migration.phase;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.migration.MigrationPhase;

/**
 * Where operations learn the phase. Reading it is one volatile read; entering adds one
 * striped counter.
 */
public final class CurrentPhase {

	private volatile PinnedPhase current;

	private final List<PinnedPhase> draining = new CopyOnWriteArrayList<>();

	private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

	/**
	 * Create a place that says off and parks writes until the ledger was read.
	 */
	public CurrentPhase() {
		this.current = new PinnedPhase(MigrationPhase.OFF, 0, Stage.CLOSING, 0);
	}

	/**
	 * Return the present rules without entering.
	 * @return the rules
	 */
	public PinnedPhase get() {
		return this.current;
	}

	/**
	 * Begin an operation. The caller ends it by {@link PinnedPhase#exit()}.
	 * <p>
	 * The count goes up before the second look, the drain looks at the count after the
	 * replacement: either the drain sees the operation or the operation sees the
	 * replacement.
	 * @return the rules the operation is pinned to
	 */
	public PinnedPhase enter() {
		while (true) {
			PinnedPhase pinned = this.current;
			pinned.begin();
			if (pinned == this.current) {
				return pinned;
			}
			pinned.exit();
		}
	}

	/**
	 * Replace the rules for operations that begin from now on.
	 * @param next the rules
	 */
	void replace(PinnedPhase next) {
		PinnedPhase previous = this.current;
		this.draining.add(previous);
		this.current = next;
		this.listeners.forEach(Runnable::run);
	}

	/**
	 * Go back to where a new place begins: the phase is not known.
	 */
	void forget() {
		replace(new PinnedPhase(MigrationPhase.OFF, 0, Stage.CLOSING, 0));
	}

	/**
	 * Register a listener that is told after the rules were replaced.
	 * @param listener must not block
	 */
	public void onChange(Runnable listener) {
		this.listeners.add(listener);
	}

	/**
	 * Return whether every operation begun under earlier rules has ended.
	 * @return whether all have drained
	 */
	boolean drained() {
		this.draining.removeIf(PinnedPhase::drained);
		return this.draining.isEmpty();
	}

}
