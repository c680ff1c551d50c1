package io.migration.redis;

import java.time.Duration;

import io.migration.MigrationPhase;
import io.migration.test.FaultProxy;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A target that was started anew may have forgotten what it had acknowledged.
 */
class RedisTargetRestartIntegrationTests {

	@Test
	void readsGoBackToSourceWhenTargetWasStartedAnew() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.mirror.timeout=2s",
						"migration.redis.tokens.mirror.on-failure=continue", "migration.redis.tokens.gates.ttl=1s")) {
			StringRedisTemplate redis = application.redis();
			redis.opsForValue().set("seen", "value");
			application.walkTo(MigrationPhase.SHADOW);
			redis.opsForValue().set("token", "value");
			application.walkTo(MigrationPhase.READ_NEW);
			assertThat(redis.opsForValue().get("seen")).as("target answers").isNull();
			assertThat(redis.opsForValue().get("token")).isEqualTo("value");
			target.kill();
			target.restart();
			assertThat(StoreReader.read(target)).as("it has forgotten").isEmpty();
			// whatever moment a read hits, the forgetful target does not answer it
			Awaitility.await().pollInterval(Duration.ofMillis(1)).atMost(Duration.ofSeconds(30)).until(() -> {
				assertThat(redis.opsForValue().get("token")).isEqualTo("value");
				return application.control().phase() == MigrationPhase.DUAL_WRITE;
			});
			assertThat(application.control().history().get(0).reason()).contains("may have forgotten");
		}
	}

	@Test
	void aTargetThatWasOnlyOutOfReachAnswersAgain() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				FaultProxy proxy = FaultProxy.to(target.port());
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(proxy.port()), "migration.redis.tokens.mirror.timeout=2s",
						"migration.redis.tokens.mirror.on-failure=continue")) {
			StringRedisTemplate redis = application.redis();
			redis.opsForValue().set("only-on-source", "value");
			application.walkTo(MigrationPhase.READ_NEW);
			assertThat(redis.opsForValue().get("only-on-source")).as("target answers").isNull();
			proxy.reset();
			proxy.pass();
			Awaitility.await().until(() -> redis.opsForValue().get("only-on-source") == null);
			assertThat(application.control().phase()).isEqualTo(MigrationPhase.READ_NEW);
		}
	}

}
