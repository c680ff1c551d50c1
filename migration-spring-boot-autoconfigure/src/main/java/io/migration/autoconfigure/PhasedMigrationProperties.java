package io.migration.autoconfigure;

import io.migration.MigrationPhase;
import org.jspecify.annotations.Nullable;

/**
 * What migrations of every kind have in common.
 */
public abstract class PhasedMigrationProperties {

	/**
	 * Phase that is desired when neither a flag nor the Actuator has said one: it counts
	 * at the first start only.
	 */
	private @Nullable MigrationPhase phase;

	/**
	 * Name of the flag that says which phase is desired. Default is the migration's name
	 * with the prefix "migration.".
	 */
	private @Nullable String flag;

	/**
	 * Percentage of reads that target answers in read-new, unless the flag says
	 * otherwise.
	 */
	private int readShare = 100;

	PhasedMigrationProperties() {
	}

	public @Nullable MigrationPhase getPhase() {
		return this.phase;
	}

	public void setPhase(@Nullable MigrationPhase phase) {
		this.phase = phase;
	}

	public @Nullable String getFlag() {
		return this.flag;
	}

	public void setFlag(@Nullable String flag) {
		this.flag = flag;
	}

	public int getReadShare() {
		return this.readShare;
	}

	public void setReadShare(int readShare) {
		this.readShare = readShare;
	}

	/**
	 * Return how reads are compared.
	 * @return the properties
	 */
	public abstract Compare getCompare();

	/**
	 * Return what holds the steps forward.
	 * @return the properties
	 */
	public abstract Gates getGates();

	/**
	 * How reads are compared.
	 */
	public static class Compare {

		/**
		 * Share of the reads that are repeated on both sides in the background, from 0 to
		 * 1.
		 */
		private double sampleRate = 0.01;

		public double getSampleRate() {
			return this.sampleRate;
		}

		public void setSampleRate(double sampleRate) {
			this.sampleRate = sampleRate;
		}

	}

	/**
	 * What holds the steps forward. Every gate but read-share can be given a value or
	 * switched off by "off".
	 */
	public static class Gates {

		/**
		 * How long every phase lasts at least, such as 1m. Not asked for unless set.
		 */
		private @Nullable String minTimeInPhase;

		/**
		 * How many reads have to be compared before read-new. Not asked for unless set.
		 */
		private @Nullable String minComparisons;

		/**
		 * Share of compared reads that may differ before read-new, from 0 to 1, or off.
		 */
		private String maxMismatchRate = "0";

		/**
		 * Share of comparisons that may fail before read-new and cutover, from 0 to 1.
		 * Not asked for unless set.
		 */
		private @Nullable String maxErrorRate;

		public @Nullable String getMinTimeInPhase() {
			return this.minTimeInPhase;
		}

		public void setMinTimeInPhase(@Nullable String minTimeInPhase) {
			this.minTimeInPhase = minTimeInPhase;
		}

		public @Nullable String getMinComparisons() {
			return this.minComparisons;
		}

		public void setMinComparisons(@Nullable String minComparisons) {
			this.minComparisons = minComparisons;
		}

		public String getMaxMismatchRate() {
			return this.maxMismatchRate;
		}

		public void setMaxMismatchRate(String maxMismatchRate) {
			this.maxMismatchRate = maxMismatchRate;
		}

		public @Nullable String getMaxErrorRate() {
			return this.maxErrorRate;
		}

		public void setMaxErrorRate(@Nullable String maxErrorRate) {
			this.maxErrorRate = maxErrorRate;
		}

	}

}
