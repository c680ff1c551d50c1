package io.migration.autoconfigure;

import java.time.Duration;

/**
 * What migrations without data have in common.
 */
public abstract class RoutedMigrationProperties extends PhasedMigrationProperties {

	/**
	 * How reads are compared.
	 */
	private final Compare compare = new Compare();

	/**
	 * What holds the steps forward.
	 */
	private final Gates gates = new Gates();

	RoutedMigrationProperties() {
	}

	@Override
	public Compare getCompare() {
		return this.compare;
	}

	@Override
	public Gates getGates() {
		return this.gates;
	}

	/**
	 * How reads are compared, beside the caller.
	 */
	public static class Compare extends PhasedMigrationProperties.Compare {

		/**
		 * How long a comparison may take, the call to the other side included.
		 */
		private Duration timeout = Duration.ofSeconds(2);

		/**
		 * How many comparisons run at once.
		 */
		private int maxParallel = 4;

		/**
		 * How many comparisons wait for a thread; more are dropped and counted.
		 */
		private int maxWaiting = 100;

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

		public int getMaxParallel() {
			return this.maxParallel;
		}

		public void setMaxParallel(int maxParallel) {
			this.maxParallel = maxParallel;
		}

		public int getMaxWaiting() {
			return this.maxWaiting;
		}

		public void setMaxWaiting(int maxWaiting) {
			this.maxWaiting = maxWaiting;
		}

	}

}
