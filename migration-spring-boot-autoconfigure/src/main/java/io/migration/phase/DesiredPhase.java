package io.migration.phase;

import io.migration.MigrationPhase;
import org.jspecify.annotations.Nullable;

/**
 * The phase that somebody asks for.
 *
 * @param phase the phase
 * @param by who asks: a principal, the flag, or the property
 * @param reason why, if it was said
 * @param force whether gates that may be skipped are skipped on the way
 */
public record DesiredPhase(MigrationPhase phase, String by, @Nullable String reason, boolean force) {

}
