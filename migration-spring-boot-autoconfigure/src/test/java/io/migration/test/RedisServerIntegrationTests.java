package io.migration.test;

import java.time.Duration;
import java.util.function.Function;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RedisServer}.
 */
class RedisServerIntegrationTests {

	@Test
	void restartKeepsPortAndAppendOnlyData() {
		try (RedisServer server = RedisServer.start("--appendonly", "yes", "--appendfsync", "always")) {
			int port = server.port();
			call(server, (redis) -> redis.set("key", "value"));
			server.kill();
			server.restart();
			assertThat(server.port()).isEqualTo(port);
			assertThat(call(server, (redis) -> redis.get("key"))).isEqualTo("value");
		}
	}

	@Test
	void stopEndsTheServerEvenWhenPaused() {
		try (RedisServer server = RedisServer.start()) {
			server.pause();
			server.stop();
			server.restart();
			assertThat(call(server, RedisCommands::ping)).isEqualTo("PONG");
		}
	}

	@Test
	void aPausedServerAnswersAfterItResumes() {
		try (RedisServer server = RedisServer.start()) {
			server.pause();
			assertThatExceptionOfType(RedisException.class).isThrownBy(() -> call(server, RedisCommands::ping));
			server.resume();
			assertThat(call(server, RedisCommands::ping)).isEqualTo("PONG");
		}
	}

	@Test
	void whenTheServerRejectsAnOptionTheFailureShowsItsLog() {
		assertThatExceptionOfType(RuntimeException.class).isThrownBy(() -> RedisServer.start("--no-such-option", "1"))
			.withMessageContaining("no-such-option");
	}

	private static String call(RedisServer server, Function<RedisCommands<String, String>, String> action) {
		RedisURI uri = RedisURI.create(server.uri());
		uri.setTimeout(Duration.ofMillis(500));
		RedisClient client = RedisClient.create(uri);
		try (StatefulRedisConnection<String, String> connection = client.connect()) {
			return action.apply(connection.sync());
		}
		finally {
			client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
		}
	}

}
