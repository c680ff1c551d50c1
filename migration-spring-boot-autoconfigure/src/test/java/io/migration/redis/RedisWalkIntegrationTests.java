package io.migration.redis;

import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RedisWalkIntegrationTests {

	@Test
	void walksFromOffToCutoverAndBackBetweenServers() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			assertThat(PhaseWalk.thereAndBack(application)).isEqualTo(56);
			application.awaitDrained();
			assertThat(application.control().history()).hasSize(7);
			assertThat(StoreReader.read(source)).hasSize(56);
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
		}
	}

	@Test
	void walksFromOffToCutoverAndBackToACluster() {
		try (RedisServer source = RedisServer.start();
				RedisClusterServer target = RedisClusterServer.start(3);
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			assertThat(PhaseWalk.thereAndBack(application)).isEqualTo(56);
			application.awaitDrained();
			assertThat(application.control().history()).hasSize(7);
			assertThat(StoreReader.read(source)).hasSize(56);
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
		}
	}

}
