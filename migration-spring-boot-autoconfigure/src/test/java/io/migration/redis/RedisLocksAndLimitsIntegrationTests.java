package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

import io.migration.MigrationPhase;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.integration.redis.util.RedisLockRegistry.RedisLockType;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Locks and limits as applications write them, under load over every step there and back:
 * a lock never has two holders, a limit is never exceeded.
 */
class RedisLocksAndLimitsIntegrationTests {

	/** How many instances of the application share the migration. */
	private static final List<Integer> INSTANCES = List.of(1, 2);

	private static final Duration LEASE = Duration.ofMillis(400);

	private static final Duration REGISTRY_LEASE = Duration.ofSeconds(2);

	private static final int LIMIT = 5;

	private static final long WINDOW_MILLIS = 100;

	private static final int CAPACITY = 5;

	private static final double LEAK_PER_MILLI = 0.05;

	private static final RedisScript<Long> RELEASE = RedisScript.of("""
			if redis.call('GET', KEYS[1]) == ARGV[1] then
			  return redis.call('DEL', KEYS[1])
			end
			return 0
			""", Long.class);

	/** Answers the time when there was room, else 0. */
	private static final RedisScript<Long> BUCKET = RedisScript.of("""
			local t = redis.call('TIME')
			local now = t[1] * 1000 + math.floor(t[2] / 1000)
			local bucket = redis.call('HMGET', KEYS[1], 'level', 'at')
			local level = tonumber(bucket[1]) or 0
			level = math.max(0, level - (now - (tonumber(bucket[2]) or now)) * tonumber(ARGV[2]))
			if level + 1 > tonumber(ARGV[1]) then return 0 end
			redis.call('HSET', KEYS[1], 'level', tostring(level + 1), 'at', tostring(now))
			redis.call('PEXPIRE', KEYS[1], 2000)
			return now
			""", Long.class);

	private final Referee referee = new Referee();

	static Stream<Arguments> kindsAndInstances() {
		return INSTANCES.stream()
			.flatMap((instances) -> Stream.of(Kind.values()).map((kind) -> arguments(kind, instances)));
	}

	@ParameterizedTest
	@MethodSource("kindsAndInstances")
	void holdOverEveryStepThereAndBack(Kind kind, int instances) throws Exception {
		try (TestStore source = TestStore.server(); TestStore target = TestStore.server()) {
			List<MigratedApplication> applications = new ArrayList<>();
			try {
				for (int i = 0; i < instances; i++) {
					applications.add(migrate(source, target));
				}
				MigratedApplication first = applications.get(0);
				try (Contenders contenders = new Contenders()) {
					for (MigratedApplication application : applications) {
						contenders.add(kind, application.context().getBean(RedisConnectionFactory.class));
					}
					contenders.awaitGrants(20);
					for (MigrationPhase phase : PhaseWalk.THERE_AND_BACK) {
						first.walkTo(phase);
						contenders.awaitGrants(20);
					}
					first.walkTo(MigrationPhase.OFF);
					contenders.awaitGrants(20);
					assertThat(contenders.failures()).isEmpty();
				}
			}
			finally {
				applications.forEach(MigratedApplication::close);
			}
		}
		this.referee.checkBuckets(CAPACITY, LEAK_PER_MILLI);
		assertThat(this.referee.violations()).isEmpty();
		assertThat(this.referee.grants()).isGreaterThanOrEqualTo(20 * 9);
	}

	/**
	 * It tries commands of later servers first, and takes a refusal by the server as a
	 * sign to use a script.
	 */
	@Test
	void aRegistryMadeInAnyPhaseGivesItsLocksBack() throws Exception {
		try (TestStore source = TestStore.server();
				TestStore target = TestStore.server();
				MigratedApplication application = migrate(source, target)) {
			for (MigrationPhase phase : PhaseWalk.THERE_AND_BACK) {
				application.walkTo(phase);
				RedisLockRegistry registry = new RedisLockRegistry(
						application.context().getBean(RedisConnectionFactory.class), phase.wireName(), REGISTRY_LEASE);
				assertThat(registry.obtain("lock").tryLock()).isTrue();
				registry.obtain("lock").unlock();
				assertThat(application.migration().unsupported()).isZero();
			}
		}
	}

	/**
	 * The twin: somebody who goes on with source alone gets what others have on target.
	 */
	@Test
	void twinAnInstanceThatIsNotMigratedIsCaught() throws Exception {
		try (TestStore source = TestStore.server();
				TestStore target = TestStore.server();
				MigratedApplication application = migrate(source, target)) {
			LettuceConnectionFactory past = new LettuceConnectionFactory("127.0.0.1",
					source.masters().findFirst().orElseThrow().getPort());
			past.start();
			try (Contenders contenders = new Contenders()) {
				contenders.add(Kind.SET_NX, application.context().getBean(RedisConnectionFactory.class));
				contenders.add(Kind.SET_NX, past);
				contenders.awaitGrants(20);
				assertThat(this.referee.violations()).isEmpty();
				application.walkTo(MigrationPhase.CUTOVER);
				Awaitility.await()
					.atMost(Duration.ofSeconds(20))
					.untilAsserted(() -> assertThat(this.referee.violations()).isNotEmpty());
			}
			finally {
				past.destroy();
			}
		}
	}

