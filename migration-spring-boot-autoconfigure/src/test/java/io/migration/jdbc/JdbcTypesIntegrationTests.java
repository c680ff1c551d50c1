package io.migration.jdbc;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.TimeZone;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.migration.Side;
import io.migration.test.PostgresServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Values of every common type, copied from PostgreSQL to PostgreSQL. What arrived is
 * compared by the text that each server makes of it.
 */
class JdbcTypesIntegrationTests {

	/** Half an hour of daylight saving: no value survives a detour through local time. */
	private static final TimeZone ODD = TimeZone.getTimeZone("Australia/Lord_Howe");

	private static final List<String> TYPES = List.of("create schema \"Own Types\"",
			"create type \"Own Types\".mood as enum ('', 'sad', 'O''Brien \"x\"', 'größe 😀', 'a,b{}\\c')",
			"create type mood as enum ('sad', 'happy')",
			"create domain \"Own Types\".email as text check (value like '%@%')",
			"create domain cents as numeric(9, 2)",
			"create type \"Own Types\".place as (street text, number int, at timestamptz)",
			"create collation folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false)");

	private static final String TEXTS = "|a| trailing  |  |\t|line\nbreak\r\n|back\\slash \\x41 \\N|it''s \"quoted\"|{a,b}|NULL|null|e\u0301 é|😀👩‍👩‍👧|שלום \u202eabc|\u00a0|ﷺ%s $1 ?";

	private static final PostgresServer SERVER = PostgresServer.shared();

	private static TimeZone before = TimeZone.getDefault();

	private @Nullable RelayScene scene;

	@BeforeAll
	static void oddTimeZone() {
		before = TimeZone.getDefault();
		TimeZone.setDefault(ODD);
	}

	@AfterAll
	static void usualTimeZone() {
		TimeZone.setDefault(before);
	}

	@AfterEach
	void close() {
		if (this.scene != null) {
			this.scene.close();
		}
	}

	private RelayScene scene(List<String> schema) throws SQLException {
		return scene(schema, List.of("*"), List.of());
	}

	private RelayScene scene(List<String> schema, List<String> include, List<String> databaseSettings)
			throws SQLException {
		String source = SERVER.createDatabase();
		String target = SERVER.createDatabase();
		for (String setting : databaseSettings) {
			new org.springframework.jdbc.core.JdbcTemplate(SERVER.dataSource(target))
				.execute("alter database %s set %s".formatted(target, setting));
		}
		RelayScene created = new RelayScene(SERVER.jdbcUrl(source), SERVER.jdbcUrl(target), schema, schema, include);
		this.scene = created;
		return created;
	}

	private static void same(RelayScene scene, String sql) throws SQLException {
		assertThat(scene.query(Side.TARGET, sql)).as(sql).isEqualTo(scene.query(Side.SOURCE, sql));
	}

