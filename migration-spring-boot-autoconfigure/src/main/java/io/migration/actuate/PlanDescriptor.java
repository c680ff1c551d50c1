package io.migration.actuate;

import java.time.Duration;
import java.util.List;

import io.migration.MigrationPhase;
import io.migration.phase.GateStatus;
import io.migration.phase.PlannedStep;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What a walk would do now.
 *
 * @param from the present phase
 * @param to the phase to walk to
 * @param steps the steps in their order, none when the phase is reached already
 */
public record PlanDescriptor(String from, String to, List<StepDescriptor> steps) implements OperationResponseBody {

	static PlanDescriptor of(MigrationPhase from, MigrationPhase to, List<PlannedStep> steps) {
		return new PlanDescriptor(from.wireName(), to.wireName(), steps.stream().map(StepDescriptor::of).toList());
	}

	/**
	 * One step of a plan.
	 *
	 * @param step the step
	 * @param from the phase it leaves
	 * @param to the phase it enters
	 * @param gates every gate that guards it, with its values now
	 * @param met whether all of them hold now
	 * @param pausesWriters whether writers are parked during it
	 * @param expectedPause the longest that writers are parked before the step is called
	 * off, in ISO form
	 */
	public record StepDescriptor(String step, String from, String to, List<GateDescriptor> gates, boolean met,
			boolean pausesWriters, String expectedPause) {

		private static StepDescriptor of(PlannedStep planned) {
			Duration pause = planned.longestPause();
			return new StepDescriptor(planned.step().toString(), planned.step().from().wireName(),
					planned.step().to().wireName(), GateDescriptor.of(planned.gates()),
					planned.gates().stream().allMatch(GateStatus::met), planned.pausesWriters(),
					((pause != null) ? pause : Duration.ZERO).toString());
		}

	}

}