	private static MigratedApplication migrate(TestStore source, TestStore target) {
		// longer than a lock or a window lives
		return TestStore.migrate(MigratedApplication.App.class, source, target,
				"migration.redis.tokens.gates.ttl=2500ms", "migration.redis.tokens.gates.journal=off",
				"migration.redis.tokens.gates.max-mismatch-rate=off", "migration.redis.tokens.mirror.timeout=5s");
	}

	/**
	 * What applications use. Each makes one attempt when it is run.
	 */
	enum Kind {

		SET_NX {
			@Override
			Attempt attempt(RedisConnectionFactory factory, Referee referee) {
				StringRedisTemplate redis = new StringRedisTemplate(factory);
				return (random) -> {
					String lock = "lock:" + random.nextInt(3);
					String holder = UUID.randomUUID().toString();
					long asked = System.nanoTime();
					if (Boolean.TRUE.equals(redis.opsForValue().setIfAbsent(lock, holder, LEASE))) {
						referee.granted(lock, holder, asked, LEASE.toNanos());
						LockSupport.parkNanos(random.nextInt(2_000_000));
						// some die with the lock in their hands
						if (random.nextInt(50) > 0) {
							referee.releasing(lock, holder);
							redis.execute(RELEASE, List.of(lock), holder);
						}
					}
				};
			}
		},

		REGISTRY_SPIN {
			@Override
			Attempt attempt(RedisConnectionFactory factory, Referee referee) {
				return registry(new RedisLockRegistry(factory, "registry", REGISTRY_LEASE), referee);
			}
		},

		REGISTRY_PUB_SUB {
			@Override
			Attempt attempt(RedisConnectionFactory factory, Referee referee) {
				RedisLockRegistry registry = new RedisLockRegistry(factory, "registry", REGISTRY_LEASE);
				registry.setRedisLockType(RedisLockType.PUB_SUB_LOCK);
				return registry(registry, referee);
			}
		},

		FIXED_WINDOW {
			@Override
			Attempt attempt(RedisConnectionFactory factory, Referee referee) {
				StringRedisTemplate redis = new StringRedisTemplate(factory);
				return (random) -> {
					String window = "window:" + random.nextInt(2) + ":" + System.currentTimeMillis() / WINDOW_MILLIS;
					Long count = redis.opsForValue().increment(window);
					if (count != null && count == 1) {
						redis.expire(window, Duration.ofSeconds(2));
					}
					if (count != null && count <= LIMIT) {
						referee.passed(window, LIMIT);
					}
				};
			}
		},

		LEAKY_BUCKET {
			@Override
			Attempt attempt(RedisConnectionFactory factory, Referee referee) {
				StringRedisTemplate redis = new StringRedisTemplate(factory);
				return (random) -> {
					String bucket = "bucket:" + random.nextInt(2);
					Long at = redis.execute(BUCKET, List.of(bucket), String.valueOf(CAPACITY),
							String.valueOf(LEAK_PER_MILLI));
					if (at != null && at > 0) {
						referee.dripped(bucket, at);
					}
				};
			}
		};

		abstract Attempt attempt(RedisConnectionFactory factory, Referee referee);

		private static Attempt registry(RedisLockRegistry registry, Referee referee) {
			return (random) -> {
				String lock = "registry:" + random.nextInt(3);
				String holder = UUID.randomUUID().toString();
				long asked = System.nanoTime();
				if (registry.obtain(lock).tryLock(50, TimeUnit.MILLISECONDS)) {
					referee.granted(lock, holder, asked, REGISTRY_LEASE.toNanos());
					LockSupport.parkNanos(random.nextInt(2_000_000));
					referee.releasing(lock, holder);
					registry.obtain(lock).unlock();
				}
			};
		}

	}

	interface Attempt {

		void make(SplittableRandom random) throws Exception;

	}

	/**
	 * Threads that go on until they are stopped.
	 */
	private final class Contenders implements AutoCloseable {

		private final ThreadPoolExecutor threads = new ThreadPoolExecutor(8, 8, 1, TimeUnit.SECONDS,
				new ArrayBlockingQueue<>(8));

		private final BlockingQueue<Exception> failures = new ArrayBlockingQueue<>(10);

		private volatile boolean running = true;

		/**
		 * Let two of them, which know nothing of each other, contend through one factory,
		 * with two threads each.
		 */
		void add(Kind kind, RedisConnectionFactory factory) {
			for (int i = 0; i < 2; i++) {
				Attempt attempt = kind.attempt(factory, RedisLocksAndLimitsIntegrationTests.this.referee);
				for (int j = 0; j < 2; j++) {
					SplittableRandom random = new SplittableRandom(System.nanoTime());
					this.threads.execute(() -> run(attempt, random));
				}
			}
		}

		private void run(Attempt attempt, SplittableRandom random) {
			while (this.running) {
				try {
					attempt.make(random);
				}
				catch (Exception ex) {
					this.failures.offer(ex);
				}
			}
		}

		void awaitGrants(long more) {
			long goal = RedisLocksAndLimitsIntegrationTests.this.referee.grants() + more;
			Awaitility.await()
				.atMost(Duration.ofSeconds(20))
				.until(() -> RedisLocksAndLimitsIntegrationTests.this.referee.grants() >= goal);
		}

		List<Exception> failures() {
			return List.copyOf(this.failures);
		}

		@Override
		public void close() throws InterruptedException {
			this.running = false;
			this.threads.shutdown();
			assertThat(this.threads.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
		}

	}

}
