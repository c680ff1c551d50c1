package io.migration.redis;

import java.io.IOException;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.migration.mirror.Copier;
import io.migration.redis.StateWriter.Refused;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The races that the relay's ordering argument closes, each provoked on purpose, each
 * with a twin that takes the protection away and shows the damage.
 */
class RedisCopierRaceIntegrationTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(2);

	private static final RedisKeys KEYS = new RedisKeys("race");

	private static final Copier.Waiters NOBODY = new Copier.Waiters() {

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
			// nobody waits
		}

		@Override
		public void refused(long ticket, String reason) {
			// nobody waits
		}

	};

	private static CopierServers servers;

	private StatefulRedisConnection<String, String> toSource;

	private StatefulRedisConnection<String, String> toTarget;

	private RedisCommands<String, String> source;

	private RedisCommands<String, String> target;

	@BeforeAll
	static void start() {
		servers = new CopierServers();
	}

	@AfterAll
	static void stop() {
		servers.close();
	}

	@BeforeEach
	void connect() {
		this.toSource = servers.client().connect(RedisURI.create(servers.source().uri()));
		this.toTarget = servers.client().connect(RedisURI.create(servers.target().uri()));
		this.source = this.toSource.sync();
		this.target = this.toTarget.sync();
		this.source.flushall();
		this.target.flushall();
	}

	@AfterEach
	void disconnect() {
		this.toSource.close();
		this.toTarget.close();
	}

	/**
	 * Write and journal, as one unit does.
	 */
	private void write(String key, String value) {
		this.source.multi();
		if (value.isEmpty()) {
			this.source.del(key);
		}
		else {
			this.source.set(key, value);
		}
		this.source.xadd("migration:{race}:journal", Map.of("k", key));
		this.source.exec();
	}

	@Test
	void anEntryMadeWhileItsKeyIsCopiedSurvivesTheClearing() {
		RacingCopier copier = new RacingCopier();
		drain(copier, () -> write("key", "second"));
		assertThat(this.target.get("key")).isEqualTo("second");
	}

	@Test
	void twinClearingTheWholeJournalLosesSuchAnEntry() {
		RacingCopier copier = new RacingCopier() {

			@Override
			CompletableFuture<?> clear(NodeConnections nodes, List<JournalBatch> batches) {
				return nodes.forKey(KEYS.journal(null)).unlink(KEYS.journal(null)).toCompletableFuture();
			}

		};
		drain(copier, () -> write("key", "second"));
		assertThat(this.target.get("key")).as("the later write is lost").isEqualTo("first");
	}

	private void drain(RacingCopier copier, Runnable race) {
		write("key", "first");
		copier.open();
		copier.beforeApply = race;
		copier.round();
		copier.beforeApply = () -> {
		};
		while (copier.round() != Copier.Round.EMPTY) {
			assertThat(copier.rounds).isLessThan(10);
		}
		assertThat(copier.rounds).isPositive();
		copier.close();
	}

	@Test
	void aWriteBetweenTheReadingOfTheJournalAndOfTheStateIsNotLost() {
		RacingCopier copier = new RacingCopier() {

			@Override
			CompletableFuture<List<KeyState>> states(List<JournalBatch> batches) {
				return CompletableFuture.runAsync(() -> write("key", "second" + batches.size()))
					.thenCompose((raced) -> super.states(batches));
			}

		};
		write("key", "first");
		copier.open();
		copier.round();
		assertThat(this.target.get("key")).isEqualTo("second1");
		assertThat(this.source.xlen("migration:{race}:journal")).as("the entry of the later write").isOne();
		copier.close();
	}

	@Test
	void twinTheStateIsReadBeforeTheJournalAndTheWriteBetweenThemIsLost() {
		RacingCopier copier = new RacingCopier() {

			private CompletableFuture<List<KeyState>> early = CompletableFuture.completedFuture(List.of());

			@Override
			CompletableFuture<List<JournalBatch>> entries(NodeConnections nodes, int limit) {
				byte[] key = RedisKeys.bytes("key");
				this.early = super.entries(nodes, limit).thenCompose(super::states);
				return this.early.thenComposeAsync((states) -> {
					assertThat(states).extracting(KeyState::key).allMatch((read) -> Arrays.equals(read, key));
					if (!states.isEmpty() && this.rounds() == 0) {
						write("key", "second");
					}
					return super.entries(nodes, limit);
				});
			}

			@Override
			CompletableFuture<List<KeyState>> states(List<JournalBatch> batches) {
				return this.early;
			}

		};
		drain(copier, () -> {
		});
		assertThat(this.target.get("key")).as("the later write is lost").isEqualTo("first");
	}

	/**
	 * A list is read once for the many entries that wait for it, and then written again
	 * before the last of them is taken.
	 */
	@Test
	void aLargeValueIsReadOnceForItsEntriesAndAgainForALaterOne() {
		RacingCopier copier = new RacingCopier();
		this.source.configResetstat();
		copyBacklog(copier);
		assertThat(this.source.lrange("list", 0, -1)).isEqualTo(this.target.lrange("list", 0, -1)).hasSize(3_001);
		assertThat(this.source.info("commandstats")).contains("cmdstat_dump:calls=2,");
	}

	@Test
	void twinALargeValueThatWasReadIsNotReadForLaterEntriesEither() {
		RacingCopier copier = new RacingCopier() {

			@Override
			StateReader reader(NodeConnections nodes, byte[] journal, boolean fieldExpiry) {
				return new StateReader(nodes, journal, fieldExpiry) {

					@Override
					boolean hasRead(byte[] key, StreamId id) {
						return super.hasRead(key, StreamId.FIRST);
					}

				};
			}

		};
		copyBacklog(copier);
		assertThat(this.target.llen("list")).as("the later write is lost").isEqualTo(3_000);
	}

	private void copyBacklog(RacingCopier copier) {
		for (int i = 0; i < 3_000; i += 10) {
			String[] items = new String[10];
			// not to be compressed
			Arrays.setAll(items, (item) -> UUID.randomUUID().toString());
			push(items);
		}
		copier.open();
		assertThat(copier.round()).isEqualTo(new Copier.Round(100, true));
		push("a later one");
		while (copier.round() != Copier.Round.EMPTY) {
			assertThat(copier.rounds()).isLessThan(10);
		}
		copier.close();
	}

	private void push(String... items) {
		this.source.multi();
		this.source.rpush("list", items);
		this.source.xadd("migration:{race}:journal", Map.of("k", "list"));
		this.source.exec();
	}

	@Test
	void aCrashBeforeTheClearingRepeatsTheCopy() {
		RacingCopier crashing = new RacingCopier() {

			@Override
			CompletableFuture<?> clear(NodeConnections nodes, List<JournalBatch> batches) {
				throw new RedisException("crash");
			}

		};
		write("key", "value");
		crashing.open();
		assertThatExceptionOfType(RedisException.class).isThrownBy(() -> crashing.round()).withMessage("crash");
		crashing.close();
		this.target.del("key");
		RacingCopier successor = new RacingCopier();
		successor.open();
		successor.round();
		successor.close();
		assertThat(this.target.get("key")).isEqualTo("value");
		assertThat(this.source.xlen("migration:{race}:journal")).isZero();
	}

	@Test
	void twinClearingBeforeTheCopyLosesTheWriteInACrash() {
		RacingCopier crashing = new RacingCopier() {

			@Override
			CompletableFuture<List<Refused>> apply(NodeConnections nodes, List<KeyState> states) {
				try (NodeConnections journal = NodeConnections.open(servers.endpoint(servers.source()), "twin",
						TIMEOUT)) {
					journal.await(journal.forKey(KEYS.journal(null)).unlink(KEYS.journal(null)));
				}
				throw new RedisException("crash");
			}

		};
		write("key", "value");
		crashing.open();
		assertThatExceptionOfType(RedisException.class).isThrownBy(() -> crashing.round()).withMessage("crash");
		crashing.close();
		RacingCopier successor = new RacingCopier();
		successor.open();
		successor.round();
		successor.close();
		assertThat(this.target.get("key")).as("the write is lost").isNull();
	}

	@Test
	void aRelayThatPausesBetweenReadingAndWritingDoesNoHarmAfterItsSuccessorTookOver() {
		RacingCopier paused = new RacingCopier();
		RacingCopier successor = new RacingCopier();
		write("token", "issued");
		paused.open();
		paused.beforeApply = () -> revokeBy(successor);
		assertThatExceptionOfType(RedisException.class).isThrownBy(() -> paused.round());
		paused.close();
		successor.close();
		assertThat(this.target.exists("token")).as("the deleted token stays deleted").isZero();
	}

	@Test
	void twinWithoutTheFenceBringsTheDeletedTokenBack() {
		RacingCopier paused = new UnfencedCopier();
		RacingCopier successor = new UnfencedCopier();
		write("token", "issued");
		paused.open();
		paused.beforeApply = () -> revokeBy(successor);
		paused.round();
		paused.close();
		successor.close();
		assertThat(this.target.exists("token")).as("the deleted token is back").isOne();
	}

	/**
	 * Between the kill and the raise the predecessor comes back, finds its token the
	 * highest, and begins.
	 */
	@Test
	void twinATakeOverThatKillsBeforeItRaisesTheTokenBringsTheDeletedTokenBack() {
		RacingCopier paused = new RacingCopier();
		RacingCopier successor = new RacingCopier() {

			@Override
			NodeConnections takeOver(RedisEndpoint side, RedisKeys names, Duration patience) {
				try (NodeConnections killing = NodeConnections.open(side, "twin", patience)) {
					RelayFence.killOthers(killing, names, "twin");
				}
				paused.open();
				long token = RelayFence.raise(side, names, patience);
				return NodeConnections.open(side, names.relayClientPrefix() + token, patience);
			}

		};
		write("token", "issued");
		paused.open();
		successor.open();
		paused.beforeApply = () -> {
			successor.round();
			write("token", "");
			successor.round();
			assertThat(this.target.exists("token")).isZero();
		};
		paused.round();
		paused.close();
		successor.close();
		assertThat(this.target.exists("token")).as("the deleted token is back").isOne();
	}

	/**
	 * The connection breaks after each byte of a unit in turn.
	 */
	@Test
	void aUnitThatIsCutAnywhereIsExecutedWholeOrNotAtAll() throws Exception {
		byte[] unit = unit(0, 6);
		int executed = 0;
		for (int sent = 1; sent <= unit.length; sent++) {
			sendAndBreak(unit, sent);
			boolean written = this.source.exists("cut") == 1;
			assertThat(this.source.xlen("migration:{race}:journal") == 1).as("journaled after %d bytes", sent)
				.isEqualTo(written);
			executed += written ? 1 : 0;
			this.source.flushall();
		}
		assertThat(executed).as("units that were executed").isPositive();
	}

	@Test
	void twinTheSameCommandsWithoutTheBlockLeaveAWriteThatIsNeverCopied() throws Exception {
		byte[] commands = unit(1, 3);
		int lost = 0;
		for (int sent = 1; sent <= commands.length; sent++) {
			sendAndBreak(commands, sent);
			RacingCopier copier = new RacingCopier();
			if (this.source.exists("cut") == 1 && this.source.exists("migration:{race}:journal") == 0 && lost == 0) {
				copier.open();
				assertThat(copier.round()).isEqualTo(Copier.Round.EMPTY);
				copier.close();
				assertThat(this.target.exists("cut")).as("the write is lost").isZero();
				lost++;
			}
			this.source.flushall();
		}
		assertThat(lost).isPositive();
	}

	/**
	 * The bytes of some of the commands that a unit consists of: MULTI, the write, the
	 * journal entry, the reading of expiry and value, EXEC.
	 */
	private static byte[] unit(int from, int to) {
		RedisCommand<byte[], byte[], String> write = new Command<>(CommandType.SET,
				new StatusOutput<>(ByteArrayCodec.INSTANCE),
				new CommandArgs<>(ByteArrayCodec.INSTANCE).addKey(RedisKeys.bytes("cut")).add("value"));
		WireArguments arguments = WireArguments.of(write);
		byte[] entry = Touches.add(KEYS, false, "test", null, List.of(RedisKeys.bytes("cut")), null);
		ByteBuf buffer = Unpooled.buffer();
		new WriteUnit(write, arguments.wire(), entry, List.of(RedisKeys.bytes("cut"))).expand(new EmbeddedChannel())
			.subList(from, to)
			.forEach((command) -> command.encode(buffer));
		byte[] bytes = new byte[buffer.readableBytes()];
		buffer.readBytes(bytes);
		return bytes;
	}

	/**
	 * Send some bytes to source over a connection of their own, close it, and wait until
	 * the server has read them and seen the end.
	 */
	private void sendAndBreak(byte[] bytes, int count) throws IOException {
		try (Socket socket = new Socket("127.0.0.1", servers.source().port())) {
			socket.getOutputStream().write(bytes, 0, count);
			socket.shutdownOutput();
			// the server answers what it has executed, then closes its end
			socket.getInputStream().readAllBytes();
		}
	}

	private void revokeBy(RacingCopier successor) {
		successor.open();
		successor.round();
		assertThat(this.target.get("token")).isEqualTo("issued");
		write("token", "");
		successor.round();
		assertThat(this.target.exists("token")).isZero();
	}

	@Test
	void aRelayThatLostTheTokenDoesNotEvenBegin() {
		RedisEndpoint side = servers.endpoint(servers.target());
		try (NodeConnections first = RelayFence.takeOver(side, KEYS, TIMEOUT);
				NodeConnections second = RelayFence.takeOver(side, KEYS, TIMEOUT)) {
			assertThat(second.await(second.forKey(KEYS.token()).get(KEYS.token()))).isNotNull();
			assertThatExceptionOfType(RedisException.class)
				.isThrownBy(() -> first.await(first.forKey(KEYS.token()).get(KEYS.token())));
		}
	}

	@Test
	void anExpiryIsCopiedAsAPointInTime() {
		this.source.multi();
		this.source.psetex("expiring", 60_000, "value");
		this.source.xadd("migration:{race}:journal", Map.of("k", "expiring"));
		this.source.exec();
		RacingCopier copier = new RacingCopier();
		copier.open();
		copier.round();
		copier.close();
		assertThat(this.target.pexpiretime("expiring")).isEqualTo(this.source.pexpiretime("expiring"));
	}

	/**
	 * The production copier with a moment to step in between reading and writing.
	 */
	private static class RacingCopier extends RedisCopier {

		private Runnable beforeApply = () -> {
		};

		private int rounds;

		RacingCopier() {
			super(KEYS, "test", servers.endpoint(servers.source()), servers.endpoint(servers.target()), TIMEOUT,
					(source, target) -> {
					}, () -> {
					}, servers.messages(KEYS, TIMEOUT), new CarriedStates());
		}

		@Override
		CompletableFuture<List<Refused>> apply(NodeConnections nodes, List<KeyState> states) {
			this.rounds++;
			// not on the event loop, which the race itself needs
			return CompletableFuture.runAsync(this.beforeApply).thenCompose((raced) -> super.apply(nodes, states));
		}

		int rounds() {
			return this.rounds;
		}

		/**
		 * Run one round and wait for its end, clearing included.
		 */
		Round round() {
			try {
				return copy(100, NOBODY).get(10, TimeUnit.SECONDS);
			}
			catch (ExecutionException ex) {
				throw (ex.getCause() instanceof RuntimeException cause) ? cause : new IllegalStateException(ex);
			}
			catch (InterruptedException | TimeoutException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	private static class UnfencedCopier extends RacingCopier {

		@Override
		NodeConnections takeOver(RedisEndpoint side, RedisKeys names, Duration patience) {
			return NodeConnections.open(side, "unfenced", patience);
		}

	}

}
