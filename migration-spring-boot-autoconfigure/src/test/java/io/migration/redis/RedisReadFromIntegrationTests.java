package io.migration.redis;

import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.test.RedisSentinelServer;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application that reads source from its replicas goes on to do so as long as source
 * answers; transactions and what the starter itself reads stay with the master.
 */
class RedisReadFromIntegrationTests {

	@Test
	void readsByTheApplicationsSettingInEachPhase() throws Exception {
		try (RedisSentinelServer servers = RedisSentinelServer.start();
				TestStore source = TestStore.sentinel(servers);
				TestStore target = TestStore.server();
				MigratedApplication application = TestStore.migrate(MigratedApplication.App.class, source, target,
						"spring.data.redis.lettuce.read-from=replica")) {
			StringRedisTemplate redis = application.redis();
			List<MigrationPhase> phases = new ArrayList<>(List.of(MigrationPhase.OFF));
			phases.addAll(PhaseWalk.THERE_AND_BACK);
			for (int step = 0; step < phases.size(); step++) {
				MigrationPhase phase = phases.get(step);
				application.walkTo(phase);
				long before = reads(servers.replica());
				// what is written in off is not copied, so it is written again
				String value = phase.wireName() + step;
				redis.opsForValue().set("key", value);
				Awaitility.await().until(() -> value.equals(redis.opsForValue().get("key")));
				if (phase.authority() == Side.SOURCE && phase != MigrationPhase.READ_NEW) {
					assertThat(reads(servers.replica())).as("reads from the replica in " + value).isGreaterThan(before);
				}
				else {
					assertThat(reads(servers.replica())).as("reads from the replica in " + value).isEqualTo(before);
				}
				assertThat(transaction(redis, false)).as("undisturbed in " + value).hasSize(1);
				assertThat(transaction(redis, true)).as("disturbed in " + value).isEmpty();
			}
			application.awaitDrained();
			assertThat(source.read()).hasSize(2);
			assertThat(StoreReader.differences(source.read(), target.read())).isEmpty();
			assertThat(ownReads(servers.replica())).as("the starter's reads from the replica").isZero();
		}
	}

	private static List<Object> transaction(StringRedisTemplate redis, boolean disturbed) {
		return redis.execute(new SessionCallback<List<Object>>() {

			@Override
			public <K, V> List<Object> execute(RedisOperations<K, V> operations) throws DataAccessException {
				StringRedisTemplate strings = (StringRedisTemplate) operations;
				strings.watch("watched");
				if (disturbed) {
					redis.opsForValue().increment("watched");
				}
				strings.multi();
				strings.opsForValue().increment("watched");
				return strings.exec();
			}

		});
	}

	private static long reads(RedisServer server) {
		return calls(server, "get");
	}

	/**
	 * What only the starter calls: reading the ledger, the journal and state.
	 */
	private static long ownReads(RedisServer server) {
		return calls(server, "hgetall") + calls(server, "xrange") + calls(server, "dump");
	}

	private static long calls(RedisServer server, String command) {
		try (RedisClient client = RedisClient.create(RedisURI.create(server.uri()));
				StatefulRedisConnection<String, String> connection = client.connect()) {
			String info = connection.sync().info("commandstats");
			String name = "cmdstat_" + command + ":calls=";
			int start = info.indexOf(name);
			return (start < 0) ? 0 : Long.parseLong(info.substring(start + name.length(), info.indexOf(',', start)));
		}
	}

}
