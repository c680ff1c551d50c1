package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.migration.MigrationPhase;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Mono;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever API a write comes through, it is journaled and copied.
 */
class RedisClientStylesIntegrationTests {

	@ParameterizedTest
	@EnumSource(MigrationPhase.class)
	void everyStyleIsMirrored(MigrationPhase phase) {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.walkTo(phase);
			StringRedisTemplate redis = application.redis();
			pipeline(redis);
			transaction(redis);
			watch(redis);
			reactive(application.context().getBean(ReactiveRedisConnectionFactory.class));
			nativeConnection(application.context().getBean(LettuceConnectionFactory.class));
			if (phase.journals()) {
				application.awaitEmptyJournal();
				Awaitility.await().until(() -> application.migration().catchUp().reached());
				assertThat(StoreReader.read(source)).hasSize(6);
				assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
			}
			else {
				assertThat(StoreReader.read(target)).isEmpty();
			}
		}
	}

	private static void pipeline(StringRedisTemplate redis) {
		List<Object> results = redis.executePipelined((RedisCallback<Object>) (connection) -> {
			connection.stringCommands().set(bytes("piped"), bytes("1"));
			connection.stringCommands().get(bytes("piped"));
			connection.stringCommands().get(bytes("absent"));
			connection.stringCommands().incr(bytes("piped"));
			connection.stringCommands().get(bytes("piped"));
			return null;
		});
		assertThat(results).containsExactly(true, "1", null, 2L, "2");
	}

	private static void transaction(StringRedisTemplate redis) {
		List<Object> results = redis.execute(new SessionCallback<List<Object>>() {

			@Override
			@SuppressWarnings("unchecked")
			public <K, V> List<Object> execute(RedisOperations<K, V> operations) throws DataAccessException {
				StringRedisTemplate strings = (StringRedisTemplate) operations;
				strings.multi();
				strings.opsForValue().set("transacted", "1");
				strings.opsForValue().increment("transacted");
				strings.opsForHash().put("transacted:hash", "field", "value");
				strings.opsForValue().get("transacted");
				return strings.exec();
			}

		});
		assertThat(results).containsExactly(true, 2L, true, "2");
		List<Object> discarded = redis.execute(new SessionCallback<List<Object>>() {

			@Override
			public <K, V> List<Object> execute(RedisOperations<K, V> operations) throws DataAccessException {
				StringRedisTemplate strings = (StringRedisTemplate) operations;
				strings.multi();
				strings.opsForValue().set("discarded", "1");
				strings.discard();
				return List.of();
			}

		});
		assertThat(discarded).isEmpty();
		assertThat(redis.hasKey("discarded")).isFalse();
	}

	private static void watch(StringRedisTemplate redis) {
		redis.opsForValue().set("watched", "1");
		List<Object> lost = redis.execute(new SessionCallback<List<Object>>() {

			@Override
			public <K, V> List<Object> execute(RedisOperations<K, V> operations) throws DataAccessException {
				StringRedisTemplate strings = (StringRedisTemplate) operations;
				strings.watch("watched");
				redis.opsForValue().set("watched", "2");
				strings.multi();
				strings.opsForValue().set("watched", "3");
				return strings.exec();
			}

		});
		assertThat(lost).as("somebody else wrote the watched key").isEmpty();
		assertThat(redis.opsForValue().get("watched")).isEqualTo("2");
	}

	private static void reactive(ReactiveRedisConnectionFactory factory) {
		ReactiveStringRedisTemplate redis = new ReactiveStringRedisTemplate(factory);
		Mono<String> chain = redis.opsForValue()
			.set("reactive", "1")
			.then(redis.opsForValue().increment("reactive"))
			.then(redis.opsForValue().get("reactive"));
		assertThat(chain.block()).isEqualTo("2");
	}

	private static void nativeConnection(LettuceConnectionFactory factory) {
		try (StatefulRedisConnection<String, String> connection = ((RedisClient) factory.getRequiredNativeClient())
			.connect()) {
			assertThat(connection.sync().set("native", "1")).isEqualTo("OK");
			assertThat(connection.sync().get("native")).isEqualTo("1");
		}
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

}
