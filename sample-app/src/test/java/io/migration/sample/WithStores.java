package io.migration.sample;

import io.migration.test.PostgresServer;
import io.migration.test.RedisServer;

import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * Gives a test's application a Redis and a database, the same for all tests.
 */
interface WithStores {

	RedisServer REDIS = RedisServer.start();

	String DATABASE_URL = PostgresServer.shared().jdbcUrl(PostgresServer.shared().createDatabase());

	@DynamicPropertySource
	static void stores(DynamicPropertyRegistry registry) {
		registry.add("spring.data.redis.url", REDIS::uri);
		registry.add("spring.datasource.url", () -> DATABASE_URL);
	}

}
