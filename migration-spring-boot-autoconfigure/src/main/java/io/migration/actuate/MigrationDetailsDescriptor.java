package io.migration.actuate;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonInclude.Include;
import io.migration.MigrationException;
import io.migration.mirror.Comparisons;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.JournalStatus;
import io.migration.mirror.ManagedMigration;
import io.migration.mirror.MirroredMigration;
import io.migration.phase.PhaseControl;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * Everything there is to say about a migration.
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
 * @param readShare percent of reads for target in read-new
 * @param gates every gate of every step; empty while the ledger cannot be reached
 * @param instances the fleet; empty while the ledger cannot be reached
 * @param mirror what is done beside the caller
 * @param comparisons what comparing both sides has shown
 * @param backfill the copy of what existed before, {@code null} without data
 * @param verification the full comparison of both sides, {@code null} without data
 * @param journal what waits for the relay, {@code null} without data
 */
@JsonInclude(Include.ALWAYS)
public record MigrationDetailsDescriptor(String kind, @Nullable String phase, @Nullable String desiredPhase,
		@Nullable String authority, @Nullable Long epoch, String state, @Nullable String note, int readShare,
		List<GateDescriptor> gates, List<InstanceDescriptor> instances, MirrorDescriptor mirror,
		ComparisonsDescriptor comparisons, @Nullable JobDescriptor backfill, @Nullable JobDescriptor verification,
		@Nullable JournalDescriptor journal) implements OperationResponseBody {

	static MigrationDetailsDescriptor of(ManagedMigration migration) {
		PhaseControl control = migration.control();
		List<GateDescriptor> gates = List.of();
		List<InstanceDescriptor> instances = List.of();
		if (LedgerContact.established(control)) {
			try {
				gates = GateDescriptor.of(control.gates());
				instances = InstanceDescriptor.of(control);
			}
			catch (MigrationException ex) {
				// the rest must stay readable above all when something is wrong; the note
				// will tell from the next heartbeat on
			}
		}
		MigrationDescriptor summary = MigrationDescriptor.of(control);
		MirroredMigration mirrored = (migration instanceof MirroredMigration withData) ? withData : null;
		JobDescriptor job = (mirrored != null) ? JobDescriptor.NOT_STARTED : null;
		return new MigrationDetailsDescriptor(summary.kind(), summary.phase(), summary.desiredPhase(),
				summary.authority(), summary.epoch(), summary.state(), summary.note(), control.readShare(), gates,
				instances, MirrorDescriptor.of(migration), ComparisonsDescriptor.of(migration.comparisons()), job, job,
				(mirrored != null) ? JournalDescriptor.of(mirrored.journal()) : null);
	}

	private static double seconds(Duration duration) {
		return duration.toMillis() / (double) TimeUnit.SECONDS.toMillis(1);
	}

	/**
	 * A running instance of the application.
	 *
	 * @param id unique for each start of each process
	 * @param host where it runs
	 * @param applied the revision of the ledger's record whose rules it follows
	 * @param silenceSeconds how long ago it was last heard of
	 * @param silent whether that is longer than its lease
	 */
	public record InstanceDescriptor(String id, String host, long applied, double silenceSeconds, boolean silent) {

		private static List<InstanceDescriptor> of(PhaseControl control) {
			return control.instances()
				.stream()
				.map((instance) -> new InstanceDescriptor(instance.id(), instance.host(), instance.applied(),
						seconds(instance.silence()), LedgerContact.lost(instance, control)))
				.toList();
		}

	}

	/**
	 * What is done beside the caller. Without data that is comparing alone.
	 *
	 * @param onFailure what a write does in dual-write when the relay is late,
	 * {@code null} without data
	 * @param timeout how long such a write waits, in ISO form, {@code null} without data
	 * @param waitingWriters how many writers wait for the relay
	 * @param parkedWriters how many writers are parked while authority moves
	 * @param relayProblem what keeps the relay from copying, {@code null} if nothing does
	 * @param circuitOpen whether the circuit breaker around the other side is open
	 * @param shed how many comparisons were dropped because too many were under way
	 * @param unsupported how many writes could not be mirrored, or cannot run on target
	 * @param unsupportedCommands which commands those were, and how often
	 */
	@JsonInclude(Include.ALWAYS)
	public record MirrorDescriptor(@Nullable String onFailure, @Nullable String timeout, int waitingWriters,
			int parkedWriters, @Nullable String relayProblem, boolean circuitOpen, long shed, long unsupported,
			Map<String, Long> unsupportedCommands) {

		private static MirrorDescriptor of(ManagedMigration migration) {
			if (migration instanceof MirroredMigration mirrored) {
				return new MirrorDescriptor(
						mirrored.settings().onFailure().name().toLowerCase(Locale.ROOT).replace('_', '-'),
						mirrored.settings().timeout().toString(), mirrored.waitingWriters(), mirrored.parkedWriters(),
						mirrored.relayProblem(), mirrored.circuitOpen(), mirrored.shed(), mirrored.unsupported(),
						mirrored.unsupportedCommands());
			}
			return new MirrorDescriptor(null, null, 0, 0, null, migration.circuitOpen(), migration.shed(), 0, Map.of());
		}

	}

	/**
	 * What comparing both sides has shown.
	 *
	 * @param match how often the sides agreed
	 * @param mismatch how often they differed
	 * @param error how often a side did not answer
	 * @param skipped how often nothing could be said
	 * @param mismatchRate the share of mismatches among the first two, 0 to 1
	 * @param since when counting began
	 */
	public record ComparisonsDescriptor(long match, long mismatch, long error, long skipped, double mismatchRate,
			Instant since) {

		private static ComparisonsDescriptor of(Comparisons comparisons) {
			return new ComparisonsDescriptor(comparisons.total(Result.MATCH), comparisons.total(Result.MISMATCH),
					comparisons.total(Result.ERROR), comparisons.total(Result.SKIPPED), comparisons.mismatchRate(),
					comparisons.since());
		}

	}

	/**
	 * A job of a migration.
	 *
	 * @param state how far it has come
	 */
	public record JobDescriptor(String state) {

		static final JobDescriptor NOT_STARTED = new JobDescriptor("not-started");

	}

	/**
	 * What waits for the relay.
	 *
	 * @param depth entries not yet acknowledged by the other side, {@code null} when
	 * unknown
	 * @param ageSeconds how long the oldest of them has waited, {@code null} when unknown
	 */
	@JsonInclude(Include.ALWAYS)
	public record JournalDescriptor(@Nullable Double depth, @Nullable Double ageSeconds) {

		private static JournalDescriptor of(JournalStatus status) {
			return Double.isNaN(status.depth()) ? new JournalDescriptor(null, null)
					: new JournalDescriptor(status.depth(), seconds(status.age()));
		}

	}

}
