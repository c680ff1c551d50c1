package io.migration.sample;

import java.time.Duration;
import java.util.List;

import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * Lets each user through a limited number of times in each window of fixed length.
 */
@Component
final class RateLimiter {

	static final int LIMIT = 10;

	static final Duration WINDOW = Duration.ofSeconds(10);

	/**
	 * Longer than the window, so that a caller who was held up is still counted in it.
	 */
	static final Duration TTL = Duration.ofMinutes(1);

	private static final RedisScript<Long> COUNT = RedisScript.of("""
			local count = redis.call('INCR', KEYS[1])
			if count == 1 then
				redis.call('PEXPIRE', KEYS[1], ARGV[1])
			end
			return count
			""", Long.class);

	private final StringRedisTemplate redis;

	RateLimiter(StringRedisTemplate redis) {
		this.redis = redis;
	}

	boolean tryAcquire(String user) {
		return tryAcquire(user, currentWindow());
	}

	boolean tryAcquire(String user, long window) {
		String key = "limit:" + user + ":" + window;
		Long count = this.redis.execute(COUNT, List.of(key), String.valueOf(TTL.toMillis()));
		return count != null && count <= LIMIT;
	}

	long currentWindow() {
		return System.currentTimeMillis() / WINDOW.toMillis();
	}

}
