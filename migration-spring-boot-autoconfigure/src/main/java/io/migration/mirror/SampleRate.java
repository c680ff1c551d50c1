package io.migration.mirror;

import java.util.concurrent.ThreadLocalRandom;

/**
 * The share of operations that are looked at closely. Immutable; asking costs a random
 * number of the calling thread, and nothing at 0 and 1.
 *
 * @param share 0 for none, 1 for all
 */
public record SampleRate(double share) {

	/**
	 * Decide whether the next operation is part of the sample.
	 * @return whether it is
	 */
	public boolean takesNext() {
		return this.share > 0 && (this.share >= 1 || ThreadLocalRandom.current().nextDouble() < this.share);
	}

}
