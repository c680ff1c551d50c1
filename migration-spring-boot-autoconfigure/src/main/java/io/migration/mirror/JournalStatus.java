package io.migration.mirror;

import java.time.Duration;

/**
 * How much waits for the relay.
 *
 * @param depth entries not yet acknowledged by the other side; {@code NaN} when unknown
 * @param age how long the oldest of them has waited
 */
public record JournalStatus(double depth, Duration age) {

	/** Nothing is known. */
	public static final JournalStatus UNKNOWN = new JournalStatus(Double.NaN, Duration.ZERO);

	/** Nothing waits. */
	public static final JournalStatus EMPTY = new JournalStatus(0, Duration.ZERO);

}
