package io.migration.phase;

import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * One step of a plan.
 *
 * @param step the step
 * @param gates every gate that guards it, with its values now
 * @param pausesWriters whether writers are parked during it
 * @param longestPause the longest that writers can be parked before the step is called
 * off
 */
public record PlannedStep(PhaseStep step, List<GateStatus> gates, boolean pausesWriters,
		@Nullable Duration longestPause) {

}
