package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.migration.MigrationPhase;
import io.migration.OperationRefusedException;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.ScanOptions;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Commands about the whole database neither show nor touch the migration's own keys.
 */
class RedisWholeDatabaseIntegrationTests {

	/**
	 * A caller may name a command by a keyword of its own.
	 */
	@ParameterizedTest
	@EnumSource(MigrationPhase.class)
	void aFlushUnderAnotherKeywordLeavesTheLedgerToo(MigrationPhase phase) {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.walkTo(phase);
			application.redis().opsForValue().set("key", "value");
			RedisClient client = (RedisClient) application.context()
				.getBean(LettuceConnectionFactory.class)
				.getRequiredNativeClient();
			try (StatefulRedisConnection<String, String> connection = client.connect()) {
				String reply = connection.sync().dispatch(new ProtocolKeyword() {

					@Override
					public byte[] getBytes() {
						return toString().getBytes(StandardCharsets.US_ASCII);
					}

					@Override
					public String toString() {
						return "flushdb";
					}

				}, new StatusOutput<>(StringCodec.UTF8));
				assertThat(reply).isEqualTo("OK");
			}
			assertThat(application.redis().hasKey("key")).isFalse();
			assertThat(application.control().history()).as("the ledger is still there").hasSize(phase.ordinal());
			assertThat(application.migration().unsupported()).isZero();
		}
	}

	@ParameterizedTest
	@EnumSource(MigrationPhase.class)
	void ownKeysAreInNoResult(MigrationPhase phase) {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.walkTo(phase);
			StringRedisTemplate redis = application.redis();
			assertThat(redis.keys("*")).isEmpty();
			assertThat(redis.randomKey()).as("only ours exist").isNull();
			redis.opsForValue().set("migration:one", "like ours, but not ours");
			redis.opsForValue().set("other", "value");
			if (phase.journals()) {
				application.awaitEmptyJournal();
			}
			Set<String> expected = Set.of("migration:one", "other");
			assertThat(redis.keys("*")).isEqualTo(expected);
			assertThat(redis.keys("migration:*")).containsExactly("migration:one");
			try (var cursor = redis.scan(ScanOptions.scanOptions().count(1).build())) {
				assertThat(cursor.stream()).containsExactlyInAnyOrderElementsOf(expected);
			}
			ReactiveStringRedisTemplate reactive = new ReactiveStringRedisTemplate(
					application.context().getBean(ReactiveRedisConnectionFactory.class));
			assertThat(reactive.keys("*").collectList().block()).containsExactlyInAnyOrderElementsOf(expected);
			assertThat(reactive.scan().collectList().block()).containsExactlyInAnyOrderElementsOf(expected);
			assertThat(expected).contains(redis.randomKey());
			assertThat(size(redis)).isEqualTo(2);
			List<Object> piped = redis.executePipelined((RedisCallback<Object>) (connection) -> {
				connection.keyCommands().keys("*".getBytes(StandardCharsets.UTF_8));
				connection.serverCommands().dbSize();
				return null;
			});
			assertThat(piped).containsExactly(expected, 2L);
			RedisClient client = (RedisClient) application.context()
				.getBean(LettuceConnectionFactory.class)
				.getRequiredNativeClient();
			try (StatefulRedisConnection<String, String> connection = client.connect()) {
				RedisCommands<String, String> commands = connection.sync();
				commands.multi();
				commands.keys("*");
				commands.get("other");
				List<Object> transacted = commands.exec().stream().toList();
				assertThat(transacted.get(0)).asInstanceOf(InstanceOfAssertFactories.LIST)
					.containsExactlyInAnyOrderElementsOf(expected);
				assertThat(transacted.get(1)).isEqualTo("value");
			}
		}
	}

	@ParameterizedTest
	@EnumSource(MigrationPhase.class)
	void flushEmptiesBothSidesAndKeepsTheLedger(MigrationPhase phase) {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.walkTo(phase);
			StringRedisTemplate redis = application.redis();
			fill(redis, 1500);
			flush(redis);
			assertThat(size(redis)).isZero();
			if (phase.journals()) {
				application.awaitEmptyJournal();
				Awaitility.await().until(() -> application.migration().catchUp().reached());
			}
			assertThat(StoreReader.read(source)).isEmpty();
			assertThat(StoreReader.read(target)).isEmpty();
			assertThat(application.control().instances()).as("the ledger is there").hasSize(1);
			assertThat(application.migration().unsupported()).isZero();
			assertThatThrownBy(() -> redis.execute((RedisCallback<Object>) (connection) -> {
				connection.multi();
				connection.serverCommands().flushDb();
				return connection.exec();
			})).hasStackTraceContaining(OperationRefusedException.class.getName());
			application.walkTo(MigrationPhase.SHADOW);
		}
	}

	@Test
	void flushEmptiesEachNodeOfACluster() {
		try (RedisServer source = RedisServer.start();
				RedisClusterServer target = RedisClusterServer.start(3);
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.walkTo(MigrationPhase.CUTOVER);
			StringRedisTemplate redis = application.redis();
			fill(redis, 300);
			assertThat(redis.keys("*")).hasSize(300);
			flush(redis);
			assertThat(redis.keys("*")).isEmpty();
			application.awaitEmptyJournal();
			Awaitility.await().until(() -> application.migration().catchUp().reached());
			assertThat(StoreReader.read(target)).isEmpty();
			assertThat(StoreReader.read(source)).isEmpty();
		}
	}

	private static void fill(StringRedisTemplate redis, int count) {
		redis.executePipelined((RedisCallback<Object>) (connection) -> {
			IntStream.range(0, count)
				.mapToObj((index) -> ("key" + index).getBytes(StandardCharsets.UTF_8))
				.forEach((key) -> connection.stringCommands().set(key, key));
			return null;
		});
	}

	private static void flush(StringRedisTemplate redis) {
		redis.execute((RedisCallback<Object>) (connection) -> {
			connection.serverCommands().flushDb();
			return null;
		});
	}

	private static Long size(StringRedisTemplate redis) {
		return redis.execute((RedisCallback<Long>) (connection) -> connection.serverCommands().dbSize());
	}

}
