package io.migration.jdbc;

import java.sql.Types;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

import io.migration.Side;
import io.migration.jdbc.MirroredTable.ColumnPair;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TableMapping}.
 */
class TableMappingTests {

	private static final Column ID = column("id", "bigint");

	private SqlDialect sourceDialect = SqlDialect.POSTGRESQL;

	private final List<Table> source = new ArrayList<>();

	private final List<Table> target = new ArrayList<>();

	private static Column column(String name, String type) {
		return new Column(name, type, jdbcType(type), false, false, false, false);
	}

	private static Column nullable(String name, String type) {
		return new Column(name, type, jdbcType(type), true, false, false, true);
	}

	private static Column computed(String name) {
		return new Column(name, "int", Types.INTEGER, true, true, false, true);
	}

	/** As the catalogs find it, for the types that are told by it. */
	private static int jdbcType(String type) {
		if (type.endsWith("[]")) {
			return Types.ARRAY;
		}
		return switch (type) {
			case "public.mood", "public.humour", "public.citext" -> Types.VARCHAR;
			case "public.positive" -> Types.INTEGER;
			default -> Types.OTHER;
		};
	}

	private static Table table(TableName name, List<String> key, Column... columns) {
		return new Table(name, Arrays.asList(columns), key, false, List.of(), List.of());
	}

	private static Table table(String schema, String name, Column... columns) {
		return table(new TableName(schema, name), List.of(columns[0].name()), columns);
	}

	private TableMapping map(Map<String, TableScope.Mapping> mappings) {
		return TableMapping.of(new TableMapping.Schema(this.sourceDialect, "app", this.source),
				new TableMapping.Schema(SqlDialect.POSTGRESQL, "public", this.target), mappings);
	}

	private List<String> differences(Map<String, TableScope.Mapping> mappings) {
		return map(mappings).differences().stream().map(SchemaDifference::toString).toList();
	}

	private static TableScope.Mapping mapping(String name, Map<String, String> columns, String... excluded) {
		return new TableScope.Mapping(name, columns, List.of(excluded));
	}

	@Test
	void equalTablesAreMirrored() {
		this.source.add(table("app", "items", ID, nullable("text", "text")));
		this.target.add(table("public", "items", ID, nullable("text", "text"), nullable("more", "text")));
		TableMapping mapping = map(Map.of());
		assertThat(mapping.differences()).isEmpty();
		assertThat(mapping.tables()).singleElement().satisfies((table) -> {
			assertThat(table.on(Side.SOURCE).name()).hasToString("app.items");
			assertThat(table.on(Side.TARGET).name()).hasToString("public.items");
			assertThat(table.key()).containsExactly(new ColumnPair(ID, ID));
			assertThat(table.others()).extracting((pair) -> pair.target().name()).containsExactly("text");
			assertThat(table.fedWhole(Side.TARGET)).isFalse();
		});
	}

	@Test
	void otherSchemasKeepTheirName() {
		this.source.add(table("sales", "items", ID));
		this.target.add(table("public", "items", ID));
		assertThat(differences(Map.of())).containsExactly("sales.items: target has no table sales.items");
		this.target.add(table("sales", "items", ID));
		assertThat(differences(Map.of())).isEmpty();
	}

	@Test
	void namesThatDifferByCaseAreFound() {
		this.source.add(table("app", "Items", column("Id", "bigint")));
		this.target.add(table("public", "ITEMS", column("ID", "bigint")));
		assertThat(differences(Map.of())).isEmpty();
	}

	@Test
	void tablesAndColumnsAreRenamedAndExcluded() {
		this.source.add(table("app", "items", ID, nullable("text", "text"), nullable("gone", "text")));
		this.target.add(table("public", "goods", column("no", "bigint"), nullable("words", "text")));
		TableMapping mapping = map(Map.of("items", mapping("goods", Map.of("id", "no", "text", "words"), "gone")));
		assertThat(mapping.differences()).isEmpty();
		assertThat(mapping.tables().get(0).fedWhole(Side.TARGET)).isTrue();
		assertThat(mapping.tables().get(0).others()).hasSize(1);
	}

	@Test
	void aMappingThatNamesWhatIsNotThereIsADifference() {
		this.source.add(table("app", "items", ID));
		this.target.add(table("public", "items", ID));
		assertThat(differences(
				Map.of("item", mapping("x", Map.of()), "items", mapping("", Map.of("text", "words"), "gone"))))
			.containsExactlyInAnyOrder("item: is mapped, but no table in scope on source has this name",
					"items: column gone is excluded, but source has none of this name",
					"items: column text is mapped, but source has none of this name");
		assertThat(differences(Map.of("items", mapping("goods", Map.of()))))
			.containsExactly("items: target has no table public.goods");
		assertThat(differences(Map.of("items", mapping("", Map.of("id", "no")))))
			.anyMatch((text) -> text.contains("no column no"));
	}

