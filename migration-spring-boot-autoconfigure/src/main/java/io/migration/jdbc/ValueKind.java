package io.migration.jdbc;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Locale;
import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * What kind of values a result column has, whatever the engine calls its type.
 */
enum ValueKind {

	/** Read as a decimal, or a double where it is none, such as NaN. */
	NUMBER,

	/** Of single precision. */
	FLOAT,

	/** Of double precision. */
	DOUBLE,

	/** Read as 0 or 1; strings of bits as the number they write. */
	BOOLEAN,

	/** Text of any length. */
	TEXT,

	/** Text of a fixed length, which some engines pad when they answer. */
	PADDED,

	/** Read as a buffer. */
	BYTES,

	/** A UUID. */
	UUID,

	/** Read as its text. */
	JSON,

	/** A day. */
	DATE,

	/** A time of day; what is out of its range is read as text. */
	TIME,

	/** Date and time of a calendar. */
	LOCAL,

	/** A moment. */
	INSTANT,

	/** Read as a list. */
	ARRAY,

	/** Anything else, read as its text. */
	OTHER;

	/**
	 * Return the kind of a column.
	 * @param jdbcType its type as one of {@link Types}
	 * @param typeName its type as the engine calls it
	 * @param dialect the engine
	 * @return the kind
	 */
	static ValueKind of(int jdbcType, String typeName, SqlDialect dialect) {
		String name = typeName.toLowerCase(Locale.ROOT);
		@Nullable ValueKind known = switch (name) {
			case "uuid" -> UUID;
			case "json", "jsonb" -> JSON;
			case "timestamptz" -> INSTANT;
			case "timetz", "money" -> OTHER;
			case "year" -> NUMBER;
			// of MySQL: a moment, shown in the zone of the session
			case "timestamp" -> (dialect == SqlDialect.MYSQL) ? INSTANT : LOCAL;
			// some drivers call it a bit when it has one digit
			default -> name.startsWith("tinyint") ? NUMBER : null;
		};
		return (known != null) ? known : of(jdbcType);
	}

	private static ValueKind of(int jdbcType) {
		return switch (jdbcType) {
			case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.NUMERIC, Types.DECIMAL -> NUMBER;
			case Types.REAL -> FLOAT;
			case Types.FLOAT, Types.DOUBLE -> DOUBLE;
			case Types.BIT, Types.BOOLEAN -> BOOLEAN;
			case Types.CHAR, Types.NCHAR -> PADDED;
			case Types.VARCHAR, Types.NVARCHAR, Types.LONGVARCHAR, Types.LONGNVARCHAR, Types.CLOB, Types.NCLOB -> TEXT;
			case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> BYTES;
			case Types.DATE -> DATE;
			case Types.TIME -> TIME;
			case Types.TIMESTAMP -> LOCAL;
			case Types.TIMESTAMP_WITH_TIMEZONE -> INSTANT;
			case Types.ARRAY -> ARRAY;
			default -> OTHER;
		};
	}

	/**
	 * Read a value of this kind.
	 * @param results where from, standing on a row
	 * @param column the position of the column, from 1
	 * @return the value, {@code null} for NULL
	 * @throws SQLException if it cannot be read
	 */
	@Nullable Object read(ResultSet results, int column) throws SQLException {
		return switch (this) {
			case NUMBER, FLOAT, DOUBLE -> number(results, column);
			case BOOLEAN -> bits(plain(results.getObject(column)));
			case UUID -> plain(results.getObject(column));
			case BYTES -> plain(results.getBytes(column));
			case DATE -> results.getObject(column, LocalDate.class);
			case TIME -> time(results.getString(column));
			case LOCAL -> results.getObject(column, LocalDateTime.class);
			case INSTANT -> plain(results.getObject(column, OffsetDateTime.class));
			default -> results.getString(column);
		};
	}

	private static @Nullable Object number(ResultSet results, int column) throws SQLException {
		Object value = results.getObject(column);
		return (value == null || value instanceof Number) ? plain(value) : plain(results.getBigDecimal(column));
	}

	private static @Nullable Object bits(@Nullable Object value) {
		if (value instanceof ByteBuffer bytes) {
			return new BigDecimal(new BigInteger(1, bytes.array()));
		}
		return (value instanceof String text && text.matches("[01]+")) ? new BigDecimal(new BigInteger(text, 2))
				: value;
	}

	private static @Nullable Object time(@Nullable String text) {
		if (text == null) {
			return null;
		}
		try {
			return LocalTime.parse(text);
		}
		catch (DateTimeParseException ex) {
			// 24:00, or one of MySQL's that is longer than a day or negative
			return text;
		}
	}

	/**
	 * Bring what a driver returns into the form that values of its kind have.
	 * @param value the value
	 * @return its form
	 */
	static @Nullable Object plain(@Nullable Object value) {
		if (value == null || value instanceof BigDecimal || value instanceof Double || value instanceof String
				|| value instanceof UUID) {
			return value;
		}
		if (value instanceof Float number) {
			return (double) number;
		}
		if (value instanceof BigInteger number) {
			return new BigDecimal(number);
		}
		if (value instanceof Number number) {
			return BigDecimal.valueOf(number.longValue());
		}
		if (value instanceof Boolean truth) {
			return truth ? BigDecimal.ONE : BigDecimal.ZERO;
		}
		if (value instanceof byte[] bytes) {
			return ByteBuffer.wrap(bytes);
		}
		if (value instanceof OffsetDateTime time) {
			return time.toInstant();
		}
		if (value instanceof java.sql.Timestamp time) {
			return time.toLocalDateTime();
		}
		if (value instanceof java.sql.Date date) {
			return date.toLocalDate();
		}
		return value.toString();
	}

}
