package io.migration.redis;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.HdrHistogram.Histogram;

import org.springframework.core.NestedExceptionUtils;

/**
 * What threads did that operated one after the other, as fast as they could, for a while.
 *
 * @param latencies how long operations took, in nanoseconds
 * @param nanos how long all of it took
 * @param cpuNanos processor time of the threads
 * @param userNanos processor time of the threads outside the kernel
 * @param failed how many operations failed
 */
record LoadSlice(Histogram latencies, long nanos, long cpuNanos, long userNanos, long failed) {

	private static final ThreadMXBean threads = ManagementFactory.getThreadMXBean();

	static final String THREAD_NAME = "caller";

	static Histogram histogram() {
		return new Histogram(1000, Duration.ofMinutes(1).toNanos(), 3);
	}

	/**
	 * Run a load.
	 * @param client through what
	 * @param workload what to do
	 * @param threads how many threads
	 * @param duration for how long
	 * @return what they did
	 */
	static LoadSlice run(LoadClient client, Workload workload, int threads, Duration duration) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(threads, (task) -> new Thread(task, THREAD_NAME));
		try {
			CyclicBarrier start = new CyclicBarrier(threads);
			List<Future<LoadSlice>> parts = new ArrayList<>();
			for (int i = 0; i < threads; i++) {
				parts.add(executor.submit(() -> {
					start.await();
					return one(client, workload, duration);
				}));
			}
			LoadSlice all = parts.get(0).get();
			for (Future<LoadSlice> part : parts.subList(1, threads)) {
				all = all.join(part.get(), Math.max(all.nanos, part.get().nanos));
			}
			return all;
		}
		finally {
			executor.shutdownNow();
		}
	}

	private static LoadSlice one(LoadClient client, Workload workload, Duration duration) {
		Histogram latencies = histogram();
		SplittableRandom random = new SplittableRandom();
		long cpu = threads.getCurrentThreadCpuTime();
		long user = threads.getCurrentThreadUserTime();
		long failed = 0;
		long begin = System.nanoTime();
		long now = begin;
		while (now - begin < duration.toNanos()) {
			try {
				workload.operate(client, random);
			}
			catch (RuntimeException ex) {
				if (failed++ == 0) {
					System.err.println("failed: " + NestedExceptionUtils.getMostSpecificCause(ex));
				}
			}
			long after = System.nanoTime();
			latencies.recordValue(after - now);
			now = after;
		}
		return new LoadSlice(latencies, now - begin, threads.getCurrentThreadCpuTime() - cpu,
				threads.getCurrentThreadUserTime() - user, failed);
	}

	/**
	 * Add what was done afterwards.
	 * @param other a later slice
	 * @return both
	 */
	LoadSlice then(LoadSlice other) {
		return join(other, this.nanos + other.nanos);
	}

	private LoadSlice join(LoadSlice other, long lasting) {
		this.latencies.add(other.latencies);
		return new LoadSlice(this.latencies, lasting, this.cpuNanos + other.cpuNanos, this.userNanos + other.userNanos,
				this.failed + other.failed);
	}

	long operations() {
		return this.latencies.getTotalCount();
	}

	double perSecond() {
		return operations() * 1e9 / this.nanos;
	}

	double micros(double percentile) {
		return this.latencies.getValueAtPercentile(percentile) / 1e3;
	}

}
