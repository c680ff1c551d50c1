package io.migration.jdbc;

import java.sql.Types;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * The questions that {@link SchemaReader} asks a database about itself. The answers have
 * the same columns whatever the database. In a question, {@code %s} stands for
 * placeholders for the names of schemas.
 */
interface Catalog {

	/**
	 * Return the catalog of a dialect.
	 * @param dialect the dialect
	 * @return its catalog
	 */
	static Catalog of(SqlDialect dialect) {
		return switch (dialect) {
			case POSTGRESQL -> new PostgresCatalog();
			case MYSQL -> new MySqlCatalog();
			case H2 -> new H2Catalog();
		};
	}

	/**
	 * Return the question for the schema that a connection begins in.
	 * @return a query for one name
	 */
	String currentSchema();

	/**
	 * Return the question for all schemas that may hold tables of an application.
	 * @return a query for their names
	 */
	String schemas();

	/**
	 * Return the question for tables.
	 * @return a query for schema and name
	 */
	String tables();

	/**
	 * Return the question for columns, in their order.
	 * @return a query for schema, table, name, type, what {@link #jdbcType} understands,
	 * whether the column takes NULL, is computed, is generated, and has a default
	 */
	String columns();

	/**
	 * Return the question for everything that keeps rows unique, in the order in which
	 * the table would rather be identified by it, and of its columns.
	 * @return a query for schema, table, name, whether it can identify a row, and a
	 * column
	 */
	String keys();

	/**
	 * Return the question for foreign keys.
	 * @return a query for schema, table, name, schema and name of the referenced table,
	 * and whether it cascades
	 */
	String references();

	/**
	 * Return the question for what else runs when a row is written.
	 * @return a query for schema, table and name
	 */
	String triggers();

	/**
	 * Return the question for routines that may write.
	 * @return a query for names, which takes no schemas
	 */
	String volatileFunctions();

	/**
	 * Return the type of a column as JDBC knows it.
	 * @param type what {@link #columns()} found
	 * @return one of {@link Types}
	 */
	int jdbcType(String type);

	/**
	 * Return the type that has one name in all databases, or nearly so.
	 * @param type its name
	 * @return one of {@link Types}, {@code null} if the name says nothing
	 */
	static @Nullable Integer commonType(String type) {
		return switch (type.toLowerCase(Locale.ROOT)) {
			case "boolean", "bool" -> Types.BOOLEAN;
			case "tinyint" -> Types.TINYINT;
			case "smallint", "int2", "year" -> Types.SMALLINT;
			case "int", "integer", "int4", "mediumint" -> Types.INTEGER;
			case "bigint", "int8" -> Types.BIGINT;
			case "decimal", "numeric" -> Types.NUMERIC;
			case "real", "float4" -> Types.REAL;
			case "double", "double precision", "float8" -> Types.DOUBLE;
			case "char", "character", "bpchar" -> Types.CHAR;
			case "varchar", "character varying", "text", "enum", "set" -> Types.VARCHAR;
			case "binary" -> Types.BINARY;
			case "varbinary", "binary varying", "bytea" -> Types.VARBINARY;
			case "date" -> Types.DATE;
			case "time", "time without time zone" -> Types.TIME;
			case "timestamp without time zone" -> Types.TIMESTAMP;
			case "timestamptz", "timestamp with time zone" -> Types.TIMESTAMP_WITH_TIMEZONE;
			case "timetz", "time with time zone" -> Types.TIME_WITH_TIMEZONE;
			default -> null;
		};
	}

}
