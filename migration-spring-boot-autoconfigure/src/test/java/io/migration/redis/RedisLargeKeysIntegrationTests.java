package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.MigrationPhase;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.ReturnType;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.ZSetOperations.TypedTuple;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * A write to a large hash, set or sorted set costs as much as the elements it touches. A
 * server says how many bytes it was sent, and how much of them by whole copies.
 */
@Tag("proof")
class RedisLargeKeysIntegrationTests {

	/** To read a million elements of both sides takes a while, too. */
	private static final Duration PATIENCE = Duration.ofSeconds(Boolean.getBoolean("stress") ? 300 : 30);

	private static final int ELEMENTS = Boolean.getBoolean("stress") ? 1_000_000 : 50_000;

	@Test
	void aWriteToALargeKeyDoesNotCopyAllOfIt() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.mirror.timeout=20s");
				RedisClient client = RedisClient.create(target.uri());
				StatefulRedisConnection<String, String> toTarget = client.connect()) {
			application.walkTo(MigrationPhase.DUAL_WRITE);
			StringRedisTemplate redis = application.redis();
			fill(redis);
			Map<String, String> copied = StoreReader.read(target);
			assertThat(copied).hasSize(3);
			long before = bytesReceived(toTarget.sync());
			for (int i = 0; i < 50; i++) {
				redis.opsForHash().put("hash", "field" + i, "changed");
				redis.opsForHash().delete("hash", "field" + (100 + i));
				redis.opsForHash().increment("hash", "counter", 1);
				redis.opsForSet().add("set", "new" + i);
				redis.opsForSet().remove("set", "member" + i);
				redis.opsForZSet().add("zset", "new" + i, i);
				redis.opsForZSet().incrementScore("zset", "member" + i, 0.5);
				redis.opsForZSet().remove("zset", "member" + (100 + i));
				redis.expire("zset", Duration.ofHours(1 + i));
			}
			assertThat(bytesReceived(toTarget.sync()) - before).as("bytes sent to target for 450 writes")
				.isLessThan(450 * 1_000);
			Map<String, String> after = StoreReader.read(target);
			assertThat(after).isNotEqualTo(copied);
			assertThat(StoreReader.differences(StoreReader.read(source), after)).isEmpty();
		}
	}

	@Test
	void aLargeKeyThatWasNotCopiedYetIsCopiedWhole() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.mirror.timeout=20s")) {
			StringRedisTemplate redis = application.redis();
			fill(redis);
			application.walkTo(MigrationPhase.DUAL_WRITE);
			assertThat(StoreReader.read(target)).isEmpty();
			redis.opsForHash().put("hash", "field1", "changed");
			redis.opsForSet().add("set", "new");
			redis.opsForZSet().add("zset", "new", 1);
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
		}
	}

	@Test
	void aKeyOfAnotherTypeOnTheWayThereIsReplaced() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.mirror.timeout=20s")) {
			StringRedisTemplate redis = application.redis();
			application.walkTo(MigrationPhase.SHADOW);
			redis.opsForValue().set("hash", "a string at first");
			application.awaitEmptyJournal();
			application.walkTo(MigrationPhase.DUAL_WRITE);
			redis.delete("hash");
			fill(redis);
			redis.opsForHash().put("hash", "field1", "changed");
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
		}
	}

	/**
	 * What was written past the journal differs in elements that no entry names, with the
	 * same number of them: no copy by elements would notice.
	 */
	@Test
	void aLargeKeyIsCopiedWholeAfterAGapInTheJournal() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.mirror.timeout=20s");
				RedisClient client = RedisClient.create(source.uri());
				StatefulRedisConnection<String, String> past = client.connect()) {
			application.walkTo(MigrationPhase.SHADOW);
			StringRedisTemplate redis = application.redis();
			fill(redis);
			application.awaitDrained();
			past.sync().hset("hash", "field7", "past the journal");
			redis.opsForHash().put("hash", "field1", "changed");
			application.awaitDrained();
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).as("the gap shows")
				.hasSize(1);
			redis.execute((RedisCallback<Object>) (connection) -> connection.scriptingCommands()
				.eval("return redis.call('HSET', 'hash', 'field8', 'without keys')".getBytes(StandardCharsets.UTF_8),
						ReturnType.INTEGER, 0));
			Awaitility.await()
				.atMost(PATIENCE)
				.untilAsserted(
						() -> assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target)))
							.isEmpty());
		}
	}

	private static void fill(StringRedisTemplate redis) {
		int step = 1_000;
		for (int from = 0; from < ELEMENTS; from += step) {
			Map<String, String> fields = new HashMap<>();
			List<String> members = new ArrayList<>();
			for (int i = from; i < from + step; i++) {
				fields.put("field" + i, "value");
				members.add("member" + i);
			}
			redis.opsForHash().putAll("hash", fields);
			redis.opsForSet().add("set", members.toArray(String[]::new));
			int base = from;
			redis.opsForZSet()
				.add("zset",
						Set.copyOf(members.stream().map((member) -> TypedTuple.of(member, (double) base)).toList()));
		}
	}

	private static long bytesReceived(RedisCommands<String, String> redis) {
		return redis.info("stats")
			.lines()
			.filter((line) -> line.startsWith("total_net_input_bytes:"))
			.mapToLong((line) -> Long.parseLong(line.substring(line.indexOf(':') + 1).strip()))
			.findFirst()
			.orElseThrow();
	}

	/**
	 * A full source still deletes and journals, as it would without a migration.
	 */
	@Test
	void aFullSourceStillDeletes() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target), "migration.redis.tokens.mirror.timeout=20s");
				RedisClient client = RedisClient.create(source.uri());
				StatefulRedisConnection<String, String> toSource = client.connect()) {
			application.walkTo(MigrationPhase.DUAL_WRITE);
			StringRedisTemplate redis = application.redis();
			redis.opsForValue().set("token", "value");
			redis.opsForHash().put("session", "field", "value");
			redis.opsForList().rightPushAll("list", "one", "two", "three", "four");
			toSource.sync().configSet("maxmemory", "1");
			Awaitility.await()
				.untilAsserted(
						() -> assertThat(catchThrowable(() -> redis.opsForValue().set("more", "value"))).rootCause()
							.hasMessageContaining("OOM"));
			assertThat(redis.delete("token")).isTrue();
			assertThat(redis.opsForHash().delete("session", "field")).isEqualTo(1);
			assertThat(redis.opsForList().leftPop("list")).isEqualTo("one");
			assertThat(redis.opsForList().leftPop("list", 2)).containsExactly("two", "three");
			assertThat(redis.expire("list", Duration.ofMinutes(1))).isTrue();
			assertThat(StoreReader.read(target)).containsOnlyKeys("list");
			toSource.sync().configSet("maxmemory", "0");
			redis.opsForValue().set("more", "value");
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
			application.walkTo(MigrationPhase.OFF);
		}
	}

}
