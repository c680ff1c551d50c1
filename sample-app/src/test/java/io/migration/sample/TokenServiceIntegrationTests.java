package io.migration.sample;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TokenService}, {@link LeaseLock} and {@link RateLimiter} on a Redis
 * that nobody migrates.
 */
@SpringBootTest(webEnvironment = WebEnvironment.NONE,
		properties = { "migration.enabled=false", "sample.traffic.enabled=false" })
class TokenServiceIntegrationTests implements WithStores {

	private static final int THREADS = 8;

	@Autowired
	private TokenService tokens;

	@Autowired
	private LeaseLock lock;

	@Autowired
	private RateLimiter limiter;

	@Autowired
	private StringRedisTemplate redis;

	@BeforeEach
	void empty() {
		this.redis.delete(this.redis.keys("*"));
	}

	@Test
	void issuedTokenIsAccepted() {
		String token = this.tokens.issue("alice");
		assertThat(this.tokens.check(token)).contains("alice");
		assertThat(this.tokens.issue("alice")).isNotEqualTo(token);
	}

	@Test
	void unknownTokenIsRefused() {
		assertThat(this.tokens.check("unknown")).isEmpty();
	}

	@Test
	void revokedTokenIsRefused() {
		String token = this.tokens.issue("alice");
		assertThat(this.tokens.revoke(token)).isTrue();
		assertThat(this.tokens.check(token)).isEmpty();
		assertThat(this.tokens.revoke(token)).isFalse();
	}

	@Test
	void whatIsWrittenExpiresWithinAMinute() {
		this.tokens.issue("alice");
		this.lock.tryAcquire("report");
		this.limiter.tryAcquire("alice");
		assertThat(this.redis.keys("*")).hasSize(3)
			.allSatisfy((key) -> assertThat(this.redis.getExpire(key)).isBetween(1L, 60L));
	}

	@Test
	void expiredTokenIsRefused() {
		String token = this.tokens.issue("alice");
		this.redis.keys("token:*").forEach((key) -> this.redis.expire(key, Duration.ofMillis(20)));
		await().until(() -> this.tokens.check(token).isEmpty());
	}

	@Test
	void lockIsFreeAfterItsHolderReleasedIt() {
		String holder = this.lock.tryAcquire("report").orElseThrow();
		assertThat(this.lock.tryAcquire("report")).isEmpty();
		assertThat(this.lock.release("report", holder)).isTrue();
		assertThat(this.lock.tryAcquire("report")).isPresent();
	}

	@Test
	void lockIsReleasedOnlyByItsHolder() {
		String holder = this.lock.tryAcquire("report").orElseThrow();
		assertThat(this.lock.release("report", "somebody else")).isFalse();
		assertThat(this.lock.tryAcquire("report")).isEmpty();
		assertThat(this.lock.release("report", holder)).isTrue();
	}

	@Test
	void whenItsLeaseRanOutHolderDoesNotReleaseTheNextOne() {
		String late = this.lock.tryAcquire("report").orElseThrow();
		this.redis.expire("lock:report", Duration.ofMillis(20));
		await().until(() -> this.lock.tryAcquire("report").isPresent());
		assertThat(this.lock.release("report", late)).isFalse();
		assertThat(this.lock.tryAcquire("report")).isEmpty();
	}

	@Test
	void oneOfManyGetsTheLock() throws Exception {
		for (int i = 0; i < 50; i++) {
			String name = "report-" + i;
			assertThat(successes(1, () -> this.lock.tryAcquire(name).isPresent())).isEqualTo(1);
		}
	}

	@Test
	void whenLockIsReadBeforeItIsWrittenManyGetIt() {
		await().until(() -> {
			this.redis.delete("lock:naive");
			return successes(1, () -> {
				if (this.redis.hasKey("lock:naive")) {
					return false;
				}
				this.redis.opsForValue().set("lock:naive", "held", LeaseLock.LEASE);
				return true;
			}) > 1;
		});
	}

	@Test
	void limitIsReachedAndNeverExceeded() throws Exception {
		for (long window = 0; window < 10; window++) {
			long current = window;
			assertThat(successes(20, () -> this.limiter.tryAcquire("alice", current))).isEqualTo(RateLimiter.LIMIT);
		}
	}

	@Test
	void whenCountIsReadBeforeItIsWrittenLimitIsExceeded() {
		await().until(() -> {
			this.redis.delete("limit:naive");
			return successes(20, () -> {
				String count = this.redis.opsForValue().get("limit:naive");
				long next = (count != null) ? Long.parseLong(count) + 1 : 1;
				this.redis.opsForValue().set("limit:naive", String.valueOf(next), RateLimiter.TTL);
				return next <= RateLimiter.LIMIT;
			}) > RateLimiter.LIMIT;
		});
	}

	@Test
	void usersAndWindowsAreLimitedSeparately() {
		for (int i = 0; i < RateLimiter.LIMIT; i++) {
			assertThat(this.limiter.tryAcquire("alice", 1)).isTrue();
		}
		assertThat(this.limiter.tryAcquire("alice", 1)).isFalse();
		assertThat(this.limiter.tryAcquire("alice", 2)).isTrue();
		assertThat(this.limiter.tryAcquire("bob", 1)).isTrue();
	}

	private static long successes(int attempts, Callable<Boolean> action) throws Exception {
		ExecutorService executor = Executors.newFixedThreadPool(THREADS);
		try {
			CyclicBarrier start = new CyclicBarrier(THREADS);
			List<Future<Long>> threads = new ArrayList<>();
			for (int i = 0; i < THREADS; i++) {
				threads.add(executor.submit(() -> {
					start.await();
					long successes = 0;
					for (int attempt = 0; attempt < attempts; attempt++) {
						successes += action.call() ? 1 : 0;
					}
					return successes;
				}));
			}
			long sum = 0;
			for (Future<Long> thread : threads) {
				sum += thread.get();
			}
			return sum;
		}
		finally {
			executor.shutdownNow();
		}
	}

}
