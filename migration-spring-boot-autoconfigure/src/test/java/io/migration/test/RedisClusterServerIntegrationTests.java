package io.migration.test;

import java.time.Duration;
import java.util.List;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisAdvancedClusterCommands;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link RedisClusterServer}.
 */
class RedisClusterServerIntegrationTests {

	@Test
	void servesAllSlots() {
		try (RedisClusterServer cluster = RedisClusterServer.start(3)) {
			assertThat(cluster.proxies()).isEmpty();
			RedisClusterClient client = client(cluster);
			try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
				RedisAdvancedClusterCommands<String, String> redis = connection.sync();
				for (int i = 0; i < 100; i++) {
					redis.set("key" + i, "value" + i);
				}
				assertThat(redis.get("key42")).isEqualTo("value42");
				assertThat(redis.dbsize()).isEqualTo(100);
				assertThat(client.getPartitions()).hasSize(3);
			}
			finally {
				client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
			}
		}
	}

	@Test
	void clientsThatDiscoverTheClusterPassThroughTheProxies() {
		try (RedisClusterServer cluster = RedisClusterServer.startBehindProxies(3)) {
			RedisClusterClient client = client(cluster);
			try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
				RedisAdvancedClusterCommands<String, String> redis = connection.sync();
				List<Integer> announced = client.getPartitions()
					.stream()
					.map((node) -> node.getUri().getPort())
					.toList();
				assertThat(announced)
					.containsExactlyInAnyOrderElementsOf(cluster.proxies().stream().map(FaultProxy::port).toList());
				assertThat(SlotHash.getSlot("key")).isGreaterThanOrEqualTo(SlotHash.SLOT_COUNT * 2 / 3);
				FaultProxy proxy = cluster.proxies().get(2);
				redis.set("key", "value");
				proxy.blackHole();
				assertThatExceptionOfType(RedisException.class).isThrownBy(() -> redis.get("key"));
				proxy.pass();
				Awaitility.await()
					.ignoreExceptions()
					.untilAsserted(() -> assertThat(redis.get("key")).isEqualTo("value"));
			}
			finally {
				client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
			}
		}
	}

	private static RedisClusterClient client(RedisClusterServer cluster) {
		RedisClusterClient client = RedisClusterClient.create(cluster.nodes().stream().map((node) -> {
			RedisURI uri = RedisURI.create("redis://" + node);
			uri.setTimeout(Duration.ofMillis(500));
			return uri;
		}).toList());
		client.setOptions(ClusterClientOptions.builder().validateClusterNodeMembership(false).build());
		return client;
	}

}
