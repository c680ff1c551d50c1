package io.migration.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulConnection;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RedisTarget}.
 */
class RedisTargetTests {

	private static final LettuceClientConfiguration PLAIN = LettuceClientConfiguration.builder().build();

	@Test
	void withoutPoolPropertiesThePoolIsLikeSources() {
		GenericObjectPoolConfig<StatefulConnection<?, ?>> pool = new GenericObjectPoolConfig<>();
		pool.setMaxTotal(50);
		LettuceClientConfiguration source = LettucePoolingClientConfiguration.builder().poolConfig(pool).build();
		assertThat(pool(target(source, Map.of("port", "1")))).isSameAs(pool);
		assertThat(target(PLAIN, Map.of("port", "1")).getClientConfiguration())
			.isNotInstanceOf(LettucePoolingClientConfiguration.class);
	}

	@Test
	void poolPropertiesMakeAPool() {
		GenericObjectPoolConfig<?> pool = pool(target(PLAIN, Map.of("port", "1", "lettuce.pool.max-active", "3",
				"lettuce.pool.max-idle", "2", "lettuce.pool.min-idle", "1", "lettuce.pool.max-wait", "4s")));
		assertThat(pool.getMaxTotal()).isEqualTo(3);
		assertThat(pool.getMaxIdle()).isEqualTo(2);
		assertThat(pool.getMinIdle()).isEqualTo(1);
		assertThat(pool.getMaxWaitDuration()).isEqualTo(Duration.ofSeconds(4));
	}

	@Test
	void aPoolCanBeSwitchedOff() {
		LettuceClientConfiguration source = LettucePoolingClientConfiguration.builder().build();
		assertThat(target(source, Map.of("port", "1", "lettuce.pool.enabled", "false")).getClientConfiguration())
			.isNotInstanceOf(LettucePoolingClientConfiguration.class);
	}

	@Test
	void readingTargetFromReplicasIsRefused() {
		assertThatExceptionOfType(InvalidMigrationException.class)
			.isThrownBy(() -> target(PLAIN, Map.of("port", "1", "lettuce.read-from", "replica-preferred")))
			.withMessageContaining("migration.redis.tokens.target.lettuce.read-from");
	}

	@Test
	void sourcesTrustIsNotTargets() {
		LettuceClientConfiguration source = LettuceClientConfiguration.builder()
			.clientOptions(ClientOptions.builder()
				.sslOptions(SslOptions.builder().handshakeTimeout(Duration.ofSeconds(77)).build())
				.build())
			.build();
		assertThat(target(source, Map.of("url", "rediss://127.0.0.1")).getClientConfiguration()
			.getClientOptions()
			.orElseThrow()
			.getSslOptions()
			.getHandshakeTimeout()).isNotEqualTo(Duration.ofSeconds(77));
	}

	@Test
	void theDatabaseOfAnUrlIsThatOfTheSentinels() {
		LettuceConnectionFactory target = target(PLAIN, Map.of("url", "redis://user:secret@ignored:1/7",
				"sentinel.master", "primary", "sentinel.nodes", "127.0.0.1:2"));
		RedisSentinelConfiguration sentinel = target.getSentinelConfiguration();
		assertThat(sentinel).isNotNull();
		assertThat(target.getDatabase()).isEqualTo(7);
		assertThat(sentinel.getUsername()).isEqualTo("user");
	}

	private static GenericObjectPoolConfig<?> pool(LettuceConnectionFactory factory) {
		assertThat(factory.getClientConfiguration()).isInstanceOf(LettucePoolingClientConfiguration.class);
		return ((LettucePoolingClientConfiguration) factory.getClientConfiguration()).getPoolConfig();
	}

	private static LettuceConnectionFactory target(LettuceClientConfiguration source, Map<String, String> properties) {
		RedisMigrationProperties.Target target = new Binder(List.of(new MapConfigurationPropertySource(properties)))
			.bindOrCreate("", RedisMigrationProperties.Target.class);
		return new RedisTarget("migration.redis.tokens", target,
				new LettuceConnectionFactory(new RedisStandaloneConfiguration(), source), null)
			.connectionFactory();
	}

}
