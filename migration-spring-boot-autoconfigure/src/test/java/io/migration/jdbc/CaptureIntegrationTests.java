package io.migration.jdbc;

import java.io.StringReader;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.migration.test.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link Capture} on PostgreSQL.
 */
class CaptureIntegrationTests {

	private static final SqlDialect DIALECT = SqlDialect.POSTGRESQL;

	private static final PostgresServer server = PostgresServer.shared();

	private final DataSource dataSource = server.dataSource(server.createDatabase());

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

	/** The keys that the journal of a table holds, which is emptied. */
	private List<String> journal(String table) throws SQLException {
		return list(
				"with taken as (delete from migration_journal_%s returning ctid as position, to_jsonb(migration_journal_%1$s.*) - 'tx' as key) select (select string_agg(value, '/' order by ordinality) from jsonb_each_text(key) with ordinality) from taken order by position"
					.formatted(table));
	}

	private void installItems() throws SQLException {
		install("create table items (id int primary key, text text)");
	}

	@Test
	void everyRowOfAnInsertIsJournaled() throws SQLException {
		installItems();
		run("insert into items values (1, 'a')", "insert into items select n, 'b' from generate_series(2, 4) n");
		assertThat(journal("items")).containsExactly("1", "2", "3", "4");
	}

	@Test
	void anUpsertJournalsInsertedAndUpdatedRowsButNotSkippedOnes() throws SQLException {
		installItems();
		run("insert into items values (1, 'a'), (2, 'a')");
		journal("items");
		run("insert into items values (1, 'b'), (3, 'b') on conflict (id) do update set text = excluded.text",
				"insert into items values (2, 'c'), (4, 'c') on conflict do nothing");
		assertThat(journal("items")).containsExactly("1", "3", "4");
	}

	@Test
	void anUpdateOfKeysJournalsOldAndNew() throws SQLException {
		install("create table items (id int primary key deferrable initially immediate, code int not null unique, text text)",
				"insert into items values (1, 1, 'a'), (2, 2, 'b')");
		run("update items set code = 3 where code = 1", "update items set code = code where code = 2");
		assertThat(journal("items")).containsExactlyInAnyOrder("3", "1", "2");
	}

	@Test
	void aMergeJournalsEachOfItsActions() throws SQLException {
		installItems();
		run("insert into items values (1, 'a'), (2, 'a'), (3, 'a')");
		journal("items");
		run("""
				merge into items using (values (1, 'b'), (2, null), (4, 'b')) as change (id, text) on items.id = change.id
				when matched and change.text is null then delete
				when matched then update set text = change.text
				when not matched then insert values (change.id, change.text)""");
		assertThat(journal("items")).containsExactlyInAnyOrder("1", "2", "4");
	}

	@Test
	void aDeleteIsJournaledAndATruncateIsAnEntryWithoutKey() throws SQLException {
		installItems();
		run("insert into items values (1, 'a'), (2, 'a')");
		journal("items");
		run("delete from items where id = 1");
		assertThat(journal("items")).containsExactly("1");
		run("truncate items");
		assertThat(journal("items")).containsExactly((String) null);
	}

	@Test
	void aTruncateThatCascadesIsJournaledForEachTable() throws SQLException {
		install("create table items (id int primary key)",
				"create table parts (id int primary key, item int references items)");
		run("truncate items cascade");
		assertThat(journal("items")).containsExactly((String) null);
		assertThat(journal("parts")).containsExactly((String) null);
	}

	@Test
	void rowsThatAForeignKeyDeletesOrChangesAreJournaled() throws SQLException {
		install("create table items (id int primary key)",
				"create table parts (id int primary key, item int references items on delete cascade on update set null)",
				"insert into items values (1), (2)", "insert into parts values (10, 1), (20, 2)");
		run("delete from items where id = 1", "update items set id = 3 where id = 2");
		assertThat(journal("parts")).containsExactly("10", "20");
	}

