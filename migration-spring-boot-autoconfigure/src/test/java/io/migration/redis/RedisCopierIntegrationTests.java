package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.Consumer;
import io.lettuce.core.RedisURI;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.mirror.Copier;
import io.migration.redis.StateWriter.Refused;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a target does not take as it is serialized is copied by type, and what it does not
 * take at all is set aside, known, and tried again.
 */
@SuppressWarnings("unchecked") // the client's generic varargs
class RedisCopierIntegrationTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final RedisKeys KEYS = new RedisKeys("copier");

	private static final String JOURNAL = "migration:{copier}:journal";

	private static CopierServers servers;

	private static StatefulRedisConnection<String, String> connection;

	private final Map<Long, String> told = new HashMap<>();

	private RedisCommands<String, String> source;

	@BeforeAll
	static void start() {
		servers = new CopierServers();
		connection = servers.client().connect(RedisURI.create(servers.source().uri()));
	}

	@AfterAll
	static void stop() {
		servers.close();
	}

	@BeforeEach
	void clear() {
		this.source = connection.sync();
		this.source.flushall();
		try (StatefulRedisConnection<String, String> toTarget = servers.client()
			.connect(RedisURI.create(servers.target().uri()))) {
			toTarget.sync().flushall();
		}
	}

	@Test
	void everyTypeIsCopiedByTypeWhenTheSerializedFormIsNotUnderstood() throws Exception {
		writeEveryType();
		RefusingCopier copier = new RefusingCopier("ERR DUMP payload version or checksum are wrong", false);
		copyAll(copier);
		assertThat(copier.refusals).as("values that were refused as they are serialized").isPositive();
		assertThat(StoreReader.read(servers.source())).hasSizeGreaterThan(8);
		assertThat(StoreReader.differences(StoreReader.withoutStatistics(StoreReader.read(servers.source())),
				StoreReader.withoutStatistics(StoreReader.read(servers.target()))))
			.isEmpty();
		assertThat(this.source.exists("migration:{copier}:set-aside")).isZero();
	}

	@Test
	void whatTargetDoesNotTakeIsSetAsideAndTriedAgain() throws Exception {
		this.source.set("taken", "value");
		this.source.set("refused", "value");
		this.source.xadd(JOURNAL, "w", "test:1", "k", "taken");
		this.source.xadd(JOURNAL, "w", "test:2", "k", "refused");
		RefusingCopier copier = new RefusingCopier("ERR Bad data format", true);
		copyAll(copier);
		assertThat(this.told).containsEntry(1L, "covered")
			.hasEntrySatisfying(2L, (reason) -> assertThat(reason).contains("target does not take the value"));
		assertThat(this.source.xlen(JOURNAL)).isZero();
		assertThat(StoreReader.read(servers.target())).containsOnlyKeys("taken");
		try (NodeConnections nodes = NodeConnections.open(servers.endpoint(servers.source()), "test", TIMEOUT)) {
			assertThat(new RedisJournal(KEYS, nodes).setAside()).as("counts as waiting").isOne();
		}
		RefusingCopier successor = new RefusingCopier("", false);
		successor.open();
		assertThat(successor.setAside().reason(RedisKeys.bytes("refused"))).isEqualTo("not tried again yet");
		successor.close();
		copyAll(successor);
		assertThat(successor.setAside().reason(RedisKeys.bytes("refused"))).isNull();
		assertThat(this.source.exists("migration:{copier}:set-aside")).isZero();
		assertThat(StoreReader.differences(StoreReader.read(servers.source()), StoreReader.read(servers.target())))
			.isEmpty();
	}

	private void writeEveryType() {
		this.source.set("string", "value");
		this.source.psetex("expiring", 600_000, "value");
		this.source.hset("hash", Map.of("one", "1", "two", "2"));
		this.source.sadd("set", "one", "two");
		this.source.sadd("integers", "1", "2");
		this.source.zadd("zset", 1.5, "one");
		this.source.zadd("zset", Double.POSITIVE_INFINITY, "most");
		for (int i = 0; i < 2_500; i++) {
			this.source.rpush("list", "item" + i);
		}
		this.source.pfadd("hll", "one", "two");
		List<String> ids = new ArrayList<>();
		for (int i = 0; i < 5; i++) {
			ids.add(this.source.xadd("stream", Map.of("field", "value" + i)));
		}
		this.source.xgroupCreate(XReadArgs.StreamOffset.from("stream", "0"), "group");
		this.source.xreadgroup(Consumer.from("group", "alice"), XReadArgs.Builder.count(2),
				XReadArgs.StreamOffset.lastConsumed("stream"));
		this.source.xack("stream", "group", ids.get(0));
		this.source.xgroupCreateconsumer("stream", Consumer.from("group", "bob"));
		this.source.xgroupCreate(XReadArgs.StreamOffset.from("stream", "$"), "idle");
		this.source.xadd("emptied", Map.of("field", "value"));
		this.source.xtrim("emptied", 0);
		this.source.keys("*").forEach((key) -> this.source.xadd(JOURNAL, "k", key));
		this.source.xadd(JOURNAL, "k", "absent");
	}

	private void copyAll(RefusingCopier copier) throws Exception {
		copier.open();
		Copier.Waiters waiters = new Copier.Waiters() {

			@Override
			public long drawn() {
				return 0;
			}

			@Override
			public void coveredUpTo(long ticket) {
				throw new UnsupportedOperationException();
			}

			@Override
			public void covered(long ticket) {
				RedisCopierIntegrationTests.this.told.put(ticket, "covered");
			}

			@Override
			public void refused(long ticket, String reason) {
				RedisCopierIntegrationTests.this.told.put(ticket, reason);
			}

		};
		while (copier.copy(100, waiters).get(20, TimeUnit.SECONDS) != Copier.Round.EMPTY) {
			assertThat(copier.rounds).isLessThan(20);
		}
		copier.close();
	}

	/**
	 * The production copier, whose target refuses what is copied in its serialized form,
	 * or the key "refused" in any.
	 */
	private static final class RefusingCopier extends RedisCopier {

		private final String error;

		private final boolean always;

		private int refusals;

		private int rounds;

		RefusingCopier(String error, boolean always) {
			super(KEYS, "test", servers.endpoint(servers.source()), servers.endpoint(servers.target()), TIMEOUT,
					(source, target) -> {
					}, () -> {
					}, servers.messages(KEYS, TIMEOUT), new CarriedStates());
			this.error = error;
			this.always = always;
		}

		@Override
		CompletableFuture<List<Refused>> apply(NodeConnections nodes, List<KeyState> states) {
			this.rounds++;
			List<KeyState> taken = new ArrayList<>();
			List<Refused> refused = new ArrayList<>();
			for (KeyState state : states) {
				if (refuses(state)) {
					refused.add(new Refused(state, this.error));
				}
				else {
					taken.add(state);
				}
			}
			this.refusals += refused.size();
			return super.apply(nodes, taken).thenApply((others) -> {
				refused.addAll(others);
				return refused;
			});
		}

		private boolean refuses(KeyState state) {
			if (this.always) {
				return new String(state.key(), StandardCharsets.UTF_8).equals("refused");
			}
			return !this.error.isEmpty() && state.arguments().get(0)[0] == 'v';
		}

	}

}
