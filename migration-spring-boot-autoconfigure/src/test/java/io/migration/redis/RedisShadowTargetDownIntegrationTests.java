package io.migration.redis;

import java.time.Duration;

import io.migration.MigrationPhase;
import io.migration.test.FaultProxy;
import io.migration.test.RedisServer;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * G4: a target that accepts and never answers changes no result and no exception in
 * shadow, and nothing that waits for it grows without bound in the application.
 */
class RedisShadowTargetDownIntegrationTests {

	private static final Log logger = LogFactory.getLog(RedisShadowTargetDownIntegrationTests.class);

	@Test
	void aBlackHoledTargetDoesNotHurtShadow() throws Exception {
		prove(Duration.ofSeconds(4));
	}

	@Test
	@Tag("stress")
	void aBlackHoledTargetDoesNotHurtShadowForLong() throws Exception {
		prove(Duration.ofSeconds(60));
	}

	private static void prove(Duration each) throws Exception {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				FaultProxy proxy = FaultProxy.to(target.port());
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(proxy.port()), "migration.redis.tokens.mirror.timeout=500ms",
						"migration.redis.tokens.compare.sample-rate=0.1")) {
			application.control().join();
			load(application, Duration.ofSeconds(2));
			Load.Latencies off = load(application, each);
			target(target);
			application.walkTo(MigrationPhase.SHADOW);
			Load.Latencies shadow = load(application, each);
			proxy.blackHole();
			Load.Latencies blackHoled = load(application, each);
			assertThat(application.control().phase()).isEqualTo(MigrationPhase.SHADOW);
			assertThat(application.migration().waitingWriters()).as("nobody waits for target in shadow").isZero();
			assertThat(application.migration().parkedWriters()).isZero();
			logger.info("%s each; off: %s, shadow: %s, shadow with target black-holed: %s".formatted(each, off, shadow,
					blackHoled));
			proxy.pass();
			Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> application.migration().catchUp().reached());
			assertThat(blackHoled.operations()).isGreaterThan(1_000);
			assertThat(StoreReader.read(source)).hasSizeGreaterThan(100);
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))
				.stream()
				.filter((difference) -> !difference.contains("/ absent"))).isEmpty();
		}
	}

	/**
	 * Nothing of target is there before the step: what off writes is not copied.
	 */
	private static void target(RedisServer target) {
		assertThat(StoreReader.read(target)).isEmpty();
	}

	private static Load.Latencies load(MigratedApplication application, Duration duration) throws Exception {
		try (Load load = Load.start(application.redis(), 4, 200)) {
			Awaitility.await().pollDelay(duration).atMost(duration.plusSeconds(5)).until(() -> load.operations() > 0);
			Load.Latencies latencies = load.stop();
			assertThat(load.failures()).as("failed calls").isEmpty();
			return latencies;
		}
	}

}