	@Test
	void copyIsJournaled() throws Exception {
		installItems();
		this.connection.unwrap(PGConnection.class)
			.getCopyAPI()
			.copyIn("copy items from stdin", new StringReader("1\ta\n2\tb\n"));
		assertThat(journal("items")).containsExactly("1", "2");
	}

	@Test
	void anUpdatableResultSetIsJournaled() throws SQLException {
		installItems();
		run("insert into items values (1, 'a'), (2, 'a')");
		journal("items");
		this.connection.setAutoCommit(false);
		try (Statement statement = this.connection.createStatement(ResultSet.TYPE_SCROLL_SENSITIVE,
				ResultSet.CONCUR_UPDATABLE);
				ResultSet rows = statement.executeQuery("select id, text from items order by id")) {
			rows.next();
			rows.updateString(2, "b");
			rows.updateRow();
			rows.next();
			rows.deleteRow();
			rows.moveToInsertRow();
			rows.updateInt(1, 3);
			rows.insertRow();
		}
		this.connection.commit();
		this.connection.setAutoCommit(true);
		assertThat(journal("items")).containsExactly("1", "2", "3");
	}

	@Test
	void procedureAndOtherTriggersAreJournaled() throws SQLException {
		install("create table items (id int primary key, text text)", "create table audits (id int primary key)",
				"create function audit() returns trigger language plpgsql as $$ begin insert into audits values (new.id); return null; end $$",
				"create trigger audit after insert on items for each row execute function audit()",
				"create procedure fill(n int) language sql as $$ insert into items select generate_series(1, n) $$");
		run("call fill(2)");
		assertThat(journal("items")).containsExactly("1", "2");
		assertThat(journal("audits")).containsExactly("1", "2");
	}

	@Test
	void aSessionInReplicaRoleIsJournaledToo() throws SQLException {
		installItems();
		run("set session_replication_role = replica", "insert into items values (1, 'a')", "truncate items");
		assertThat(journal("items")).containsExactly("1", null);
	}

