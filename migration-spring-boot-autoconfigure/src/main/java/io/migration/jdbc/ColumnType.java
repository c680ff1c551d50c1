package io.migration.jdbc;

import java.sql.Types;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The type of a column, seen as which values it holds. Values travel as text, so that the
 * name of the type does not matter: what matters is whether every value of one is a value
 * of the other.
 *
 * @param text the type as the database writes it, in lower case
 * @param family what kind of values it holds
 * @param size how many: bits of a signed integer; digits before the point; characters;
 * bytes; bits of a fraction; digits of a second
 * @param scale digits behind the point
 */
record ColumnType(String text, Family family, long size, long scale) {

	private static final long UNBOUNDED = Long.MAX_VALUE;

	private static final int UUID_CHARACTERS = 36;

	private static final int UUID_BYTES = 16;

	private static final int MICROSECONDS = 6;

	/** Also in the middle, as in {@code timestamp(3) with time zone}. */
	private static final Pattern NUMBERS = Pattern.compile("\\((\\d+)(?: ?, ?(\\d+))?\\)");

	private static final Pattern UNSIGNED = Pattern.compile(" (unsigned|zerofill)\\b");

	/**
	 * Read the type of a column.
	 * @param column the column
	 * @param dialect the dialect of its database
	 * @return the type
	 */
	static ColumnType of(Column column, SqlDialect dialect) {
		return parse(column.type().toLowerCase(Locale.ROOT), column.jdbcType(), dialect);
	}

	private static ColumnType parse(String text, int jdbcType, SqlDialect dialect) {
		if (text.endsWith("[]") || jdbcType == Types.ARRAY) {
			return new ColumnType(text, Family.ARRAY, UNBOUNDED, 0);
		}
		if (dialect == SqlDialect.MYSQL && text.startsWith("enum(")) {
			return new ColumnType(text, Family.LABEL, 0, 0);
		}
		if (dialect == SqlDialect.MYSQL && text.startsWith("set(")) {
			return new ColumnType(text, Family.TEXT, UNBOUNDED, 0);
		}
		boolean unsigned = UNSIGNED.matcher(text).find();
		String name = UNSIGNED.matcher(text).replaceAll("");
		long first = -1;
		long second = 0;
		Matcher numbers = NUMBERS.matcher(name);
		if (numbers.find()) {
			first = Long.parseLong(numbers.group(1));
			second = (numbers.group(2) != null) ? Long.parseLong(numbers.group(2)) : 0;
			name = numbers.replaceFirst("");
		}
		return known(text, name, first, second, unsigned, dialect, jdbcType);
	}

	private static ColumnType known(String text, String name, long first, long second, boolean unsigned,
			SqlDialect dialect, int jdbcType) {
		int extra = unsigned ? 1 : 0;
		boolean mySql = dialect == SqlDialect.MYSQL;
		return switch (name) {
			case "boolean", "bool" -> new ColumnType(text, Family.BOOLEAN, 1, 0);
			case "bit" -> new ColumnType(text, (mySql && first <= 1) ? Family.BOOLEAN : Family.OTHER, first, 0);
			case "tinyint" -> new ColumnType(text, (mySql && first == 1) ? Family.FLAG : Family.INTEGER, 8 + extra, 0);
			case "smallint", "year" -> new ColumnType(text, Family.INTEGER, 16 + extra, 0);
			case "mediumint" -> new ColumnType(text, Family.INTEGER, 24 + extra, 0);
			case "int", "integer" -> new ColumnType(text, Family.INTEGER, 32 + extra, 0);
			// nothing wider counts up by itself elsewhere, and what does not fit fails
			// loudly
			case "bigint" -> new ColumnType(text, Family.INTEGER, 64, 0);
			case "numeric", "decimal" -> (first < 0) ? new ColumnType(text, Family.DECIMAL, UNBOUNDED, UNBOUNDED)
					: new ColumnType(text, Family.DECIMAL, first - second, second);
			case "real" -> new ColumnType(text, Family.FLOAT, mySql ? 53 : 24, 0);
			case "float" -> new ColumnType(text, Family.FLOAT, mySql ? 24 : 53, 0);
			case "double", "double precision" -> new ColumnType(text, Family.FLOAT, 53, 0);
			case "char", "character" -> new ColumnType(text, Family.TEXT, (first < 0) ? 1 : first, 0);
			case "varchar", "character varying", "text", "character large object", "clob", "longtext" -> new ColumnType(
					text, Family.TEXT, (first >= 0) ? first : (mySql && name.equals("text")) ? 0xFFFF : UNBOUNDED, 0);
			case "tinytext" -> new ColumnType(text, Family.TEXT, 0xFF, 0);
			case "mediumtext" -> new ColumnType(text, Family.TEXT, 0xFFFFFF, 0);
			case "binary", "varbinary", "binary varying" ->
				new ColumnType(text, Family.BYTES, (first < 0) ? 1 : first, 0);
			case "bytea", "longblob", "binary large object" -> new ColumnType(text, Family.BYTES, UNBOUNDED, 0);
			case "tinyblob" -> new ColumnType(text, Family.BYTES, 0xFF, 0);
			case "blob" -> new ColumnType(text, Family.BYTES, mySql ? 0xFFFF : UNBOUNDED, 0);
			case "mediumblob" -> new ColumnType(text, Family.BYTES, 0xFFFFFF, 0);
			case "date" -> new ColumnType(text, Family.DATE, 0, 0);
			case "time", "time without time zone" -> new ColumnType(text, Family.TIME, fraction(first, dialect), 0);
			case "time with time zone" -> new ColumnType(text, Family.TIME_ZONED, fraction(first, dialect), 0);
			case "datetime", "timestamp", "timestamp without time zone", "timestamp with time zone" ->
				new ColumnType(text, Family.TIMESTAMP, fraction(first, dialect), 0);
			case "uuid" -> new ColumnType(text, Family.UUID, 0, 0);
			case "json", "jsonb" -> new ColumnType(text, Family.JSON, UNBOUNDED, 0);
			default -> named(text, jdbcType);
		};
	}

