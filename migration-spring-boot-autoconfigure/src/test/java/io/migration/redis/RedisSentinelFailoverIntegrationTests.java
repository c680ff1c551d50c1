package io.migration.redis;

import java.util.Map;

import io.migration.MigrationPhase;
import io.migration.test.RedisSentinelServer;
import io.migration.test.RedisServer;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Target fails over to a replica that was in sync: the relay finds the new master, and
 * what was written meanwhile arrives there.
 */
class RedisSentinelFailoverIntegrationTests {

	@Test
	void theRelayFindsTheNewMasterOfTarget() throws Exception {
		try (TestStore source = TestStore.server();
				RedisSentinelServer servers = RedisSentinelServer.start();
				TestStore target = TestStore.sentinel(servers);
				MigratedApplication application = TestStore.migrate(MigratedApplication.App.class, source, target,
						"migration.redis.tokens.mirror.on-failure=continue",
						"migration.redis.tokens.mirror.timeout=500ms", "migration.redis.tokens.gates.journal=off")) {
			application.walkTo(MigrationPhase.DUAL_WRITE);
			StringRedisTemplate redis = application.redis();
			write(redis, "before");
			application.awaitDrained();
			RedisServer old = servers.master();
			servers.killMasterInSync();
			write(redis, "after");
			application.awaitDrained();
			assertThat(servers.master()).isNotSameAs(old);
			Map<String, String> onSource = source.read();
			assertThat(onSource).hasSize(200);
			assertThat(StoreReader.differences(onSource, target.read())).isEmpty();
			// and on to the phase in which target answers
			application.walkTo(MigrationPhase.CUTOVER);
			write(redis, "moved");
			application.awaitDrained();
			assertThat(source.read()).hasSize(300);
			assertThat(StoreReader.differences(source.read(), target.read())).isEmpty();
		}
	}

	private static void write(StringRedisTemplate redis, String prefix) {
		for (int i = 0; i < 100; i++) {
			redis.opsForValue().set(prefix + i, "value");
		}
	}

}
