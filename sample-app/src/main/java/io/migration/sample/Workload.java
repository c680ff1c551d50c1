package io.migration.sample;

/**
 * A kind of traffic.
 */
interface Workload {

	/**
	 * Does something, chosen at random, and looks at the answers.
	 * @param findings where it counts
	 */
	void next(Findings findings);

}