	@Test
	void twoThatBecomeOneAreADifference() {
		this.source.add(table("app", "a", ID, nullable("b", "text"), nullable("c", "text")));
		this.source.add(table("app", "b", ID));
		this.target.add(table("public", "a", ID, nullable("c", "text")));
		assertThat(differences(Map.of("a", mapping("", Map.of("b", "c")), "b", mapping("a", Map.of())))).hasSize(2)
			.anyMatch((text) -> text.contains("two columns"))
			.anyMatch((text) -> text.contains("another table"));
	}

	@Test
	void whatTargetNeedsAndNothingFeedsIsADifference() {
		this.source.add(table("app", "items", ID, nullable("text", "text")));
		this.target.add(table("public", "items", ID, column("text", "text"), column("more", "text"),
				new Column("given", "text", Types.VARCHAR, false, false, false, true)));
		assertThat(differences(Map.of())).hasSize(2)
			.anyMatch((text) -> text.contains("text takes NULL on source"))
			.anyMatch((text) -> text.contains("more takes no NULL"));
	}

	@Test
	void aMissingColumnIsADifferenceUnlessExcluded() {
		this.source.add(table("app", "items", ID, nullable("text", "text")));
		this.target.add(table("public", "items", ID));
		assertThat(differences(Map.of())).singleElement().asString().contains("no column text");
		assertThat(differences(Map.of("items", mapping("", Map.of(), "text")))).isEmpty();
	}

	@Test
	void theKeyHasToBeOneOnBothSides() {
		TableName name = new TableName("public", "items");
		this.source.add(table(new TableName("app", "items"), List.of("id", "no"), ID, column("no", "int")));
		this.target.add(table(name, List.of("no", "id"), ID, column("no", "int")));
		assertThat(differences(Map.of())).isEmpty();
		for (List<String> key : List.of(List.of("id"), List.<String>of())) {
			this.target.set(0, table(name, key, ID, column("no", "int")));
			TableMapping mapping = map(Map.of());
			assertThat(mapping.tables()).isEmpty();
			assertThat(mapping.differences()).singleElement()
				.asString()
				.contains("public.items has no primary key", "[id, no]");
		}
		assertThat(differences(Map.of("items", mapping("", Map.of(), "no"))))
			.anyMatch((text) -> text.contains("belongs to the key"));
		this.source.set(0, table(new TableName("app", "items"), List.of(), ID, column("no", "int")));
		assertThat(differences(Map.of())).singleElement().asString().contains("source has neither");
	}

	@Test
	void computedColumnsAreComputedOnBothSidesOrExcluded() {
		this.source.add(table("app", "items", ID, computed("a"), computed("b"), nullable("c", "int")));
		this.target.add(table("public", "items", ID, computed("a"), nullable("b", "int"), computed("c")));
		TableMapping mapping = map(Map.of());
		assertThat(mapping.differences()).hasSize(2);
		assertThat(mapping.tables().get(0).others()).isEmpty();
		assertThat(differences(Map.of("items", mapping("", Map.of(), "b", "c")))).isEmpty();
	}

	@Test
	void largeObjectsAreADifference() {
		this.source.add(table("app", "items", ID, nullable("lob", "oid")));
		this.target.add(table("public", "items", ID, nullable("lob", "oid")));
		assertThat(differences(Map.of())).singleElement().asString().contains("bytea");
	}

	@Test
	void targetIsReadWhereTablesMayBe() {
		TableScope scope = TableMapping.onTarget(new TableScope(List.of("orders", "sales.*"), List.of("audit"),
				Map.of("orders", mapping("stock.orders", Map.of()))));
		assertThat(scope.include()).containsExactlyInAnyOrder("*", "sales.*", "stock.*");
		assertThat(scope.exclude()).isEmpty();
	}

