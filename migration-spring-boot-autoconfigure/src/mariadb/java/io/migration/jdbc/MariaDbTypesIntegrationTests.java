package io.migration.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.migration.Side;
import io.migration.test.MariaDbServer;
import io.migration.test.PostgresServer;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Values of every common type, copied from MariaDB to PostgreSQL and back. What arrived
 * is read by each server's own functions.
 */
@Tag("mariadb")
class MariaDbTypesIntegrationTests {

	private static final String TEXTS = "|a|trailing  |back\\\\slash|it''s \"quoted\"|NULL|{a,b}|é|e\u0301|😀👩‍👧|שלום|line\nbreak|%s ? :x";

	private static final String HEX = "lower(hex(v))";

	private static final String MARIA_TEXT = "lower(hex(convert(v using utf8mb4)))";

	private static final String TEXT = "encode(convert_to(v::text, 'UTF8'), 'hex')";

	private static final Function<String, Object> NUMBER = Double::valueOf;

	private static final Function<String, Object> TEXTUAL = (text) -> text;

	private @Nullable RelayScene scene;

	@AfterEach
	void close() {
		if (this.scene != null) {
			this.scene.close();
		}
	}

	private static Stream<Pair> pairs() {
		String moment = "date_format(v, '%Y-%m-%d %H:%i:%s.%f')";
		String calendar = "to_char(v, 'YYYY-MM-DD HH24:MI:SS.US')";
		return Stream.of(new Pair("tinyint(1)", "boolean", "v", "v::int", TEXTUAL, "0|1", "false|true"),
				new Pair("bit(1)", "boolean", "v + 0", "v::int", TEXTUAL, "0|1", "false|true"),
				new Pair("tinyint", "smallint", "v", "v", TEXTUAL, "-128|0|127", "-128|0|127"),
				new Pair("int", "integer", "v", "v", TEXTUAL, "-2147483648|0|2147483647",
						"-2147483648|0|2147483647"),
				new Pair("mediumint unsigned", "integer", "v", "v", TEXTUAL, "0|16777215", "0|16777215"),
				new Pair("int unsigned", "bigint", "v", "v", TEXTUAL, "0|4294967295", "0|4294967295"),
				new Pair("bigint", "bigint", "v", "v", TEXTUAL, "-9223372036854775808|9223372036854775807",
						"-9223372036854775808|9223372036854775807"),
				new Pair("bigint unsigned", "numeric(20)", "v", "v", TEXTUAL, "0|18446744073709551615",
						"0|18446744073709551615"),
				new Pair("decimal(38, 10)", "numeric(38, 10)", "v", "v", TEXTUAL,
						"0|-9999999999999999999999999999.9999999999|0.0000000001|1.50",
						"0|-9999999999999999999999999999.9999999999|0.0000000001|1.50"),
				new Pair("float", "real", "v * 1e0", "v::float8", NUMBER, "0|-0e0|0.1|3.40282e38|1.17549e-38|16777216",
						"0|-0|0.1|3.4028e38|1.17549e-38|16777216"),
				new Pair("double", "double precision", "v", "v", NUMBER,
						"0|-0e0|0.1|1.7976931348623157e308|2.2250738585072014e-308|9007199254740993",
						"0|-0|0.1|1.7976931348623157e308|2.2250738585072014e-308|9007199254740993"),
				new Pair("datetime(6)", "timestamp", moment, calendar, TEXTUAL,
						"1000-01-01 00:00:00|9999-12-31 23:59:59.999999|2024-02-29 02:30:00.000001",
						"1000-01-01 00:00:00|9999-12-31 23:59:59.999999|2024-02-29 02:30:00.000001"),
				new Pair("timestamp(6) null default null", "timestamptz",
						"date_format(convert_tz(v, @@session.time_zone, '+00:00'), '%Y-%m-%d %H:%i:%s.%f')",
						"to_char(v at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')", TEXTUAL,
						"1970-01-02 00:00:01|2038-01-18 03:14:07.999999|2024-03-31 01:30:00",
						"1970-01-02 00:00:01+00|2038-01-18 03:14:07.999999+00|2024-03-31 01:30:00+05:45"),
				new Pair("date", "date", "v", "v", TEXTUAL, "1000-01-01|9999-12-31|2024-02-29",
						"1000-01-01|9999-12-31|2024-02-29"),
				new Pair("time(6)", "time", "time_format(v, '%H:%i:%s.%f')", "to_char(v, 'HH24:MI:SS.US')", TEXTUAL,
						"00:00:00|23:59:59.999999", "00:00:00|23:59:59.999999"),
				new Pair("year", "smallint", "v + 0", "v", TEXTUAL, "1901|2155", "1901|2155"),
				new Pair("char(12)", "char(12)", MARIA_TEXT, TEXT, TEXTUAL, "|a|é😀|it''s", "|a|é😀|it''s"),
				new Pair("varchar(100)", "varchar(100)", MARIA_TEXT, TEXT, TEXTUAL, TEXTS,
						TEXTS.replace("\\\\", "\\")),
				new Pair("longtext", "text", MARIA_TEXT, TEXT, TEXTUAL, TEXTS, TEXTS.replace("\\\\", "\\")),
				new Pair("longblob", "bytea", HEX, "encode(v, 'hex')", TEXTUAL, "|\\0|\\\\x41\\0''", "|\\x00|\\x5c7827"),
				new Pair("varbinary(300)", "bytea", HEX, "encode(v, 'hex')", TEXTUAL, "|\\0\\0|abc", "|\\x0000|abc"),
				new Pair("binary(16)", "uuid", HEX, "replace(v::text, '-', '')", TEXTUAL,
						"0123456789abcdef|\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0",
						"00000000-0000-0000-0000-000000000000|ffffffff-ffff-ffff-ffff-ffffffffffff"),
				new Pair("uuid", "uuid", "v", "v", TEXTUAL, "ffffffff-ffff-ffff-ffff-ffffffffffff",
						"00000000-0000-0000-0000-000000000001"),
				new Pair("json", "jsonb", "v", "v", JsonStructure::of,
						"null|{}|[]|{\"a\":[1.5,null,true]}|\"\\\\u00e9 😀 \\\\\"\"",
						"null|{}|[]|{\"a\":[1.5,null,true]}|\"\\u00e9 😀 \\\"\""),
				new Pair("json", "json", "v", "v", JsonStructure::of, "null|{\"b\" : 1e3}", "null|{\"b\" : 1e3}"),
				new Pair("enum('', 'sad', 'größe 😀', 'O''Brien')", "text", MARIA_TEXT, TEXT, TEXTUAL,
						"|sad|größe 😀|O''Brien", "|sad|größe 😀|O''Brien"),
				new Pair("enum('sad', 'größe')", "mood", MARIA_TEXT, TEXT, TEXTUAL, "sad|größe", "sad|größe"),
				new Pair("set('a', 'é', 'c')", "text", MARIA_TEXT, TEXT, TEXTUAL, "|a|a,é,c", "|a|a,é,c"),
				new Pair("bit(8)", "bit(8)", "lpad(bin(v + 0), 8, '0')", "v::text", TEXTUAL, "\\0|a", "00000000|11110000"));
	}