	private static Stream<Values> values() {
		return Stream.of(Values.key("boolean", "true|false"), Values.key("smallint", "0|-32768|32767"),
				Values.key("integer", "0|-2147483648|2147483647"),
				Values.key("bigint", "0|-9223372036854775808|9223372036854775807"),
				Values.key("numeric",
						"0|0.000|1.0|-1.50|NaN|Infinity|-Infinity|1e-1000|1e5000|-123456789012345678901234567890.0123456789"),
				Values.key("numeric(30, 12)", "0|-999999999999999999.999999999999|NaN|0.000000000001"),
				Values.key("numeric(4, -2)", "0|123400|-999900"), Values.key("numeric(3, 6)", "0|0.000999|-0.000001"),
				Values.key("real", "0|NaN|Infinity|-Infinity|1e-45|3.4028235e38|0.1|-1.1754944e-38|16777217"),
				Values.key("double precision",
						"0|NaN|Infinity|-Infinity|5e-324|1.7976931348623157e308|0.1|-2.2250738585072014e-308|9007199254740993"),
				Values.of("real", "-0|0"), Values.of("double precision", "-0|0"),
				Values.key("money", "0|-92233720368547758.08|92233720368547758.07|1234.56"),
				Values.key("character(5)", "|a|ab   |é😀|'' \"|\\\\"), Values.of("\"char\"", "|a|\\001"),
				Values.key("name", "|a|größe"),
				Values.key("varchar(20)", "|a|NULL|20 characters is all|ééééé😀😀😀😀😀"), Values.key("text", TEXTS),
				Values.key("bytea", "|\\x00|\\xdeadbeef00ff|\\x5c5c27"),
				Values.key("date",
						"infinity|-infinity|4713-01-01 BC|0001-12-31 BC|0001-01-01|5874897-12-31|2024-02-29"),
				Values.key("timestamp",
						"infinity|-infinity|4713-01-01 00:00:00 BC|294276-12-31 23:59:59.999999|2024-10-06 02:15:00|1582-10-10 00:00:00.000001|1969-12-31 23:59:59.999999"),
				Values.key("timestamptz",
						"infinity|-infinity|4713-01-02 00:00:00+00 BC|294276-12-31 23:59:59.999999+00|2024-10-06 02:15:00+10|1582-10-10 00:00:00.000001+05:53:28|1883-11-18 12:03:58-04:56:02"),
				Values.key("timestamptz(3)", "2024-02-29 23:59:59.999+14|infinity"),
				Values.key("timestamp(0)", "2024-02-29 23:59:59|-infinity"),
				Values.key("time", "00:00|24:00:00|23:59:59.999999|02:15:00"),
				Values.key("timetz", "00:00+00|24:00:00-15:59|23:59:59.999999+15:59:59|12:00+10:30"),
				Values.of("interval",
						"0|-178000000 years|178000000 years|1 mon -1 day +00:00:00.000001|-1 year 2 mons|infinity|-infinity|2562047788:00:54.775807"),
				Values.key("interval day to second(3)", "0|1 day 02:03:04.567|-00:00:00.001"),
				Values.key("uuid", "00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff"),
				Values.of("json",
						"null|{}|[]|\"\\u0000\"| {\"a\" : 1, \"a\":2}|\"\\ud83d\\ude00 😀\\n\"|1e400|\"''\\\\\""),
				Values.key("jsonb", "null|{}|[]|{\"a\":1.0,\"b\":[null,true]}|\"\\ud83d\\ude00 é\\n\"|1.10|\"''\\\\\""),
				Values.key("inet", "0.0.0.0|::|255.255.255.255/1|::ffff:1.2.3.4/128|fe80::1/64"),
				Values.key("cidr", "0.0.0.0/0|10.0.0.0/8|2001:db8::/32"),
				Values.key("macaddr", "00:00:00:00:00:00|ff:ff:ff:ff:ff:ff"),
				Values.key("macaddr8", "00:00:00:00:00:00:00:00|ff:ff:ff:ff:ff:ff:ff:ff"),
				Values.key("bit(5)", "00000|11111|10010"), Values.key("bit(1)", "0|1"),
				Values.key("bit varying(70)",
						"|1|1111111111111111111111111111111111111111111111111111111111111111100001"),
				Values.key("bit varying", "|0|01"),
				Values.key("\"Own Types\".mood", "|sad|O''Brien \"x\"|größe 😀|a,b{}\\c"),
				Values.key("mood", "sad|happy"), Values.key("\"Own Types\".email", "@|größe@😀"),
				Values.key("cents", "0|-9999999.99|1.10"),
				Values.key("\"Own Types\".place",
						"(,,)|(\"\",0,infinity)|(\"a \"\"b\"\", (\\\\) {}\n😀\",-1,\"2024-02-29 12:00:00+00\")"),
				Values.key("text[]",
						"{}|{NULL}|{\"NULL\",null,\"\"}|{\"a,b\",\"{}\",\"\\\"\",\"\\\\\",\" \",\"😀\n\"}|{{a,b},{c,d}}|[5:6]={a,b}"),
				Values.key("integer[]", "{}|{NULL,-2147483648,2147483647}|{{{1},{2}},{{3},{4}}}|[-1:0]={1,2}"),
				Values.key("varchar(3)[]", "{}|{a,abc,NULL}"), Values.key("character(3)[]", "{}|{a,abc,NULL}"),
				Values.key("numeric(5, 2)[]", "{1.50,NaN,NULL}"), Values.key("bytea[]", "{}|{\"\\\\x00\",NULL}"),
				Values.key("timestamptz(3)[]", "{infinity,\"2024-10-06 02:15:00+10\",NULL}"),
				Values.key("\"Own Types\".mood[]", "{}|{sad,NULL,\"\",\"O''Brien \\\"x\\\"\"}"),
				Values.of("\"Own Types\".place[]", "{}|{\"(a,1,)\",NULL}"),
				Values.of("jsonb[]", "{}|{\"{\\\"a\\\": [1]}\",null}"),
				Values.key("int4range", "empty|(,)|[1,10)|(,5)"),
				Values.key("numrange", "empty|[1.0,1.00]|(-Infinity,NaN)"),
				Values.key("tstzrange", "empty|[-infinity,infinity]|(\"2024-02-29 12:00:00+00\",)"),
				Values.key("int4multirange", "{}|{[1,2),[5,9)}"),
				Values.key("tsvector", "|''a'':1A ''it''''s'':2,3B ''größe''|''back\\\\slash'' ''x y''"),
				Values.of("tsquery", "''a'' & !''b'' <-> ''c'':*A"), Values.of("point", "(0,-0)|(1e300,NaN)"),
				Values.of("polygon", "((0,0),(1,1),(1,0))"), Values.of("circle", "<(1,2),3.5>"),
				Values.key("oidvector", "|1 2 3"), Values.key("pg_lsn", "0/0|FFFFFFFF/FFFFFFFF"),
				Values.key("xid8", "0|18446744073709551615"), Values.of("jsonpath", "$.\"a\"[*] ? (@ > 1)"),
				Values.key("text collate folded", "a|É|ß😀"));
	}

