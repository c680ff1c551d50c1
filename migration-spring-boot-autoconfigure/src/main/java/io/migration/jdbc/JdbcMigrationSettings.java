package io.migration.jdbc;

import java.time.Duration;

import io.migration.mirror.MirrorSettings;
import io.migration.phase.PhaseSettings;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * Everything that one migration of a database is configured with.
 *
 * @param phase how it walks
 * @param mirror how it mirrors
 * @param acknowledge when a write counts as being on the other side
 * @param gates what holds its steps
 * @param maxPark how long a write may be parked
 * @param tables which tables move
 * @param adopt whether a target that is neither empty nor marked may be taken over
 * @param reversible whether writes are journaled on target after cutover, for the way
 * back
 * @param initializeSchema whether tables and triggers of ours are created where they are
 * missing
 */
public record JdbcMigrationSettings(PhaseSettings phase, MirrorSettings mirror, Acknowledge acknowledge, Gates gates,
		Duration maxPark, TableScope tables, boolean adopt, boolean reversible,
		DatabaseInitializationMode initializeSchema) {

	/**
	 * When a write counts as being on the other side.
	 */
	public enum Acknowledge {

		/** It is visible there, and durable through the journal. */
		APPLIED,

		/** The other side has synced it, too. */
		DURABLE

	}

	/**
	 * What holds the steps; {@code null} switches a gate off.
	 *
	 * @param minTimeInPhase how long a phase lasts at least
	 * @param minComparisons how many reads are compared at least
	 * @param maxMismatchRate the share of mismatches that is accepted
	 * @param maxErrorRate the share of failed comparisons that is accepted
	 * @param ttl how long data lives at the longest
	 * @param journal how many entries may wait
	 * @param backfill whether read-new waits for the copy
	 * @param verification whether read-new waits for a clean verification
	 * @param schema whether every step forward waits until the schemas agree
	 * @param outsideWriters whether cutover is held while another bean reaches source
	 * past the decoration
	 */
	public record Gates(@Nullable Duration minTimeInPhase, @Nullable Long minComparisons,
			@Nullable Double maxMismatchRate, @Nullable Double maxErrorRate, @Nullable Duration ttl,
			@Nullable Long journal, boolean backfill, boolean verification, boolean schema, boolean outsideWriters) {

	}

}
