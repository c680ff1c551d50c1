package io.migration.actuate;

import java.util.List;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.migration.MigrationPhase;
import io.migration.phase.PhaseControl;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Where a migration stands, from memory.
 *
 * @param kind the kind, as in the properties
 * @param phase the effective phase, {@code null} while the ledger has not been read
 * @param desiredPhase the phase asked for, {@code null} when nothing is
 * @param authority the side that takes writes first, {@code null} while the ledger has
 * not been read
 * @param epoch the number of changes of effective phase, {@code null} while the ledger
 * has not been read
 * @param state what the migration is doing
 * @param note what an operator should know, {@code null} if there is nothing to say
 * @param heldBy the gates that hold the next desired step
 */
@JsonInclude(Include.ALWAYS)
public record MigrationDescriptor(String kind, @Nullable String phase, @Nullable String desiredPhase,
		@Nullable String authority, @Nullable Long epoch, String state, @Nullable String note,
		List<GateDescriptor> heldBy) implements OperationResponseBody {

	static MigrationDescriptor of(PhaseControl control) {
		MigrationPhase desired = control.desiredPhase();
		boolean known = control.joined();
		return new MigrationDescriptor(control.kind(), known ? control.phase().wireName() : null,
				(desired != null) ? desired.wireName() : null, known ? control.authority().wireName() : null,
				known ? control.epoch() : null, control.state().wireName(), control.note(),
				GateDescriptor.of(control.unmet()));
	}

}
