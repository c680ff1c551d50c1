package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.Map;

import io.migration.test.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SchemaReader} on PostgreSQL.
 */
class SchemaReaderIntegrationTests {

	private static final PostgresServer server = PostgresServer.shared();

	private Connection connection;

	@BeforeEach
	void connect() throws SQLException {
		this.connection = server.dataSource(server.createDatabase()).getConnection();
	}

	@AfterEach
	void disconnect() throws SQLException {
		this.connection.close();
	}

	private void run(String... statements) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	private List<Table> read(List<String> include, String... exclude) throws SQLException {
		return SchemaReader.read(this.connection, SqlDialect.POSTGRESQL,
				new TableScope(include, List.of(exclude), Map.of()));
	}

	private List<String> names(List<String> include, String... exclude) throws SQLException {
		return read(include, exclude).stream().map((table) -> table.name().toString()).toList();
	}

	private Table only(String... ddl) throws SQLException {
		run(ddl);
		return read(List.of("items")).get(0);
	}

	@Test
	void tablesOfTheCurrentSchemaAreReadByName() throws SQLException {
		run("create table b (id int)", "create table \"A\" (id int)", "create table c (id int)",
				"create view v as select 1", "create materialized view m as select 1",
				"create temporary table t (id int)", "create schema other", "create table other.d (id int)",
				"create table p (id int) partition by list (id)", "create table p1 partition of p default",
				"create unlogged table u (id int)");
		assertThat(names(List.of("*"))).containsExactly("public.A", "public.b", "public.c", "public.p", "public.u");
		assertThat(names(List.of())).hasSize(5);
	}

	@Test
	void patternsIncludeAndExclude() throws SQLException {
		run("create table orders (id int)", "create table order_lines (id int)", "create table audit_a (id int)",
				"create schema sales", "create table sales.orders (id int)", "create table sales.audit_b (id int)",
				"create schema stock", "create table stock.orders (id int)");
		assertThat(names(List.of("order*"))).containsExactly("public.order_lines", "public.orders");
		assertThat(names(List.of("*", "sales.*"), "audit_*", "sales.audit_*")).containsExactly("public.order_lines",
				"public.orders", "sales.orders");
		assertThat(names(List.of("s*.orders"))).containsExactly("sales.orders", "stock.orders");
		assertThat(names(List.of("Orders"))).containsExactly("public.orders");
	}

	@Test
	void tablesOfToolsAreNeverInScope() throws SQLException {
		run("create table migration_phase (id int)", "create table \"Flyway_Schema_History\" (id int)",
				"create table databasechangeloglock (id int)", "create table batch_job_instance (id int)",
				"create table batch_of_mine (id int)");
		assertThat(names(List.of("*"))).containsExactly("public.batch_of_mine");
	}

	@Test
	void columnsAreDescribed() throws SQLException {
		Table table = only("create schema other", "create type mood as enum ('glad')",
				"create type other.size as enum ('s')", "create domain positive as numeric(10, 2) not null default 1",
				"create domain big as positive check (value > 10)",
				"""
						create table items (id int generated always as identity primary key, serial serial, name varchar(20) not null,
							moods mood[], size other.size not null default 's', amount big, twice int generated always as (id * 2) stored,
							at timestamp(3) with time zone not null default now(), gone int, padded char(3), tags text[] not null)""",
				"alter table items drop gone");
		assertThat(table.columns()).containsExactly(
				new Column("id", "integer", Types.INTEGER, false, false, true, true),
				new Column("serial", "integer", Types.INTEGER, false, false, true, true),
				new Column("name", "character varying(20)", Types.VARCHAR, false, false, false, false),
				new Column("moods", "public.mood[]", Types.ARRAY, true, false, false, true),
				new Column("size", "other.size", Types.VARCHAR, false, false, false, true),
				new Column("amount", "public.big", Types.NUMERIC, true, false, false, true),
				new Column("twice", "integer", Types.INTEGER, true, true, false, true),
				new Column("at", "timestamp(3) with time zone", Types.TIMESTAMP_WITH_TIMEZONE, false, false, false,
						true),
				new Column("padded", "character(3)", Types.CHAR, true, false, false, true),
				new Column("tags", "text[]", Types.ARRAY, false, false, false, false));
	}

