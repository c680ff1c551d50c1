package io.migration.jdbc;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import io.migration.mirror.Comparisons.Result;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

class ResultComparisonTests {

	private static final UUID SOME_UUID = UUID.fromString("01234567-89ab-cdef-fedc-ba9876543210");

	private static final LocalDateTime SOME_TIME = LocalDateTime.parse("2024-02-29T23:59:58.123456");

	@ParameterizedTest
	@MethodSource("equalValues")
	void valuesThatMeanTheSameAreEqual(ResultColumn one, @Nullable Object value, ResultColumn other,
			@Nullable Object otherValue) {
		assertThat(compare("select a from t", one, value, other, otherValue).result()).isEqualTo(Result.MATCH);
		assertThat(compare("select a from t", other, otherValue, one, value).result()).isEqualTo(Result.MATCH);
	}

	static Stream<Arguments> equalValues() {
		ResultColumn number = of(ValueKind.NUMBER);
		ResultColumn single = of(ValueKind.FLOAT);
		ResultColumn twice = of(ValueKind.DOUBLE);
		ResultColumn truth = of(ValueKind.BOOLEAN);
		ResultColumn text = of(ValueKind.TEXT);
		ResultColumn padded = of(ValueKind.PADDED);
		ResultColumn bytes = of(ValueKind.BYTES);
		ResultColumn uuid = of(ValueKind.UUID);
		ResultColumn json = of(ValueKind.JSON);
		ResultColumn other = of(ValueKind.OTHER);
		ResultColumn date = of(ValueKind.DATE);
		ResultColumn time = of(ValueKind.TIME, 6);
		ResultColumn local = of(ValueKind.LOCAL, 6);
		ResultColumn instant = of(ValueKind.INSTANT, 6);
		return Stream.of(Arguments.of(number, decimal("1"), number, decimal("1.00")),
				Arguments.of(number, decimal("0"), number, decimal("0.000")),
				Arguments.of(number, decimal("1E+3"), number, decimal("1000")),
				Arguments.of(number, decimal("12345678901234567890123456789.5"), number,
						decimal("12345678901234567890123456789.50")),
				Arguments.of(number, Double.NaN, number, Double.NaN), Arguments.of(number, null, number, null),
				Arguments.of(twice, Double.NaN, twice, Double.NaN), Arguments.of(twice, -0.0, twice, 0.0),
				Arguments.of(twice, Double.NEGATIVE_INFINITY, twice, Double.NEGATIVE_INFINITY),
				Arguments.of(twice, 0.1, number, decimal("0.10")), Arguments.of(twice, 3.0, number, decimal("3")),
				Arguments.of(twice, Double.NaN, number, Double.NaN), Arguments.of(single, -0.0, single, 0.0),
				Arguments.of(single, (double) 0.1f, twice, 0.1),
				Arguments.of(single, (double) 0.1f, number, decimal("0.1")),
				Arguments.of(single, (double) 1.2345678f, named(ValueKind.FLOAT, "FLOAT"), (double) 1.23457f),
				Arguments.of(single, Double.NaN, named(ValueKind.FLOAT, "FLOAT"), Double.NaN),
				Arguments.of(truth, decimal("1"), number, decimal("1.0")),
				Arguments.of(truth, decimal("0"), truth, decimal("0")), Arguments.of(truth, decimal("1"), text, "true"),
				Arguments.of(truth, decimal("0"), padded, "f"), Arguments.of(truth, decimal("0"), text, "0"),
				Arguments.of(number, decimal("1.50"), text, "1.5"), Arguments.of(twice, Double.NaN, text, "NaN"),
				Arguments.of(text, "", text, ""), Arguments.of(text, "Grüße \uD83D\uDE00", text, "Grüße \uD83D\uDE00"),
				Arguments.of(padded, "ab   ", padded, "ab"), Arguments.of(padded, "ab   ", text, "ab"),
				Arguments.of(padded, "    ", padded, ""), Arguments.of(other, "[1,5)", other, "[1,5)"),
				Arguments.of(other, "happy", text, "happy"), Arguments.of(bytes, buffer(1, 2), bytes, buffer(1, 2)),
				Arguments.of(bytes, utf8("Grüße"), text, "Grüße"),
				Arguments.of(bytes, utf8("sixteen letters!"), text, "sixteen letters!"),
				Arguments.of(uuid, SOME_UUID, uuid, SOME_UUID),
				Arguments.of(uuid, SOME_UUID, text, "01234567-89AB-CDEF-FEDC-BA9876543210"),
				Arguments.of(uuid, SOME_UUID, padded, "0123456789abcdeffedcba9876543210"),
				Arguments.of(uuid, SOME_UUID, bytes, uuidBytes()),
				Arguments.of(text, SOME_UUID.toString(), bytes, uuidBytes()),
				Arguments.of(uuid, SOME_UUID, bytes, utf8(SOME_UUID.toString())),
				Arguments.of(json, "{\"a\": 1, \"b\": [1.0, null, \"\\u00fc\"]}", text,
						"{\"b\":[1,null,\"ü\"],\"a\":1.00}"),
				Arguments.of(json, "{\"a\":1,\"a\":2}", json, "{\"a\": 2}"), Arguments.of(json, " null ", json, "null"),
				Arguments.of(json, "[]", json, "[ ]"), Arguments.of(json, "1e400", json, "10e399"),
				Arguments.of(json, "not json", json, "not json"),
				Arguments.of(json, "[".repeat(100_000), json, "[".repeat(100_000)),
				Arguments.of(json, "[1,\"a\",null]", of(ValueKind.ARRAY), Arrays.asList(decimal("1.0"), "a", null)),
				Arguments.of(date, LocalDate.MAX, date, LocalDate.MAX),
				Arguments.of(date, LocalDate.parse("2024-02-29"), local, LocalDateTime.parse("2024-02-29T00:00")),
				Arguments.of(time, LocalTime.parse("23:59:59.5"), time, LocalTime.parse("23:59:59.500")),
				Arguments.of(time, "24:00:00", time, "24:00:00"), Arguments.of(local, SOME_TIME, local, SOME_TIME),
				Arguments.of(local, SOME_TIME, of(ValueKind.LOCAL, 3), LocalDateTime.parse("2024-02-29T23:59:58.123")),
				Arguments.of(local, SOME_TIME, of(ValueKind.LOCAL, 0), LocalDateTime.parse("2024-02-29T23:59:58")),
				Arguments.of(local, LocalDateTime.parse("2024-12-31T23:59:59.7"), of(ValueKind.LOCAL, 0),
						LocalDateTime.parse("2025-01-01T00:00")),
				Arguments.of(local, LocalDateTime.MAX, local, LocalDateTime.MAX),
				Arguments.of(local, LocalDateTime.MAX, of(ValueKind.LOCAL, 0), LocalDateTime.MAX),
				Arguments.of(instant, OffsetDateTime.MAX.toInstant(), instant, OffsetDateTime.MAX.toInstant()),
				Arguments.of(instant, Instant.parse("2024-01-01T00:00:00Z"), instant,
						OffsetDateTime.parse("2024-01-01T02:00:00+02:00").toInstant()),
				Arguments.of(instant, SOME_TIME.atZone(ZoneId.systemDefault()).toInstant(), local, SOME_TIME),
				Arguments.of(array(number), List.of(decimal("1")), array(twice), List.of(1.0)),
				Arguments.of(array(uuid), List.of(SOME_UUID), array(text), List.of(SOME_UUID.toString())),
				Arguments.of(array(number), List.of(List.of(decimal("1")), List.of(decimal("2.0"))), array(number),
						List.of(List.of(decimal("1.0")), List.of(decimal("2")))),
				Arguments.of(array(text), Arrays.asList("a", null), array(text), Arrays.asList("a", null)),
				Arguments.of(array(text), List.of(), array(text), List.of()));
	}

