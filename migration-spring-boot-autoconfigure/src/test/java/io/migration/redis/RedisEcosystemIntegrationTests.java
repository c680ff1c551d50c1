package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import io.lettuce.core.metrics.MicrometerCommandLatencyRecorder;
import io.lettuce.core.metrics.MicrometerOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.migration.MigrationPhase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.health.DataRedisHealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.cache.Cache;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.domain.Range;
import org.springframework.data.geo.Circle;
import org.springframework.data.geo.Distance;
import org.springframework.data.geo.Metrics;
import org.springframework.data.geo.Point;
import org.springframework.data.redis.cache.RedisCacheConfiguration;
import org.springframework.data.redis.cache.RedisCacheManager;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStringCommands.BitOperation;
import org.springframework.data.redis.connection.stream.RecordId;
import org.springframework.data.redis.connection.stream.StreamRecords;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.serializer.RedisSerializer;
import org.springframework.session.Session;
import org.springframework.session.SessionRepository;
import org.springframework.session.data.redis.RedisSessionRepository;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What applications build on a connection factory works in each phase, on the way there
 * and back, and both sides are equal in the end.
 */
class RedisEcosystemIntegrationTests {

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void worksInEachPhase(boolean pooled) throws Exception {
		try (TestStore source = TestStore.server();
				TestStore target = TestStore.server();
				MigratedApplication application = TestStore.migrate(App.class, source, target,
						"spring.data.redis.lettuce.pool.enabled=" + pooled)) {
			RedisConnectionFactory factory = application.context().getBean(RedisConnectionFactory.class);
			Sessions sessions = new Sessions(factory);
			int step = 0;
			for (MigrationPhase phase : PhaseWalk.THERE_AND_BACK) {
				application.walkTo(phase);
				String prefix = phase.wireName() + step++ + ":";
				cache(factory, prefix);
				sessions.use();
				sketches(application.redis(), prefix);
				places(application.redis(), prefix);
				bits(application.redis(), prefix);
				streams(application.redis(), prefix);
				serializers(factory, prefix);
				transaction(factory, prefix);
				pipeline(application.redis(), prefix);
				reactive(application, prefix);
				assertThat(new DataRedisHealthIndicator(factory).health().getStatus()).isEqualTo(Status.UP);
			}
			sessions.awaitExpired();
			application.awaitDrained();
			Map<String, String> onSource = source.read();
			assertThat(onSource).hasSizeGreaterThan(step * 14);
			assertThat(StoreReader.differences(onSource, target.read())).isEmpty();
			sessions.invalidated().forEach((id) -> assertThat(onSource).doesNotContainKey(id));
		}
	}

	@Test
	void lettucesMetersCountTheApplicationsCommandsInEachPhase() throws Exception {
		try (TestStore source = TestStore.server();
				TestStore target = TestStore.server();
				MigratedApplication application = TestStore.migrate(App.class, source, target)) {
			MeterRegistry meters = application.context().getBean(MeterRegistry.class);
			for (MigrationPhase phase : PhaseWalk.THERE_AND_BACK) {
				application.walkTo(phase);
				long before = completed(meters, "SET");
				for (int i = 0; i < 10; i++) {
					application.redis().opsForValue().set("key" + i, phase.wireName());
				}
				Awaitility.await()
					.atMost(Duration.ofSeconds(5))
					.untilAsserted(() -> assertThat(completed(meters, "SET") - before).as("SET in " + phase.wireName())
						.isEqualTo(10));
			}
			assertThat(completed(meters, "RESTORE")).as("the relay's own").isZero();
		}
	}

	private static long completed(MeterRegistry meters, String command) {
		return meters.find("lettuce.command.completion")
			.tag("command", command)
			.meters()
			.stream()
			.filter(Timer.class::isInstance)
			.map(Timer.class::cast)
			.mapToLong(Timer::count)
			.sum();
	}

	private static void cache(RedisConnectionFactory factory, String prefix) {
		RedisCacheManager manager = RedisCacheManager.builder(factory)
			.cacheDefaults(RedisCacheConfiguration.defaultCacheConfig().entryTtl(Duration.ofMinutes(5)))
			.build();
		Cache cache = manager.getCache(prefix + "cleared");
		assertThat(cache).isNotNull();
		cache.put("a", "1");
		cache.put("b", "2");
		awaitHit(cache, "a", "1");
		awaitHit(cache, "b", "2");
		assertThat(cache.get("c", () -> "3")).isEqualTo("3");
		cache.evict("a");
		Awaitility.await().until(() -> cache.get("a") == null);
		assertThat(cache.get("b", String.class)).isEqualTo("2");
		cache.clear();
		Awaitility.await().until(() -> cache.get("b") == null && cache.get("c") == null);
		Cache kept = manager.getCache(prefix + "kept");
		assertThat(kept).isNotNull();
		kept.put("a", "1");
		awaitHit(kept, "a", "1");
		assertThat(kept.putIfAbsent("a", "2")).isNotNull();
		assertThat(kept.retrieve("a")).isNotNull();
	}

