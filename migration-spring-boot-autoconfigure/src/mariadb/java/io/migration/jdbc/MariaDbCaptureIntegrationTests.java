package io.migration.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.migration.test.MariaDbServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Capture} and {@link SchemaReader} on MariaDB.
 */
@Tag("mariadb")
class MariaDbCaptureIntegrationTests {

	private static final SqlDialect DIALECT = SqlDialect.MYSQL;

	private static final MariaDbServer server = MariaDbServer.shared();

	private final String database = server.createDatabase();

	private final DataSource dataSource = server.dataSource(this.database);

	private final Capture capture = Capture.of(DIALECT);

	private Connection connection;

	@BeforeEach
	void connect() throws SQLException {
		this.connection = this.dataSource.getConnection();
	}

	@AfterEach
	void disconnect() throws SQLException {
		this.connection.close();
	}

	private void run(String... statements) throws SQLException {
		run(this.connection, statements);
	}

	private static void run(Connection connection, String... statements) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	private List<String> list(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
			List<String> values = new ArrayList<>();
			while (rows.next()) {
				values.add(rows.getString(1));
			}
			return values;
		}
	}

	private List<Table> tables() throws SQLException {
		return SchemaReader.read(this.connection, DIALECT, new TableScope(List.of("*"), List.of(), Map.of()));
	}

	private void install(String... ddl) throws SQLException {
		run(ddl);
		this.capture.install(this.connection, tables());
	}

	/** The keys that the journal of items holds, which is emptied. */
	private List<String> journal() throws SQLException {
		List<String> keys = list("select id from migration_journal_items order by migration_id");
		run("delete from migration_journal_items");
		return keys;
	}

	private void installItems() throws SQLException {
		install("create table items (id int primary key, text varchar(20) unique)");
	}

	@Test
	void tablesAreRead() throws SQLException {
		run("create table parents (id bigint unsigned auto_increment primary key)", """
				create table items (a int not null, b varchar(20) character set latin1 not null, c tinyint(1) default 1,
					d decimal(10, 2), e enum('x', 'y'), f datetime(3) not null, g int generated always as (a * 2) virtual,
					h longblob, j json, u uuid, p bigint unsigned, unique key n (d), unique key k (b, a), unique key prefix (b(3)),
					constraint fk foreign key (p) references parents (id) on delete set null)""",
				"create view v as select 1", "create sequence s", "create table migration_store (id int)",
				"create temporary table t (id int)",
				"create trigger stamp before insert on items for each row set new.a = 1");
		List<Table> tables = tables();
		assertThat(tables).extracting((table) -> table.name().name()).containsExactly("items", "parents");
		Table items = tables.get(0);
		assertThat(items.key()).containsExactly("b", "a");
		assertThat(items.otherUnique()).isTrue();
		assertThat(items.userTriggers()).containsExactly("stamp");
		assertThat(items.references())
			.containsExactly(new Table.ForeignKey("fk", new TableName(this.database, "parents"), true));
		assertThat(items.columns()).containsExactly(new Column("a", "int(11)", Types.INTEGER, false, false, false, false),
				new Column("b", "varchar(20)", Types.VARCHAR, false, false, false, false),
				new Column("c", "tinyint(1)", Types.TINYINT, true, false, false, true),
				new Column("d", "decimal(10,2)", Types.NUMERIC, true, false, false, true),
				new Column("e", "enum('x','y')", Types.VARCHAR, true, false, false, true),
				new Column("f", "datetime(3)", Types.TIMESTAMP, false, false, false, false),
				new Column("g", "int(11)", Types.INTEGER, true, true, false, true),
				new Column("h", "longblob", Types.LONGVARBINARY, true, false, false, true),
				new Column("j", "longtext", Types.LONGVARCHAR, true, false, false, true),
				new Column("u", "uuid", Types.OTHER, true, false, false, true),
				new Column("p", "bigint(20) unsigned", Types.NUMERIC, true, false, false, true));
		assertThat(tables.get(1).columns())
			.containsExactly(new Column("id", "bigint(20) unsigned", Types.NUMERIC, false, false, true, true));
	}

	@Test
	void tablesOfOtherSchemasAreReadIfNamed() throws SQLException {
		String other = server.createDatabase();
		run("create table items (id int primary key)", "create table %s.items (id int primary key)".formatted(other));
		assertThat(SchemaReader.read(this.connection, DIALECT,
				new TableScope(List.of(other + ".*"), List.of(), Map.of())))
			.extracting(Table::name)
			.containsExactly(new TableName(other, "items"));
	}

	@Test
	void volatileFunctionsAreRead() throws SQLException {
		run("create function Writes() returns int deterministic modifies sql data return 1",
				"create function reads_() returns int reads sql data return 1",
				"create function pure() returns int no sql return 1");
		assertThat(SchemaReader.volatileFunctions(this.connection, DIALECT)).contains("writes")
			.doesNotContain("reads_", "pure");
	}

	@Test
	void everyFormOfWriteIsJournaled() throws SQLException {
		installItems();
		run("insert into items values (1, 'a'), (2, 'b')");
		assertThat(journal()).containsExactly("1", "2");
		run("insert into items values (1, 'c') on duplicate key update text = 'c'");
		assertThat(journal()).containsExactly("1");
		run("insert ignore into items values (1, 'd'), (3, 'd')");
		assertThat(journal()).containsExactly("3");
		// takes away the row of the other unique key, too
		run("replace into items values (1, 'b')");
		assertThat(journal()).contains("1", "2");
		run("update items set id = 4 where id = 3", "delete from items where id = 4");
		assertThat(journal()).containsExactly("4", "3", "4");
		run("insert into items select seq, concat('s', seq) from seq_5_to_7");
		assertThat(journal()).containsExactly("5", "6", "7");
		run("create procedure clear_up() delete from items", "call clear_up()");
		assertThat(journal()).containsExactlyInAnyOrder("1", "5", "6", "7");
	}

	@Test
	void generatedIdsOfTheApplicationStayWhatTheyAre() throws SQLException {
		install("create table items (id int auto_increment primary key, text text)");
		run("insert into migration_journal_items values (1000, 0)", "delete from migration_journal_items");
		try (Statement statement = this.connection.createStatement()) {
			statement.executeUpdate("insert into items (text) values ('a'), ('b')", Statement.RETURN_GENERATED_KEYS);
			try (ResultSet keys = statement.getGeneratedKeys()) {
				keys.next();
				assertThat(keys.getInt(1)).isOne();
			}
		}
		assertThat(list("select last_insert_id()")).containsExactly("1");
		run("update items set text = 'c'", "delete from items where id = 1");
		assertThat(list("select last_insert_id()")).containsExactly("1");
		run("insert into items (text) values ('d')");
		assertThat(list("select last_insert_id()")).containsExactly("3");
	}

	@Test
	void theRelaysOwnWritesAreNotJournaled() throws SQLException {
		installItems();
		run("set @migration_relay = 1", "insert into items values (1, 'a')", "update items set id = 2",
				"delete from items", "set @migration_relay = null", "insert into items values (3, 'a')");
		assertThat(journal()).containsExactly("3");
	}

	@Test
	void whatIsRolledBackIsNotJournaled() throws SQLException {
		installItems();
		run("start transaction", "insert into items values (1, 'a')", "rollback");
		assertThat(journal()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			bigint unsigned                                                  | 18446744073709551615       | 1
			varchar(20)                                                      | a                          | A
			varchar(20) character set latin1 collate latin1_german1_ci       | ä                          | a
			varchar(20) character set utf8mb4 collate utf8mb4_bin            | ☃                          | a
			char(36) character set ascii                                     | a                          | A
			enum('x', 'y')                                                   | x                          | y
			uuid                                                             | 00000000-0000-0000-0000-000000000001 | 00000000-0000-0000-0000-000000000002
			datetime(6)                                                      | 2026-01-02 03:04:05.123456 | 2026-01-02 03:04:05.123457
			decimal(20, 4)                                                   | 1.0000                     | 1.0001
			double                                                           | 0                          | -0
			date                                                             | 2026-01-02                 | 2026-01-03
			varbinary(16)                                                    | a                          | A
			""")
	void aKeyOfAnyTypeIsJournaledAsItIs(String type, String before, String after) throws SQLException {
		install("create table items (id %s not null primary key)".formatted(type));
		run("insert into items values ('%s')".formatted(before), "update items set id = id",
				"update items set id = '%s'".formatted(after));
		String kept = list("select id from items").get(0);
		List<String> entries = journal();
		if (type.equals("double")) {
			// zero of either sign prints the same
			assertThat(entries).hasSizeGreaterThanOrEqualTo(2);
			return;
		}
		// an update that changes nothing fires no trigger before 11, or journals once more
		assertThat(entries).endsWith(kept, entries.get(0)).hasSizeBetween(3, 4);
		assertThat(kept).isNotEqualTo(entries.get(0));
	}

	@Test
	void compositeKeysAreJournaledWhole() throws SQLException {
		install("create table `Order items` (`Order` int, `no%s` varchar(9), amount int, primary key (`Order`, `no%s`))");
		run("insert into `Order items` values (1, 'a', 1)", "update `Order items` set `no%s` = 'b'");
		assertThat(list("select concat(`Order`, `no%s`) from `migration_journal_Order items` order by migration_id"))
			.containsExactly("1a", "1b", "1a");
	}

	@Test
	void aMissingOrForeignTriggerIsFoundAndMended() throws SQLException {
		installItems();
		List<String> damages = List.of("drop trigger migration_insert_items", "drop trigger migration_update_items",
				"create or replace trigger migration_delete_items after delete on items for each row set @x = 1",
				"drop table migration_journal_items", "alter table items modify id bigint");
		for (String damage : damages) {
			List<Table> tables = tables();
			assertThat(this.capture.missing(this.connection, tables)).isEmpty();
			run(damage);
			assertThat(this.capture.missing(this.connection, tables)).as(damage).hasSize(1);
			this.capture.install(this.connection, tables);
		}
		run("insert into items values (5000000000, 'a')");
		assertThat(journal()).containsExactly("5000000000");
	}

	@Test
	void aJournalThatDoesNotFitIsKeptWhileItHoldsEntries() throws SQLException {
		installItems();
		run("insert into items values (1, 'a')", "alter table items modify id bigint");
		List<Table> tables = tables();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> this.capture.install(this.connection, tables))
			.withMessageContaining("migration_journal_items")
			.withMessageContaining("step back");
		assertThat(journal()).containsExactly("1");
	}

	@Test
	void removalLeavesNothing() throws SQLException {
		installItems();
		this.capture.remove(this.connection, tables());
		this.capture.remove(this.connection, tables());
		assertThat(list("show tables")).containsExactly("items");
		assertThat(list("show triggers")).isEmpty();
	}

	@Test
	void cascadesAndTablesWithoutKeyAreObstacles() throws SQLException {
		run("create table logs (line text)", "create table parents (id int primary key)",
				"create table items (id int primary key, parent int, constraint down foreign key (parent) references parents (id) on delete cascade)",
				"create table fine (id int primary key, parent int, foreign key (parent) references parents (id))");
		assertThat(this.capture.obstacles(tables())).hasSize(2)
			.anySatisfy((one) -> assertThat(one).contains("Foreign key down", "items", "parents"))
			.anySatisfy((one) -> assertThat(one).contains("logs"));
	}

	@Test
	void installingWaitsForWritersWithoutHoldingUpThoseBehind() throws Exception {
		run("create table items (id int primary key, text text)");
		List<Table> tables = tables();
		try (Connection writer = this.dataSource.getConnection(); Connection other = this.dataSource.getConnection()) {
			run(writer, "start transaction", "insert into items values (1, 'a')");
			Thread installer = new Thread(() -> {
				try {
					this.capture.install(this.connection, tables);
				}
				catch (SQLException ex) {
					throw new IllegalStateException(ex);
				}
			});
			installer.start();
			await().until(() -> waiting(other));
			run(other, "set session lock_wait_timeout = 3");
			for (int id = 2; id < 6; id++) {
				run(other, "insert into items values (%d, 'a')".formatted(id));
			}
			assertThat(installer.isAlive()).isTrue();
			run(writer, "commit");
			installer.join(10_000);
			run(other, "insert into items values (10, 'a')");
		}
		assertThat(journal()).contains("10").doesNotContain("1");
		assertThat(list("select @@lock_wait_timeout")).containsExactly("86400");
	}

	private static boolean waiting(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery(
						"select count(*) from information_schema.processlist where state like '%metadata lock%'")) {
			return row.next() && row.getInt(1) > 0;
		}
	}

}
