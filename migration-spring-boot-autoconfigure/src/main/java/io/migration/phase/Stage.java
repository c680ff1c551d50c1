package io.migration.phase;

import java.util.Locale;

/**
 * How far the step that is under way has come. A stage changes nothing but what is said
 * here; the effective phase and the epoch change when the step is done.
 */
public enum Stage {

	/** No step is under way. */
	OPEN,

	/**
	 * On the way into read-new: writes already follow read-new's rule, reads do not move
	 * before every instance does so and the relay has passed what was acknowledged
	 * before.
	 */
	WRITES_FIRST,

	/** Authority is about to move: new writes are parked, running ones end. */
	CLOSING,

	/** All writers have stopped: the journal runs empty, then authority moves. */
	SWAPPING;

	/**
	 * Return whether new writes wait in this stage.
	 * @return {@code true} from closing until open
	 */
	public boolean parksWrites() {
		return this == CLOSING || this == SWAPPING;
	}

	/**
	 * Return the name used on the wire.
	 * @return the name in kebab-case
	 */
	public String wireName() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

}