	private RelayScene scene(boolean forth, String maria, String postgres) throws SQLException {
		MariaDbServer mariaServer = MariaDbServer.shared();
		PostgresServer postgresServer = PostgresServer.shared();
		String mariaUrl = mariaServer.jdbcUrl(mariaServer.createDatabase());
		String postgresUrl = postgresServer.jdbcUrl(postgresServer.createDatabase());
		List<String> onMaria = List.of("create table valued (id int primary key, v %s)".formatted(maria));
		List<String> onPostgres = List.of("create type mood as enum ('sad', 'größe')",
				"create table valued (id int primary key, v %s)".formatted(postgres));
		RelayScene created = forth ? new RelayScene(mariaUrl, postgresUrl, onMaria, onPostgres)
				: new RelayScene(postgresUrl, mariaUrl, onPostgres, onMaria);
		this.scene = created;
		return created;
	}

	@ParameterizedTest
	@MethodSource("pairs")
	void valuesArriveOnPostgreSql(Pair pair) throws Exception {
		arrive(pair, true, pair.onMaria());
	}

	@ParameterizedTest
	@MethodSource("pairs")
	void valuesArriveOnMariaDb(Pair pair) throws Exception {
		arrive(pair, false, pair.onPostgres());
	}

	private void arrive(Pair pair, boolean forth, String literals) throws Exception {
		RelayScene scene = scene(forth, pair.maria(), pair.postgres());
		// the way back may be to a narrower type
		if (forth) {
			MirroredTable.ColumnPair column = scene.tables.get(0).others().get(0);
			assertThat(ColumnType.of(column.source(), SqlDialect.MYSQL)
				.fits(ColumnType.of(column.target(), SqlDialect.POSTGRESQL))).isTrue();
		}
		Relaying relaying = scene.relay("one");
		List<String> rows = new ArrayList<>(List.of("(0, null)"));
		for (String literal : literals.split("\\|", -1)) {
			boolean number = pair.maria().startsWith("bit") && forth && literal.matches("\\d");
			rows.add((number ? "(%d, %s)" : "(%d, '%s')").formatted(rows.size(), literal));
		}
		scene.execute(Side.SOURCE, "insert into valued values " + String.join(", ", rows));
		scene.catchUp(relaying);
		same(scene, pair, forth);
		assertThat(read(scene, pair, forth, Side.TARGET)).hasSize(rows.size());
		scene.execute(Side.SOURCE, "update valued set v = null where id = 1", "delete from valued where id = 2");
		scene.catchUp(relaying);
		same(scene, pair, forth);
	}

