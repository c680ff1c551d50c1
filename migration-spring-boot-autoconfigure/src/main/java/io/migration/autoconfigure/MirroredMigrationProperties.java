package io.migration.autoconfigure;

import java.time.Duration;

import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.mirror.MirrorSettings.StaleReads;
import org.jspecify.annotations.Nullable;

/**
 * What migrations with data have in common.
 */
public abstract class MirroredMigrationProperties extends PhasedMigrationProperties {

	/**
	 * How reads are compared.
	 */
	private final Compare compare = new Compare();

	MirroredMigrationProperties() {
	}

	@Override
	public Compare getCompare() {
		return this.compare;
	}

	/**
	 * Return how writes reach target.
	 * @return the properties
	 */
	public abstract Mirror getMirror();

	/**
	 * Return how authority moves.
	 * @return the properties
	 */
	public abstract Cutover getCutover();

	@Override
	public abstract Gates getGates();

	/**
	 * How writes reach target.
	 */
	public static class Mirror {

		/**
		 * What a write does in dual-write when target does not confirm it in time: raise
		 * an exception which says that source has it, or return and leave it to the
		 * journal. In read-new also whether a read falls back to source.
		 */
		private OnFailure onFailure;

		/**
		 * How long a write waits for target, and how long target may take for an answer.
		 * Choose it below the command timeout of the connection factory.
		 */
		private Duration timeout = Duration.ofSeconds(2);

		/**
		 * Whether a write in read-new may return before target has it.
		 */
		private StaleReads staleReads = StaleReads.DENY;

		/**
		 * The journal on source.
		 */
		private final Journal journal = new Journal();

		Mirror(OnFailure onFailure) {
			this.onFailure = onFailure;
		}

		public OnFailure getOnFailure() {
			return this.onFailure;
		}

		public void setOnFailure(OnFailure onFailure) {
			this.onFailure = onFailure;
		}

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

		public StaleReads getStaleReads() {
			return this.staleReads;
		}

		public void setStaleReads(StaleReads staleReads) {
			this.staleReads = staleReads;
		}

		public Journal getJournal() {
			return this.journal;
		}

	}

	/**
	 * The journal on source.
	 */
	public static class Journal {

		/**
		 * Entries above which journaling stops in shadow, so that source does not run out
		 * of room. The copy is stale then.
		 */
		private long maxSize = 10_000_000;

		public long getMaxSize() {
			return this.maxSize;
		}

		public void setMaxSize(long maxSize) {
			this.maxSize = maxSize;
		}

	}

	/**
	 * How authority moves.
	 */
	public static class Cutover {

		/**
		 * How long a move of authority may take before it is called off.
		 */
		private Duration timeout = Duration.ofSeconds(10);

		/**
		 * How long a write may be parked while authority moves. Default is one and a half
		 * times the timeout.
		 */
		private @Nullable Duration maxPark;

		public Duration getTimeout() {
			return this.timeout;
		}

		public void setTimeout(Duration timeout) {
			this.timeout = timeout;
		}

		public @Nullable Duration getMaxPark() {
			return this.maxPark;
		}

		public void setMaxPark(@Nullable Duration maxPark) {
			this.maxPark = maxPark;
		}

	}

	/**
	 * What holds the steps forward. Every gate but read-share can be given a value or
	 * switched off by "off".
	 */
	public static class Gates extends PhasedMigrationProperties.Gates {

		/**
		 * The longest that data lives, such as 24h: read-new is open when every write has
		 * been journaled for that long, and what was there before need not be copied.
		 */
		private @Nullable String ttl;

		/**
		 * How many journal entries may wait for target before a step forward, or off.
		 */
		private String journal = "1000";

		/**
		 * Whether read-new waits until what was there before has been copied: on or off.
		 * The gate ttl takes its place when it is set.
		 */
		private String backfill = "on";

		/**
		 * Whether read-new waits until both sides have been compared fully: on or off.
		 */
		private String verification = "on";

		public @Nullable String getTtl() {
			return this.ttl;
		}

		public void setTtl(@Nullable String ttl) {
			this.ttl = ttl;
		}

		public String getJournal() {
			return this.journal;
		}

		public void setJournal(String journal) {
			this.journal = journal;
		}

		public String getBackfill() {
			return this.backfill;
		}

		public void setBackfill(String backfill) {
			this.backfill = backfill;
		}

		public String getVerification() {
			return this.verification;
		}

		public void setVerification(String verification) {
			this.verification = verification;
		}

	}

}
