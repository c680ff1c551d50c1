package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import java.util.stream.IntStream;

import io.lettuce.core.Consumer;
import io.lettuce.core.KeyValue;
import io.lettuce.core.LMPopArgs;
import io.lettuce.core.LMoveArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XGroupCreateArgs;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.MigrationPhase;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Commands that block keep their meaning while the phase walks.
 */
@SuppressWarnings("unchecked") // the client's generic varargs
class RedisBlockingCommandsIntegrationTests {

	private static final List<MigrationPhase> WALK = List.of(MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE,
			MigrationPhase.READ_NEW, MigrationPhase.CUTOVER, MigrationPhase.READ_NEW, MigrationPhase.DUAL_WRITE,
			MigrationPhase.SHADOW, MigrationPhase.OFF);

	@Test
	void everyElementIsConsumedOnceWhileThePhaseWalks() throws Exception {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target));
				Consumers consumers = new Consumers()) {
			StringRedisTemplate redis = application.redis();
			redis.opsForStream().createGroup("stream", "group");
			// connections of the source, kept through all phases, and such as Spring
			// hands
			// out anew
			List<RedisCommands<String, String>> kept = IntStream.range(0, 3)
				.mapToObj((index) -> client(application).connect().sync())
				.toList();
			consumers.start("blpop", () -> value(kept.get(0).blpop(0.3, "blpop")));
			consumers.start("blpop", () -> redis.opsForList().leftPop("blpop", Duration.ofSeconds(1)));
			consumers.start("brpoplpush",
					() -> redis.opsForList().rightPopAndLeftPush("brpoplpush", "moved", Duration.ofSeconds(1)));
			consumers.start("blmove", () -> kept.get(1).blmove("blmove", "moved", LMoveArgs.Builder.leftRight(), 0.3));
			consumers.start("stream",
					() -> body(kept.get(2)
						.xreadgroup(Consumer.from("group", "one"), XReadArgs.Builder.block(300).count(1).noack(true),
								StreamOffset.lastConsumed("stream"))));
			String[] last = { "0-0" };
			RedisCommands<String, String> reading = client(application).connect().sync();
			consumers.start("read", () -> {
				List<StreamMessage<String, String>> found = reading.xread(XReadArgs.Builder.block(300).count(1),
						StreamOffset.from("stream", last[0]));
				if (found.isEmpty()) {
					return null;
				}
				last[0] = found.get(0).getId();
				return body(found);
			});
			int pushed = push(redis, 0);
			for (MigrationPhase phase : WALK) {
				application.walkTo(phase);
				pushed = push(redis, pushed);
			}
			List<String> expected = IntStream.range(0, pushed).mapToObj(String::valueOf).toList();
			for (String queue : List.of("blpop", "brpoplpush", "blmove", "stream", "read")) {
				Awaitility.await().until(() -> consumers.consumed(queue).size() >= expected.size());
				assertThat(consumers.consumed(queue)).as(queue).containsExactlyInAnyOrderElementsOf(expected);
			}
			assertThat(redis.opsForList().size("moved")).isEqualTo(2L * pushed);
			assertThat(application.migration().unsupported()).isZero();
			assertThat(consumers.failures()).isEmpty();
		}
	}

	private static int push(StringRedisTemplate redis, int from) {
		for (int i = from; i < from + 10; i++) {
			redis.opsForList().rightPush("blpop", String.valueOf(i));
			redis.opsForList().rightPush("brpoplpush", String.valueOf(i));
			redis.opsForList().rightPush("blmove", String.valueOf(i));
			redis.opsForStream().add("stream", Map.of("body", String.valueOf(i)));
		}
		return from + 10;
	}

	@Test
	void aTimeoutIsHonouredAndTheReplyIsNil() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.walkTo(MigrationPhase.DUAL_WRITE);
			RedisCommands<String, String> redis = client(application).connect().sync();
			redis.xgroupCreate(StreamOffset.from("stream", "0"), "group", XGroupCreateArgs.Builder.mkstream());
			assertThat(redis.blpop(0.05, "absent")).isNull();
			assertThat(redis.brpoplpush(0.05, "absent", "other")).isNull();
			assertThat(redis.blmove("absent", "other", LMoveArgs.Builder.leftRight(), 0.05)).isNull();
			assertThat(redis.bzpopmin(0.05, "absent")).isNull();
			assertThat(redis.blmpop(0.05, LMPopArgs.Builder.left(), "absent")).isNull();
			assertThat(redis.xreadgroup(Consumer.from("group", "one"), XReadArgs.Builder.block(50),
					StreamOffset.lastConsumed("stream")))
				.isEmpty();
			assertThat(redis.xread(XReadArgs.Builder.block(50), StreamOffset.from("stream", "0"))).isEmpty();
			assertThat(redis.xread(XReadArgs.Builder.block(50), StreamOffset.latest("absent"))).isEmpty();
		}
	}

	@Test
	void anAnswerIsTheCommandsOwn() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.walkTo(MigrationPhase.DUAL_WRITE);
			StatefulRedisConnection<String, String> waiting = client(application).connect();
			RedisCommands<String, String> redis = client(application).connect().sync();
			RedisFuture<KeyValue<String, String>> popped = waiting.async().blpop(0, "first", "second");
			RedisFuture<List<StreamMessage<String, String>>> read = waiting.async()
				.xread(XReadArgs.Builder.block(0), StreamOffset.latest("stream"));
			// behind the look at the end of the stream
			assertThat(waiting.sync().ping()).isEqualTo("PONG");
			redis.rpush("second", "element");
			String id = redis.xadd("stream", Map.of("field", "value"));
			assertThat(popped.toCompletableFuture().join()).isEqualTo(KeyValue.just("second", "element"));
			assertThat(read.toCompletableFuture().join()).extracting(StreamMessage::getId).containsExactly(id);
			redis.set("string", "no list");
			assertThatExceptionOfType(RedisCommandExecutionException.class).isThrownBy(() -> redis.blpop(1, "string"))
				.withMessageContaining("WRONGTYPE");
			assertThatExceptionOfType(RedisCommandExecutionException.class)
				.isThrownBy(() -> redis.xreadgroup(Consumer.from("nobody", "one"), XReadArgs.Builder.block(1000),
						StreamOffset.lastConsumed("stream")))
				.withMessageContaining("NOGROUP");
			application.awaitEmptyJournal();
			assertThat(StoreReader.differences(StoreReader.read(source), StoreReader.read(target))).isEmpty();
		}
	}

	/**
	 * A consumer that has gone takes nothing any more.
	 */
	@Test
	void whatWaitsEndsWithItsConnectionOrItsCaller() {
		try (RedisServer source = RedisServer.start();
				RedisServer target = RedisServer.start();
				MigratedApplication application = MigratedApplication.start(source.uri(),
						MigratedApplication.target(target))) {
			application.walkTo(MigrationPhase.DUAL_WRITE);
			StatefulRedisConnection<String, String> closed = client(application).connect();
			RedisFuture<KeyValue<String, String>> ofClosed = closed.async().blpop(0, "list");
			StatefulRedisConnection<String, String> open = client(application).connect();
			RedisFuture<KeyValue<String, String>> cancelled = open.async().blpop(0, "list");
			application.walkTo(MigrationPhase.CUTOVER);
			closed.close();
			cancelled.cancel(true);
			assertThat(ofClosed.toCompletableFuture()).isCompletedExceptionally();
			RedisFuture<KeyValue<String, String>> third = open.async().blpop(0, "list");
			application.redis().opsForList().rightPush("list", "element");
			assertThat(third.toCompletableFuture().join().getValue()).isEqualTo("element");
		}
	}

	private static RedisClient client(MigratedApplication application) {
		return (RedisClient) application.context().getBean(LettuceConnectionFactory.class).getRequiredNativeClient();
	}

	private static String value(KeyValue<String, String> popped) {
		return (popped != null) ? popped.getValue() : null;
	}

	private static String body(List<StreamMessage<String, String>> found) {
		return found.isEmpty() ? null : found.get(0).getBody().get("body");
	}

	private static final class Consumers implements AutoCloseable {

		private final ExecutorService threads = Executors.newCachedThreadPool();

		private final AtomicBoolean running = new AtomicBoolean(true);

		private final Map<String, Queue<String>> consumed = new ConcurrentHashMap<>();

		private final List<Future<?>> loops = new ArrayList<>();

		private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

		void start(String queue, Supplier<String> next) throws InterruptedException {
			Queue<String> taken = this.consumed.computeIfAbsent(queue, (name) -> new ConcurrentLinkedQueue<>());
			CountDownLatch started = new CountDownLatch(1);
			this.loops.add(this.threads.submit(() -> {
				started.countDown();
				while (this.running.get()) {
					try {
						String element = next.get();
						if (element != null) {
							taken.add(element);
						}
					}
					catch (RuntimeException ex) {
						this.failures.add(ex);
					}
				}
			}));
			started.await();
		}

		Queue<String> consumed(String queue) {
			return this.consumed.getOrDefault(queue, new ConcurrentLinkedQueue<>());
		}

		Queue<Throwable> failures() {
			return this.failures;
		}

		@Override
		public void close() throws InterruptedException {
			this.running.set(false);
			this.threads.shutdown();
			assertThat(this.threads.awaitTermination(10, TimeUnit.SECONDS)).as("no consumer hangs").isTrue();
		}

	}

}
