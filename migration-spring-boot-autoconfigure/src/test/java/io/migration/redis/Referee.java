package io.migration.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Sees in this virtual machine, without Redis, whether locks and limits hold. It believes
 * a holder for the shortest time that the holder may believe itself: from the moment the
 * lock was granted until just before it is given back, or until its lease has run out,
 * counted from before it was asked for. So what it calls a violation is one.
 */
final class Referee {

	private final Map<String, Hold> holds = new ConcurrentHashMap<>();

	private final Map<String, AtomicLong> counts = new ConcurrentHashMap<>();

	private final Map<String, Queue<Long>> drips = new ConcurrentHashMap<>();

	private final Queue<String> violations = new ConcurrentLinkedQueue<>();

	private final AtomicLong grants = new AtomicLong();

	/**
	 * Note that a lock was granted.
	 * @param lock the lock
	 * @param holder who has it
	 * @param asked {@link System#nanoTime()} before it was asked for
	 * @param leaseNanos how long it is held at most
	 */
	void granted(String lock, String holder, long asked, long leaseNanos) {
		this.grants.incrementAndGet();
		this.holds.compute(lock, (name, other) -> {
			if (other != null && System.nanoTime() - other.until() < 0) {
				this.violations.add("%s was granted to %s while %s had it".formatted(lock, holder, other.holder()));
			}
			return new Hold(holder, asked + leaseNanos);
		});
	}

	/**
	 * Note that a holder is about to give a lock back.
	 */
	void releasing(String lock, String holder) {
		this.holds.computeIfPresent(lock, (name, hold) -> hold.holder().equals(holder) ? null : hold);
	}

	/**
	 * Note that a request was let through.
	 * @param window the window of time it belongs to
	 * @param limit how many may be let through in it
	 */
	void passed(String window, int limit) {
		this.grants.incrementAndGet();
		long count = this.counts.computeIfAbsent(window, (name) -> new AtomicLong()).incrementAndGet();
		if (count > limit) {
			this.violations.add("%d of %d were let through in %s".formatted(count, limit, window));
		}
	}

	/**
	 * Note that a bucket had room for a drop.
	 * @param bucket the bucket
	 * @param serverMillis when, by the server's clock
	 */
	void dripped(String bucket, long serverMillis) {
		this.grants.incrementAndGet();
		this.drips.computeIfAbsent(bucket, (name) -> new ConcurrentLinkedQueue<>()).add(serverMillis);
	}

	/**
	 * See that no bucket ever held more than it can.
	 */
	void checkBuckets(int capacity, double leakPerMilli) {
		this.drips.forEach((bucket, times) -> {
			double level = 0;
			long last = 0;
			for (long time : times.stream().sorted().toList()) {
				level = Math.max(0, level - (time - last) * leakPerMilli) + 1;
				last = time;
				if (level > capacity + 0.001) {
					this.violations.add("%s held %s of %d at %d".formatted(bucket, level, capacity, time));
				}
			}
		});
	}

	long grants() {
		return this.grants.get();
	}

	List<String> violations() {
		return new ArrayList<>(this.violations);
	}

	private record Hold(String holder, long until) {

	}

}
