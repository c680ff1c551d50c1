package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.migration.Side;
import io.migration.test.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Which rounds are one statement on each side, and that those which cannot be are done in
 * the other way.
 */
class JdbcSmallRoundIntegrationTests {

	private static final List<String> SCHEMA = Stream.concat(IntStream.rangeClosed(1, 10)
		.mapToObj(
				"create table table%d (id int primary key, code text unique, active boolean, blank char(4), address inet)"::formatted),
			Stream.of("create table word (word text primary key, count int not null)"))
		.toList();

	private RelayScene scene;

	private Journal journal;

	private RowSink sink;

	private Connection reading;

	@BeforeEach
	void start() throws Exception {
		PostgresServer server = PostgresServer.shared();
		this.scene = new RelayScene(server.jdbcUrl(server.createDatabase()), server.jdbcUrl(server.createDatabase()),
				SCHEMA, SCHEMA);
		this.journal = this.scene.journal();
		this.sink = this.scene.sink(this.scene.target.relayRow());
		this.sink.open();
		this.reading = RelaySession
			.reading(this.scene.source.dataSource(), SqlDialect.POSTGRESQL, Duration.ofSeconds(5))
			.connection();
	}

	@AfterEach
	void stop() {
		this.sink.close();
		this.scene.close();
	}

	/** Returns whether one statement was enough. */
	private boolean look() throws Exception {
		Journal.Pending pending = this.journal.look(this.reading, this.scene.tables, 10_000);
		boolean single = this.reading.unwrap(BaseConnection.class).getTransactionState() == TransactionState.IDLE;
		this.sink.apply(pending.rows(), pending.position(), false);
		this.journal.applied(pending, false);
		this.reading.rollback();
		return single;
	}

	private boolean write(String... statements) throws Exception {
		this.scene.execute(Side.SOURCE, statements);
		boolean single = look();
		for (MirroredTable table : this.scene.tables) {
			String sql = "select * from %s order by 1".formatted(table);
			assertThat(this.scene.query(Side.TARGET, sql)).as(sql).isEqualTo(this.scene.query(Side.SOURCE, sql));
		}
		return single;
	}

	private static String insert(int table, int id) {
		return "insert into table%d values (%d, '%d', true, 'a', '10.0.0.1')".formatted(table, id, id);
	}

	@Test
	void tablesThatWereWrittenAreReadByOneStatementTheNextTime() throws Exception {
		assertThat(write(insert(1, 1))).isFalse();
		assertThat(write(insert(1, 2), "update table1 set active = false where id = 1")).isTrue();
		assertThat(write("delete from table1 where id = 1", insert(1, 3), "update table1 set blank = null")).isTrue();
		assertThat(write()).isTrue();
	}

	@Test
	void anotherTableIsFound() throws Exception {
		write(insert(1, 1));
		assertThat(write(insert(1, 2), insert(2, 2))).isFalse();
		assertThat(write(insert(1, 3), insert(2, 3))).isTrue();
		assertThat(write(insert(2, 4))).isTrue();
	}

	@Test
	void moreTablesThanFitIntoOneStatementAllArrive() throws Exception {
		String[] all = IntStream.rangeClosed(1, 10).mapToObj((table) -> insert(table, 1)).toArray(String[]::new);
		assertThat(write(all)).isFalse();
		assertThat(write(Stream.of(all).map((sql) -> sql.replace("(1, '1'", "(2, '2'")).toArray(String[]::new)))
			.isFalse();
		assertThat(write(insert(1, 3))).isTrue();
	}

	@Test
	void moreRowsThanFitIntoOneStatementAllArrive() throws Exception {
		write(insert(1, 1));
		assertThat(write("insert into table1 select i, i from generate_series(2, 501) i")).isTrue();
		assertThat(write("update table1 set active = true where id <= 501",
				"insert into table1 select i, i from generate_series(1000, 3000) i"))
			.isFalse();
		assertThat(write(insert(1, 4000))).isTrue();
	}

	@Test
	void oneHotRowWithManyEntriesIsNotTakenForLittle() throws Exception {
		write(insert(1, 1));
		String[] updates = IntStream.range(0, 501)
			.mapToObj("update table1 set code = 'v%d'"::formatted)
			.toArray(String[]::new);
		assertThat(write(updates)).isFalse();
		assertThat(this.scene.query(Side.TARGET, "select code from table1")).containsExactly(List.of("v500"));
	}

	@Test
	void aTruncatedTableIsEmptyAndGetsWhatCameLater() throws Exception {
		write("insert into table1 select i, i from generate_series(1, 100) i");
		assertThat(write("truncate table1", insert(1, 7))).isTrue();
		assertThat(this.scene.query(Side.TARGET, "select id from table1")).containsExactly(List.of("7"));
	}

	@Test
	void uniqueValuesThatAreExchangedArrive() throws Exception {
		write(insert(1, 1), insert(1, 2));
		assertThat(write(
				"begin; update table1 set code = 'z' where id = 1; update table1 set code = '1' where id = 2; update table1 set code = '2' where id = 1; commit"))
			.isTrue();
		assertThat(write("delete from table1 where id = 1", "insert into table1 values (3, '2')")).isTrue();
	}

	@Test
	void keysOfTextAreDeletedAndPut() throws Exception {
		write("insert into word values ('a', 1), ('b', 1)");
		assertThat(write("update word set word = 'A' where word = 'a'", "update word set count = 2")).isTrue();
		assertThat(write("delete from word")).isTrue();
	}

	@Test
	void largeRowsAreNotKeptInMemoryAgain() throws Exception {
		write(insert(1, 1));
		assertThat(write("update table1 set code = repeat('x', 100000)")).isTrue();
		assertThat(write("update table1 set active = false")).isFalse();
		assertThat(write("update table1 set active = true")).isFalse();
	}

	@Test
	void aNewColumnIsNoticed() throws Exception {
		write(insert(1, 1));
		this.scene.execute(Side.SOURCE, "alter table table1 add column added int",
				"insert into table1 (id, added) values (2, 2)");
		assertThatExceptionOfType(TablesChangedException.class).isThrownBy(this::look);
		assertThat(this.reading.getAutoCommit()).isFalse();
	}

	@Test
	void whatTargetRefusesIsNamedAndNothingOfItStays() throws Exception {
		write(insert(1, 1), insert(2, 1));
		this.scene.execute(Side.TARGET, "alter table table2 add check (id < 10)");
		this.scene.execute(Side.SOURCE, insert(1, 2), insert(2, 20));
		assertThatExceptionOfType(SQLException.class).isThrownBy(this::look).withMessageContaining("table2");
		assertThat(this.scene.query(Side.TARGET, "select id from table1")).containsExactly(List.of("1"));
	}

}