	@ParameterizedTest
	@MethodSource("values")
	void valuesArriveAsTheyAre(Values values) throws Exception {
		List<String> schema = new ArrayList<>(TYPES);
		schema.add("create table valued (id int primary key, v %s)".formatted(values.type()));
		if (values.key()) {
			schema.add("create table keyed (v %s, half int, n int default 0, primary key (v, half))"
				.formatted(values.type()));
			schema.add("create table mono (v %s primary key)".formatted(values.type()));
		}
		RelayScene scene = scene(schema);
		Relaying relaying = scene.relay("one");
		List<String> all = new ArrayList<>(values.literals());
		all.add(null);
		int count = all.size();
		String rows = IntStream.range(0, count)
			.mapToObj((i) -> "(%d, %s)".formatted(i, literal(values.type(), all.get(i))))
			.collect(Collectors.joining(", "));
		scene.execute(Side.SOURCE, "insert into valued values " + rows);
		String read = "select id, v::text, v is null from valued order by id";
		scene.catchUp(relaying);
		same(scene, read);
		assertThat(scene.query(Side.TARGET, read)).hasSize(count);
		scene.execute(Side.SOURCE, "update valued a set v = b.v from valued b where b.id = (a.id + 1) % " + count,
				"delete from valued where id % 3 = 2");
		scene.catchUp(relaying);
		same(scene, read);
		if (values.key()) {
			keysArrive(scene, relaying);
		}
	}

	private void keysArrive(RelayScene scene, Relaying relaying) throws Exception {
		scene.execute(Side.SOURCE, "delete from valued where v is null",
				"insert into keyed select v, h from valued, generate_series(1, 2) h on conflict do nothing",
				"insert into mono select v from valued on conflict do nothing");
		String keyed = "select v::text, half, n from keyed order by v::text collate \"C\", half";
		String mono = "select v::text from mono order by v::text collate \"C\"";
		scene.catchUp(relaying);
		same(scene, keyed);
		same(scene, mono);
		assertThat(scene.query(Side.TARGET, mono)).isNotEmpty();
		scene.execute(Side.SOURCE, "update keyed set n = 1 where half = 1", "update keyed set half = 3 where half = 2",
				"delete from mono where v = (select v from mono limit 1)");
		scene.catchUp(relaying);
		same(scene, keyed);
		same(scene, mono);
		scene.execute(Side.SOURCE, "delete from keyed", "delete from mono");
		scene.catchUp(relaying);
		same(scene, keyed);
		same(scene, mono);
	}

	private static String literal(String type, @Nullable String value) {
		String plain = type.replace(" collate folded", "");
		return (value == null) ? "null" : "'%s'::%s".formatted(value, plain);
	}

