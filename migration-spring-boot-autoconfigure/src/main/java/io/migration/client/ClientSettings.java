package io.migration.client;

import io.migration.mirror.MirrorSettings.OnFailure;

/**
 * How a client migration writes.
 *
 * @param writes where writes go while both sides are in use
 * @param onFailure what happens when one of two sides fails
 */
public record ClientSettings(Writes writes, OnFailure onFailure) {

	/**
	 * Where writes go in dual-write and read-new.
	 */
	public enum Writes {

		/** To source, then to target. */
		BOTH,

		/** To the side that a read with the same key goes to. */
		ROUTE

	}

}
