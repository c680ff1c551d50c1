package io.migration.sample;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * Locks that are lost by themselves when the lease of their holder runs out.
 */
@Component
final class LeaseLock {

	static final Duration LEASE = Duration.ofSeconds(5);

	private static final RedisScript<Long> RELEASE = RedisScript.of("""
			if redis.call('GET', KEYS[1]) == ARGV[1] then
				return redis.call('DEL', KEYS[1])
			end
			return 0
			""", Long.class);

	private final StringRedisTemplate redis;

	LeaseLock(StringRedisTemplate redis) {
		this.redis = redis;
	}

	/**
	 * Takes the lock if nobody has it.
	 * @param name the lock
	 * @return what its holder needs to release it, or empty if somebody else has it
	 */
	Optional<String> tryAcquire(String name) {
		String holder = UUID.randomUUID().toString();
		Boolean acquired = this.redis.opsForValue().setIfAbsent(key(name), holder, LEASE);
		return Boolean.TRUE.equals(acquired) ? Optional.of(holder) : Optional.empty();
	}

	/**
	 * Releases the lock, unless the lease has run out and somebody else has it by now.
	 * @param name the lock
	 * @param holder what {@link #tryAcquire} answered
	 * @return whether it was still held
	 */
	boolean release(String name, String holder) {
		Long released = this.redis.execute(RELEASE, List.of(key(name)), holder);
		return released != null && released == 1;
	}

	private String key(String name) {
		return "lock:" + name;
	}

}
