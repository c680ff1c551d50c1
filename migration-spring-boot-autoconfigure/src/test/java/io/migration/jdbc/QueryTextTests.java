package io.migration.jdbc;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

class QueryTextTests {

	@ParameterizedTest
	@ValueSource(strings = { "select a from t order by a", "SELECT a FROM t ORDER\n\tBY a DESC NULLS LAST",
			"with x as (select 1 as a) select a from x order /* by */ by a",
			"select a from t union all (select b from u) order by 1", "select ')' from t order by a -- )",
			"select $q$ ( $q$ from t order by a limit 3", "select \"(\" from t order by a for update" })
	void anOrderOfTheWholeResultIsSeen(String sql) {
		assertThat(postgres(sql).ordered()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "select a from t", "select * from (select a from t order by a) x",
			"select row_number() over (partition by b order by a) from t", "select array_agg(a order by a) from t",
			"select percentile_cont(0.5) within group (order by a) from t", "select 'order by a' from t",
			"select a from t -- order by a", "select a from t /* /* */ order by a */", "select \"order by\" from t",
			"select $$ order by a $$ from t", "select sum(a) over w from t window w as (order by a)" })
	void anOrderOfAPartIsNot(String sql) {
		assertThat(postgres(sql).ordered()).isFalse();
	}

	@Test
	void whatTheResultIsOrderedByIsKnownIfItIsAColumn() {
		assertThat(postgres("select * from t order by o.created desc nulls last, \"Name\" asc, 3 limit 5").orderedBy())
			.isEqualTo(List.of("created", "Name", "3"));
		assertThat(postgres("select * from t order by lower(name)").orderedBy()).isNull();
		assertThat(postgres("select * from t order by a, b + 1").orderedBy()).isNull();
		assertThat(postgres("select * from t order by a, ?").orderedBy()).isNull();
		assertThat(postgres("select * from t").orderedBy()).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "select a from t limit 1", "select a from t order by a offset 3 rows",
			"select a from t order by a fetch first ? rows only" })
	void aResultThatIsCutOffIsSeen(String sql) {
		assertThat(postgres(sql).limited()).isTrue();
	}

	@Test
	void aPartThatIsCutOffIsNot() {
		assertThat(postgres("select * from (select a from t limit 1) x").limited()).isFalse();
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '`', delimiter = '|',
			textBlock = """
					POSTGRESQL | select a from t where b = 'it''s secret' and c=12.5e-3 | select a from t where b = ? and c = ?
					POSTGRESQL | select  a /* secret */ from t -- secret                | select a from t
					POSTGRESQL | select a from t where b in (?, ?,?, ?)                 | select a from t where b in(?)
					POSTGRESQL | select a from t where b in ('x', 'y', 3)               | select a from t where b in(?)
					POSTGRESQL | select E'secret', B'1', $$secret$$, $s$secret$s$       | select ?
					POSTGRESQL | select "o"."a" from "o" where "o"."b" = X'00'          | select "o"."a" from "o" where "o"."b" = ?
					MYSQL      | select `a` from t where b = "secret" # secret          | select `a` from t where b = ?
					MYSQL      | select a from t where b = 'a\\\\n secret' -- secret    | select a from t where b = ?
					MYSQL      | select 5--3                                            | select ? - - ?
					H2         | select a from t where b = 'secret                      | select a from t where b = ?
					POSTGRESQL | select a from t where b = 'x\\' and c = 'secret'       | select a from t where b = ?
					""")
	void theTextThatIsShownHoldsNoValue(SqlDialect dialect, String sql, String expected) {
		assertThat(QueryText.of(sql, dialect).normalized()).isEqualTo(expected);
	}

	@Test
	void theTextThatIsShownIsShort() {
		assertThat(postgres("select " + "column_name || ".repeat(100) + "a from t").normalized()).hasSize(203);
	}

	@ParameterizedTest
	@ValueSource(strings = { "select a from t", "(select a from t)", "with x as (select 1) select * from x",
			"values (1), (2)", "table t", "select a from t where b @> '{}'::jsonb and expires > now()",
			"select \"random\", uuid, version, user from t", "select a from t;" })
	void aQueryThatOnlyReadsMayBeRepeated(String sql) {
		assertThat(postgres(sql).repeatable()).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "insert into t values (1)", "with x as (delete from t returning a) select a from x",
			"select a into u from t", "select a from t for update", "select a from t for no key update",
			"select nextval('s')", "select random()", "select pg_advisory_lock(1)", "select pg_catalog.pg_sleep(1)",
			"select * from pg_stat_activity", "select version()", "select current_user", "select xmin from t",
			"select 1; delete from t", "explain select 1", "call p()", "set x = 1", "select a from t where b = 'x\\' ",
			"select a from t /* open" })
	void oneThatDoesMoreOrAnswersForOneSideMayNot(String sql) {
		assertThat(postgres(sql).repeatable()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "select @a := @a + 1", "select /*! sql_no_cache */ a from t", "select get_lock('a', 1)",
			"select last_insert_id()" })
	void norMayOneOfMysqlThatDoes(String sql) {
		assertThat(QueryText.of(sql, SqlDialect.MYSQL).repeatable()).isFalse();
	}

	@Test
	void aLabelThatMayBeAValueIsNotMentioned() {
		QueryText text = QueryText.of("select 'secret', name as alias from t where pin = 1234", SqlDialect.MYSQL);
		assertThat(text.mentions("alias")).isTrue();
		assertThat(text.mentions("secret")).isFalse();
		assertThat(text.mentions("1234")).isFalse();
		assertThat(text.mentions("name as alias")).isFalse();
	}

	private static QueryText postgres(String sql) {
		return QueryText.of(sql, SqlDialect.POSTGRESQL);
	}

}
