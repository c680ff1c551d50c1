package io.migration.jdbc;

/**
 * How much of what was there before journaling began, or went past the journal, is on the
 * other side.
 */
enum CopyState {

	/**
	 * The other side may hold rows that the authority lacks, and lack rows that it holds.
	 */
	RECONCILE,

	/** The other side may hold rows that the authority lacks; it lacks none. */
	RECONCILE_THEN_COMPLETE,

	/** The other side holds nothing that the authority lacks. */
	RECONCILED,

	/** All that is not on the other side stands in the journal. */
	COMPLETE,

	/** Nothing is journaled, because the journal had become too long. */
	SUSPENDED;

	/**
	 * Return whether the other side is still to be rid of what the authority lacks.
	 */
	boolean reconciles() {
		return this == RECONCILE || this == RECONCILE_THEN_COMPLETE;
	}

	/**
	 * Return the state when that is done.
	 */
	CopyState reconciled() {
		return (this == RECONCILE_THEN_COMPLETE) ? COMPLETE : RECONCILED;
	}

}
