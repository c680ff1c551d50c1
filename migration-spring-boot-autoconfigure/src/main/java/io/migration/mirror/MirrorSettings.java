package io.migration.mirror;

import java.time.Duration;

/**
 * How a migration with data mirrors.
 *
 * @param onFailure what a write does in dual-write when the relay is late
 * @param timeout how long such a write waits, and how long the other side may take to
 * answer the relay
 * @param staleReads whether a write in read-new may return before target has it
 * @param sampleRate share of reads that are compared, 0 to 1
 * @param journalMaxSize entries above which journaling stops in shadow
 */
public record MirrorSettings(OnFailure onFailure, Duration timeout, StaleReads staleReads, double sampleRate,
		long journalMaxSize) {

	/**
	 * What a write does when the other side does not confirm it in time.
	 */
	public enum OnFailure {

		/** Return; where there is a journal, it delivers the write later. */
		CONTINUE,

		/** Raise an exception which says that the authority has it. */
		RAISE

	}

	/**
	 * Whether a reader may see target without the reader's own latest writes.
	 */
	public enum StaleReads {

		/** A write that target does not confirm raises. */
		DENY,

		/** It follows {@link OnFailure}. */
		ALLOW

	}

}
