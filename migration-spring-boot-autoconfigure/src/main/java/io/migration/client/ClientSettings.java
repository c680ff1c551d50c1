package io.migration.client;

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

	/**
	 * What happens when target fails while source is whole.
	 */
	public enum OnFailure {

		/**
		 * A write that source has taken returns; a read in read-new is answered by
		 * source.
		 */
		CONTINUE,

		/** The caller gets an exception. */
		RAISE

	}

}
