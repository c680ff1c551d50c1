package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;

import io.migration.MigrationPhase;
import io.migration.test.FaultProxy;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Connections to source break while many threads share them: a unit of write and journal
 * entry is repeated whole or not at all, nobody gets another's reply, and what source has
 * is what target gets.
 */
class RedisSourceResetIntegrationTests {

	@Test
	void unitsStayWholeWhenConnectionsBreak() throws Exception {
		LongAdder replies = new LongAdder();
		LongAdder interrupted = new LongAdder();
		AtomicBoolean running = new AtomicBoolean(true);
		ThreadPoolExecutor executor = new ThreadPoolExecutor(8, 8, 1, TimeUnit.SECONDS, new ArrayBlockingQueue<>(8));
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				FaultProxy proxy = FaultProxy.to(source.port());
				MigratedApplication application = MigratedApplication.start("redis://127.0.0.1:" + proxy.port(),
						MigratedApplication.target(target), "migration.redis.tokens.mirror.timeout=3s",
						"spring.data.redis.timeout=5s")) {
			application.walkTo(MigrationPhase.DUAL_WRITE);
			List<Future<?>> writers = new ArrayList<>();
			for (int i = 0; i < 8; i++) {
				int thread = i;
				writers.add(executor.submit(() -> write(application.redis(), thread, running, replies, interrupted)));
			}
			for (int resets = 0; resets < 6; resets++) {
				long goal = replies.sum() + 100;
				Awaitility.await().atMost(Duration.ofSeconds(20)).until(() -> replies.sum() >= goal);
				proxy.reset();
				proxy.pass();
			}
			running.set(false);
			for (Future<?> writer : writers) {
				writer.get(20, TimeUnit.SECONDS);
			}
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.ignoreExceptions()
				.until(() -> application.migration().catchUp().reached());
			assertThat(replies.sum()).isGreaterThan(500);
			assertThat(StoreReader.read(source)).hasSize(24);
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
		}
		finally {
			executor.shutdownNow();
		}
	}

	/**
	 * Each thread has keys of its own, so it knows what every reply has to be: a counter
	 * grows by one with every call, or by more when an interrupted call was repeated.
	 */
	private static Void write(StringRedisTemplate redis, int thread, AtomicBoolean running, LongAdder replies,
			LongAdder interrupted) {
		long counted = 0;
		long appended = 0;
		for (int round = 0; running.get(); round++) {
			try {
				Long counter = redis.opsForValue().increment("counter:" + thread);
				assertThat(counter).isNotNull().isGreaterThan(counted);
				counted = counter;
				String value = thread + ":" + round;
				redis.opsForValue().set("value:" + thread, value);
				assertThat(redis.opsForValue().get("value:" + thread)).isEqualTo(value);
				Long length = redis.opsForList().rightPush("list:" + thread, value);
				assertThat(length).isNotNull().isGreaterThan(appended);
				appended = length;
				replies.add(4);
			}
			catch (DataAccessException ex) {
				interrupted.increment();
			}
		}
		return null;
	}

}