	private static void same(RelayScene scene, Pair pair, boolean forth) throws SQLException {
		assertThat(read(scene, pair, forth, Side.TARGET)).isEqualTo(read(scene, pair, forth, Side.SOURCE));
	}

	private static List<List<Object>> read(RelayScene scene, Pair pair, boolean forth, Side side)
			throws SQLException {
		boolean maria = (side == Side.SOURCE) == forth;
		String sql = "select id, " + (maria ? pair.readMaria() : pair.readPostgres()) + " from valued order by id";
		return scene.query(side, sql).stream().map((row) -> {
			String value = row.get(1);
			return List.of(row.get(0), (value != null) ? pair.form().apply(value) : "NULL");
		}).collect(Collectors.toList());
	}

	private static Stream<Refused> refused() {
		return Stream.of(new Refused(true, "date", "date", "'0000-00-00'", "'2024-02-29'"),
				new Refused(true, "datetime", "timestamp", "'0000-00-00 00:00:00'", "'2024-02-29 00:00:00'"),
				new Refused(true, "time", "time", "'-838:59:59'", "'23:59:59'"),
				new Refused(true, "json", "jsonb", "'\"\\\\u0000\"'", "'\"\\\\u0001\"'"),
				new Refused(true, "text", "text", "concat('a', char(0))", "'a'"),
				new Refused(false, "double", "double precision", "'NaN'", "'1.5'"),
				new Refused(false, "float", "real", "'-Infinity'", "'1.5'"),
				new Refused(false, "datetime(6)", "timestamp", "'infinity'", "'2024-02-29 00:00:00'"),
				new Refused(false, "datetime(6)", "timestamp", "'0044-03-15 12:00:00 BC'", "'2024-02-29 00:00:00'"),
				new Refused(false, "decimal(10, 2)", "numeric(10, 2)", "'NaN'", "'1.50'"),
				new Refused(false, "date", "date", "'10000-01-01'", "'2024-02-29'"),
				new Refused(false, "varchar(5)", "text", "'123456'", "'12345'"));
	}

	@ParameterizedTest
	@MethodSource("refused")
	void whatTargetCannotHoldStopsTheRelayUntilItIsCorrected(Refused refused) throws Exception {
		RelayScene scene = scene(refused.forth(), refused.maria(), refused.postgres());
		Relaying relaying = scene.relay("one");
		String insert = "insert into valued values (1, %s)".formatted(refused.value());
		if (refused.forth()) {
			insert = "set statement sql_mode = '' for " + insert;
		}
		scene.execute(Side.SOURCE, insert, "insert into valued values (2, %s)".formatted(refused.correct()));
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> relaying.relay().problem() != null);
		assertThat(relaying.relay().problem()).contains("valued");
		assertThat(scene.query(Side.TARGET, "select id from valued where id = 1")).isEmpty();
		scene.execute(Side.SOURCE, "update valued set v = %s where id = 1".formatted(refused.correct()));
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> scene.query(Side.TARGET, "select v from valued order by id").size() == 2);
		List<List<String>> values = scene.query(Side.TARGET, "select v from valued order by id");
		assertThat(values.get(0)).isEqualTo(values.get(1));
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> relaying.relay().problem() == null);
	}

	/**
	 * A type of MariaDB and the one that holds its values on PostgreSQL.
	 *
	 * @param maria the type on MariaDB
	 * @param postgres the type on PostgreSQL
	 * @param readMaria how MariaDB shows a value
	 * @param readPostgres how PostgreSQL shows it
	 * @param form brings both to one form
	 * @param onMaria the values, as MariaDB writes them between quotes
	 * @param onPostgres the values, as PostgreSQL writes them between quotes
	 */
	record Pair(String maria, String postgres, String readMaria, String readPostgres, Function<String, Object> form,
			String onMaria, String onPostgres) {

		@Override
		public String toString() {
			return "%s, %s".formatted(this.maria, this.postgres);
		}

	}

	/**
	 * A value that the other engine does not have.
	 *
	 * @param forth whether MariaDB is source
	 * @param maria the type on MariaDB
	 * @param postgres the type on PostgreSQL
	 * @param value the value
	 * @param correct one that both have
	 */
	record Refused(boolean forth, String maria, String postgres, String value, String correct) {

	}

}
