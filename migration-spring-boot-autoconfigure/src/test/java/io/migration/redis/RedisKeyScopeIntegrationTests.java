package io.migration.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.MigrationPhase;
import io.migration.OperationRefusedException;
import io.migration.test.RedisServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Only the keys in scope move.
 */
class RedisKeyScopeIntegrationTests {

	private static final List<MigrationPhase> WALK = List.of(MigrationPhase.OFF, MigrationPhase.SHADOW,
			MigrationPhase.DUAL_WRITE, MigrationPhase.READ_NEW, MigrationPhase.CUTOVER, MigrationPhase.READ_NEW);

	@Test
	void otherKeysStayOnSourceInEveryPhase() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				RedisClient targetClient = RedisClient.create(target.uri());
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.keys=token:*,session:*")) {
			// not in scope, so neither in the way nor touched
			targetClient.connect().sync().set("theirs", "kept");
			StringRedisTemplate redis = application.redis();
			int step = 0;
			for (MigrationPhase phase : WALK) {
				application.walkTo(phase);
				String token = "token:" + step;
				String other = "other:" + step++;
				redis.opsForValue().set(token, "moves");
				redis.opsForValue().set(other, "stays");
				redis.opsForList().rightPush("queue", other);
				assertThat(redis.opsForValue().get(token)).isEqualTo("moves");
				assertThat(redis.opsForValue().get(other)).isEqualTo("stays");
				assertThat(redis.opsForList().leftPop("queue", Duration.ofSeconds(1))).isEqualTo(other);
				if (phase.journals()) {
					assertRefused(() -> redis.opsForValue().multiSet(Map.of("token:x", "1", "other:x", "1")));
					assertRefused(() -> redis.rename("token:0", "other:0"));
				}
			}
			application.awaitEmptyJournal();
			Awaitility.await().until(() -> application.migration().catchUp().reached());
			assertThat(StoreReader.read(target).keySet()).containsExactly("theirs", "token:1", "token:2", "token:3",
					"token:4", "token:5");
			assertThat(StoreReader.read(source).keySet()).containsAll(
					List.of("token:4", "token:5", "other:0", "other:1", "other:2", "other:3", "other:4", "other:5"));
			redis.execute((RedisCallback<Object>) (connection) -> {
				connection.serverCommands().flushDb();
				return null;
			});
			assertThat(StoreReader.read(source).keySet()).containsExactly("other:0", "other:1", "other:2", "other:3",
					"other:4", "other:5");
			application.awaitEmptyJournal();
			Awaitility.await().until(() -> StoreReader.read(target).keySet().equals(Set.of("theirs")));
		}
	}

	@Test
	void aTransactionIsOnOneSideOfTheScope() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.keys=token:*")) {
			application.walkTo(MigrationPhase.SHADOW);
			try (StatefulRedisConnection<String, String> connection = client(application).connect()) {
				RedisCommands<String, String> redis = connection.sync();
				redis.multi();
				redis.set("other:1", "1");
				redis.ping();
				redis.set("other:2", "1");
				assertThat(redis.exec().wasDiscarded()).isFalse();
				redis.multi();
				redis.set("other:1", "2");
				redis.set("token:1", "2");
				assertRefused(redis::exec);
				assertThat(redis.get("other:1")).as("nothing was touched").isEqualTo("1");
			}
			application.walkTo(MigrationPhase.CUTOVER);
			try (StatefulRedisConnection<String, String> connection = client(application).connect()) {
				RedisCommands<String, String> redis = connection.sync();
				redis.multi();
				redis.set("other:1", "2");
				assertRefused(redis::exec);
				assertThat(redis.get("other:1")).as("nothing was touched").isEqualTo("1");
			}
		}
	}

	private static RedisClient client(MigratedApplication application) {
		return (RedisClient) application.context().getBean(LettuceConnectionFactory.class).getRequiredNativeClient();
	}

	private static void assertRefused(ThrowingCallable operation) {
		assertThatThrownBy(operation).hasStackTraceContaining(OperationRefusedException.class.getName());
	}

}