	private List<String> types(SqlDialect dialect, String from, String to) {
		this.sourceDialect = dialect;
		this.source.add(table("app", "items", ID, nullable("value", from)));
		this.target.add(table("public", "items", ID, nullable("value", to)));
		return differences(Map.of());
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			integer                     | bigint                      | true
			bigint                      | integer                     | false
			integer                     | numeric                     | true
			integer                     | numeric(9,0)                | false
			integer                     | numeric(12,2)               | true
			bigint                      | text                        | true
			bigint                      | character varying(10)       | false
			bigint                      | double precision            | false
			integer                     | double precision            | true
			numeric(10,2)               | numeric(12,2)               | true
			numeric(10,2)               | numeric(10,3)               | false
			numeric(10,2)               | numeric(10,1)               | false
			numeric                     | numeric(10,2)               | false
			numeric(9,0)                | integer                     | true
			numeric(10,0)               | integer                     | false
			numeric(18,0)               | bigint                      | true
			real                        | double precision            | true
			double precision            | real                        | false
			double precision            | numeric                     | false
			character varying(200)      | character varying(100)      | false
			character varying(100)      | character varying(200)      | true
			character varying(100)      | text                        | true
			character varying           | character varying(100)      | false
			text                        | character varying           | true
			character(3)                | character varying(3)        | true
			text                        | public.mood                 | true
			public.mood                 | text                        | true
			public.mood                 | public.humour               | true
			public.mood                 | integer                     | false
			public.citext               | text                        | true
			public.positive             | integer                     | true
			public.positive             | smallint                    | false
			text                        | integer                     | false
			text                        | jsonb                       | true
			json                        | jsonb                       | true
			jsonb                       | text                        | true
			jsonb                       | character varying(100)      | false
			uuid                        | character varying(36)       | true
			uuid                        | character varying(35)       | false
			character varying(36)       | uuid                        | true
			bytea                       | text                        | false
			boolean                     | smallint                    | false
			boolean                     | text                        | true
			date                        | timestamp without time zone | false
			timestamp without time zone | timestamp with time zone    | true
			timestamp with time zone    | timestamp(3) with time zone | false
			timestamp(3) with time zone | timestamp(6) without time zone | true
			time without time zone      | time with time zone         | false
			text[]                      | text[]                      | true
			text[]                      | integer[]                   | false
			text[]                      | text                        | false
			inet                        | inet                        | true
			inet                        | cidr                        | false
			interval day to second(3)   | interval day to second(3)   | true
			""")
	void typesOfPostgresFitOrDoNot(String from, String to, boolean fits) {
		assertThat(types(SqlDialect.POSTGRESQL, from, to).isEmpty()).isEqualTo(fits);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			tinyint(1)            | boolean                     | true
			tinyint(1)            | smallint                    | true
			tinyint(4)            | boolean                     | false
			bit(1)                | boolean                     | true
			bit(8)                | boolean                     | false
			int(11)               | integer                     | true
			int(10) unsigned      | integer                     | false
			int(10) unsigned      | bigint                      | true
			mediumint(8) unsigned | integer                     | true
			bigint(20)            | bigint                      | true
			bigint(20) unsigned   | bigint                      | true
			bigint(20) unsigned   | numeric(20,0)               | true
			decimal(10,2)         | numeric(10,2)               | true
			float                 | real                        | true
			double                | double precision            | true
			double                | real                        | false
			varchar(20)           | character varying(20)       | true
			varchar(20)           | character varying(10)       | false
			longtext              | jsonb                       | true
			longtext              | text                        | true
			text                  | character varying(100)      | false
			tinytext              | character varying(255)      | true
			json                  | jsonb                       | true
			char(36)              | uuid                        | true
			binary(16)            | uuid                        | true
			binary(15)            | uuid                        | false
			uuid                  | uuid                        | true
			longblob              | bytea                       | true
			varbinary(20)         | bytea                       | true
			datetime              | timestamp without time zone | true
			datetime(6)           | timestamp with time zone    | true
			datetime(6)           | timestamp(0) with time zone | false
			timestamp             | timestamp with time zone    | true
			time                  | time without time zone      | true
			date                  | date                        | true
			year(4)               | integer                     | true
			enum('a','b')         | text                        | true
			enum('a','b')         | character varying(20)       | true
			set('a','b')          | text                        | true
			point                 | point                       | true
			point                 | text                        | false
			""")
	void typesOfMariaDbFitThoseOfPostgresOrDoNot(String from, String to, boolean fits) {
		assertThat(types(SqlDialect.MYSQL, from, to).isEmpty()).isEqualTo(fits);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			boolean                     | tinyint(1)   | true
			bigint                      | bigint(20)   | true
			text                        | longtext     | true
			text                        | text         | false
			character varying(20)       | text         | true
			bytea                       | longblob     | true
			bytea                       | blob         | false
			jsonb                       | longtext     | true
			uuid                        | binary(16)   | true
			uuid                        | char(36)     | true
			timestamp with time zone    | datetime(6)  | true
			timestamp with time zone    | datetime     | false
			integer[]                   | longtext     | false
			""")
	void typesOfPostgresFitThoseOfMariaDbOrDoNot(String from, String to, boolean fits) {
		ColumnType type = ColumnType.of(column("a", from), SqlDialect.POSTGRESQL);
		assertThat(type.fits(ColumnType.of(column("a", to), SqlDialect.MYSQL))).isEqualTo(fits);
	}

}
