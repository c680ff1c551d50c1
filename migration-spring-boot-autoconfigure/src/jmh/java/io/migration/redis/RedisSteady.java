package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import io.migration.MigrationPhase;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;

import org.springframework.core.NestedExceptionUtils;

/**
 * Holds a fixed rate of operations, 200 reads to a write, first through a plain template,
 * then through a migrated one while it walks through all phases and back.
 * <p>
 * Each operation has a time at which it is due, whatever became of those before it, and
 * its latency counts from then: a pause shows in every operation that it holds up. With
 * more than the rate the machine can bear, latencies grow as long as the phase lasts.
 */
public final class RedisSteady implements AutoCloseable {

	private static final String USAGE = """
			--rate 20000         operations a second
			--seconds 10         how long each phase is held
			--threads 32         callers
			--source standalone  or cluster
			--target standalone  or cluster
			--quick              two seconds for each phase
			""";

	private static final int READS_TO_A_WRITE = 200;

	private static final List<MigrationPhase> WALK = List.of(MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE,
			MigrationPhase.READ_NEW, MigrationPhase.CUTOVER, MigrationPhase.READ_NEW, MigrationPhase.DUAL_WRITE,
			MigrationPhase.SHADOW, MigrationPhase.OFF);

	private final LoadClient client;

	private final long interval;

	private final int callers;

	private final Recorder latencies = new Recorder(Duration.ofMinutes(5).toNanos(), 3);

	private final LongAdder failed = new LongAdder();

	private final List<Thread> threads = new ArrayList<>();

	private final long begin;

	private long reported;

	private long finished;

	private volatile boolean running = true;

	/**
	 * Begin a load.
	 * @param client through what
	 * @param rate operations a second
	 * @param callers how many threads share them
	 */
	private RedisSteady(LoadClient client, int rate, int callers) {
		this.client = client;
		this.callers = callers;
		this.interval = TimeUnit.SECONDS.toNanos(1) / rate;
		this.begin = System.nanoTime();
		this.reported = this.begin;
		for (int i = 0; i < callers; i++) {
			int caller = i;
			Thread thread = new Thread(() -> call(caller), "caller-" + i);
			this.threads.add(thread);
			thread.start();
		}
	}

	private void call(int caller) {
		SplittableRandom random = new SplittableRandom();
		for (long number = caller; this.running; number += this.callers) {
			long due = this.begin + number * this.interval;
			long early = due - System.nanoTime();
			if (early > 0) {
				LockSupport.parkNanos(early);
			}
			String key = LoadClient.stringKey(random.nextInt(Workload.KEYS));
			try {
				if (number % (READS_TO_A_WRITE + 1) == 0) {
					this.client.setExpiring(key);
				}
				else {
					this.client.get(key);
				}
			}
			catch (RuntimeException ex) {
				if (this.failed.sum() == 0) {
					System.err.println("failed: " + NestedExceptionUtils.getMostSpecificCause(ex));
				}
				this.failed.increment();
			}
			this.latencies.recordValue(Math.max(0, System.nanoTime() - due));
		}
	}

	/**
	 * Print what happened since the last report.
	 * @param during what it was
	 */
	private void report(String during) {
		long now = System.nanoTime();
		Histogram seen = this.latencies.getIntervalHistogram();
		double seconds = (now - this.reported) / 1e9;
		this.reported = now;
		long due = (now - this.begin) / this.interval;
		this.finished += seen.getTotalCount();
		RedisLoad.print("| %s | %.1f | %.0f | %.0f | %.0f | %.1f | %d | %d |", during, seconds,
				seen.getTotalCount() / seconds, seen.getValueAtPercentile(50) / 1e3,
				seen.getValueAtPercentile(99) / 1e3, seen.getMaxValue() / 1e6, Math.max(0, due - this.finished),
				this.failed.sumThenReset());
	}

	@Override
	public void close() throws InterruptedException {
		this.running = false;
		for (Thread thread : this.threads) {
			thread.join();
		}
	}

	/**
	 * Measure.
	 * @param arguments see {@link #USAGE}
	 * @throws Exception if that is not possible
	 */
	public static void main(String[] arguments) throws Exception {
		if (Arrays.asList(arguments).contains("--help")) {
			System.out.print(USAGE);
			return;
		}
		Arguments given = new Arguments(arguments);
		Duration hold = given.seconds("--seconds", given.has("--quick") ? "2" : "10");
		int rate = given.number("--rate", 20_000);
		int callers = given.number("--threads", 32);
		boolean sourceCluster = given.cluster("--source");
		boolean targetCluster = given.cluster("--target");
		given.end();
		warmUp(sourceCluster, targetCluster, callers, hold.dividedBy(2));
		RedisLoad.print("%d operations a second, %d reads to a write, %d callers; source: %s, target: %s%n", rate,
				READS_TO_A_WRITE, callers, RedisLoad.kind(sourceCluster), RedisLoad.kind(targetCluster));
		RedisLoad
			.print("| during | s | operations a second | p50, µs | p99, µs | max, ms | overdue at the end | failed |");
		RedisLoad.print("|---|---|---|---|---|---|---|---|");
		try (BenchmarkStore source = BenchmarkStore.start(sourceCluster);
				BenchmarkApplication application = BenchmarkApplication.plain(source)) {
			source.fill(Workload.KEYS);
			try (RedisSteady load = new RedisSteady(LoadClient.of(application.redis()), rate, callers)) {
				Thread.sleep(hold.toMillis());
				load.report("plain template");
			}
		}
		try (BenchmarkStore source = BenchmarkStore.start(sourceCluster);
				BenchmarkStore target = BenchmarkStore.start(targetCluster);
				BenchmarkApplication application = BenchmarkApplication.migrated(source, target)) {
			source.fill(Workload.KEYS);
			try (RedisSteady load = new RedisSteady(LoadClient.of(application.redis()), rate, callers)) {
				Thread.sleep(hold.toMillis());
				load.report("off");
				walk(application, target, load, hold);
			}
		}
	}

	/**
	 * Go through all phases once, with other stores, so that everything is compiled.
	 */
	private static void warmUp(boolean sourceCluster, boolean targetCluster, int callers, Duration each)
			throws Exception {
		try (BenchmarkStore source = BenchmarkStore.start(sourceCluster);
				BenchmarkStore target = BenchmarkStore.start(targetCluster);
				BenchmarkApplication application = BenchmarkApplication.migrated(source, target)) {
			LoadClient client = LoadClient.of(application.redis());
			LoadSlice.run(client, Workload.MIXED, callers, each);
			for (MigrationPhase phase : WALK) {
				application.walkTo(phase);
				LoadSlice.run(client, Workload.MIXED, callers, each);
			}
		}
	}

	private static void walk(BenchmarkApplication application, BenchmarkStore target, RedisSteady load, Duration hold)
			throws Exception {
		boolean filled = false;
		for (MigrationPhase phase : WALK) {
			String step = application.control().phase().wireName() + " to " + phase.wireName();
			application.walkTo(phase);
			load.report(step);
			if (!filled) {
				// past the migration, in the place of a copy of what was there before
				application.awaitReconciled(target);
				target.fill(Workload.KEYS);
				filled = true;
				load.report("shadow, target is filled");
			}
			Thread.sleep(hold.toMillis());
			load.report(phase.wireName());
		}
	}

}
