package io.migration;

import org.jspecify.annotations.Nullable;

/**
 * A named move from one source to one target, as this instance sees it. Injectable; all
 * methods are thread safe, cheap, and answer for the moment of the call.
 */
public interface Migration {

	/**
	 * Return the name, unique over all kinds.
	 * @return the name
	 */
	String name();

	/**
	 * Return the kind as it stands in the properties.
	 * @return for example {@code redis}
	 */
	String kind();

	/**
	 * Return the phase this instance routes by.
	 * @return the effective phase
	 */
	MigrationPhase phase();

	/**
	 * Return the phase that the flag or the operator asks for.
	 * @return the desired phase, {@code null} when nothing speaks
	 */
	@Nullable MigrationPhase desiredPhase();

	/**
	 * Return the side that takes writes first.
	 * @return the authority
	 */
	Side authority();

	/**
	 * Return the number of changes of effective phase so far.
	 * @return the epoch
	 */
	long epoch();

	/**
	 * Return what the migration is doing.
	 * @return the state
	 */
	State state();

	/**
	 * What a migration is doing.
	 */
	enum State {

		/** Effective and desired phase agree, or nothing is desired. */
		STEADY,

		/** Walking forward. */
		ADVANCING,

		/** Walking back. */
		ROLLING_BACK,

		/** Authority is on the move; writers are parked. */
		CUTTING_OVER,

		/** A gate or an obstacle holds the next step. */
		BLOCKED,

		/** This instance may not serve: it lost the ledger. */
		FENCED,

		/** The way back has been given up. */
		COMPLETED;

		/**
		 * Return the name used on the wire.
		 * @return the name in kebab-case
		 */
		public String wireName() {
			return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
		}

	}

}
