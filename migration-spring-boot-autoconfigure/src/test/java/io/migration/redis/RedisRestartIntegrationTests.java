package io.migration.redis;

import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * G5: a restart does not move the effective phase, whatever the properties say; and an
 * application starts without the side that it does not need.
 */
class RedisRestartIntegrationTests {

	@ParameterizedTest
	@EnumSource(MigrationPhase.class)
	void aRestartKeepsThePhase(MigrationPhase phase) {
		try (RedisServer source = RedisServer.start(); RedisServer target = RedisServer.start()) {
			try (MigratedApplication first = MigratedApplication.start(source.uri(),
					MigratedApplication.target(target))) {
				first.walkTo(phase);
				first.redis().opsForValue().set("key", phase.wireName());
			}
			String other = (phase == MigrationPhase.OFF) ? "shadow" : "off";
			try (MigratedApplication second = MigratedApplication.start(source.uri(),
					MigratedApplication.target(target), "migration.redis.tokens.phase=" + other)) {
				assertThat(second.redis().opsForValue().get("key")).isEqualTo(phase.wireName());
				assertThat(second.control().phase()).isEqualTo(phase);
				second.redis().opsForValue().set("key", "after");
				assertThat(second.control().phase()).isEqualTo(phase);
				if (phase.journals()) {
					Awaitility.await().until(() -> second.migration().catchUp().reached());
					assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource(value = MigrationPhase.class, names = { "OFF", "SHADOW", "CUTOVER" })
	void theApplicationStartsWithoutTheSideThatHasNoAuthority(MigrationPhase phase) {
		try (RedisServer source = RedisServer.start(); RedisServer target = RedisServer.start()) {
			try (MigratedApplication first = MigratedApplication.start(source.uri(),
					MigratedApplication.target(target))) {
				first.walkTo(phase);
				first.redis().opsForValue().set("key", "before");
				first.awaitEmptyJournal();
			}
			RedisServer gone = (phase.authority() == Side.SOURCE) ? target : source;
			gone.stop();
			try (MigratedApplication second = MigratedApplication.start(source.uri(),
					MigratedApplication.target(target), "migration.redis.tokens.mirror.timeout=500ms")) {
				assertThat(second.redis().opsForValue().get("key")).isEqualTo("before");
				second.redis().opsForValue().set("key", "after");
				assertThat(second.redis().opsForValue().get("key")).isEqualTo("after");
				assertThat(second.control().phase()).isEqualTo(phase);
			}
		}
	}

	@Test
	void theApplicationDoesNotServeWithoutTheLedger() {
		try (RedisServer source = RedisServer.start(); RedisServer target = RedisServer.start()) {
			source.stop();
			try (MigratedApplication application = MigratedApplication.start(source.uri(),
					MigratedApplication.target(target), "migration.redis.tokens.mirror.timeout=500ms")) {
				assertThatThrownBy(() -> application.redis().opsForValue().get("key"))
					.hasMessageContaining("The phase of migration 'tokens' is not known yet");
				source.restart();
				Awaitility.await()
					.ignoreExceptions()
					.untilAsserted(() -> assertThat(application.redis().opsForValue().get("key")).isNull());
			}
		}
	}

	@Test
	void theWayBackDoesNotWaitForATargetThatDiedAfterACutover() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.mirror.timeout=500ms")) {
			application.walkTo(MigrationPhase.CUTOVER);
			application.redis().opsForValue().set("key", "value");
			application.walkTo(MigrationPhase.READ_NEW);
			target.stop();
			application.walkTo(MigrationPhase.SHADOW);
			assertThat(application.redis().opsForValue().get("key")).isEqualTo("value");
		}
	}

	@Test
	void swappedUrlsAreRefused() {
		try (RedisServer source = RedisServer.start(); RedisServer target = RedisServer.start()) {
			try (MigratedApplication first = MigratedApplication.start(source.uri(),
					MigratedApplication.target(target))) {
				first.walkTo(MigrationPhase.DUAL_WRITE);
			}
			try (MigratedApplication swapped = MigratedApplication.start(target.uri(),
					MigratedApplication.target(source))) {
				assertThatThrownBy(() -> swapped.redis().opsForValue().set("key", "value"))
					.hasMessageContaining("the URLs are swapped");
			}
		}
	}

	@Test
	void aTargetWithDataOfItsOwnIsNotTakenOver() {
		try (RedisServer source = RedisServer.start(); RedisServer target = RedisServer.start()) {
			try (MigratedApplication owner = MigratedApplication.start(target.uri(), MigratedApplication.target(source),
					"migration.enabled=false")) {
				owner.redis().opsForValue().set("precious", "data");
			}
			try (MigratedApplication application = MigratedApplication.start(source.uri(),
					MigratedApplication.target(target))) {
				application.control().join();
				assertThat(application.control().advance("test", null, true)).asString()
					.contains("is not empty and does not belong to this migration")
					.contains("adopt=true");
				assertThat(application.control().phase()).isEqualTo(MigrationPhase.OFF);
			}
			try (MigratedApplication adopting = MigratedApplication.start(source.uri(),
					MigratedApplication.target(target), "migration.redis.tokens.target.adopt=true",
					"migration.redis.tokens.gates.ttl=1s")) {
				adopting.redis().opsForValue().set("key", "value");
				adopting.walkTo(MigrationPhase.READ_NEW);
				assertThat(StoreReader.read(target)).as("what source lacks is deleted").doesNotContainKey("precious");
			}
		}
	}

}
