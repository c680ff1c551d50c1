package io.migration.sample;

import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;

import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Service;

/**
 * Opaque tokens, each good for one user and one minute.
 */
@Service
final class TokenService {

	static final Duration TTL = Duration.ofMinutes(1);

	private final SecureRandom random = new SecureRandom();

	private final StringRedisTemplate redis;

	TokenService(StringRedisTemplate redis) {
		this.redis = redis;
	}

	/**
	 * Issues a token.
	 * @param user the user it stands for
	 * @return the token
	 */
	String issue(String user) {
		byte[] bytes = new byte[24];
		this.random.nextBytes(bytes);
		String token = Base64.getUrlEncoder().encodeToString(bytes);
		this.redis.opsForValue().set(key(token), user, TTL);
		return token;
	}

	/**
	 * Tells whose token it is.
	 * @param token the token
	 * @return its user, or empty when it is unknown, expired or revoked
	 */
	Optional<String> check(String token) {
		return Optional.ofNullable(this.redis.opsForValue().get(key(token)));
	}

	/**
	 * Revokes a token: once this has returned nobody gets in with it.
	 * @param token the token
	 * @return whether there was something to revoke
	 */
	boolean revoke(String token) {
		return this.redis.delete(key(token));
	}

	private String key(String token) {
		return "token:" + token;
	}

}
