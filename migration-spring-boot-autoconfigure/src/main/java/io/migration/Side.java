package io.migration;

import java.util.Locale;

/**
 * One of the two systems a {@link Migration} joins. Source is the old one, target the new
 * one, in every phase and whichever of them has authority.
 */
public enum Side {

	/** The old system. */
	SOURCE,

	/** The new system. */
	TARGET;

	/**
	 * Return the opposite side.
	 * @return the other side
	 */
	public Side other() {
		return (this == SOURCE) ? TARGET : SOURCE;
	}

	/**
	 * Return the name used on the wire: properties, Actuator, meters and ledger.
	 * @return {@code source} or {@code target}
	 */
	public String wireName() {
		return name().toLowerCase(Locale.ROOT);
	}

}
