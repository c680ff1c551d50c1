package io.migration.mirror;

import java.time.Duration;

import io.migration.phase.PhaseSettings;
import org.jspecify.annotations.Nullable;

/**
 * How a migration without data walks and compares.
 *
 * @param phase how it walks
 * @param gates what holds its steps
 * @param sampleRate share of reads that are compared, 0 to 1
 * @param timeout how long a comparison may take
 * @param parallel how many comparisons run at once
 * @param waiting how many wait at most
 */
public record RouteSettings(PhaseSettings phase, Gates gates, double sampleRate, Duration timeout, int parallel,
		int waiting) {

	/**
	 * What holds the steps; {@code null} switches a gate off.
	 *
	 * @param minTimeInPhase how long a phase lasts at least
	 * @param minComparisons how many reads are compared at least
	 * @param maxMismatchRate the share of mismatches that is accepted
	 * @param maxErrorRate the share of failed comparisons that is accepted
	 */
	public record Gates(@Nullable Duration minTimeInPhase, @Nullable Long minComparisons,
			@Nullable Double maxMismatchRate, @Nullable Double maxErrorRate) {

	}

}
