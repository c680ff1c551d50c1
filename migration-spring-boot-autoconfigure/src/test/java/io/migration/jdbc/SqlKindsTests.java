package io.migration.jdbc;

import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

import io.migration.jdbc.Routing.SqlKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link SqlKinds}.
 */
class SqlKindsTests {

	private final SqlKinds kinds = new SqlKinds(() -> Set.of("book", "do\"it"));

	@ParameterizedTest
	@ValueSource(strings = { "select 1", "SELECT * FROM orders WHERE id = ?", "  \n\t select 1",
			"(select 1) union (select 2)", "((select 1))", "with recent as (select * from orders) select * from recent",
			"values (1), (2)", "table orders", "explain select 1", "explain (analyze, buffers) select 1",
			"explain analyze verbose select 1", "EXPLAIN FORMAT=JSON SELECT 1", "describe orders", "desc orders",
			"select 1;", "select 1; select 2 ;", "-- a comment\nselect 1", "/* a */ select 1",
			"/* delete */ select 1 -- insert", "select 'delete from orders'", "select 'it''s; delete'",
			"select \"update\" from orders", "select `update`, `insert` from orders",
			"select updated_at, deleted, call_id, into_stock from orders", "select replace(name, 'a', 'b') from orders",
			"select count(*), now() from orders", "select value from settings", "select share from stocks",
			"select * from orders where tags @> array['a'] and text @@ to_tsquery('b')",
			"select data->'a' from orders where data ? 'b'", "select 5 - 3, 2 * 3 / 1", "select $1, ?, :name",
			"select {fn now()}, {d '2020-01-01'}", "select e.id from events e",
			"select a from b where c = 'x' and d = ''", "select * from \"book\"", "select book from library",
			"select N'text', x'00', b'1'", "select * from t order by last_value", "select größe from maße",
			"select row_number() over (order by id) from t", "select 'a\nb' from t",
			"select 1 /* ; delete */ ; /* end */" })
	void itReads(String sql) {
		assertThat(this.kinds.kind(sql)).isEqualTo(SqlKind.READ);
	}

	@ParameterizedTest
	@ValueSource(strings = { "insert into orders values (1)", "UPDATE orders SET a = 1", "delete from orders",
			"merge into t using s on (1 = 1)", "truncate orders", "replace into t values (1)",
			"create table t (id int)", "drop table t", "alter table t add c int", "call place()", "{call place(?)}",
			"{? = call place(?)}", "{ ?= call place() }", "do $$ begin end $$", "copy t from stdin", "lock table t",
			"vacuum", "analyze t", "prepare transaction 'x'", "execute stored", "grant select on t to u", "listen c",
			"notify c", "with gone as (delete from orders returning *) select * from gone",
			"with a as (select 1), b as (insert into t values (1) returning id) select * from b",
			"select * from orders for update", "select * from orders FOR  SHARE", "select * from o for no key update",
			"select * from o for key share", "select * from o lock in share mode", "select * into copied from orders",
			"select * from orders into outfile 'x'", "select * from final table (insert into t values (1))",
			"explain analyze delete from t", "explain analyze execute stored",
			"explain analyze create table t as select 1", "explain analyze refresh materialized view v",
			"select 1; delete from orders", "select 1; set a = 1", "set a = 1; set b = 2",
			"begin; insert into t values (1); commit", "select nextval('s')", "select NEXTVAL ('s')",
			"select nextval /* c */ ('s')", "select nextval -- c\n ('s')", "select pg_catalog.nextval('s')",
			"select pg_catalog . \"nextval\" ('s')", "select \"nextval\"('s')", "select s.nextval",
			"select next value for s", "select next  value\nfor s", "select previous value for s",
			"values (nextval('s'))", "select setval('s', 1)", "select currval('s')", "select lastval()",
			"select last_insert_id()", "select row_count()", "select found_rows()", "select pg_advisory_lock(1)",
			"select pg_try_advisory_xact_lock(1)", "select pg_notify('a', 'b')", "select get_lock('a', 1)",
			"select set_config('a', 'b', true)", "select current_setting('a')", "select lo_unlink(1)",
			"select dblink_exec('x')", "select book(1)", "select shop.book (1)", "select BOOK(1)", "select \"book\"(1)",
			"select `book`(1)", "select * from book(1)", "select * from t, lateral book(t.id)",
			"select U&\"b\\006fok\"(1)", "select @a := 1", "select @a", "select @@identity", "select @'a'", "", "   ",
			";", "-- only a comment", "gibberish", "select 'open", "select \"open", "select /* open", "select $$ open",
			"commit prepared 'x'", "rollback prepared 'x'", "commit and chain", "set @a = book(1)",
			"set a = (select nextval('s'))", "explain orders", "with x as (select 1) update t set a = 1" })
	void itMayWrite(String sql) {
		assertThat(this.kinds.kind(sql)).isEqualTo(SqlKind.WRITE);
	}