	@ParameterizedTest
	@MethodSource("differingValues")
	void valuesThatDoNotMeanTheSameDiffer(ResultColumn one, @Nullable Object value, ResultColumn other,
			@Nullable Object otherValue) {
		assertThat(compare("select a from t", one, value, other, otherValue).result()).isEqualTo(Result.MISMATCH);
		assertThat(compare("select a from t order by b", other, otherValue, one, value).result())
			.isEqualTo(Result.MISMATCH);
	}

	static Stream<Arguments> differingValues() {
		ResultColumn number = of(ValueKind.NUMBER);
		ResultColumn single = of(ValueKind.FLOAT);
		ResultColumn twice = of(ValueKind.DOUBLE);
		ResultColumn truth = of(ValueKind.BOOLEAN);
		ResultColumn text = of(ValueKind.TEXT);
		ResultColumn padded = of(ValueKind.PADDED);
		ResultColumn bytes = of(ValueKind.BYTES);
		ResultColumn uuid = of(ValueKind.UUID);
		ResultColumn json = of(ValueKind.JSON);
		ResultColumn date = of(ValueKind.DATE);
		ResultColumn time = of(ValueKind.TIME, 6);
		ResultColumn local = of(ValueKind.LOCAL, 6);
		ResultColumn instant = of(ValueKind.INSTANT, 6);
		return Stream.of(Arguments.of(number, decimal("1"), number, decimal("1.01")),
				Arguments.of(number, decimal("0"), number, null), Arguments.of(text, "", text, null),
				Arguments.of(number, decimal("9007199254740993"), number, decimal("9007199254740992")),
				Arguments.of(twice, Double.NaN, twice, 0.0), Arguments.of(twice, 0.1, twice, 0.1 + Math.ulp(0.1)),
				Arguments.of(twice, Double.POSITIVE_INFINITY, twice, Double.MAX_VALUE),
				Arguments.of(single, (double) 0.1f, single, (double) Math.nextUp(0.1f)),
				Arguments.of(single, (double) 1.2345678f, named(ValueKind.FLOAT, "FLOAT"), (double) 1.23458f),
				Arguments.of(truth, decimal("1"), truth, decimal("0")),
				Arguments.of(truth, decimal("1"), number, decimal("2")), Arguments.of(truth, decimal("1"), text, "f"),
				Arguments.of(number, decimal("1"), text, "one"), Arguments.of(text, "a", text, "A"),
				Arguments.of(text, "a ", text, "a"), Arguments.of(text, "ü", text, "u\u0308"),
				Arguments.of(text, "null", text, null), Arguments.of(padded, "ab ", padded, "abc"),
				Arguments.of(padded, " ab", padded, "ab"), Arguments.of(padded, "ab\t", padded, "ab"),
				Arguments.of(bytes, buffer(1, 2), bytes, buffer(1, 2, 0)),
				Arguments.of(bytes, utf8(SOME_UUID.toString()), bytes, uuidBytes()),
				Arguments.of(bytes, buffer(), bytes, null), Arguments.of(uuid, SOME_UUID, uuid, new UUID(1, 2)),
				Arguments.of(uuid, SOME_UUID, text, "01234567-89ab-cdef-fedc-ba9876543211"),
				Arguments.of(uuid, SOME_UUID, text, "no uuid"), Arguments.of(json, "{\"a\":1}", json, "{\"a\":\"1\"}"),
				Arguments.of(json, "{\"a\":null}", json, "{}"), Arguments.of(json, "[1,2]", json, "[2,1]"),
				Arguments.of(json, "null", json, null), Arguments.of(json, "{\"a\":1}", json, "{\"a\":1"),
				Arguments.of(json, "1.00000000000000000001", json, "1"),
				Arguments.of(date, LocalDate.parse("2024-02-29"), date, LocalDate.parse("2024-03-01")),
				Arguments.of(date, LocalDate.parse("2024-02-29"), local, LocalDateTime.parse("2024-02-29T00:00:01")),
				Arguments.of(time, LocalTime.parse("23:59:59.5"), time, LocalTime.parse("23:59:59.500001")),
				Arguments.of(time, LocalTime.MIDNIGHT, time, "24:00:00"),
				Arguments.of(local, SOME_TIME, local, SOME_TIME.plusNanos(1000)),
				Arguments.of(local, SOME_TIME, of(ValueKind.LOCAL, 3), LocalDateTime.parse("2024-02-29T23:59:58.124")),
				Arguments.of(local, SOME_TIME, of(ValueKind.LOCAL, 0),
						LocalDateTime.parse("2024-02-29T23:59:58.123457")),
				Arguments.of(local, LocalDateTime.MAX, local, SOME_TIME),
				Arguments.of(instant, Instant.parse("2024-01-01T00:00:00Z"), instant,
						Instant.parse("2024-01-01T01:00:00Z")),
				Arguments.of(array(number), List.of(decimal("1"), decimal("2")), array(number),
						List.of(decimal("2"), decimal("1"))),
				Arguments.of(array(text), List.of(), array(text), null),
				Arguments.of(array(text), Arrays.asList("a", null), array(text), List.of("a", "null")));
	}

