package io.migration.autoconfigure;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.lettuce.core.RedisClient;
import io.migration.Migration;
import io.migration.MigrationPhase;
import io.migration.MigrationPhaseChangedEvent;
import io.migration.redis.MigratedConnectionFactory;
import io.migration.redis.RedisMigration;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What an application's context does when its servers answer.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisMigrationAutoConfigurationIntegrationTests {

	private static RedisServer source;

	private static RedisServer target;

	private final ApplicationContextRunner withoutTarget = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class, MigrationAutoConfiguration.class,
				RedisMigrationAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.url=" + source.uri(), "migration.fleet.heartbeat=100ms",
				"migration.fleet.lease=1s");

	private final ApplicationContextRunner runner = this.withoutTarget
		.withPropertyValues("migration.redis.tokens.target.url=" + target.uri());

	@BeforeAll
	static void start() {
		source = RedisServer.start();
		target = RedisServer.start();
	}

	@AfterAll
	static void stop() {
		source.close();
		target.close();
	}

	@AfterEach
	void empty() {
		for (RedisServer server : List.of(source, target)) {
			LettuceConnectionFactory factory = started(server);
			try (RedisConnection connection = factory.getConnection()) {
				connection.serverCommands().flushAll();
			}
			factory.destroy();
		}
	}

	@Test
	void thePhaseOfThePropertyIsWalkedToAndEachChangeIsPublished() {
		this.runner.withPropertyValues("migration.redis.tokens.phase=dual-write")
			.withBean(Listener.class)
			.run((context) -> {
				Migration migration = context.getBean(Migration.class);
				await().until(() -> migration.phase() == MigrationPhase.DUAL_WRITE);
				List<MigrationPhaseChangedEvent> events = context.getBean(Listener.class).events;
				await().until(() -> events.size() == 2);
				assertThat(events).extracting(MigrationPhaseChangedEvent::getMigration).containsOnly(migration);
				assertThat(events).extracting(MigrationPhaseChangedEvent::getFrom)
					.containsExactly(MigrationPhase.OFF, MigrationPhase.SHADOW);
				assertThat(events).extracting(MigrationPhaseChangedEvent::getTo)
					.containsExactly(MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE);
				assertThat(events).extracting(MigrationPhaseChangedEvent::getEpoch)
					.containsExactly(migration.epoch() - 1, migration.epoch());
			});
	}

	@Test
	void aListenerThatFailsDoesNotHoldTheWalk(CapturedOutput output) {
		this.runner.withPropertyValues("migration.redis.tokens.phase=dual-write")
			.withBean(FailingListener.class)
			.run((context) -> {
				await().until(() -> context.getBean(Migration.class).phase() == MigrationPhase.DUAL_WRITE);
				await().untilAsserted(
						() -> assertThat(output).containsOnlyOnce("a listener failed at the change from off to shadow")
							.containsOnlyOnce("a listener failed at the change from shadow to dual-write"));
			});
	}

	@Test
	void otherClientsAreReportedOnceEach(CapturedOutput output) {
		this.runner.withPropertyValues("migration.redis.tokens.bean=redisConnectionFactory")
			.withBean("ownClient", RedisClient.class, () -> RedisClient.create())
			.withBean("unrelated", String.class, () -> "text")
			.run((context) -> {
				awaitSteady(context);
				assertThat(output).containsOnlyOnce("The bean 'ownClient' is a Lettuce client of its own")
					.doesNotContain("The bean 'unrelated'")
					.doesNotContain("The bean 'redisConnectionFactory'");
			});
	}

	@Test
	void inOffTheTargetIsNotConnectedTo() throws IOException {
		// only who writes the first record of all asks target whether it knows of one
		this.runner.run((context) -> awaitSteady(context));
		try (ServerSocket unused = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
			unused.setSoTimeout(500);
			this.withoutTarget.withPropertyValues("migration.redis.tokens.target.port=" + unused.getLocalPort())
				.run((context) -> {
					awaitSteady(context);
					StringRedisTemplate redis = context.getBean(StringRedisTemplate.class);
					redis.opsForValue().set("a", "1");
					assertThat(redis.opsForValue().get("a")).isEqualTo("1");
					assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(unused::accept);
					context.getBean(RedisMigration.class).control().walkTo(MigrationPhase.SHADOW, "test", null, false);
					await().ignoreExceptions().until(() -> {
						unused.accept().close();
						return true;
					});
				});
		}
	}

	@Test
	void anApplicationThatStartedWithoutItsRedisJoinsWhenItComes() {
		source.stop();
		try {
			this.runner.withPropertyValues("spring.data.redis.timeout=2s").run((context) -> {
				StringRedisTemplate redis = context.getBean(StringRedisTemplate.class);
				assertThatExceptionOfType(RedisConnectionFailureException.class)
					.isThrownBy(() -> redis.opsForValue().get("a"))
					.withMessageContaining("tokens");
				source.restart();
				awaitSteady(context);
				assertThat(redis.opsForValue().get("a")).isNull();
			});
		}
		finally {
			source.restart();
		}
	}

	@Test
	void aBeanOfAnOwnClassReachesItsServer() {
		this.runner.withPropertyValues("migration.redis.tokens.phase=shadow")
			.withBean(OwnConnectionFactory.class)
			.run((context) -> {
				OwnConnectionFactory factory = context.getBean(OwnConnectionFactory.class);
				assertThat(factory).isInstanceOf(MigratedConnectionFactory.class);
				await().until(() -> context.getBean(Migration.class).phase() == MigrationPhase.SHADOW);
				context.getBean(StringRedisTemplate.class).opsForValue().set("a", "1");
				LettuceConnectionFactory onTarget = started(target);
				try {
					StringRedisTemplate copy = new StringRedisTemplate(onTarget);
					await().until(() -> "1".equals(copy.opsForValue().get("a")));
				}
				finally {
					onTarget.destroy();
				}
			});
	}

	private static void awaitSteady(ApplicationContext context) {
		await().until(() -> context.getBean(Migration.class).state() == Migration.State.STEADY);
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(20)).pollInterval(Duration.ofMillis(10));
	}

	private static LettuceConnectionFactory started(RedisServer server) {
		LettuceConnectionFactory factory = new LettuceConnectionFactory(
				new RedisStandaloneConfiguration("127.0.0.1", server.port()));
		factory.afterPropertiesSet();
		factory.start();
		return factory;
	}

	static class Listener {

		private final List<MigrationPhaseChangedEvent> events = new CopyOnWriteArrayList<>();

		@EventListener
		void changed(MigrationPhaseChangedEvent event) {
			this.events.add(event);
		}

	}

	static class FailingListener {

		@EventListener
		void changed(MigrationPhaseChangedEvent event) {
			throw new IllegalStateException("test");
		}

	}

	static class OwnConnectionFactory extends LettuceConnectionFactory {

		OwnConnectionFactory() {
			super(new RedisStandaloneConfiguration("127.0.0.1", source.port()));
		}

	}

}
