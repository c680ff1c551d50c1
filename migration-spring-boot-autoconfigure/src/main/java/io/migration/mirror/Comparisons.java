package io.migration.mirror;

import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.LongAdder;

/**
 * The results of comparing both sides since the window began. Thread safe.
 */
public final class Comparisons {

	private static final int DIVERGENCES_KEPT = 100;

	private final MirrorObserver observer;

	private final Deque<Divergence> divergences = new ArrayDeque<>();

	private volatile Window window = new Window(Instant.now());

	/**
	 * Create a record of comparisons.
	 * @param observer told about each
	 */
	public Comparisons(MirrorObserver observer) {
		this.observer = observer;
	}

	/**
	 * Count a comparison without a divergence.
	 * @param result its result
	 */
	public void count(Result result) {
		this.window.counts[result.ordinal()].increment();
		this.observer.comparison(result);
	}

	/**
	 * Count a mismatch.
	 * @param divergence what differs
	 */
	public void mismatch(Divergence divergence) {
		count(Result.MISMATCH);
		synchronized (this.divergences) {
			if (this.divergences.size() == DIVERGENCES_KEPT) {
				this.divergences.removeLast();
			}
			this.divergences.addFirst(divergence);
		}
	}

	/**
	 * Return the latest divergences.
	 * @return at most a hundred, latest first
	 */
	public List<Divergence> divergences() {
		synchronized (this.divergences) {
			return List.copyOf(this.divergences);
		}
	}

	/**
	 * Begin a new window; counts start at zero.
	 */
	public void restart() {
		this.window = new Window(Instant.now());
	}

	/**
	 * Return the count of results in the window.
	 * @param results the results to add up
	 * @return the count
	 */
	public long total(Result... results) {
		long sum = 0;
		for (Result one : results) {
			sum += this.window.counts[one.ordinal()].sum();
		}
		return sum;
	}

	/**
	 * Return when the window began.
	 * @return the time
	 */
	public Instant since() {
		return this.window.since;
	}

	/**
	 * Return the share of mismatches among the comparisons that came to a result.
	 * @return 0 to 1
	 */
	public double mismatchRate() {
		return rate(Result.MISMATCH, Result.MATCH);
	}

	/**
	 * Return the share of comparisons that failed.
	 * @return 0 to 1
	 */
	public double errorRate() {
		long errors = total(Result.ERROR);
		long all = errors + total(Result.MATCH, Result.MISMATCH);
		return (all != 0) ? (double) errors / all : 0;
	}

	private double rate(Result of, Result other) {
		long part = total(of);
		long all = part + total(other);
		return (all != 0) ? (double) part / all : 0;
	}

	/**
	 * What a comparison found.
	 */
	public enum Result {

		/** The sides agree. */
		MATCH,

		/** They differ, and still did behind the relay. */
		MISMATCH,

		/** A side did not answer. */
		ERROR,

		/** Nothing could be said: not copied yet, or changing all the time. */
		SKIPPED;

		/**
		 * Return the name used on the wire.
		 * @return the name in lower case
		 */
		public String wireName() {
			return name().toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * Something that differs between the sides.
	 *
	 * @param key what differs, as it is called on the side with authority
	 * @param difference which operation showed it
	 * @param at when it was found
	 * @param repaired whether a repair has touched it since
	 */
	public record Divergence(String key, String difference, Instant at, boolean repaired) {

	}

	private static final class Window {

		private final Instant since;

		private final LongAdder[] counts = new LongAdder[Result.values().length];

		Window(Instant since) {
			this.since = since;
			for (int i = 0; i < this.counts.length; i++) {
				this.counts[i] = new LongAdder();
			}
		}

	}

}
