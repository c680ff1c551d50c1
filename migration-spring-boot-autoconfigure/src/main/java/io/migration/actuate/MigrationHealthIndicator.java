package io.migration.actuate;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.migration.Migration.State;
import io.migration.MigrationException;
import io.migration.MigrationPhase;
import io.migration.mirror.Comparisons;
import io.migration.mirror.JournalStatus;
import io.migration.mirror.ManagedMigration;
import io.migration.mirror.MirroredMigration;
import io.migration.phase.FleetInstance;
import io.migration.phase.GateStatus;
import io.migration.phase.PhaseControl;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;

/**
 * Health of one migration.
 * <p>
 * Down means that this instance cannot serve: its authority, which holds the ledger, is
 * out of reach, or it is fenced. Whatever else is wrong costs no caller anything, and is
 * a warning.
 */
final class MigrationHealthIndicator implements HealthIndicator {

	private static final String MISMATCH_GATE = "max-mismatch-rate";

	private final ManagedMigration migration;

	private final PhaseControl control;

	MigrationHealthIndicator(ManagedMigration migration) {
		this.migration = migration;
		this.control = migration.control();
	}

	@Override
	public Health health() {
		Health.Builder health = new Health.Builder();
		List<String> warnings = new ArrayList<>();
		String note = this.control.note();
		try {
			health.status(status(warnings));
		}
		catch (MigrationException ex) {
			health.status(Status.DOWN);
			note = LedgerContact.trouble(ex);
		}
		describe(health, note);
		if (!warnings.isEmpty()) {
			health.withDetail("warnings", warnings);
		}
		return health.build();
	}

	private Status status(List<String> warnings) {
		if (this.control.state() == State.FENCED || LedgerContact.trouble(this.control) != null) {
			return Status.DOWN;
		}
		if (!this.control.joined()) {
			return Status.UNKNOWN;
		}
		collect(warnings);
		return warnings.isEmpty() ? Status.UP : MigrationsHealthContributor.WARNING;
	}

	private void collect(List<String> warnings) {
		for (FleetInstance instance : this.control.instances()) {
			if (LedgerContact.lost(instance, this.control)) {
				warnings.add("instance %s on %s has been silent for %d s; if it is dead, have it forgotten"
					.formatted(instance.id(), instance.host(), instance.silence().toSeconds()));
			}
		}
		if (this.migration.circuitOpen()) {
			warnings.add("the circuit breaker around the other side is open");
		}
		String problem = (this.migration instanceof MirroredMigration mirrored) ? mirrored.relayProblem() : null;
		if (problem != null) {
			warnings.add("the relay does not copy: " + problem);
		}
		if (diverges()) {
			warnings.add("the sides differ: mismatch rate %s over the limit"
				.formatted(this.migration.comparisons().mismatchRate()));
		}
		String note = this.control.note();
		if (note != null && standsStill(this.control.state())) {
			warnings.add("the desired phase is not reached: " + note);
		}
	}

	/**
	 * The gate knows the limit; where it is switched off, any divergence counts.
	 */
	private boolean diverges() {
		List<GateStatus> limits = this.control.gates()
			.stream()
			.filter((gate) -> gate.gate().equals(MISMATCH_GATE))
			.toList();
		return limits.isEmpty() ? this.migration.comparisons().total(Comparisons.Result.MISMATCH) > 0
				: limits.stream().anyMatch((gate) -> !gate.met());
	}

	/**
	 * A flag that is not followed leaves the migration steady, with a note that says why.
	 */
	private static boolean standsStill(State state) {
		return state == State.BLOCKED || state == State.STEADY;
	}

	private void describe(Health.Builder health, @Nullable String note) {
		if (this.control.joined()) {
			health.withDetail("phase", this.control.phase().wireName());
		}
		MigrationPhase desired = this.control.desiredPhase();
		if (desired != null) {
			health.withDetail("desired", desired.wireName());
		}
		if (this.control.joined()) {
			health.withDetail("authority", this.control.authority().wireName());
			health.withDetail("epoch", this.control.epoch());
		}
		health.withDetail("state", this.control.state().wireName());
		if (this.migration instanceof MirroredMigration mirrored) {
			describe(health, mirrored.journal());
		}
		if (note != null) {
			health.withDetail("note", note);
		}
	}

	private static void describe(Health.Builder health, JournalStatus journal) {
		if (!Double.isNaN(journal.depth())) {
			health.withDetail("journalDepth", journal.depth());
			health.withDetail("journalAgeSeconds", journal.age().toMillis() / (double) TimeUnit.SECONDS.toMillis(1));
		}
	}

}