	@Test
	void keysThatAreEqualButWrittenDifferentlyAreOne() throws Exception {
		RelayScene scene = scene(List.of(TYPES.get(6), "create table price (v numeric primary key, n int)",
				"create table word (v text collate folded primary key, n int)",
				"create table measure (v double precision primary key, n int)"));
		Relaying relaying = scene.relay("one");
		scene.execute(Side.SOURCE, "insert into price values (1.0, 1), (2, 2)",
				"insert into word values ('a', 1), ('É', 2)", "insert into measure values (0, 1), (1, 2)");
		scene.catchUp(relaying);
		scene.execute(Side.SOURCE, "update price set v = 1.00 where v = 1", "update word set v = 'A' where v = 'a'",
				"update measure set v = '-0' where v = 0");
		scene.catchUp(relaying);
		for (String table : List.of("price", "word", "measure")) {
			same(scene, "select v::text, n from %s order by n".formatted(table));
		}
		scene.execute(Side.SOURCE, "delete from price where v = 1.000", "insert into price values (1.0000, 3)",
				"delete from word where v = 'a'", "insert into word values ('a', 3)", "delete from measure where v = 0",
				"insert into measure values (0, 3)");
		scene.catchUp(relaying);
		for (String table : List.of("price", "word", "measure")) {
			String sql = "select v::text, n from %s order by n".formatted(table);
			same(scene, sql);
			assertThat(scene.query(Side.TARGET, sql)).hasSize(2);
		}
	}

	@Test
	void computedColumnsAndIdentitiesAreWhatSourceHas() throws Exception {
		RelayScene scene = scene(
				List.of("""
						create table line (id bigint generated always as identity primary key, amount int,
							doubled int generated always as (amount * 2) stored, shown text generated always as (amount || '!') virtual,
							other bigint generated by default as identity)""",
						"create table counted (code text primary key, n int generated always as identity)"));
		Relaying relaying = scene.relay("one");
		scene.execute(Side.SOURCE, "insert into line (amount) values (1), (null), (3)",
				"insert into line (id, amount) overriding system value values (-9223372036854775808, 0)",
				"insert into counted (code) values ('a'), ('b')");
		scene.catchUp(relaying);
		same(scene, "select * from line order by id");
		same(scene, "select * from counted order by code");
		scene.execute(Side.SOURCE, "update line set amount = amount + 1",
				"update counted set code = 'c' where code = 'a'", "update counted set n = default where code = 'b'");
		scene.catchUp(relaying);
		same(scene, "select * from line order by id");
		same(scene, "select * from counted order by code");
	}

	@Test
	void oddNamesAreNamesLikeOthers() throws Exception {
		String longest = "l" + "é".repeat(31);
		String longer = "l" + "é".repeat(30) + "x";
		List<String> schema = List.of("create schema \"Select\"", "create schema \"a.b\"",
				"""
						create table "Select"."Order" ("Group" int primary key, "group" text, "a ""b"" 'c' \\ %s ? $1 :x" text)""",
				"create table \"a.b\".\"user\" (\"from\" int, \"100%s\" int, \"select\" text, primary key (\"100%s\", \"from\"))",
				"create table \"\"\"\" (\" \" int primary key, \"\"\"\" text unique)",
				"create table \"%s\" (\"%s\" int primary key, v text)".formatted(longest, longest),
				"create table \"%s\" (\"%s\" int primary key, v text)".formatted(longer, longest));
		RelayScene scene = scene(schema, List.of("*", "Select.*"), List.of());
		assertThat(scene.tables).hasSize(4);
		Relaying relaying = scene.relay("one");
		List<String> reads = List.of("select * from \"Select\".\"Order\" order by 1",
				"select * from \"\"\"\" order by 1", "select * from \"%s\" order by 1".formatted(longest),
				"select * from \"%s\" order by 1".formatted(longer));
		scene.execute(Side.SOURCE, "insert into \"Select\".\"Order\" values (1, 'a', 'b'), (2, null, 'c')",
				"insert into \"\"\"\" values (1, 'a'), (2, 'b')",
				"insert into \"%s\" values (1, 'a'), (2, 'b')".formatted(longest),
				"insert into \"%s\" values (7, 'a'), (8, 'b')".formatted(longer));
		scene.catchUp(relaying);
		for (String read : reads) {
			same(scene, read);
			assertThat(scene.query(Side.TARGET, read)).hasSize(2);
		}
		scene.execute(Side.SOURCE, "update \"Select\".\"Order\" set \"Group\" = 3, \"group\" = 'x' where \"Group\" = 1",
				"begin; update \"\"\"\" set \"\"\"\" = 'z' where \" \" = 1; update \"\"\"\" set \"\"\"\" = 'a' where \" \" = 2; update \"\"\"\" set \"\"\"\" = 'b' where \" \" = 1; commit",
				"truncate \"%s\"".formatted(longest), "delete from \"%s\" where v = 'a'".formatted(longer));
		scene.catchUp(relaying);
		for (String read : reads) {
			same(scene, read);
		}
	}

