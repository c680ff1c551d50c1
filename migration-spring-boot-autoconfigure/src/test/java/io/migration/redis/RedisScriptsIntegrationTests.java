package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisNoScriptException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.MigrationPhase;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class RedisScriptsIntegrationTests {

	private static RedisScript<Long> counting(String mark) {
		return RedisScript.of("return redis.call('INCR', KEYS[1]) -- " + mark, Long.class);
	}

	@Test
	void aScriptThatIsNotLoadedRunsOnceInEachPhase() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			StringRedisTemplate redis = application.redis();
			for (MigrationPhase phase : MigrationPhase.values()) {
				application.walkTo(phase);
				assertThat(redis.execute(counting(phase.wireName()), List.of(phase.wireName()))).isEqualTo(1);
				assertThat(redis.opsForValue().get(phase.wireName())).isEqualTo("1");
				RedisClient client = client(application);
				try (StatefulRedisConnection<String, String> connection = client.connect()) {
					assertThatExceptionOfType(RedisNoScriptException.class).isThrownBy(() -> connection.sync()
						.evalsha("0000000000000000000000000000000000000000", ScriptOutputType.INTEGER,
								phase.wireName()));
				}
				assertThat(redis.opsForValue().get(phase.wireName())).isEqualTo("1");
			}
		}
	}

	@Test
	void scriptsAreKnownOnTargetRightAfterCutover() {
		try (RedisServer source = RedisServer.start();
				RedisClusterServer target = RedisClusterServer.start(3);
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			StringRedisTemplate redis = application.redis();
			RedisScript<Long> evaluated = counting("evaluated");
			redis.execute(evaluated, List.of("a"));
			String loaded = load(redis, "return 'loaded in off'");
			application.walkTo(MigrationPhase.SHADOW);
			RedisScript<Long> later = counting("later");
			redis.execute(later, List.of("a"));
			application.walkTo(MigrationPhase.CUTOVER);
			for (RedisServer node : target.servers()) {
				assertThat(known(node, evaluated.getSha1(), loaded, later.getSha1())).as(node.toString())
					.containsExactly(true, true, true);
			}
			redis.execute((RedisCallback<Object>) (connection) -> {
				connection.scriptingCommands().scriptFlush();
				return null;
			});
			Awaitility.await().until(() -> !known(source, loaded).get(0));
			for (RedisServer node : target.servers()) {
				assertThat(known(node, loaded)).containsExactly(false);
			}
			String back = load(redis, "return 'loaded in cutover'");
			Awaitility.await().until(() -> known(source, back).get(0));
		}
	}

	private static String load(StringRedisTemplate redis, String script) {
		return redis.execute((RedisCallback<String>) (connection) -> connection.scriptingCommands()
			.scriptLoad(script.getBytes(StandardCharsets.UTF_8)));
	}

	private static List<Boolean> known(RedisServer server, String... digests) {
		try (RedisClient client = RedisClient.create(server.uri())) {
			RedisCommands<String, String> redis = client.connect().sync();
			return redis.scriptExists(digests);
		}
	}

	private static RedisClient client(MigratedApplication application) {
		return (RedisClient) application.context().getBean(LettuceConnectionFactory.class).getRequiredNativeClient();
	}

}
