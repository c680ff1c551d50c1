package io.migration.redis;

import java.util.List;
import java.util.Map;

import io.lettuce.core.RedisClient;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.MigrationPhase;
import io.migration.OperationRefusedException;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What target cannot run is counted while source still decides, and refused later.
 */
class RedisTargetLimitsIntegrationTests {

	@Test
	void commandsThatTargetsServerDoesNotKnow() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start("--rename-command", "GETDEL", "");
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.gates.unsupported=off")) {
			StringRedisTemplate redis = application.redis();
			for (MigrationPhase phase : List.of(MigrationPhase.OFF, MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE)) {
				application.walkTo(phase);
				redis.opsForValue().set("key", "value");
				assertThat(redis.opsForValue().getAndDelete("key")).isEqualTo("value");
			}
			assertThat(application.migration().unsupportedCommands()).isEqualTo(Map.of("GETDEL", 2L));
			application.awaitEmptyJournal();
			assertThat(StoreReader.read(target)).as("what it does is copied").isEmpty();
			application.walkTo(MigrationPhase.READ_NEW);
			redis.opsForValue().set("key", "value");
			assertRefused(() -> redis.opsForValue().getAndDelete("key"));
			assertThat(redis.opsForValue().get("key")).as("nothing was touched").isEqualTo("value");
		}
	}

	@Test
	void keysOfSeveralSlots() {
		try (RedisServer source = RedisServer.start();
				RedisClusterServer target = RedisClusterServer.start(3);
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.gates.unsupported=off")) {
			application.walkTo(MigrationPhase.DUAL_WRITE);
			RedisClient client = (RedisClient) application.context()
				.getBean(LettuceConnectionFactory.class)
				.getRequiredNativeClient();
			try (StatefulRedisConnection<String, String> connection = client.connect()) {
				RedisCommands<String, String> redis = connection.sync();
				redis.mset(Map.of("a", "1", "b", "2"));
				redis.del("a", "b");
				redis.sadd("{s}a", "1", "2");
				redis.sadd("{s}b", "2", "3");
				redis.sunionstore("{s}c", "{s}a", "{s}b");
				assertThat(redis.sinter("{s}a", "{s}b")).containsExactly("2");
				assertThat(transaction(redis, "{t}a", "{t}b").wasDiscarded()).isFalse();
				assertThat(application.migration().unsupportedCommands()).isEmpty();
				redis.sadd("a", "2");
				assertThat(redis.sinter("{s}a", "a")).containsExactly("2");
				redis.sunionstore("c", "a", "{s}b");
				assertThat(transaction(redis, "x", "y").wasDiscarded()).isFalse();
				assertThat(application.migration().unsupportedCommands())
					.isEqualTo(Map.of("SINTER", 1L, "SUNIONSTORE", 1L, "MULTI", 1L));
				application.walkTo(MigrationPhase.READ_NEW);
				assertRefused(() -> redis.sinter("{s}a", "a"));
				assertRefused(() -> redis.sunionstore("c", "{s}a", "{s}b"));
				assertThat(redis.scard("c")).as("nothing was touched").isEqualTo(2);
				assertRefused(() -> transaction(redis, "x", "y"));
				assertThat(redis.mget("x", "y")).extracting("value").containsExactly("1", "1");
			}
			application.awaitEmptyJournal();
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
		}
	}

	private static TransactionResult transaction(RedisCommands<String, String> redis, String one, String other) {
		redis.multi();
		redis.incr(one);
		redis.incr(other);
		return redis.exec();
	}

	private static void assertRefused(ThrowingCallable operation) {
		assertThatThrownBy(operation).hasStackTraceContaining(OperationRefusedException.class.getName());
	}

}
