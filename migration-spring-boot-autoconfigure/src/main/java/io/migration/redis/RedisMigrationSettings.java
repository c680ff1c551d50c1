package io.migration.redis;

import java.time.Duration;
import java.util.List;

import io.migration.mirror.MirrorSettings;
import io.migration.phase.PhaseSettings;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one Redis migration is configured with.
 *
 * @param phase how it walks
 * @param mirror how it mirrors
 * @param gates what holds its steps
 * @param maxPark how long a write may be parked
 * @param keys patterns of the keys that move
 * @param adopt whether a target that is neither empty nor marked may be taken over
 */
public record RedisMigrationSettings(PhaseSettings phase, MirrorSettings mirror, Gates gates, Duration maxPark,
		List<String> keys, boolean adopt) {

	/**
	 * What holds the steps; {@code null} switches a gate off.
	 *
	 * @param minTimeInPhase how long a phase lasts at least
	 * @param minComparisons how many reads are compared at least
	 * @param maxMismatchRate the share of mismatches that is accepted
	 * @param maxErrorRate the share of failed comparisons that is accepted
	 * @param ttl the longest that data lives
	 * @param journal how many entries may wait
	 * @param readShare whether target must answer every read before cutover
	 * @param unsupported whether writes that cannot be mirrored hold read-new
	 * @param backfill whether read-new waits for the copy
	 * @param verification whether read-new waits for a clean verification
	 */
	public record Gates(@Nullable Duration minTimeInPhase, @Nullable Long minComparisons,
			@Nullable Double maxMismatchRate, @Nullable Double maxErrorRate, @Nullable Duration ttl,
			@Nullable Long journal, boolean readShare, boolean unsupported, boolean backfill, boolean verification) {

	}

}
