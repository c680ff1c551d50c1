package io.migration.phase;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.function.IntSupplier;

import io.migration.MigrationPhase;

/**
 * The gates that every migration can have.
 */
public final class PhaseGates {

	private PhaseGates() {
	}

	/**
	 * Hold every step forward until the phase has lasted.
	 * @param least how long it shall last
	 * @param clock the clock
	 * @return the gate
	 */
	public static Gate minTimeInPhase(Duration least, Clock clock) {
		return Gate.of("min-time-in-phase", (step) -> true, true, (record) -> {
			Duration actual = Duration.between(record.since(), clock.instant());
			return new Gate.Reading(least.toString(), seconds(actual).toString(), actual.compareTo(least) >= 0);
		});
	}

	/**
	 * Hold the step into cutover until target answers every read.
	 * @param share answers with the percentage of reads for target
	 * @return the gate
	 */
	public static Gate readShare(IntSupplier share) {
		return Gate.of("read-share", (step) -> step.to() == MigrationPhase.CUTOVER, false,
				(record) -> new Gate.Reading(100, share.getAsInt(), share.getAsInt() >= 100));
	}

	/**
	 * Hold the step into read-new until whatever was there before journaling began has
	 * expired.
	 * @param longest the longest that data lives
	 * @param clock the clock
	 * @return the gate
	 */
	public static Gate ttl(Duration longest, Clock clock) {
		return Gate.of("ttl", (step) -> step.to() == MigrationPhase.READ_NEW, false, (record) -> {
			Instant since = record.journalingSince();
			Duration actual = (since != null) ? Duration.between(since, clock.instant()) : Duration.ZERO;
			return new Gate.Reading(longest.toString(), seconds(actual).toString(), actual.compareTo(longest) >= 0);
		});
	}

	private static Duration seconds(Duration duration) {
		return Duration.ofSeconds(duration.toSeconds());
	}

}