	@Test
	void aRoleWithoutRightsOnTheJournalIsJournaled() throws SQLException {
		installItems();
		run("drop role if exists clerk", "create role clerk", "grant insert, update, delete, select on items to clerk",
				"set role clerk", "insert into items values (1, 'a')");
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> journal("items"));
		run("reset role");
		assertThat(journal("items")).containsExactly("1");
		run("drop owned by clerk", "drop role clerk");
	}

	@Test
	void aSearchPathThatHidesWhatWeUseChangesNothing() throws SQLException {
		installItems();
		run("create schema other", "create table other.migration_journal_items (id int)",
				"create function other.lie(text, text) returns boolean language sql as 'select false'",
				"create operator other.= (leftarg = text, rightarg = text, function = other.lie)",
				"set search_path = other, pg_catalog", "insert into public.items values (1, 'a')",
				"update public.items set id = 2", "reset search_path");
		assertThat(journal("items")).containsExactly("1", "2", "1");
	}

	@Test
	void theRelaysOwnWritesAreNotJournaled() throws SQLException {
		installItems();
		run("begin", "set local migration.relay = 'on'", "insert into items values (1, 'a')", "truncate items",
				"commit", "insert into items values (2, 'a')");
		assertThat(journal("items")).containsExactly("2");
		run("set migration.relay = 'off'", "insert into items values (3, 'a')");
		assertThat(journal("items")).containsExactly("3");
	}

	@Test
	void whatIsRolledBackIsNotJournaled() throws SQLException {
		installItems();
		run("begin", "insert into items values (1, 'a')", "savepoint one", "insert into items values (2, 'a')",
				"rollback to one", "commit", "begin", "insert into items values (3, 'a')", "rollback");
		assertThat(journal("items")).containsExactly("1");
	}

	@Test
	void anEntryCarriesItsTransaction() throws SQLException {
		installItems();
		run("begin", "insert into items values (1, 'a')");
		assertThat(list("select tx = pg_current_xact_id() from migration_journal_items")).containsExactly("t");
		run("commit");
	}

	@Test
	void compositeKeysAreJournaledWhole() throws SQLException {
		install("create table \"Order items\" (\"Order\" int, \"no%s\" text, amount int, primary key (\"Order\", \"no%s\"))");
		run("insert into \"Order items\" values (1, 'a', 1)", "update \"Order items\" set \"no%s\" = 'b'");
		assertThat(list("select \"Order\" || \"no%s\" from \"migration_journal_Order items\"")).containsExactly("1a",
				"1b", "1a");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			smallint                 | 1                                    | 2
			bigint                   | -9223372036854775808                 | 9223372036854775807
			uuid                     | 00000000-0000-0000-0000-000000000000 | ffffffff-ffff-ffff-ffff-ffffffffffff
			text                     | naïve ☃                              | O'Brien
			varchar(20)              | a                                    | A
			char(3)                  | a                                    | b
			mood                     | glad                                 | sad
			timestamp                | 2026-01-02 03:04:05.123456           | infinity
			timestamptz              | 2026-01-02 03:04:05.123456+02        | -infinity
			date                     | 0044-03-15 BC                        | 2026-01-02
			bytea                    | \\x00ff                              | \\x
			numeric                  | 1.0                                  | 1.00
			numeric(10, 2)           | 1.05                                 | 1.06
			double precision         | 0                                    | -0
			interval                 | 1 day                                | 24:00:00
			text collate "C"         | a                                    | b
			text collate anycase     | a                                    | A
			positive                 | 1                                    | 2
			int[]                    | {1,2}                                | {2}
			boolean                  | true                                 | false
			inet                     | 10.0.0.1                             | 10.0.0.2
			""")
	void aKeyOfAnyTypeIsJournaledAsItIs(String type, String before, String after) throws SQLException {
		run("create type mood as enum ('glad', 'sad')", "create domain positive as int check (value > 0)",
				"create collation anycase (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");
		install("create table items (id %s primary key)".formatted(type));
		run("insert into items values ('%s')".formatted(before.replace("'", "''")), "update items set id = id",
				"update items set id = '%s'".formatted(after.replace("'", "''")));
		assertThat(list("select i.id::text from items i")).isNotEmpty();
		List<String> entries = list("select id::text from migration_journal_items order by ctid");
		assertThat(entries).hasSize(4);
		assertThat(entries.get(0)).isEqualTo(entries.get(1)).isEqualTo(entries.get(3)).isNotEqualTo(entries.get(2));
		// of the same type and collation, or this would be refused or not find it
		assertThat(list("select j.id from migration_journal_items j join items i on j.id = i.id")).isNotEmpty();
	}

	@Test
	void rowsOfPartitionsAreJournaledWhicheverWayTheyAreWritten() throws SQLException {
		install("create table items (id int primary key, text text) partition by range (id)",
				"create table items_1 partition of items for values from (1) to (10)");
		run("create table items_2 partition of items for values from (10) to (20)",
				"insert into items values (1, 'a'), (10, 'a')", "insert into items_2 values (11, 'a')",
				"update items set id = 12 where id = 1", "truncate items");
		assertThat(journal("items")).containsExactly("1", "10", "11", "1", "12", null);
		assertThat(this.capture.missing(this.connection, tables())).isEmpty();
	}

	@Test
	void aMissingDisabledOrForeignTriggerIsFoundAndMended() throws SQLException {
		installItems();
		List<String> damages = List.of("drop trigger migration_capture on items",
				"drop trigger migration_capture_truncate on items",
				"alter table items disable trigger migration_capture",
				"alter table items enable trigger migration_capture_truncate",
				"create or replace function migration_capture_items() returns trigger language plpgsql security definer as $$ begin return null; end $$",
				"alter function migration_capture_items() security invoker", "drop table migration_journal_items",
				"create or replace trigger migration_capture after insert on items for each row execute function migration_capture_items()",
				"alter table migration_journal_items drop id", "alter table items alter id type bigint");
		for (String damage : damages) {
			List<Table> tables = tables();
			assertThat(this.capture.missing(this.connection, tables)).isEmpty();
			run(damage);
			assertThat(this.capture.missing(this.connection, tables)).as(damage).hasSize(1);
			this.capture.install(this.connection, tables);
		}
		run("insert into items values (5000000000, 'a')");
		assertThat(journal("items")).containsExactly("5000000000");
	}

	@Test
	void aJournalThatDoesNotFitIsKeptWhileItHoldsEntries() throws SQLException {
		installItems();
		run("insert into items values (1, 'a')", "alter table items alter id type bigint");
		List<Table> tables = tables();
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> this.capture.install(this.connection, tables))
			.withMessageContaining("public.migration_journal_items")
			.withMessageContaining("step back");
		assertThat(journal("items")).containsExactly("1");
	}

	@Test
	void whatIsInstalledAlreadyIsLeftAlone() throws SQLException {
		installItems();
		run("insert into items values (1, 'a')");
		List<String> before = list("select xmin || ' ' || oid from pg_trigger");
		this.capture.install(this.connection, tables());
		assertThat(list("select xmin || ' ' || oid from pg_trigger")).isEqualTo(before);
		assertThat(journal("items")).containsExactly("1");
	}

	@Test
	void printedStatementsCanBeRepeatedAndRunByAClientThatSplitsAtSemicolons() throws SQLException {
		run("create table items (id int primary key, text text)");
		Table table = tables().get(0);
		String script = String.join(";\n", this.capture.installation(table)) + ";\n";
		run(script, script);
		assertThat(this.capture.missing(this.connection, List.of(table))).isEmpty();
		run(String.join(";\n", this.capture.removal(table)), String.join(";\n", this.capture.removal(table)));
		assertThat(this.capture.missing(this.connection, List.of(table))).hasSize(1);
	}

	@Test
	void removalLeavesNothing() throws SQLException {
		run("create table items (id int primary key)");
		String things = "select relname::text from pg_class where relnamespace = 'public'::regnamespace union all select proname::text from pg_proc where pronamespace = 'public'::regnamespace union all select tgname::text from pg_trigger order by 1";
		List<String> before = list(things);
		this.capture.install(this.connection, tables());
		assertThat(list(things)).hasSizeGreaterThan(before.size());
		this.capture.remove(this.connection, tables());
		assertThat(list(things)).isEqualTo(before);
	}

	@Test
	void longNamesAreShortenedAndStayApart() throws SQLException {
		String name = "ü".repeat(30);
		install("create table %sa (id int primary key)".formatted(name),
				"create table %sb (id int primary key)".formatted(name));
		run("insert into %sa values (1)".formatted(name), "insert into %sb values (2)".formatted(name));
		List<Table> tables = tables();
		assertThat(tables).hasSize(2);
		for (Table table : tables) {
			assertThat(list("select id from " + DIALECT.quote(Capture.journal(table)))).hasSize(1);
		}
		this.capture.remove(this.connection, tables);
		assertThat(list("select proname from pg_proc where proname like 'migration%'")).isEmpty();
	}

	@Test
	void aTableWithoutUsableKeyIsAnObstacle() throws SQLException {
		run("create table logs (line text)", "create table items (id int primary key)");
		assertThat(this.capture.obstacles(tables())).singleElement()
			.asString()
			.contains("public.logs", "add one, or exclude the table");
	}

	@Test
	void installingWaitsForWritersWithoutHoldingUpThoseBehind() throws Exception {
		run("create table items (id int primary key, text text)");
		List<Table> tables = tables();
		try (Connection writer = this.dataSource.getConnection(); Connection other = this.dataSource.getConnection()) {
			run(writer, "begin", "insert into items values (1, 'a')");
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
			run(other, "set statement_timeout = 2000");
			for (int id = 2; id < 10; id++) {
				run(other, "insert into items values (%d, 'a')".formatted(id));
			}
			assertThat(installer.isAlive()).isTrue();
			run(writer, "commit");
			installer.join(10_000);
			run(other, "insert into items values (10, 'a')");
		}
		assertThat(journal("items")).contains("10").doesNotContain("1");
	}

	private static boolean waiting(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery(
						"select exists (select from pg_locks where not granted and relation = 'items'::regclass)")) {
			return row.next() && row.getBoolean(1);
		}
	}

}
