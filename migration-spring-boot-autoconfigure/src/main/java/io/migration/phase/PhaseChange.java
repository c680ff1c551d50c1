package io.migration.phase;

import java.time.Instant;

import io.migration.MigrationPhase;
import org.jspecify.annotations.Nullable;

/**
 * One change of effective phase, as the history keeps it.
 *
 * @param from the phase left
 * @param to the phase entered
 * @param epoch the epoch it began
 * @param at when
 * @param by who asked for it
 * @param reason why, if it was said
 */
public record PhaseChange(MigrationPhase from, MigrationPhase to, long epoch, Instant at, String by,
		@Nullable String reason) {

}
