package io.migration.mirror;

import io.migration.Side;

/**
 * Told what a migration does, for meters. Called on hot paths from any thread: must be
 * cheap and must not throw.
 */
public interface MirrorObserver {

	/** An observer that does nothing. */
	MirrorObserver NONE = new MirrorObserver() {
	};

	/**
	 * An operation of the application has ended.
	 * @param write whether it was a write
	 * @param side the side that answered it
	 * @param success whether it succeeded
	 * @param nanos how long it took, as the caller saw it
	 */
	default void operation(boolean write, Side side, boolean success, long nanos) {
	}

	/**
	 * A round of the relay has ended.
	 * @param success whether the other side acknowledged it
	 * @param entries how many entries it took
	 * @param nanos how long it took
	 */
	default void round(boolean success, int entries, long nanos) {
	}

	/**
	 * A comparison has ended.
	 * @param result its result
	 */
	default void comparison(Comparisons.Result result) {
	}

	/**
	 * Background work was dropped because its bound was reached.
	 */
	default void shed() {
	}

}