	@Test
	void manyColumnsArrive() throws Exception {
		String columns = IntStream.rangeClosed(1, 50)
			.mapToObj((i) -> "c%d text".formatted(i))
			.collect(Collectors.joining(", "));
		RelayScene scene = scene(List.of("create table wide (id int primary key, %s)".formatted(columns)));
		Relaying relaying = scene.relay("one");
		String values = IntStream.rangeClosed(1, 50)
			.mapToObj((i) -> (i % 7 == 0) ? "null" : "'v%d-' || i".formatted(i))
			.collect(Collectors.joining(", "));
		scene.execute(Side.SOURCE, "insert into wide select i, %s from generate_series(1, 500) i".formatted(values));
		scene.catchUp(relaying);
		scene.execute(Side.SOURCE, "update wide set c50 = c1, c7 = 'x' where id % 2 = 0");
		scene.catchUp(relaying);
		same(scene, "select * from wide order by id");
	}

	@Test
	void twentyMegabytesArrive() throws Exception {
		RelayScene scene = scene(List.of("create table file (id int primary key, content bytea)"));
		Relaying relaying = scene.relay("one");
		scene.execute(Side.SOURCE,
				"insert into file select 1, decode(string_agg(md5(i::text), ''), 'hex') from generate_series(1, 1310720) i",
				"insert into file values (2, '')");
		scene.catchUp(relaying);
		String read = "select id, length(content), sha256(content) from file order by id";
		same(scene, read);
		assertThat(scene.query(Side.TARGET, "select length(content) from file where id = 1"))
			.containsExactly(List.of("20971520"));
	}

	/**
	 * Settings of a database change how values are written, and how they are read.
	 */
	@Test
	void settingsOfADatabaseDoNotMatter() throws Exception {
		RelayScene scene = scene(List
			.of("create table setting (id int primary key, a text[], t timestamptz, i interval, f double precision, b bytea)"),
				List.of("*"),
				List.of("array_nulls = off", "DateStyle = 'German, DMY'", "IntervalStyle = 'sql_standard'",
						"TimeZone = 'Asia/Kathmandu'", "bytea_output = 'escape'", "extra_float_digits = -15",
						"default_transaction_read_only = off"));
		Relaying relaying = scene.relay("one");
		scene.execute(Side.SOURCE,
				"insert into setting values (1, '{NULL,\"NULL\",a}', '2024-02-03 04:05:06.789+00', '-1 day 2:03', 0.1::float8 + 0.2, '\\x005c')");
		scene.catchUp(relaying);
		String read = "select a[1] is null, a[2] = 'NULL', extract(epoch from t), extract(epoch from i), f = 0.1::float8 + 0.2, encode(b, 'hex') from setting";
		same(scene, read);
		assertThat(scene.query(Side.TARGET, read)).hasSize(1);
	}

	/**
	 * Values of one type.
	 *
	 * @param type the type
	 * @param key whether it can be a key's
	 * @param literals the values, as a statement writes them between quotes
	 */
	record Values(String type, boolean key, List<String> literals) {

		static Values of(String type, String literals) {
			return new Values(type, false, List.of(literals.split("\\|", -1)));
		}

		static Values key(String type, String literals) {
			return new Values(type, true, List.of(literals.split("\\|", -1)));
		}

		@Override
		public String toString() {
			return this.type;
		}

	}

}
