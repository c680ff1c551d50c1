package io.migration.redis;

import java.util.List;
import java.util.Map;

import io.lettuce.core.GeoArgs;
import io.lettuce.core.GeoRadiusStoreArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.SortArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.MigrationPhase;
import io.migration.test.RedisServer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commands that read or write depending on an option.
 */
@SuppressWarnings("unchecked") // the client's raw types
class RedisCommandKindsIntegrationTests {

	@ParameterizedTest
	@EnumSource(value = MigrationPhase.class, names = "OFF", mode = EnumSource.Mode.EXCLUDE)
	void sortAndGeoRadiusReadOrWriteByTheirOptions(MigrationPhase phase) {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.walkTo(phase);
			RedisClient client = (RedisClient) application.context()
				.getBean(LettuceConnectionFactory.class)
				.getRequiredNativeClient();
			try (StatefulRedisConnection<String, String> connection = client.connect()) {
				run(connection.sync());
			}
			assertThat(application.migration().unsupported()).isZero();
			application.awaitEmptyJournal();
			assertThat(StoreReader.read(source)).hasSize(8);
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
		}
	}

	private static void run(RedisCommands<String, String> redis) {
		redis.rpush("list", "3", "1", "2");
		redis.mset(Map.of("w_1", "30", "w_2", "20", "w_3", "10"));
		assertThat(redis.sort("list")).containsExactly("1", "2", "3");
		assertThat(redis.sortReadOnly("list", SortArgs.Builder.desc())).containsExactly("3", "2", "1");
		assertThat(redis.sort("list", SortArgs.Builder.by("w_*"))).containsExactly("3", "2", "1");
		assertThat(redis.sortStore("list", SortArgs.Builder.by("w_*"), "sorted")).isEqualTo(3);
		assertThat(redis.lrange("sorted", 0, -1)).containsExactly("3", "2", "1");
		redis.geoadd("geo", 13.361389, 38.115556, "Palermo");
		assertThat(redis.georadius("geo", 13, 38, 200, GeoArgs.Unit.km)).containsExactly("Palermo");
		assertThat(
				redis.georadius("geo", 13, 38, 200, GeoArgs.Unit.km, GeoRadiusStoreArgs.Builder.<String>store("near")))
			.isEqualTo(1);
		assertThat(redis.zrange("near", 0, -1)).isEqualTo(List.of("Palermo"));
		redis.multi();
		redis.sort("list");
		redis.sortStore("list", SortArgs.Builder.asc(), "transacted");
		assertThat(redis.exec().size()).isEqualTo(2);
	}

}
