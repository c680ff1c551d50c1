package io.migration.jdbc;

import java.time.Duration;

/**
 * Waits for the relay.
 */
@FunctionalInterface
interface CatchUp {

	/**
	 * Wait until the other side has everything that was journaled before this call.
	 * @param timeout how long at most
	 * @return whether it has
	 * @throws InterruptedException if the thread is interrupted
	 */
	boolean await(Duration timeout) throws InterruptedException;

}
