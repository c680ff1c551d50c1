package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import io.migration.Side;
import io.migration.mirror.Copier;
import io.migration.mirror.NotInChargeException;
import io.migration.test.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The races of {@link JdbcCopier}'s argument, each provoked on purpose, and each with a
 * twin that shows what the protection is for.
 */
class JdbcRelayRaceIntegrationTests {

	private static final List<String> SCHEMA = List
		.of("create table account (id int primary key, balance int not null)");

	private RelayScene scene;

	private void scene(PostgresServer target) throws Exception {
		PostgresServer server = PostgresServer.shared();
		this.scene = new RelayScene(server.jdbcUrl(server.createDatabase()), target.jdbcUrl(target.createDatabase()),
				SCHEMA, SCHEMA);
	}

	@AfterEach
	void close() {
		this.scene.close();
	}

	private List<List<String>> accounts(Side side) throws Exception {
		return this.scene.query(side, "select * from account order by id");
	}

	private static void round(JdbcCopier copier) throws Exception {
		copier.copy(256, RelayScene.NOBODY).get(30, TimeUnit.SECONDS);
	}

	@Test
	void anIdThatWasGivenOutEarlyAndCommitsLateIsNotSkipped() throws Exception {
		scene(PostgresServer.shared());
		commitLate(this.scene.journal());
		assertThat(accounts(Side.TARGET)).isEqualTo(accounts(Side.SOURCE)).hasSize(2);
	}

	@Test
	void twinThatRemembersTheHighestIdLosesTheRow() throws Exception {
		scene(PostgresServer.shared());
		commitLate(new SnapshotJournal(Side.SOURCE, this.scene.queries()) {

			@Override
			Snapshot seen(Snapshot now) {
				return new Snapshot(now.xmax(), now.xmax(), List.of());
			}

		});
		assertThat(accounts(Side.SOURCE)).hasSize(2);
		assertThat(accounts(Side.TARGET)).hasSize(1);
	}

	private void commitLate(Journal journal) throws Exception {
		JdbcCopier copier = this.scene.copier("one", journal, this.scene.sink(this.scene.target.relayRow()));
		copier.open();
		try (Connection early = this.scene.source.dataSource().getConnection();
				Statement statement = early.createStatement()) {
			early.setAutoCommit(false);
			statement.execute("insert into account values (1, 10)");
			this.scene.execute(Side.SOURCE, "insert into account values (2, 20)");
			round(copier);
			early.commit();
		}
		round(copier);
		round(copier);
		copier.close();
	}

