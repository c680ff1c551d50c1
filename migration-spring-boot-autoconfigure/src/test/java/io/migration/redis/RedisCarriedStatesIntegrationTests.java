package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.lettuce.core.RedisURI;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.migration.mirror.Copier;
import io.migration.redis.CarriedStates.Carried;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The races that the ordering argument of {@link CarriedStates} closes, each provoked on
 * purpose, each with a twin that takes the protection away and shows the damage.
 */
class RedisCarriedStatesIntegrationTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final Duration NEVER_BY_TIME = Duration.ofHours(1);

	private static final RedisKeys KEYS = new RedisKeys("carried");

	private static final String JOURNAL = "migration:{carried}:journal";

	/** Not to be compressed. */
	private static final String LARGE = IntStream.range(0, 1_000)
		.mapToObj((index) -> UUID.randomUUID().toString())
		.collect(Collectors.joining());

	private static CopierServers servers;

	private final List<Long> told = new ArrayList<>();

	private StatefulRedisConnection<byte[], byte[]> toSource;

	private StatefulRedisConnection<String, String> toTarget;

	private RedisCommands<byte[], byte[]> source;

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
		this.toSource = servers.client().connect(ByteArrayCodec.INSTANCE, RedisURI.create(servers.source().uri()));
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

	@Test
	void statesThatCameWithTheirWritesAreCopiedInTheirOrderWithoutTheJournal() {
		OpenCopier copier = new OpenCopier(new CarriedStates(NEVER_BY_TIME));
		copier.round();
		copier.offer(unit("token", "first", 1));
		copier.offer(unit("token", "second", 2));
		copier.offer(unit("other", "value", 3));
		assertThat(copier.round().entries()).isEqualTo(3);
		assertThat(this.told).containsExactly(1L, 2L, 3L);
		assertThat(this.target.get("token")).isEqualTo("second");
		assertThat(this.source.xlen(journal())).as("entries that were copied and not cleared yet").isEqualTo(3);
		unit("another", "of another instance", 4);
		copier.wantJournal();
		assertThat(copier.round().entries()).isEqualTo(4);
		copier.round();
		copier.close();
		assertThat(this.source.xlen(journal())).isZero();
		assertThat(this.target.get("another")).isEqualTo("of another instance");
		assertThat(StoreReader.differences(StoreReader.read(servers.source()), StoreReader.read(servers.target())))
			.isEmpty();
	}

	@Test
	void aStateThatComesAfterTheJournalWasReadDoesNotBringADeletedKeyBack() {
		assertThat(lateState(new CarriedStates(NEVER_BY_TIME))).as("the deleted token").isNull();
	}

	@Test
	void twinWhatTheJournalHasCoveredIsTakenAllTheSame() {
		assertThat(lateState(new CarriedStates(NEVER_BY_TIME) {

			@Override
			boolean isNewerThanRead(StreamId id) {
				return true;
			}

		})).as("the deleted token is back").isEqualTo("issued");
	}

	private String lateState(CarriedStates states) {
		OpenCopier copier = new OpenCopier(states);
		Carried late = unit("token", "issued", 1);
		unit("token", "", 2);
		copier.round();
		assertThat(this.told).containsExactly(1L, 2L);
		copier.offer(late);
		copier.roundsUntilNothingIsLeft();
		copier.close();
		return this.target.get("token");
	}

	@Test
	void aStateFromBeforeATakeOverDoesNotBringADeletedKeyBack() {
		assertThat(stateFromBefore(new CarriedStates(NEVER_BY_TIME))).as("the deleted token").isNull();
	}

	@Test
	void twinWithoutTheLastIdOfTheJournalAStateFromBeforeATakeOverIsTaken() {
		assertThat(stateFromBefore(new CarriedStates(NEVER_BY_TIME) {

			@Override
			void begin(StreamId last) {
				super.begin(StreamId.FIRST);
			}

		})).as("the deleted token is back").isEqualTo("issued");
	}

	/**
	 * The answer to a write reaches its process when another instance has run the relay
	 * meanwhile, and has deleted the key.
	 */
	private String stateFromBefore(CarriedStates states) {
		OpenCopier copier = new OpenCopier(states);
		copier.round();
		Carried late = unit("token", "issued", 1);
		copier.close();
		OpenCopier other = new OpenCopier(new CarriedStates(NEVER_BY_TIME));
		other.round();
		other.offer(unit("token", "", 2));
		other.roundsUntilNothingIsLeft();
		other.close();
		assertThat(this.told).containsExactly(1L, 2L);
		copier.open();
		copier.round();
		copier.offer(late);
		copier.roundsUntilNothingIsLeft();
		copier.close();
		return this.target.get("token");
	}

	@Test
	void aStateThatOvertakesAnotherLeavesThatOneToTheJournal() {
		assertThat(overtaken(new CarriedStates(NEVER_BY_TIME))).as("the deleted token").isNull();
		assertThat(this.told).containsExactlyInAnyOrder(1L, 2L);
	}

	@Test
	void twinStatesAreTakenInTheOrderInWhichTheyCome() {
		assertThat(overtaken(new CarriedStates(NEVER_BY_TIME) {

			@Override
			boolean isNewerThanTaken(StreamId id) {
				return true;
			}

		})).as("the deleted token is back").isEqualTo("issued");
	}

	/**
	 * Two connections, whose answers are handled in another order than the server gave
	 * them.
	 */
	private String overtaken(CarriedStates states) {
		OpenCopier copier = new OpenCopier(states);
		copier.round();
		Carried first = unit("token", "issued", 1);
		Carried second = unit("token", "", 2);
		copier.offer(second);
		copier.round();
		copier.offer(first);
		copier.roundsUntilNothingIsLeft();
		copier.close();
		return this.target.get("token");
	}

	@Test
	void whileTheJournalIsBehindNothingButTheJournalIsCopied() {
		assertThat(behind(new CarriedStates(NEVER_BY_TIME))).as("the last value").startsWith("last");
	}

	@Test
	void twinAStateIsTakenThoughALaterOneWasReadAheadForItsKey() {
		assertThat(behind(new CarriedStates(NEVER_BY_TIME) {

			@Override
			void read(Collection<StreamId> ids, boolean more) {
				super.read(ids, false);
			}

		})).as("the last value is lost").isEqualTo("short");
	}

	/**
	 * A round reads a large value, with what its last writes have made of it, while it
	 * takes the oldest of many entries. Then the state comes that one of the later writes
	 * has left behind.
	 */
	private String behind(CarriedStates states) {
		OpenCopier copier = new OpenCopier(states);
		copier.round();
		for (int i = 0; i < 120; i++) {
			unit("large", LARGE, i);
		}
		Carried between = unit("large", "short", 120);
		unit("large", "last" + LARGE, 121);
		assertThat(copier.round()).isEqualTo(new Copier.Round(100, true));
		copier.offer(between);
		copier.round();
		copier.roundsUntilNothingIsLeft();
		copier.close();
		assertThat(this.source.xlen(journal())).isZero();
		return this.target.get("large");
	}

	/**
	 * Do what a unit does: write, journal, and read what is left, at one moment.
	 */
	private Carried unit(String key, String value, long ticket) {
		byte[] name = RedisKeys.bytes(key);
		this.source.multi();
		if (value.isEmpty()) {
			this.source.del(name);
		}
		else {
			this.source.set(name, RedisKeys.bytes(value));
		}
		this.source.xadd(journal(), RedisKeys.bytes("w"), RedisKeys.bytes("test:" + ticket), RedisKeys.bytes("k"),
				name);
		this.source.pexpiretime(name);
		this.source.dump(name);
		TransactionResult replies = this.source.exec();
		return new Carried(StreamId.of(replies.get(1)), ticket,
				List.of(KeyState.whole(name, replies.get(2), replies.get(3))));
	}

	private static byte[] journal() {
		return RedisKeys.bytes(JOURNAL);
	}

	/**
	 * The production copier, whose rounds a test begins.
	 */
	private final class OpenCopier {

		private final RedisCopier copier;

		OpenCopier(CarriedStates states) {
			this.copier = new RedisCopier(KEYS, "test", servers.endpoint(servers.source()),
					servers.endpoint(servers.target()), TIMEOUT, (from, to) -> {
					}, () -> {
					}, servers.messages(KEYS, TIMEOUT), states);
			open();
		}

		void open() {
			this.copier.open();
		}

		void offer(Carried state) {
			this.copier.offer(state);
		}

		void wantJournal() {
			this.copier.wantJournal();
		}

		Copier.Round round() {
			try {
				return this.copier.copy(100, new Copier.Waiters() {

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
						RedisCarriedStatesIntegrationTests.this.told.add(ticket);
					}

					@Override
					public void refused(long ticket, String reason) {
						throw new IllegalStateException(reason);
					}

				}).get(10, TimeUnit.SECONDS);
			}
			catch (Exception ex) {
				throw new IllegalStateException(ex);
			}
		}

		void roundsUntilNothingIsLeft() {
			int rounds = 0;
			while (round().entries() > 0) {
				assertThat(rounds++).isLessThan(10);
			}
		}

		void close() {
			this.copier.close();
		}

	}

}
