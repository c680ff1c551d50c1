package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Threads that read and write through a template until they are stopped, and remember how
 * long each operation took and which failed.
 */
final class Load implements AutoCloseable {

	private static final RedisScript<Long> SCRIPT = RedisScript.of("return redis.call('INCRBY', KEYS[1], ARGV[1])",
			Long.class);

	private final ThreadPoolExecutor executor;

	private final List<Future<long[]>> results = new ArrayList<>();

	private final BlockingQueue<Exception> failures = new ArrayBlockingQueue<>(100);

	private final LongAdder failed = new LongAdder();

	private final LongAdder operations = new LongAdder();

	private volatile boolean running = true;

	private Load(int threads) {
		this.executor = new ThreadPoolExecutor(threads, threads, 1, TimeUnit.SECONDS,
				new ArrayBlockingQueue<>(threads));
	}

	static Load start(StringRedisTemplate redis, int threads, int keys) {
		Load load = new Load(threads);
		for (int i = 0; i < threads; i++) {
			SplittableRandom random = new SplittableRandom(i);
			load.results.add(load.executor.submit(() -> load.run(redis, random, keys)));
		}
		return load;
	}

	private long[] run(StringRedisTemplate redis, SplittableRandom random, int keys) {
		long[] nanos = new long[1 << 20];
		int count = 0;
		while (this.running && count < nanos.length) {
			long start = System.nanoTime();
			try {
				operate(redis, random, String.valueOf(random.nextInt(keys)));
			}
			catch (Exception ex) {
				this.failed.increment();
				this.failures.offer(ex);
			}
			nanos[count++] = System.nanoTime() - start;
			this.operations.increment();
		}
		return Arrays.copyOf(nanos, count);
	}

	private static void operate(StringRedisTemplate redis, SplittableRandom random, String key) {
		switch (random.nextInt(6)) {
			case 0 -> redis.opsForValue().set("load:string:" + key, "value", Duration.ofMinutes(5));
			case 1 -> redis.opsForHash().put("load:hash:" + key, "field" + random.nextInt(4), "value");
			case 2 -> redis.delete("load:string:" + key);
			case 3 -> redis.execute(SCRIPT, List.of("load:counter:" + key), "3");
			case 4 -> redis.opsForHash().entries("load:hash:" + key);
			default -> redis.opsForValue().get("load:string:" + key);
		}
	}

	long operations() {
		return this.operations.sum();
	}

	long failed() {
		return this.failed.sum();
	}

	Queue<Exception> failures() {
		return this.failures;
	}

	/**
	 * Stop, and return how long operations took.
	 */
	Latencies stop() throws Exception {
		this.running = false;
		List<long[]> all = new ArrayList<>();
		for (Future<long[]> result : this.results) {
			all.add(result.get(30, TimeUnit.SECONDS));
		}
		long[] nanos = all.stream().flatMapToLong(Arrays::stream).sorted().toArray();
		return new Latencies(nanos.length, nanos[nanos.length / 2] / 1000, nanos[(int) (nanos.length * 0.99)] / 1000);
	}

	@Override
	public void close() {
		this.running = false;
		this.executor.shutdownNow();
	}

	/**
	 * How long operations took.
	 *
	 * @param operations how many
	 * @param p50 median in microseconds
	 * @param p99 99th percentile in microseconds
	 */
	record Latencies(int operations, long p50, long p99) {

	}

}