	/**
	 * Each reads in one database and writes in another.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "select 'a\\' , delete from t, ' --'", "select 'a\\'; delete from t; --'",
			"select E'a\\'b'; delete from t --'", "select 1 # '\n; delete from t # '",
			"select 1 # '\n, nextval('s') # '", "select 1 --1\n; delete from t", "select \"a\\\"; delete from t; --\"",
			"select /*! * into outfile 'x' */ from t", "select /*!50000 nextval( */ 's')",
			"select /*M! sql_no_cache */ 1 into @a", "select /* /* */ nextval('s') /* */ */ 1",
			"select $a$ ' $a$; delete from t --'", "select $$ ' $$, nextval('s'), $$ ' $$",
			"select \"'\", nextval('s'), \"'\"", "select '\"', nextval('s'), '\"'", "select `'`, nextval('s'), `'`",
			"select a$b$, nextval('s'), c$b$", "/*! delete from t */ select 1", "/*!select 1*/; delete from t" })
	void whatOneDatabaseReadsDifferentlyMayWrite(String sql) {
		assertThat(this.kinds.kind(sql)).isEqualTo(SqlKind.WRITE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "select $$ delete; ' $$ from t, u where a = 'b'", "select $tag$ it $tag$ from t",
			"select 'it' || E'\\n' from t", "select /* /* nested */ */ 1", "select 1 -- it's\n from t" })
	void whatIsQuotedIsNoWord(String sql) {
		assertThat(new SqlWordsOf(sql, SqlWords.Lexis.STANDARD).words()).doesNotContain("delete", "nested", "it", "s");
	}

	@ParameterizedTest
	@ValueSource(strings = { "set search_path = a", "SET LOCAL a = 1", "reset all", "use shop", "begin",
			"start transaction", "commit", "rollback", "rollback to savepoint a", "savepoint a", "release savepoint a",
			"show search_path", "/* why */ set a = 1", "set a = 'insert into t'", "end", "commit work;" })
	void itConcernsTheSession(String sql) {
		assertThat(this.kinds.kind(sql)).isEqualTo(SqlKind.SESSION);
	}

	@ParameterizedTest
	@CsvSource({ "begin,BEGINS", "BEGIN ISOLATION LEVEL SERIALIZABLE,BEGINS", "start transaction,BEGINS",
			"start slave,NONE", "commit,COMMITS", "/* x */ commit;,COMMITS", "end,COMMITS", "rollback,ROLLS_BACK",
			"rollback work,ROLLS_BACK", "rollback to a,NONE", "rollback to savepoint a,NONE",
			"rollback work to savepoint a,NONE", "abort,ROLLS_BACK", "savepoint a,NONE", "set a = 1,NONE" })
	void itTellsWhatHappensToTheTransaction(String sql, SqlKinds.Effect effect) {
		assertThat(SqlKinds.effect(sql)).isEqualTo(effect);
	}

	@Test
	void functionsThatAreFoundLaterCount() {
		AtomicReference<Set<String>> functions = new AtomicReference<>(Set.of());
		SqlKinds kinds = new SqlKinds(functions::get);
		assertThat(kinds.kind("select made_later(1)")).isEqualTo(SqlKind.READ);
		functions.set(new HashSet<>(Set.of("made_later")));
		assertThat(kinds.kind("select made_later(1)")).isEqualTo(SqlKind.WRITE);
	}

	@Test
	void textsWithoutEndAreAnsweredInBoundedMemory() {
		for (int i = 0; i < 20000; i++) {
			assertThat(this.kinds.kind("select " + i)).isEqualTo(SqlKind.READ);
		}
		assertThat(this.kinds.remembered()).isLessThan(5000);
		assertThat(this.kinds.kind("select '" + "x".repeat(100_000) + "'")).isEqualTo(SqlKind.READ);
	}

	private record SqlWordsOf(String sql, SqlWords.Lexis lexis) {

		Set<String> words() {
			SqlWords words = new SqlWords(this.sql, this.lexis);
			Set<String> found = new HashSet<>();
			while (words.next()) {
				if (words.isWord()) {
					found.add(words.text());
				}
			}
			return found;
		}

	}

}