	@Test
	void rowsMayComeInAnyOrderUnlessTheQueryHasOne() {
		List<List<Object>> rows = rows("1 a", "2 b", "3 c");
		List<List<Object>> others = rows("3 c", "1 a", "2 b");
		assertThat(compare("select id, name from t", rows, others).result()).isEqualTo(Result.MATCH);
		assertThat(compare("select id, name from t order by id", rows, others))
			.isEqualTo(new ResultComparison.Outcome(Result.MISMATCH, "row 1 comes in another order"));
		assertThat(compare("select id, name from t order by 2 desc", rows, others).result()).isEqualTo(Result.MISMATCH);
	}

	@Test
	void rowsThatTheOrderDoesNotTellApartMayComeInAnyOrder() {
		List<List<Object>> rows = rows("1 a", "2 a", "3 b");
		List<List<Object>> others = rows("2 a", "1 a", "3 b");
		assertThat(compare("select id, name from t order by name", rows, others).result()).isEqualTo(Result.MATCH);
		assertThat(compare("select id, name from t order by created", rows, others).result()).isEqualTo(Result.MATCH);
		assertThat(compare("select id, name from t order by name, id", rows, others).result())
			.isEqualTo(Result.MISMATCH);
	}

	@Test
	void rowsThatOccurSeveralTimesAreCounted() {
		assertThat(compare("select id, name from t", rows("1 a", "1 a", "2 b"), rows("1 a", "2 b", "2 b")).result())
			.isEqualTo(Result.MISMATCH);
		assertThat(compare("select id, name from t", rows("1 a", "1 a", "2 b"), rows("1 a", "2 b", "1 a")).result())
			.isEqualTo(Result.MATCH);
	}