	@Test
	void thePrimaryKeyIsTheKey() throws SQLException {
		Table table = only("create table items (a int unique, b int, c int not null, primary key (b, a))");
		assertThat(table.key()).containsExactly("b", "a");
		assertThat(table.otherUnique()).isTrue();
	}

	@Test
	void aUniqueKeyWithoutNullsIsTheKeyWhereThereIsNoPrimaryOne() throws SQLException {
		Table table = only("create table items (a int unique, b int not null, c int not null, unique (b, c))");
		assertThat(table.key()).containsExactly("b", "c");
		assertThat(only("create table parts (id int primary key)").otherUnique()).isTrue();
		assertThat(read(List.of("parts")).get(0).otherUnique()).isFalse();
	}

	@Test
	void partialExpressionNullableAndDeferrableKeysAreNone() throws SQLException {
		Table table = only(
				"create table items (a int unique, b int not null unique deferrable, c int not null, d text not null)",
				"create unique index on items (c) where c > 0", "create unique index on items (lower(d))");
		assertThat(table.key()).isEmpty();
		assertThat(table.otherUnique()).isTrue();
	}

	@Test
	void includedColumnsAreNotOfTheKey() throws SQLException {
		assertThat(only("create table items (a int, b text, primary key (a) include (b))").key()).containsExactly("a");
	}

	@Test
	void anExclusionConstraintIsAnotherUniqueKey() throws SQLException {
		assertThat(
				only("create table items (id int primary key, during int4range, exclude using gist (during with &&))")
					.otherUnique())
			.isTrue();
	}

	@Test
	void foreignKeysAreRead() throws SQLException {
		Table table = only("create table parents (id int primary key)",
				"""
						create table items (id int primary key, a int constraint a references parents,
							b int constraint b references parents on delete cascade, c int constraint c references parents on delete set null,
							d int constraint d references parents on update cascade, e int constraint e references parents on delete set default)""");
		TableName parents = new TableName("public", "parents");
		assertThat(table.references()).containsExactly(new Table.ForeignKey("a", parents, false),
				new Table.ForeignKey("b", parents, true), new Table.ForeignKey("c", parents, true),
				new Table.ForeignKey("d", parents, true), new Table.ForeignKey("e", parents, true));
	}

	@Test
	void triggersAndRulesOfOthersAreRead() throws SQLException {
		Table table = only("create table parents (id int primary key)",
				"create table items (id int primary key references parents)",
				"create function f() returns trigger language plpgsql as 'begin return new; end'",
				"create trigger stamp before insert on items for each row execute function f()",
				"create trigger disabled before insert on items for each row execute function f()",
				"create trigger migration_capture after insert on items for each row execute function f()",
				"alter table items disable trigger disabled",
				"create rule diverted as on delete to items do instead nothing");
		assertThat(table.userTriggers()).containsExactly("diverted", "stamp");
	}

	@Test
	void whatPartitionsHaveOfTheirOwnIsTheRoots() throws SQLException {
		Table table = only("create table items (id int primary key, code int) partition by range (id)",
				"create table items_1 partition of items for values from (1) to (10)",
				"create function f() returns trigger language plpgsql as 'begin return new; end'",
				"create trigger stamp before insert on items for each row execute function f()");
		assertThat(table.key()).containsExactly("id");
		assertThat(table.otherUnique()).isFalse();
		assertThat(table.userTriggers()).containsExactly("stamp");
		run("create unique index on items_1 (code)",
				"create trigger leaf before insert on items_1 for each row execute function f()");
		table = read(List.of("items")).get(0);
		assertThat(table.key()).containsExactly("id");
		assertThat(table.otherUnique()).isTrue();
		assertThat(table.userTriggers()).containsExactly("leaf", "stamp");
	}

	@Test
	void volatileFunctionsAreRead() throws SQLException {
		run("create function writes() returns int language sql as 'select 1'",
				"create function \"Reads\"() returns int stable language sql as 'select 1'",
				"create procedure \"Proc\"() language sql as 'select 1'",
				"create function pure() returns int immutable language sql as 'select 1'");
		assertThat(SchemaReader.volatileFunctions(this.connection, SqlDialect.POSTGRESQL))
			.containsExactlyInAnyOrder("writes", "proc");
	}

}
