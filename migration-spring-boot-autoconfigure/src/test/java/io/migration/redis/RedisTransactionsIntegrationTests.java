package io.migration.redis;

import java.util.List;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.MigrationPhase;
import io.migration.OperationRefusedException;
import io.migration.test.FaultProxy;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

class RedisTransactionsIntegrationTests {

	/**
	 * Until the relay has passed, target does not know it, and would not even answer.
	 */
	@Test
	void aReadOfSeveralKeysSeesAnOwnWriteToAnyOfThem() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				FaultProxy proxy = FaultProxy.to(target.port());
				RedisClient sourceClient = RedisClient.create(source.uri());
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(proxy.port()), "migration.redis.tokens.mirror.timeout=10s")) {
			RedisCommands<String, String> onSource = sourceClient.connect().sync();
			application.walkTo(MigrationPhase.READ_NEW);
			application.redis().opsForValue().set("first", "old");
			application.redis().opsForValue().set("second", "old");
			StatefulRedisConnection<String, String> connection = client(application).connect();
			proxy.blackHole();
			RedisFuture<String> write = connection.async().set("second", "new");
			Awaitility.await().until(() -> "new".equals(onSource.get("second")));
			assertThat(application.redis().opsForValue().multiGet(List.of("first", "second"))).containsExactly("old",
					"new");
			assertThat(write.isDone()).as("it still waits for target").isFalse();
			proxy.pass();
			assertThat(write.toCompletableFuture().join()).isEqualTo("OK");
		}
	}

	@Test
	void whatATransactionWritesIsReadOnTheAuthorityUntilTargetHasIt() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				FaultProxy proxy = FaultProxy.to(target.port());
				RedisClient sourceClient = RedisClient.create(source.uri());
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(proxy.port()), "migration.redis.tokens.mirror.timeout=10s")) {
			RedisCommands<String, String> onSource = sourceClient.connect().sync();
			application.walkTo(MigrationPhase.READ_NEW);
			StatefulRedisConnection<String, String> connection = client(application).connect();
			application.redis().opsForValue().set("key", "old");
			proxy.blackHole();
			connection.async().multi();
			connection.async().set("key", "new");
			RedisFuture<TransactionResult> exec = connection.async().exec();
			Awaitility.await().until(() -> "new".equals(onSource.get("key")));
			assertThat(application.redis().opsForValue().get("key")).isEqualTo("new");
			assertThat(exec.isDone()).as("it still waits for target").isFalse();
			proxy.pass();
			assertThat(exec.toCompletableFuture().join().size()).isEqualTo(1);
		}
	}

	@Test
	void aJournalEntryThatFailsAtRunTimeIsReported() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				RedisClient sourceClient = RedisClient.create(source.uri());
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.walkTo(MigrationPhase.SHADOW);
			RedisCommands<String, String> onSource = sourceClient.connect().sync();
			onSource.del("migration:{tokens}:journal");
			onSource.set("migration:{tokens}:journal", "no stream");
			RedisCommands<String, String> redis = client(application).connect().sync();
			redis.multi();
			redis.set("key", "value");
			assertThatThrownBy(redis::exec).hasStackTraceContaining(OperationRefusedException.class.getName())
				.hasStackTraceContaining("its journal entry failed");
			assertThat(redis.get("key")).isEqualTo("value");
			onSource.del("migration:{tokens}:journal");
			redis.multi();
			redis.set("key", "again");
			redis.get("key");
			assertThat(redis.exec().stream().toList()).containsExactly("OK", "again");
		}
	}

	@Test
	void aWatchThatBeganInOffHoldsWhenThePhaseChanges() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.redis().opsForValue().set("watched", "1");
			RedisCommands<String, String> redis = client(application).connect().sync();
			redis.watch("watched");
			application.walkTo(MigrationPhase.SHADOW);
			// as a unit of this connection it would end the watch
			redis.set("other", "1");
			application.redis().opsForValue().set("watched", "2");
			redis.multi();
			redis.set("watched", "3");
			assertThat(redis.exec().wasDiscarded()).isTrue();
			assertThat(redis.get("watched")).isEqualTo("2");
		}
	}

	private static RedisClient client(MigratedApplication application) {
		return (RedisClient) application.context().getBean(LettuceConnectionFactory.class).getRequiredNativeClient();
	}

}