	@Test
	void aMissingRowIsADifference() {
		assertThat(compare("select id, name from t", rows("1 a", "2 b"), rows("1 a")))
			.isEqualTo(new ResultComparison.Outcome(Result.MISMATCH, "rows: 2 on source, 1 on target"));
	}

	@Test
	void nothingIsSaidAboutRowsWhereALimitCutsAmongEqualOnes() {
		List<List<Object>> rows = rows("1 a", "2 b", "3 b");
		assertThat(compare("select id, name from t order by name limit 3", rows, rows("1 a", "2 b", "4 b")).result())
			.isEqualTo(Result.SKIPPED);
		assertThat(compare("select id, name from t limit 3", rows, rows("1 a", "2 b", "4 b")).result())
			.isEqualTo(Result.SKIPPED);
		assertThat(compare("select id, name from t order by lower(name) limit 3", rows, rows("1 a", "2 b", "4 b"))
			.result()).isEqualTo(Result.SKIPPED);
		assertThat(compare("select id, name from t order by name limit 3", rows, rows("3 b", "2 b", "1 a")).result())
			.isEqualTo(Result.MISMATCH);
		assertThat(compare("select id, name from t limit 3", rows, rows("3 b", "2 b", "1 a")).result())
			.isEqualTo(Result.MATCH);
	}

	@Test
	void whatTheLimitDoesNotReachIsCompared() {
		List<List<Object>> rows = rows("1 a", "2 b", "3 c");
		assertThat(compare("select id, name from t order by name limit 3", rows, rows("1 a", "9 b", "3 c")))
			.isEqualTo(new ResultComparison.Outcome(Result.MISMATCH, "rows 2 to 2"));
		assertThat(compare("select id, name from t order by name limit 3", rows, rows("1 a", "2 b", "3 d")).result())
			.isEqualTo(Result.MISMATCH);
	}