	private static long fraction(long digits, SqlDialect dialect) {
		if (digits >= 0) {
			return digits;
		}
		return (dialect == SqlDialect.MYSQL) ? 0 : MICROSECONDS;
	}

	/** A type that somebody has made: an enum, or a domain over another type. */
	private static ColumnType named(String text, int jdbcType) {
		return switch (jdbcType) {
			case Types.VARCHAR, Types.CHAR -> new ColumnType(text, Family.LABEL, 0, 0);
			case Types.BOOLEAN -> new ColumnType(text, Family.BOOLEAN, 1, 0);
			case Types.SMALLINT -> new ColumnType(text, Family.INTEGER, 16, 0);
			case Types.INTEGER -> new ColumnType(text, Family.INTEGER, 32, 0);
			case Types.BIGINT -> new ColumnType(text, Family.INTEGER, 64, 0);
			case Types.NUMERIC -> new ColumnType(text, Family.DECIMAL, UNBOUNDED, UNBOUNDED);
			case Types.REAL -> new ColumnType(text, Family.FLOAT, 24, 0);
			case Types.DOUBLE -> new ColumnType(text, Family.FLOAT, 53, 0);
			case Types.DATE -> new ColumnType(text, Family.DATE, 0, 0);
			case Types.TIMESTAMP, Types.TIMESTAMP_WITH_TIMEZONE ->
				new ColumnType(text, Family.TIMESTAMP, MICROSECONDS, 0);
			default -> new ColumnType(text, Family.OTHER, UNBOUNDED, 0);
		};
	}

	/**
	 * Return whether each value of this type is one of another.
	 * @param target the other type
	 * @return whether values can be copied without being refused or cut
	 */
	boolean fits(ColumnType target) {
		return switch (this.family) {
			case BOOLEAN -> target.family == Family.BOOLEAN || target.family == Family.FLAG || target.holds(5);
			case FLAG -> target.family == Family.BOOLEAN || target.family == Family.FLAG || fitsInteger(target);
			case INTEGER -> fitsInteger(target);
			case DECIMAL -> fitsDecimal(target);
			case FLOAT -> (target.family == Family.FLOAT && this.size <= target.size) || target.holds(25);
			case TEXT -> fitsText(target);
			case LABEL -> target.family == Family.LABEL || target.family == Family.TEXT;
			case BYTES -> (target.family == Family.BYTES && this.size <= target.size)
					|| (target.family == Family.UUID && this.size == UUID_BYTES);
			case DATE -> target.family == Family.DATE || target.holds(13);
			case TIME, TIME_ZONED -> (target.family == this.family && this.size <= target.size) || target.holds(21);
			case TIMESTAMP -> (target.family == Family.TIMESTAMP && this.size <= target.size) || target.holds(35);
			case UUID -> target.family == Family.UUID || target.holds(UUID_CHARACTERS)
					|| (target.family == Family.BYTES && target.size == UUID_BYTES);
			case JSON -> target.family == Family.JSON || target.holds(UNBOUNDED);
			case ARRAY, OTHER -> this.text.equals(target.text);
		};
	}

	private boolean holds(long characters) {
		return this.family == Family.TEXT && characters <= this.size;
	}

	private boolean fitsInteger(ColumnType target) {
		long digits = digits();
		return switch (target.family) {
			case INTEGER, FLAG -> this.size <= target.size;
			case DECIMAL -> digits <= target.size;
			case FLOAT -> this.size <= target.size;
			case TEXT -> target.holds(digits + 1);
			default -> false;
		};
	}

	/** Digits of the largest integer. */
	private long digits() {
		return (long) Math.ceil(this.size * Math.log10(2));
	}

	private boolean fitsDecimal(ColumnType target) {
		return switch (target.family) {
			case DECIMAL -> this.size <= target.size && this.scale <= target.scale;
			// 18 digits of a bigint can all be nines
			case INTEGER -> this.scale == 0 && this.size < target.digits();
			case TEXT ->
				target.size == UNBOUNDED || (this.size != UNBOUNDED && target.holds(this.size + this.scale + 3));
			default -> false;
		};
	}

	private boolean fitsText(ColumnType target) {
		return switch (target.family) {
			case TEXT -> this.size <= target.size;
			case LABEL -> true;
			case JSON -> this.size == UNBOUNDED || this.text.endsWith("text");
			case UUID -> this.size == UUID_CHARACTERS;
			default -> false;
		};
	}

	/**
	 * What kind of values a type holds.
	 */
	enum Family {

		/** True and false. */
		BOOLEAN,

		/** MySQL's {@code tinyint(1)}: either a boolean or an integer. */
		FLAG,

		/** Integers. */
		INTEGER,

		/** Exact numbers. */
		DECIMAL,

		/** Floating-point numbers. */
		FLOAT,

		/** Text. */
		TEXT,

		/** Text from a list that the database keeps. */
		LABEL,

		/** Bytes. */
		BYTES,

		/** Dates. */
		DATE,

		/** Times of day. */
		TIME,

		/** Times of day with an offset. */
		TIME_ZONED,

		/** Instants, and dates with times. */
		TIMESTAMP,

		/** UUIDs. */
		UUID,

		/** JSON. */
		JSON,

		/** Arrays. */
		ARRAY,

		/** What only a type of the same name holds. */
		OTHER

	}

}
