package io.migration.sample;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.migration.test.RedisServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link TokenWorkload}: it sees each kind of violation, and none where there
 * is none.
 */
class TokenWorkloadIntegrationTests {

	private static final int RATE = 500;

	private final RedisServer server = RedisServer.start();

	private LettuceConnectionFactory connectionFactory;

	private StringRedisTemplate redis;

	private Traffic traffic;

	@BeforeEach
	void start() {
		this.connectionFactory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", this.server.port()),
				LettuceClientConfiguration.builder()
					.commandTimeout(Duration.ofMillis(200))
					.shutdownTimeout(Duration.ZERO)
					.build());
		this.connectionFactory.afterPropertiesSet();
		this.connectionFactory.start();
		this.redis = new StringRedisTemplate(this.connectionFactory);
		this.traffic = new Traffic(List.of(new TokenWorkload(new TokenService(this.redis), new LeaseLock(this.redis),
				new RateLimiter(this.redis))), new TrafficProperties(true, RATE));
		this.traffic.start();
	}

	@AfterEach
	void stop() {
		this.traffic.stop();
		this.connectionFactory.destroy();
		this.server.close();
	}

	@Test
	void whenNothingGoesWrongNothingIsReported() {
		awaitOperations(2 * RATE);
		assertThat(this.traffic.counters()).matches((counters) -> counters.failures() == 0)
			.matches((counters) -> counters.violations() == 0)
			.matches((counters) -> counters.lastFailure() == null);
	}

	@Test
	void allKeysExpireWithinAMinute() {
		awaitOperations(RATE);
		this.traffic.stop();
		assertThat(this.redis.keys("*")).isNotEmpty()
			.allSatisfy((key) -> assertThat(this.redis.getExpire(key)).isLessThanOrEqualTo(60).isNotEqualTo(-1));
	}

	@Test
	void whenServerHangsFailuresAreCountedButNoViolation() {
		awaitOperations(RATE);
		this.server.pause();
		await().until(() -> this.traffic.counters().failures() > 10);
		this.server.resume();
		awaitOperations(this.traffic.counters().operations() + 2 * RATE);
		assertThat(this.traffic.counters().lastFailure()).contains("Timeout");
		assertThat(this.traffic.counters().violations()).isZero();
	}

	@Test
	void whenARevokedTokenComesBackItIsReported() {
		Map<String, String> copy = new HashMap<>();
		awaitViolation("revoked token accepted", () -> {
			for (String key : this.redis.keys("token:*")) {
				String user = this.redis.opsForValue().get(key);
				if (user != null) {
					copy.put(key, user);
				}
			}
			this.redis.opsForValue().multiSet(copy);
		});
	}

	@Test
	void whenATokenIsLostItIsReported() {
		awaitViolation("issued token refused", () -> delete("token:*"));
	}

	@Test
	void whenALockIsLostItIsReported() {
		awaitViolation("lock held by two", () -> delete("lock:*"));
	}

	@Test
	void whenACountIsLostItIsReported() {
		awaitViolation("limit exceeded", () -> delete("limit:*"));
	}

	private void awaitOperations(long operations) {
		await().until(() -> this.traffic.counters().operations() > operations);
	}

	private void awaitViolation(String description, Runnable cause) {
		await().untilAsserted(() -> {
			cause.run();
			assertThat(this.traffic.counters().lastFailure()).isEqualTo("violation: " + description);
		});
		assertThat(this.traffic.counters().violations()).isPositive();
	}

	private void delete(String pattern) {
		Set<String> keys = this.redis.keys(pattern);
		this.redis.delete(keys);
	}

}
