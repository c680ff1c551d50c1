package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import io.migration.MigrationPhase;
import io.migration.WriteNotMirroredException;
import io.migration.test.FaultProxy;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Eight writers on fifty contended keys of every type, in every phase, while the way to
 * target breaks now and then: an independent reader of both sides finds no difference.
 */
class RedisConvergenceIntegrationTests {

	private static final int KEYS = 50;

	private final LongAdder written = new LongAdder();

	private final LongAdder unconfirmed = new LongAdder();

	private final LongAdder failed = new LongAdder();

	@Test
	void bothSidesAreEqualAfterContendedWritesAndBrokenConnections() throws Exception {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				FaultProxy proxy = FaultProxy.to(target.port());
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(proxy.port()), "migration.redis.tokens.mirror.timeout=500ms",
						"migration.redis.tokens.compare.sample-rate=0")) {
			application.walkTo(MigrationPhase.DUAL_WRITE);
			int resets = 0;
			try (Writers writers = new Writers(application.redis())) {
				while (resets < 8 || this.written.sum() < 2_000) {
					writers.await(100);
					proxy.reset();
					proxy.pass();
					resets++;
				}
				writers.stop();
			}
			awaitDrained(application);
			assertThat(this.failed.sum()).as("failed for another reason than a late target").isZero();
			assertThat(this.written.sum()).isGreaterThanOrEqualTo(2_000);
			assertThat(proxy.accepted()).as("connections that were broken midway").isGreaterThan(resets);
			assertThat(StoreReader.read(source)).hasSizeGreaterThan(KEYS / 2);
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
		}
	}

	@Test
	void bothSidesAreEqualAfterWalkingUnderLoadToACluster() throws Exception {
		try (RedisServer source = RedisServer.start();
				RedisClusterServer target = RedisClusterServer.start(3);
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.gates.max-mismatch-rate=off",
						"migration.redis.tokens.gates.journal=off")) {
			try (Writers writers = new Writers(application.redis())) {
				for (int round = 0; round < 2; round++) {
					application.walkTo(MigrationPhase.CUTOVER);
					writers.await(500);
					application.walkTo(MigrationPhase.SHADOW);
					writers.await(500);
				}
				writers.stop();
			}
			awaitDrained(application);
			assertThat(this.failed.sum() + this.unconfirmed.sum()).as("failed operations").isZero();
			assertThat(application.control().epoch()).isGreaterThanOrEqualTo(14);
			assertThat(this.written.sum()).isGreaterThan(2_000);
			assertThat(StoreReader.read(source)).hasSizeGreaterThan(KEYS / 2);
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
		}
	}

	private static void awaitDrained(MigratedApplication application) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> application.migration().catchUp().reached() && application.migration().journal().depth() == 0);
	}

	/**
	 * Writers that go on until they are stopped.
	 */
	private final class Writers implements AutoCloseable {

		private final ExecutorService executor = new ThreadPoolExecutor(8, 8, 1, TimeUnit.SECONDS,
				new ArrayBlockingQueue<>(8));

		private final AtomicBoolean running = new AtomicBoolean(true);

		private final List<Future<?>> writers = new ArrayList<>();

		Writers(StringRedisTemplate redis) {
			for (int i = 0; i < 8; i++) {
				SplittableRandom random = new SplittableRandom(i);
				this.writers.add(this.executor.submit(() -> {
					while (this.running.get()) {
						writeOnce(redis, random);
					}
				}));
			}
		}

		void await(long more) {
			long goal = RedisConvergenceIntegrationTests.this.written.sum() + more;
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> RedisConvergenceIntegrationTests.this.written.sum() >= goal);
		}

		void stop() throws Exception {
			this.running.set(false);
			for (Future<?> writer : this.writers) {
				writer.get(20, TimeUnit.SECONDS);
			}
		}

		@Override
		public void close() {
			this.running.set(false);
			this.executor.shutdownNow();
		}

	}

	private void writeOnce(StringRedisTemplate redis, SplittableRandom random) {
		String key = String.valueOf(random.nextInt(KEYS));
		String value = Long.toString(random.nextLong(), 36);
		try {
			switch (random.nextInt(12)) {
				case 0 -> redis.opsForValue().set("string:" + key, value);
				case 1 -> redis.opsForValue().set("string:" + key, value, Duration.ofMinutes(10));
				case 2 -> redis.opsForValue().increment("counter:" + key);
				case 3 -> redis.opsForHash().put("hash:" + key, "f" + random.nextInt(5), value);
				case 4 -> redis.opsForHash().delete("hash:" + key, "f" + random.nextInt(5));
				case 5 -> redis.opsForList().rightPush("list:" + key, value);
				case 6 -> redis.opsForList().leftPop("list:" + key);
				case 7 -> redis.opsForSet().add("set:" + key, value);
				case 8 -> redis.opsForZSet().incrementScore("zset:" + key, "m" + random.nextInt(5), 1.5);
				case 9 -> redis.delete(List.of("string:" + key));
				case 10 -> redis.expire("hash:" + key, Duration.ofMinutes(5));
				default -> redis.execute(RedisScript.of("return redis.call('INCRBY', KEYS[1], ARGV[1])", Long.class),
						List.of("counter:" + key), "7");
			}
			this.written.increment();
		}
		catch (DataAccessException ex) {
			if (ex.getCause() instanceof WriteNotMirroredException) {
				this.unconfirmed.increment();
			}
			else {
				this.failed.increment();
				if (this.failed.sum() < 4) {
					ex.printStackTrace();
				}
			}
		}
	}

}