	/**
	 * A cache may write after it has returned.
	 */
	private static void awaitHit(Cache cache, String key, String value) {
		Awaitility.await().until(() -> value.equals(cache.get(key, String.class)));
	}

	private static void sketches(StringRedisTemplate redis, String prefix) {
		redis.opsForHyperLogLog().add(prefix + "seen", "a", "b", "c");
		redis.opsForHyperLogLog().add(prefix + "seen too", "c", "d");
		assertThat(redis.opsForHyperLogLog().size(prefix + "seen")).isEqualTo(3);
		assertThat(redis.opsForHyperLogLog().union(prefix + "all", prefix + "seen", prefix + "seen too")).isEqualTo(4);
	}

	private static void places(StringRedisTemplate redis, String prefix) {
		redis.opsForGeo()
			.add(prefix + "towns",
					Map.of("Palermo", new Point(13.361389, 38.115556), "Catania", new Point(15.087269, 37.502669)));
		Distance distance = redis.opsForGeo().distance(prefix + "towns", "Palermo", "Catania", Metrics.KILOMETERS);
		assertThat(distance).isNotNull();
		assertThat(distance.getValue()).isBetween(166.0, 167.0);
		assertThat(redis.opsForGeo()
			.radius(prefix + "towns", new Circle(new Point(15, 37), new Distance(100, Metrics.KILOMETERS)))).hasSize(1);
	}

	private static void bits(StringRedisTemplate redis, String prefix) {
		redis.opsForValue().setBit(prefix + "bits", 7, true);
		redis.opsForValue().setBit(prefix + "more bits", 6, true);
		assertThat(redis.opsForValue().getBit(prefix + "bits", 7)).isTrue();
		redis.execute((RedisCallback<Long>) (connection) -> connection.stringCommands()
			.bitOp(BitOperation.OR, bytes(prefix + "any bits"), bytes(prefix + "bits"), bytes(prefix + "more bits")));
		assertThat(redis.execute(
				(RedisCallback<Long>) (connection) -> connection.stringCommands().bitCount(bytes(prefix + "any bits"))))
			.isEqualTo(2);
	}

	private static void streams(StringRedisTemplate redis, String prefix) {
		String stream = prefix + "stream";
		RecordId first = redis.opsForStream().add(StreamRecords.mapBacked(Map.of("k", "1")).withStreamKey(stream));
		redis.opsForStream().add(StreamRecords.mapBacked(Map.of("k", "2")).withStreamKey(stream));
		redis.opsForStream().createGroup(stream, "readers");
		assertThat(redis.opsForStream().range(stream, Range.unbounded())).hasSize(2);
		assertThat(first).isNotNull();
		redis.opsForStream().delete(stream, first);
		redis.opsForStream().trim(stream, 10);
		assertThat(redis.opsForStream().size(stream)).isEqualTo(1);
		assertThat(redis.opsForStream().groups(stream).groupCount()).isEqualTo(1);
	}

	private static void serializers(RedisConnectionFactory factory, String prefix) {
		for (RedisSerializer<Object> values : List.of(RedisSerializer.java(), RedisSerializer.json())) {
			RedisTemplate<String, Object> redis = template(factory, values);
			String key = prefix + values.getClass().getSimpleName();
			redis.opsForValue().set(key, "a");
			assertThat(redis.opsForValue().get(key)).isEqualTo("a");
			redis.opsForHash().put(key + ":hash", "field", "b");
			assertThat(redis.opsForHash().get(key + ":hash", "field")).isEqualTo("b");
		}
	}

	private static RedisTemplate<String, Object> template(RedisConnectionFactory factory,
			RedisSerializer<Object> values) {
		RedisTemplate<String, Object> redis = new RedisTemplate<>();
		redis.setConnectionFactory(factory);
		redis.setKeySerializer(RedisSerializer.string());
		redis.setHashKeySerializer(RedisSerializer.string());
		redis.setValueSerializer(values);
		redis.setHashValueSerializer(values);
		redis.afterPropertiesSet();
		return redis;
	}

	private static void transaction(RedisConnectionFactory factory, String prefix) {
		StringRedisTemplate redis = new StringRedisTemplate(factory);
		redis.setEnableTransactionSupport(true);
		TransactionTemplate transactions = new TransactionTemplate(new NothingElse());
		transactions.executeWithoutResult((status) -> {
			redis.opsForValue().set(prefix + "bound", "1");
			redis.opsForValue().increment(prefix + "bound");
			assertThat(redis.opsForValue().get(prefix + "absent")).as("reads are done at once").isNull();
		});
		assertThat(redis.opsForValue().get(prefix + "bound")).isEqualTo("2");
		transactions.executeWithoutResult((status) -> {
			redis.opsForValue().set(prefix + "bound", "3");
			status.setRollbackOnly();
		});
		assertThat(redis.opsForValue().get(prefix + "bound")).isEqualTo("2");
	}

