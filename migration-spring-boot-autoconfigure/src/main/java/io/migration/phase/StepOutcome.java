package io.migration.phase;

import java.util.List;

/**
 * What became of a request to change the phase.
 */
public sealed interface StepOutcome {

	/**
	 * The fleet follows the phase that was asked for.
	 */
	record Done() implements StepOutcome {

	}

	/**
	 * It was accepted and is under way.
	 */
	record UnderWay() implements StepOutcome {

	}

	/**
	 * It was refused and nothing changed.
	 *
	 * @param reason why, and what to do
	 * @param gates the gates that are not met; empty when something else refuses
	 */
	record Refused(String reason, List<GateStatus> gates) implements StepOutcome {

	}

}
