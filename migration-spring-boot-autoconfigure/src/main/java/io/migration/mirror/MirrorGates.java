package io.migration.mirror;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

import io.migration.MigrationPhase;
import io.migration.mirror.Comparisons.Result;
import io.migration.phase.Gate;
import io.migration.phase.PhaseGates;
import io.migration.phase.PhaseStep;
import org.jspecify.annotations.Nullable;

/**
 * The gates about what comparing has shown, and those of a migration with data.
 */
public final class MirrorGates {

	private MirrorGates() {
	}

	private static boolean intoReadNew(PhaseStep step) {
		return step.to() == MigrationPhase.READ_NEW;
	}

	private static boolean intoReadNewOrCutover(PhaseStep step) {
		return step.to().ordinal() >= MigrationPhase.READ_NEW.ordinal();
	}

	/**
	 * Return the statistical gates that are asked for; {@code null} stands for one that
	 * is not.
	 * @param minTimeInPhase how long a phase lasts at least
	 * @param minComparisons how many reads are compared at least
	 * @param maxMismatchRate the share of mismatches that is accepted
	 * @param maxErrorRate the share of failed comparisons that is accepted
	 * @param comparisons the comparisons
	 * @return the gates, in a list of the caller's own
	 */
	public static List<Gate> statistical(@Nullable Duration minTimeInPhase, @Nullable Long minComparisons,
			@Nullable Double maxMismatchRate, @Nullable Double maxErrorRate, Comparisons comparisons) {
		List<Gate> gates = new ArrayList<>();
		if (minTimeInPhase != null) {
			gates.add(PhaseGates.minTimeInPhase(minTimeInPhase, Clock.systemUTC()));
		}
		if (minComparisons != null) {
			gates.add(minComparisons(minComparisons, comparisons));
		}
		if (maxMismatchRate != null) {
			gates.add(maxMismatchRate(maxMismatchRate, comparisons));
		}
		if (maxErrorRate != null) {
			gates.add(maxErrorRate(maxErrorRate, comparisons));
		}
		return gates;
	}

	/**
	 * Hold the step into read-new until enough reads were compared.
	 * @param least how many
	 * @param comparisons the comparisons
	 * @return the gate
	 */
	private static Gate minComparisons(long least, Comparisons comparisons) {
		return Gate.of("min-comparisons", MirrorGates::intoReadNew, true, (record) -> {
			long actual = comparisons.total(Result.MATCH, Result.MISMATCH);
			return new Gate.Reading(least, actual, actual >= least);
		});
	}

	/**
	 * Hold the step into read-new while reads differ.
	 * @param most the share of mismatches that is accepted, 0 to 1
	 * @param comparisons the comparisons
	 * @return the gate
	 */
	private static Gate maxMismatchRate(double most, Comparisons comparisons) {
		return Gate.of("max-mismatch-rate", MirrorGates::intoReadNew, true, (record) -> {
			double actual = comparisons.mismatchRate();
			return new Gate.Reading(most, actual, actual <= most);
		});
	}

	/**
	 * Hold the steps into read-new and cutover while comparisons fail.
	 * @param most the share of failures that is accepted, 0 to 1
	 * @param comparisons the comparisons
	 * @return the gate
	 */
	private static Gate maxErrorRate(double most, Comparisons comparisons) {
		return Gate.of("max-error-rate", MirrorGates::intoReadNewOrCutover, true, (record) -> {
			double actual = comparisons.errorRate();
			return new Gate.Reading(most, actual, actual <= most);
		});
	}

	/**
	 * Hold every step from shadow on while too much waits for the relay. That it is empty
	 * when authority moves is not a gate but part of the step.
	 * @param most how many entries may wait
	 * @param journal answers how much waits
	 * @return the gate
	 */
	public static Gate journal(long most, Supplier<JournalStatus> journal) {
		return Gate.of("journal", (step) -> step.from().journals(), false, (record) -> {
			double depth = journal.get().depth();
			return new Gate.Reading(most, Double.isNaN(depth) ? "unknown" : (Object) (long) depth, depth <= most);
		});
	}

	/**
	 * Hold the step into read-new when writes were seen that cannot be mirrored.
	 * @param unsupported answers how many
	 * @return the gate
	 */
	public static Gate unsupported(LongSupplier unsupported) {
		return Gate.of("unsupported", MirrorGates::intoReadNew, false,
				(record) -> new Gate.Reading(0, unsupported.getAsLong(), unsupported.getAsLong() == 0));
	}

	/**
	 * Hold the step into read-new until what was there before is on target.
	 * @param state answers the state of the copy
	 * @return the gate
	 */
	public static Gate backfill(Supplier<String> state) {
		return Gate.of("backfill", MirrorGates::intoReadNew, false,
				(record) -> new Gate.Reading("complete", state.get(), state.get().equals("complete")));
	}

	/**
	 * Hold the step into read-new until both sides were compared fully.
	 * @param required what is asked for
	 * @param state answers the state of the last verification
	 * @return the gate
	 */
	public static Gate verification(String required, Supplier<String> state) {
		return Gate.of("verification", MirrorGates::intoReadNew, false,
				(record) -> new Gate.Reading(required, state.get(), state.get().equals("clean")));
	}

}
