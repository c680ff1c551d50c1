package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.migration.MigrationPhase;
import org.awaitility.Awaitility;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A walk from off to cutover and back to shadow, with writes of every type in each phase.
 */
final class PhaseWalk {

	static final List<MigrationPhase> THERE_AND_BACK = List.of(MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE,
			MigrationPhase.READ_NEW, MigrationPhase.CUTOVER, MigrationPhase.READ_NEW, MigrationPhase.DUAL_WRITE,
			MigrationPhase.SHADOW);

	private static final int KEYS_PER_PHASE = 8;

	private PhaseWalk() {
	}

	/**
	 * Walk, write, and see in each phase that what was written is read.
	 * @return the number of keys that each side holds now, if it held none before
	 */
	static int thereAndBack(MigratedApplication application) {
		StringRedisTemplate redis = application.redis();
		int step = 0;
		for (MigrationPhase phase : THERE_AND_BACK) {
			application.walkTo(phase);
			String prefix = phase.wireName() + step++;
			writeEveryType(redis, prefix);
			assertThat(redis.opsForValue().get(prefix + ":string")).isEqualTo("value");
			assertThat(redis.opsForValue().get(prefix + ":counter")).isEqualTo("9007199254740993");
			assertThat(redis.opsForHash().entries(prefix + ":hash")).containsEntry("field", "value");
			assertThat(redis.opsForList().range(prefix + ":list", 0, -1)).containsExactly("a", "b", "c");
			assertThat(redis.opsForSet().members(prefix + ":set")).containsExactlyInAnyOrder("a", "b");
			assertThat(redis.opsForZSet().score(prefix + ":zset", "a")).isEqualTo(2.5);
			assertThat(redis.hasKey(prefix + ":deleted")).isFalse();
			assertThat(redis.opsForValue().get(prefix + ":scripted")).isEqualTo("by script");
			assertThat(redis.opsForValue().multiGet(List.of(prefix + ":string", prefix + ":expiring")))
				.containsExactly("value", "value");
		}
		return KEYS_PER_PHASE * step;
	}

	/**
	 * Walk between two stores while others write, and see that both hold the same in the
	 * end.
	 */
	static void underLoad(TestStore source, TestStore target, String... properties) throws Exception {
		List<String> all = new ArrayList<>(List.of(properties));
		// the gate would wait for a moment at which the others rest
		all.add("migration.redis.tokens.gates.journal=off");
		all.add("migration.redis.tokens.mirror.timeout=5s");
		try (MigratedApplication application = TestStore.migrate(WithSsl.class, source, target,
				all.toArray(String[]::new))) {
			// what is written in off is not copied
			application.walkTo(MigrationPhase.SHADOW);
			int keys;
			try (Load load = Load.start(application.redis(), 2, 20)) {
				keys = thereAndBack(application);
				load.stop();
				assertThat(load.failures()).isEmpty();
				assertThat(load.operations()).isGreaterThan(100);
			}
			application.awaitDrained();
			Map<String, String> onSource = source.read();
			assertThat(onSource).hasSizeGreaterThan(keys + 20);
			// what target held before is reconciled in the background
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.untilAsserted(() -> assertThat(StoreReader.differences(onSource, target.read())).isEmpty());
			assertThat(application.control().history()).hasSize(7);
		}
	}

	private static void writeEveryType(StringRedisTemplate redis, String prefix) {
		redis.opsForValue().set(prefix + ":string", "value");
		redis.opsForValue().set(prefix + ":expiring", "value", Duration.ofSeconds(100));
		redis.opsForValue().increment(prefix + ":counter", 9_007_199_254_740_993L);
		redis.opsForHash().put(prefix + ":hash", "field", "value");
		redis.opsForList().rightPushAll(prefix + ":list", "a", "b", "c");
		redis.opsForSet().add(prefix + ":set", "a", "b");
		redis.opsForZSet().add(prefix + ":zset", "a", 1.5);
		redis.opsForZSet().incrementScore(prefix + ":zset", "a", 1.0);
		redis.opsForValue().set(prefix + ":deleted", "value");
		redis.delete(prefix + ":deleted");
		redis.execute(
				RedisScript.of("redis.call('SET', KEYS[1], ARGV[1]) return redis.call('GET', KEYS[1])", String.class),
				List.of(prefix + ":scripted"), "by script");
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(SslAutoConfiguration.class)
	static class WithSsl extends MigratedApplication.App {

	}

}
