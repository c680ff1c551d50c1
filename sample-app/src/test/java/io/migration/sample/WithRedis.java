package io.migration.sample;

import io.migration.test.RedisServer;

import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Gives a test's application a Redis, the same for all tests.
 */
interface WithRedis {

	RedisServer REDIS = RedisServer.start();

	@DynamicPropertySource
	static void redis(DynamicPropertyRegistry registry) {
		registry.add("spring.data.redis.url", REDIS::uri);
	}

}