	/** Few rows are applied by one statement, many in steps. */
	@ParameterizedTest
	@ValueSource(ints = { 0, 1000 })
	void aRelayThatStoodStillDoesNotOverwriteWhatItsSuccessorWrote(int others) throws Exception {
		scene(PostgresServer.shared());
		assertThatThrownBy(() -> standStill(this.scene.target.relayRow(), others)).rootCause()
			.isInstanceOf(NotInChargeException.class);
		assertThat(accounts(Side.TARGET)).isEqualTo(accounts(Side.SOURCE)).containsExactly(List.of("1", "2"));
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1000 })
	void twinWithoutFencingTokenOverwritesWhatItsSuccessorWrote(int others) throws Exception {
		scene(PostgresServer.shared());
		standStill(new RelayRow(RelayScene.NAME, SqlDialect.POSTGRESQL) {

			@Override
			String moving() {
				return super.moving().replace("token = ?", "token >= ? - 1000000");
			}

		}, others);
		assertThat(accounts(Side.SOURCE)).containsExactly(List.of("1", "2"));
		assertThat(accounts(Side.TARGET)).containsExactly(List.of("1", "1"));
	}

	private void standStill(RelayRow row, int others) throws Exception {
		StoppedSink stopped = new StoppedSink(this.scene.sink(row));
		JdbcCopier first = this.scene.copier("one", this.scene.journal(), stopped);
		first.open();
		this.scene.execute(Side.SOURCE, "insert into account values (1, 1)");
		touch(others);
		CompletableFuture<Copier.Round> late = first.copy(256, RelayScene.NOBODY);
		assertThat(stopped.reached.await(10, TimeUnit.SECONDS)).isTrue();
		JdbcCopier second = this.scene.copier("two", this.scene.journal(),
				this.scene.sink(this.scene.target.relayRow()));
		second.open();
		this.scene.execute(Side.SOURCE, "update account set balance = 2");
		round(second);
		assertThat(accounts(Side.TARGET)).containsExactly(List.of("1", "2"));
		stopped.goOn.countDown();
		try {
			late.get(30, TimeUnit.SECONDS);
		}
		finally {
			second.close();
			first.close();
		}
	}

	/**
	 * Writes as many rows as asked for, and deletes them: they fill the journal alone.
	 */
	private void touch(int others) throws Exception {
		this.scene.execute(Side.SOURCE,
				"insert into account select 1000 + i, 0 from generate_series(1, %d) i".formatted(others),
				"delete from account where id > 1000");
	}

	@Test
	void aSmallRoundKeepsNobodyWaiting() throws Exception {
		scene(PostgresServer.shared());
		StoppedSink stopped = new StoppedSink(this.scene.sink(this.scene.target.relayRow()));
		JdbcCopier copier = this.scene.copier("one", this.scene.journal(), stopped);
		copier.open();
		this.scene.execute(Side.SOURCE, "insert into account values (1, 1)");
		CompletableFuture<Copier.Round> round = copier.copy(256, RelayScene.NOBODY);
		assertThat(stopped.reached.await(10, TimeUnit.SECONDS)).isTrue();
		this.scene.execute(Side.SOURCE, "set lock_timeout = '5s'", "truncate account");
		assertThat(round).isNotDone();
		stopped.goOn.countDown();
		round.get(30, TimeUnit.SECONDS);
		assertThat(accounts(Side.TARGET)).containsExactly(List.of("1", "1"));
		round(copier);
		assertThat(accounts(Side.TARGET)).isEmpty();
		copier.close();
	}

	@Test
	void aRelayThatStandsStillKeepsTruncationWaitingForALimitedTime() throws Exception {
		scene(PostgresServer.shared());
		StoppedSink stopped = new StoppedSink(this.scene.sink(this.scene.target.relayRow()));
		JdbcCopier copier = this.scene.copier("one", this.scene.journal(), stopped, Duration.ofSeconds(1));
		copier.open();
		this.scene.execute(Side.SOURCE, "insert into account values (1, 1)");
		touch(1000);
		CompletableFuture<Copier.Round> round = copier.copy(256, RelayScene.NOBODY);
		assertThat(stopped.reached.await(10, TimeUnit.SECONDS)).isTrue();
		this.scene.execute(Side.SOURCE, "set statement_timeout = '15s'", "truncate account");
		stopped.goOn.countDown();
		assertThatThrownBy(() -> round.get(30, TimeUnit.SECONDS)).hasRootCauseInstanceOf(SQLException.class);
		copier.close();
		copier.open();
		round(copier);
		assertThat(accounts(Side.TARGET)).isEmpty();
		copier.close();
	}

	@Test
	void anEntryMadeMeanwhileForTheSameKeyIsNotClearedWithTheOld() throws Exception {
		scene(PostgresServer.shared());
		StoppedSink stopped = new StoppedSink(this.scene.sink(this.scene.target.relayRow()));
		JdbcCopier copier = this.scene.copier("one", this.scene.journal(), stopped);
		copier.open();
		this.scene.execute(Side.SOURCE, "insert into account values (1, 1)");
		CompletableFuture<Copier.Round> round = copier.copy(256, RelayScene.NOBODY);
		assertThat(stopped.reached.await(10, TimeUnit.SECONDS)).isTrue();
		this.scene.execute(Side.SOURCE, "update account set balance = 2");
		stopped.goOn.countDown();
		round.get(30, TimeUnit.SECONDS);
		assertThat(accounts(Side.TARGET)).containsExactly(List.of("1", "1"));
		round(copier);
		assertThat(accounts(Side.TARGET)).containsExactly(List.of("1", "2"));
		copier.close();
	}

	/**
	 * A server that crashes may give ids out again that nobody has made durable. The
	 * position here names them all as seen.
	 */
	@Test
	void aPositionFromBeforeATakeOverCountsForNothing() throws Exception {
		scene(PostgresServer.shared());
		this.scene.execute(Side.SOURCE, "insert into account values (1, 1)");
		this.scene.execute(Side.TARGET, "update migration_relay set position = '9000000000:9000000000:'");
		JdbcCopier copier = this.scene.copier("one", this.scene.journal(),
				this.scene.sink(this.scene.target.relayRow()));
		assertThat(depth()).isZero();
		copier.open();
		assertThat(depth()).isEqualTo(1);
		round(copier);
		assertThat(depth()).isZero();
		assertThat(accounts(Side.TARGET)).containsExactly(List.of("1", "1"));
		copier.close();
	}

	private long depth() throws Exception {
		String position = this.scene.target.ask((connection) -> this.scene.target.relayRow().position(connection));
		return this.scene.source
			.ask((connection) -> this.scene.journal().depth(connection, this.scene.tables, position, 10));
	}

	@Test
	void whatTargetForgetsInACrashIsCopiedAgain() throws Exception {
		try (PostgresServer target = PostgresServer.start(Map.of("wal_writer_delay", "10s"))) {
			scene(target);
			crash(target, this.scene.journal());
			assertThat(accounts(Side.TARGET)).isEqualTo(accounts(Side.SOURCE)).hasSize(100);
		}
	}

	@Test
	void twinThatClearsTheJournalBeforeTargetIsDurableLosesRows() throws Exception {
		try (PostgresServer target = PostgresServer.start(Map.of("wal_writer_delay", "10s"))) {
			scene(target);
			crash(target, new SnapshotJournal(Side.SOURCE, this.scene.queries()) {

				@Override
				void applied(Pending pending, boolean durable) {
					super.applied(pending, true);
				}

			});
			assertThat(accounts(Side.SOURCE)).hasSize(100);
			assertThat(accounts(Side.TARGET)).hasSizeLessThan(100);
		}
	}

	private void crash(PostgresServer target, Journal journal) throws Exception {
		JdbcCopier copier = this.scene.copier("one", journal, this.scene.sink(this.scene.target.relayRow()));
		copier.open();
		// a round that is durable begins the time in which none is
		this.scene.execute(Side.SOURCE, "insert into account values (0, 0)");
		round(copier);
		this.scene.execute(Side.SOURCE, "insert into account select i, i from generate_series(1, 99) i");
		round(copier);
		assertThat(accounts(Side.TARGET)).hasSize(100);
		target.crash();
		target.restart();
		copier.close();
		copier.open();
		round(copier);
		round(copier);
		copier.close();
	}

	@Test
	void aUniqueValueArrivesWithARowWhoseEntryIsFarBeforeThatOfTheRowWhichGaveItUp() throws Exception {
		PostgresServer server = PostgresServer.shared();
		List<String> schema = List.of("create table member (id int primary key, email text unique)");
		this.scene = new RelayScene(server.jdbcUrl(server.createDatabase()), server.jdbcUrl(server.createDatabase()),
				schema, schema);
		JdbcCopier copier = this.scene.copier("one", this.scene.journal(),
				this.scene.sink(this.scene.target.relayRow()));
		copier.open();
		this.scene.execute(Side.SOURCE, "insert into member values (1, 'a'), (2, 'b')");
		round(copier);
		this.scene.execute(Side.SOURCE, "update member set email = 'a' where id = 1");
		this.scene.execute(Side.SOURCE, each(200, "insert into member values (%d, '%<d')"));
		this.scene.execute(Side.SOURCE,
				"begin; update member set email = 'c' where id = 1; update member set email = 'a' where id = 2; update member set email = 'b' where id = 1; commit");
		smallRounds(copier);
		String sql = "select * from member order by id";
		assertThat(this.scene.query(Side.TARGET, sql)).isEqualTo(this.scene.query(Side.SOURCE, sql)).hasSize(202);
		copier.close();
	}

	@Test
	void aRowFromAfterATruncationStaysWhenItsTransactionIsOlder() throws Exception {
		PostgresServer server = PostgresServer.shared();
		List<String> schema = List.of("create table account (id int primary key)",
				"create table label (code text primary key)");
		this.scene = new RelayScene(server.jdbcUrl(server.createDatabase()), server.jdbcUrl(server.createDatabase()),
				schema, schema);
		JdbcCopier copier = this.scene.copier("one", this.scene.journal(),
				this.scene.sink(this.scene.target.relayRow()));
		copier.open();
		try (Connection older = this.scene.source.dataSource().getConnection();
				Statement statement = older.createStatement()) {
			older.setAutoCommit(false);
			statement.execute("insert into account values (1)");
			this.scene.execute(Side.SOURCE, each(200, "insert into account values (%d)"));
			this.scene.execute(Side.SOURCE, "truncate label");
			statement.execute("insert into label values ('after')");
			older.commit();
		}
		smallRounds(copier);
		assertThat(this.scene.query(Side.TARGET, "select * from label")).containsExactly(List.of("after"));
		copier.close();
	}

	private static String[] each(int count, String sql) {
		return IntStream.range(0, count).mapToObj((i) -> sql.formatted(1000 + i)).toArray(String[]::new);
	}

	/** Rounds that are too small for what has piled up, until nothing is left. */
	private static void smallRounds(JdbcCopier copier) throws Exception {
		while (copier.copy(1, RelayScene.NOBODY).get(30, TimeUnit.SECONDS).more()) {
			continue;
		}
	}

	@Test
	void twinWithoutATriggerDiffers() throws Exception {
		scene(PostgresServer.shared());
		JdbcCopier copier = this.scene.copier("one", this.scene.journal(),
				this.scene.sink(this.scene.target.relayRow()));
		copier.open();
		this.scene.execute(Side.SOURCE, "alter table account disable trigger migration_capture",
				"insert into account values (1, 1)");
		round(copier);
		copier.close();
		assertThat(accounts(Side.TARGET)).isNotEqualTo(accounts(Side.SOURCE));
	}

}