	private static void pipeline(StringRedisTemplate redis, String prefix) {
		List<Object> results = redis.executePipelined((RedisCallback<Object>) (connection) -> {
			connection.stringCommands().get(bytes(prefix + "absent"));
			connection.stringCommands().set(bytes(prefix + "piped"), bytes("1"));
			connection.hashCommands().hGet(bytes(prefix + "absent"), bytes("field"));
			connection.listCommands().lPop(bytes(prefix + "absent"));
			connection.stringCommands().get(bytes(prefix + "piped"));
			return null;
		});
		assertThat(results).containsExactly(null, true, null, null, "1");
	}

	private static void reactive(MigratedApplication application, String prefix) {
		ReactiveStringRedisTemplate redis = new ReactiveStringRedisTemplate(
				application.context().getBean(ReactiveRedisConnectionFactory.class));
		assertThat(redis.opsForValue()
			.set(prefix + "reactive", "1")
			.then(redis.opsForValue().increment(prefix + "reactive"))
			.then(redis.opsForList().rightPushAll(prefix + "reactive list", "a", "b"))
			.thenMany(redis.opsForList().range(prefix + "reactive list", 0, -1))
			.collectList()
			.block()).containsExactly("a", "b");
		assertThat(redis.opsForValue().get(prefix + "reactive").block()).isEqualTo("2");
		assertThat(redis.opsForValue().get(prefix + "absent").blockOptional()).isEmpty();
	}

	private static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Sessions that outlive phases: one is kept, the others are invalidated or expire.
	 */
	private static final class Sessions {

		private final SessionRepository<Session> repository;

		private final String kept;

		private final List<String> invalidated = new ArrayList<>();

		private final List<String> expiring = new ArrayList<>();

		@SuppressWarnings("unchecked")
		Sessions(RedisConnectionFactory factory) {
			RedisTemplate<String, Object> redis = template(factory, RedisSerializer.java());
			// its own type of session is not visible
			this.repository = (SessionRepository<Session>) (SessionRepository<?>) new RedisSessionRepository(redis);
			this.kept = create("0");
		}

		private String create(String value) {
			Session session = this.repository.createSession();
			session.setAttribute("visits", value);
			this.repository.save(session);
			return session.getId();
		}

		void use() {
			Session session = this.repository.findById(this.kept);
			assertThat(session).isNotNull();
			int visits = Integer.parseInt(session.<String>getRequiredAttribute("visits"));
			session.setAttribute("visits", String.valueOf(visits + 1));
			session.setMaxInactiveInterval(Duration.ofMinutes(10 + visits));
			this.repository.save(session);
			assertThat(this.repository.findById(this.kept).<String>getRequiredAttribute("visits"))
				.isEqualTo(String.valueOf(visits + 1));
			String invalid = create("1");
			assertThat(this.repository.findById(invalid)).isNotNull();
			this.repository.deleteById(invalid);
			this.invalidated.add(invalid);
			Session shortLived = this.repository.createSession();
			shortLived.setMaxInactiveInterval(Duration.ofSeconds(1));
			this.repository.save(shortLived);
			this.expiring.add(shortLived.getId());
			this.invalidated.forEach((id) -> assertThat(this.repository.findById(id)).isNull());
		}

		void awaitExpired() {
			Awaitility.await()
				.atMost(Duration.ofSeconds(10))
				.until(() -> this.expiring.stream().allMatch((id) -> this.repository.findById(id) == null));
		}

		List<String> invalidated() {
			return this.invalidated.stream().map((id) -> "spring:session:sessions:" + id).toList();
		}

	}

	/**
	 * A transaction of nothing but what is bound to it.
	 */
	private static final class NothingElse extends AbstractPlatformTransactionManager {

		@Override
		protected Object doGetTransaction() {
			return this;
		}

		@Override
		protected void doBegin(Object transaction, TransactionDefinition definition) {
		}

		@Override
		protected void doCommit(DefaultTransactionStatus status) {
		}

		@Override
		protected void doRollback(DefaultTransactionStatus status) {
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class App extends MigratedApplication.App {

		@Bean
		MeterRegistry meters() {
			return new SimpleMeterRegistry();
		}

		@Bean
		ClientResourcesBuilderCustomizer recorder(MeterRegistry meters) {
			return (builder) -> builder
				.commandLatencyRecorder(new MicrometerCommandLatencyRecorder(meters, MicrometerOptions.create()));
		}

	}

}
