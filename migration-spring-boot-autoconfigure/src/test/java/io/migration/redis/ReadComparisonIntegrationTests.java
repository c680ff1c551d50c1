package io.migration.redis;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.migration.MigrationPhase;
import io.migration.mirror.Comparisons;
import io.migration.mirror.Comparisons.Result;
import io.migration.test.FaultProxy;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

class ReadComparisonIntegrationTests {

	@Test
	void findsPlantedDifferencesAndNoOthers() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				RedisClient client = RedisClient.create(target.uri());
				StatefulRedisConnection<String, String> planter = client.connect();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.compare.sample-rate=1")) {
			StringRedisTemplate redis = application.redis();
			Comparisons comparisons = application.migration().comparisons();
			application.walkTo(MigrationPhase.DUAL_WRITE);
			Awaitility.await().until(() -> planter.sync().exists("migration:{tokens}:reconciled") == 1);
			redis.opsForValue().set("value", "same", Duration.ofMinutes(5));
			redis.opsForHash().put("hash", "one", "1");
			redis.opsForHash().put("hash", "two", "2");
			redis.opsForSet().add("set", "a", "b", "c", "d", "e", "f");
			redis.opsForValue().get("value");
			redis.getExpire("value");
			redis.opsForHash().entries("hash");
			redis.opsForSet().members("set");
			redis.opsForValue().get("absent");
			Awaitility.await().untilAsserted(() -> assertThat(comparisons.total(Result.MATCH)).isEqualTo(5));
			assertThat(comparisons.total(Result.MISMATCH, Result.ERROR)).isZero();
			planter.sync().set("value", "planted");
			planter.sync().srem("set", "a");
			redis.opsForValue().get("value");
			redis.opsForSet().members("set");
			Awaitility.await().untilAsserted(() -> assertThat(comparisons.total(Result.MISMATCH)).isEqualTo(2));
			assertThat(comparisons.divergences()).extracting(Comparisons.Divergence::key)
				.containsExactlyInAnyOrder("value", "set");
			assertThat(comparisons.mismatchRate()).isBetween(0.2, 0.4);
		}
	}

	@Test
	void aJournalThatBecomesTooLongInShadowStopsGrowingAndTheClockOfJournalingStartsAnew() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				FaultProxy proxy = FaultProxy.to(target.port());
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(proxy.port()), "migration.redis.tokens.mirror.timeout=300ms",
						"migration.redis.tokens.mirror.journal.max-size=50", "migration.redis.tokens.gates.ttl=1h")) {
			StringRedisTemplate redis = application.redis();
			application.walkTo(MigrationPhase.SHADOW);
			proxy.refuse();
			for (int i = 0; i < 60; i++) {
				redis.opsForValue().set("key" + i, "value");
			}
			Awaitility.await().until(() -> {
				double before = application.migration().journal().depth();
				redis.opsForValue().set("late", "value");
				TimeUnit.MILLISECONDS.sleep(600);
				return before > 50 && application.migration().journal().depth() == before;
			});
			proxy.pass();
			Awaitility.await().until(() -> application.migration().journal().depth() == 0);
			Awaitility.await().untilAsserted(() -> {
				redis.opsForValue().set("journaled again", "value");
				assertThat(StoreReader.read(target)).containsKey("journaled again");
			});
		}
	}

}
