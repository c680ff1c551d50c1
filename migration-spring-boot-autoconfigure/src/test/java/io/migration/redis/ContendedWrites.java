package io.migration.redis;

import java.nio.LongBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.migration.WriteNotMirroredException;

import org.springframework.dao.DataAccessException;
import org.springframework.data.geo.Point;
import org.springframework.data.redis.connection.BitFieldSubCommands;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * Threads that change fifty contended keys in every way a Redis knows, until they are
 * stopped. Each thread also counts in a key of its own, and notes the last number whose
 * write was acknowledged.
 */
final class ContendedWrites implements AutoCloseable {

	private static final int KEYS = 50;

	private static final RedisScript<Long> SCRIPT = RedisScript
		.of("redis.call('SET', KEYS[2], ARGV[1]) return redis.call('INCRBY', KEYS[1], ARGV[1])", Long.class);

	private final LongAdder acknowledged = new LongAdder();

	private final LongAdder unconfirmed = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final BlockingQueue<Exception> failures = new ArrayBlockingQueue<>(20);

	private final ThreadPoolExecutor executor;

	private volatile boolean running = true;

	/**
	 * Start to write.
	 * @param redis what to write through
	 * @param writer names this writer, for the keys of its own
	 * @param threads how many threads
	 * @param counted where the threads note the last acknowledged number
	 */
	ContendedWrites(StringRedisTemplate redis, String writer, int threads, LongBuffer counted) {
		this.executor = new ThreadPoolExecutor(threads, threads, 1, TimeUnit.SECONDS,
				new ArrayBlockingQueue<>(threads));
		for (int i = 0; i < threads; i++) {
			int thread = i;
			this.executor.execute(() -> run(redis, new SplittableRandom(writer.hashCode() * 31L + thread),
					"count:" + writer + ":" + thread, thread, counted));
		}
	}

	private void run(StringRedisTemplate redis, SplittableRandom random, String own, int thread, LongBuffer counted) {
		for (long number = 1; this.running; number++) {
			try {
				change(redis, random, random.nextInt(KEYS));
				this.acknowledged.increment();
				redis.opsForValue().set(own, String.valueOf(number));
				counted.put(thread, number);
			}
			catch (DataAccessException ex) {
				if (ex.getCause() instanceof WriteNotMirroredException) {
					this.unconfirmed.increment();
				}
				else {
					this.failed.increment();
					this.failures.offer(ex);
				}
			}
		}
	}

	private static void change(StringRedisTemplate redis, SplittableRandom random, int number) {
		String key = String.valueOf(number);
		String value = Long.toString(random.nextLong(), 36);
		String small = String.valueOf(random.nextInt(6));
		Duration lifetime = Duration.ofMinutes(5 + random.nextInt(5));
		switch (random.nextInt(34)) {
			case 0 -> redis.opsForValue().set("string:" + key, value);
			case 1 -> redis.opsForValue().set("string:" + key, value, lifetime);
			case 2 -> redis.opsForValue().setIfAbsent("string:" + key, value, lifetime);
			case 3 -> redis.opsForValue().append("string:" + key, small);
			case 4 -> redis.opsForValue().getAndDelete("string:" + key);
			case 5 -> redis.delete(List.of("string:" + key, "hash:" + key));
			case 6 -> redis.opsForValue().increment("counter:" + key);
			case 7 -> redis.execute(SCRIPT, List.of("counter:" + key, "string:" + key), small);
			case 8 -> redis.opsForValue().setBit("bits:" + key, random.nextInt(200), random.nextInt(2) == 0);
			case 9 -> redis.opsForHash().put("hash:" + key, "f" + small, value);
			case 10 -> redis.opsForHash().increment("hash:" + key, "n" + small, 3);
			case 11 -> redis.opsForHash().delete("hash:" + key, "f" + small);
			case 12 -> redis.expire("hash:" + key, lifetime);
			case 13 -> redis.persist("hash:" + key);
			case 14 -> redis.opsForHash().put("large:" + key, "f" + random.nextInt(400), value);
			case 15 -> redis.opsForHash().delete("large:" + key, "f" + random.nextInt(400));
			case 16 -> redis.opsForList().rightPush("list:" + key, value);
			case 17 -> redis.opsForList().leftPush("list:" + key, value);
			case 18 -> redis.opsForList().leftPop("list:" + key, 2);
			case 19 -> redis.opsForList().trim("list:" + key, 0, 20);
			case 20 -> redis.opsForSet().add("set:" + key, value, small);
			case 21 -> redis.opsForSet().remove("set:" + key, small);
			case 22 -> redis.opsForSet().pop("set:" + key);
			case 23 -> redis.opsForSet().move("set:" + key, small, "set:" + (number + 1) % KEYS);
			case 24 -> redis.opsForZSet().incrementScore("zset:" + key, "m" + random.nextInt(300), 1.5);
			case 25 -> redis.opsForZSet().remove("zset:" + key, "m" + random.nextInt(300));
			case 26 -> redis.opsForZSet().popMin("zset:" + key);
			case 27 -> redis.opsForStream().add(MapRecord.create("stream:" + key, Map.of("f", value)));
			case 28 -> redis.opsForStream().trim("stream:" + key, 10);
			case 29 -> redis.opsForHyperLogLog().add("hll:" + key, value);
			case 30 -> redis.opsForGeo().add("geo:" + key, new Point(random.nextInt(90), random.nextInt(80)), small);
			case 31 -> redis.opsForValue()
				.bitField("bits:" + key,
						BitFieldSubCommands.create()
							.incr(BitFieldSubCommands.BitFieldType.unsigned(8))
							.valueAt(8)
							.by(1));
			case 32 -> transaction(redis, key, value);
			default -> redis.copy("string:" + key, "string:" + (number + 1) % KEYS, true);
		}
	}

	private static void transaction(StringRedisTemplate redis, String key, String value) {
		redis.execute(new SessionCallback<List<Object>>() {

			@Override
			public <K, V> List<Object> execute(RedisOperations<K, V> operations) throws DataAccessException {
				StringRedisTemplate strings = (StringRedisTemplate) operations;
				strings.multi();
				strings.opsForValue().set("string:" + key, value);
				strings.opsForHash().put("hash:" + key, "in", value);
				return strings.exec();
			}

		});
	}

	long acknowledged() {
		return this.acknowledged.sum();
	}

	long unconfirmed() {
		return this.unconfirmed.sum();
	}

	long failed() {
		return this.failed.sum();
	}

	List<Exception> failures() {
		return new ArrayList<>(this.failures);
	}

	/**
	 * Stop, and return when no write is under way.
	 */
	@Override
	public void close() {
		this.running = false;
		this.executor.shutdown();
		try {
			if (!this.executor.awaitTermination(70, TimeUnit.SECONDS)) {
				throw new IllegalStateException("writers do not end");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
