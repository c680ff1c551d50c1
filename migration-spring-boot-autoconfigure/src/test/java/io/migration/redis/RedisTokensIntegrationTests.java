package io.migration.redis;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Writes;
import io.migration.phase.PinnedPhase;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tokens are issued and revoked at full speed through two instances while the phase walks
 * there and back. From the moment a revocation is acknowledged no read through either
 * instance accepts the token; where the acknowledgement waits for target, target does not
 * have it either. Nothing that was revoked comes back.
 */
@Tag("proof")
class RedisTokensIntegrationTests {

	private static final int WALKS = Boolean.getBoolean("stress") ? 40 : 2;

	private final Queue<String> violations = new ConcurrentLinkedQueue<>();

	private final LongAdder revoked = new LongAdder();

	private final LongAdder checkedOnTarget = new LongAdder();

	private volatile boolean running = true;

	@Test
	void aRevokedTokenIsRefusedFromTheMomentItsRevocationIsAcknowledged() throws Exception {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication one = MigratedApplication.start(source.uri(), MigratedApplication.target(target),
						"migration.redis.tokens.mirror.timeout=10s", "migration.redis.tokens.gates.journal=off");
				MigratedApplication other = MigratedApplication.start(source.uri(), MigratedApplication.target(target),
						"migration.redis.tokens.mirror.timeout=10s", "migration.redis.tokens.gates.journal=off");
				RedisClient client = RedisClient.create(target.uri());
				StatefulRedisConnection<String, String> toTarget = client.connect()) {
			other.redis().hasKey("none");
			ThreadPoolExecutor executor = new ThreadPoolExecutor(8, 8, 1, TimeUnit.SECONDS,
					new ArrayBlockingQueue<>(8));
			for (int i = 0; i < 8; i++) {
				int thread = i;
				List<MigratedApplication> pair = (i % 2 == 0) ? List.of(one, other) : List.of(other, one);
				executor.execute(() -> issueAndRevoke("token:" + thread + ":", pair.get(0), pair.get(1), toTarget));
			}
			for (int walk = 0; walk < WALKS; walk++) {
				walk(one, MigrationPhase.READ_NEW);
				walk(one, MigrationPhase.SHADOW);
			}
			this.running = false;
			executor.shutdown();
			assertThat(executor.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
			assertThat(this.violations).isEmpty();
			assertThat(this.revoked.sum()).isGreaterThan(200L * WALKS);
			assertThat(this.checkedOnTarget.sum()).isGreaterThan(50L * WALKS);
			Awaitility.await().until(() -> one.migration().catchUp().reached());
			Map<String, String> onTarget = StoreReader.read(target);
			assertThat(onTarget).as("every token was revoked").isEmpty();
			assertThat(StoreReader.read(source)).isEmpty();
		}
	}

	private void walk(MigratedApplication application, MigrationPhase to) {
		application.walkTo(to);
		long goal = this.revoked.sum() + 100;
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> this.revoked.sum() >= goal);
	}

	private void issueAndRevoke(String prefix, MigratedApplication mine, MigratedApplication theirs,
			StatefulRedisConnection<String, String> toTarget) {
		StringRedisTemplate redis = mine.redis();
		for (long number = 0; this.running; number++) {
			String token = prefix + number % 20;
			try {
				redis.opsForValue().set(token, String.valueOf(number), Duration.ofMinutes(5));
				PinnedPhase rules = mine.migration().rules();
				redis.delete(token);
				// the same rules before and after: the deletion was pinned to them
				boolean waited = (rules.writes() == Writes.AWAITED || rules.writes() == Writes.REQUIRED)
						&& mine.migration().rules() == rules;
				long epoch = rules.epoch();
				if (waited) {
					// a session of our own, past the starter
					if (toTarget.sync().exists(token) != 0) {
						this.violations.add(token + " is on target after its revocation in epoch " + epoch);
					}
					this.checkedOnTarget.increment();
				}
				if (redis.opsForValue().get(token) != null) {
					this.violations.add(token + " was accepted by the instance that revoked it, epoch " + epoch);
				}
				if (theirs.redis().opsForValue().get(token) != null) {
					this.violations.add(token + " was accepted by the other instance, epoch " + epoch);
				}
				this.revoked.increment();
			}
			catch (RuntimeException ex) {
				this.violations.add(token + ": " + ex + ", caused by " + ex.getCause());
			}
		}
	}

}
