package io.migration.phase;

import java.time.Duration;

import io.migration.MigrationPhase;
import org.jspecify.annotations.Nullable;

/**
 * How one migration walks.
 *
 * @param name the migration's name
 * @param kind the kind, as in the properties
 * @param flag the flag that says which phase is desired
 * @param phase the phase the property asks for, which counts only at the first start
 * @param readShare percent of reads for target in read-new unless the flag says otherwise
 * @param cutoverTimeout how long a move of authority may take before it is called off
 * @param lease how long an instance counts as alive after it was last heard of
 * @param heartbeat how often an instance is heard of and looks at the ledger
 */
public record PhaseSettings(String name, String kind, String flag, @Nullable MigrationPhase phase, int readShare,
		Duration cutoverTimeout, Duration lease, Duration heartbeat) {

}
