package io.migration.redis;

import java.util.List;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.migration.MigrationPhase;
import io.migration.OperationRefusedException;
import io.migration.phase.GateStatus;
import io.migration.phase.StepOutcome;
import io.migration.test.RedisServer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What the journal cannot describe is never passed through unmirrored once the copy is
 * relied on.
 */
class RedisUnmirroredWriteIntegrationTests {

	private static final RedisScript<String> KEYLESS = RedisScript.of("return redis.call('SET', 'keyless', 'value')",
			String.class);

	@Test
	void runsOnSourceAloneInShadowAndIsRefusedLater() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			StringRedisTemplate redis = application.redis();
			application.walkTo(MigrationPhase.SHADOW);
			Awaitility.await().until(() -> application.control().gates().stream().anyMatch(GateStatus::met));
			redis.execute(KEYLESS, List.of());
			assertThat(redis.opsForValue().get("keyless")).isEqualTo("value");
			assertThat(application.migration().unsupported()).isPositive();
			application.walkTo(MigrationPhase.DUAL_WRITE);
			redis.opsForValue().set("keyless", "kept");
			assertRefused(() -> redis.execute(KEYLESS, List.of()));
			assertThat(redis.opsForValue().get("keyless")).as("nothing was touched").isEqualTo("kept");
			StepOutcome outcome = application.control().advance("test", null, true);
			assertThat(outcome).as("force does not skip it").isInstanceOf(StepOutcome.Refused.class);
			assertThat(((StepOutcome.Refused) outcome).gates()).extracting(GateStatus::gate).contains("unsupported");
		}
	}

	@Test
	void theStartersOwnKeysAndTheWholeDatabaseAreOutOfReach() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			StringRedisTemplate redis = application.redis();
			application.walkTo(MigrationPhase.SHADOW);
			assertRefused(() -> redis.delete("migration:{tokens}:ledger"));
			assertRefused(() -> redis.execute((RedisCallback<Object>) (connection) -> {
				connection.multi();
				connection.serverCommands().flushDb();
				return connection.exec();
			}));
			assertThat(application.control().instances()).as("the ledger is there").hasSize(1);
			RedisClient client = (RedisClient) application.context()
				.getBean(LettuceConnectionFactory.class)
				.getRequiredNativeClient();
			try (StatefulRedisConnection<String, String> connection = client.connect()) {
				assertRefused(() -> connection.sync().select(1));
				assertThat(connection.sync().select(0)).isEqualTo("OK");
			}
			application.walkTo(MigrationPhase.OFF);
		}
	}

	private static void assertRefused(ThrowingCallable operation) {
		assertThatThrownBy(operation).hasStackTraceContaining(OperationRefusedException.class.getName());
	}

}