	@Test
	void aResultThatWasNotReadToItsEndIsSkipped() {
		QueryText text = QueryText.of("select id, name from t", SqlDialect.POSTGRESQL);
		QueryResult part = new QueryResult(List.of(of(ValueKind.TEXT)), List.of(), false);
		QueryResult whole = new QueryResult(List.of(of(ValueKind.TEXT)), List.of(List.of("a")), true);
		assertThat(ResultComparison.of(text, false, part, whole).result()).isEqualTo(Result.SKIPPED);
		assertThat(ResultComparison.of(text, false, whole, part).result()).isEqualTo(Result.SKIPPED);
	}

	@Test
	void columnsAreCounted() {
		QueryText text = QueryText.of("select * from t", SqlDialect.POSTGRESQL);
		QueryResult one = new QueryResult(List.of(of(ValueKind.TEXT)), List.of(), true);
		QueryResult none = new QueryResult(List.of(), List.of(), true);
		assertThat(ResultComparison.of(text, false, one, none))
			.isEqualTo(new ResultComparison.Outcome(Result.MISMATCH, "columns: 1 on source, 0 on target"));
	}

	@Test
	void aDifferenceNamesTheColumnOfTheRowThatIsNearest() {
		assertThat(compare("select id, name from t", rows("1 secret", "2 b"), rows("2 b", "1 other")))
			.isEqualTo(new ResultComparison.Outcome(Result.MISMATCH, "row 1, column name"));
	}

	@Test
	void aColumnThatIsNamedAfterAnExpressionIsToldByItsPosition() {
		ResultColumn secret = new ResultColumn("'secret'", false, ValueKind.TEXT, "VARCHAR", 0, null);
		assertThat(compare("select 'secret' from t", secret, "secret", secret, "other").difference())
			.isEqualTo("row 1, column 1");
	}

	private static ResultComparison.Outcome compare(String sql, ResultColumn one, @Nullable Object value,
			ResultColumn other, @Nullable Object otherValue) {
		return ResultComparison.of(QueryText.of(sql, SqlDialect.POSTGRESQL), false,
				new QueryResult(List.of(one), List.of(Arrays.asList(value)), true),
				new QueryResult(List.of(other), List.of(Arrays.asList(otherValue)), true));
	}

	private static ResultComparison.Outcome compare(String sql, List<List<Object>> source, List<List<Object>> target) {
		List<ResultColumn> columns = List.of(new ResultColumn("id", true, ValueKind.TEXT, "text", 0, null),
				new ResultColumn("name", true, ValueKind.TEXT, "text", 0, null));
		return ResultComparison.of(QueryText.of(sql, SqlDialect.POSTGRESQL), false,
				new QueryResult(columns, new ArrayList<>(source), true),
				new QueryResult(columns, new ArrayList<>(target), true));
	}

	private static List<List<Object>> rows(String... rows) {
		return Stream.of(rows).map((row) -> List.<Object>of((Object[]) row.split(" "))).toList();
	}

	private static ResultColumn of(ValueKind kind) {
		return of(kind, 0);
	}

	private static ResultColumn of(ValueKind kind, int scale) {
		return new ResultColumn("a", true, kind, "type", scale, null);
	}

	private static ResultColumn named(ValueKind kind, String typeName) {
		return new ResultColumn("a", true, kind, typeName, 0, null);
	}

	private static ResultColumn array(ResultColumn element) {
		return of(ValueKind.ARRAY).of(element);
	}

	private static BigDecimal decimal(String number) {
		return new BigDecimal(number);
	}

	private static ByteBuffer buffer(int... bytes) {
		ByteBuffer buffer = ByteBuffer.allocate(bytes.length);
		for (int one : bytes) {
			buffer.put((byte) one);
		}
		return buffer.flip();
	}

	private static ByteBuffer utf8(String text) {
		return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
	}

	private static ByteBuffer uuidBytes() {
		return ByteBuffer.allocate(16)
			.putLong(SOME_UUID.getMostSignificantBits())
			.putLong(SOME_UUID.getLeastSignificantBits())
			.flip();
	}

}
