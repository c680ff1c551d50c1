package io.migration.jdbc;

import java.sql.Types;
import java.util.Locale;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Values travel as text: whatever a database prints, a database of the same kind reads
 * back as the same value, with no driver's Java types in between. Between kinds the few
 * types that are written differently are converted here.
 * <p>
 * The text is that of PostgreSQL in ISO style and UTC; bytes are {@code \x} and hex
 * digits.
 */
final class ColumnText {

	private static final Pattern MODIFIER = Pattern.compile("\\(\\s*-?\\d+\\s*(,\\s*-?\\d+\\s*)?\\)");

	private static final Set<String> MYSQL_BYTES = Set.of("binary", "varbinary", "tinyblob", "blob", "mediumblob",
			"longblob");

	/** A cast to text gives what the database prints. */
	private static final Set<String> POSTGRESQL_AS_PRINTED = Set.of("smallint", "integer", "bigint", "numeric", "real",
			"double precision", "text", "character varying", "uuid", "date", "timestamp without time zone",
			"timestamp with time zone", "time without time zone", "json", "jsonb", "bytea");

	private ColumnText() {
	}

	/**
	 * Return the expression that reads a column as text.
	 * @param dialect the database's dialect
	 * @param column the column
	 * @param quoted how a statement names it
	 * @return an expression
	 */
	static String read(SqlDialect dialect, Column column, String quoted) {
		return switch (dialect) {
			case POSTGRESQL -> readPostgres(column, quoted);
			case MYSQL -> readMySql(column, quoted);
			case H2 -> isBytes(dialect, column) ? "'\\x' || rawtohex(%s)".formatted(quoted)
					: "cast(%s as varchar)".formatted(quoted);
		};
	}

	/** A cast strips blanks from some types, and adds to others. */
	private static String readPostgres(Column column, String quoted) {
		String type = base(column);
		if (type.equals("boolean")) {
			return "left(%s::text, 1)".formatted(quoted);
		}
		return POSTGRESQL_AS_PRINTED.contains(type) ? quoted + "::text"
				: "case when %1$s is distinct from null then concat(%1$s) end".formatted(quoted);
	}

	private static String readMySql(Column column, String quoted) {
		String type = base(column);
		if (MYSQL_BYTES.contains(type)) {
			return "concat('\\\\x', lower(hex(%s)))".formatted(quoted);
		}
		return switch (type) {
			// its own text has too few digits; a sum would lose the sign of zero
			case "float" -> "(%s * 1e0)".formatted(quoted);
			case "bit" -> column.type().equalsIgnoreCase("bit(1)") ? "(%s + 0)".formatted(quoted)
					: "lpad(bin(%s + 0), %s, '0')".formatted(quoted, column.type().replaceAll("\\D", ""));
			default -> quoted;
		};
	}

	/**
	 * Return the expression that makes a column's value of its text.
	 * @param dialect the database's dialect
	 * @param column the column
	 * @param text an expression for the text
	 * @return an expression
	 */
	static String write(SqlDialect dialect, Column column, String text) {
		return switch (dialect) {
			case POSTGRESQL -> "%s::%s".formatted(text, castable(column.type()));
			case MYSQL -> writeMySql(column, text);
			case H2 -> isBytes(dialect, column) ? "hextoraw(substring(%s, 3))".formatted(text)
					: "cast(%s as %s)".formatted(text, column.type());
		};
	}

	private static String writeMySql(Column column, String text) {
		String type = base(column);
		if (MYSQL_BYTES.contains(type)) {
			return "unhex(substr(%s, 3))".formatted(text);
		}
		return type.equals("bit") ? "cast(conv(%s, 2, 10) as unsigned)".formatted(text) : text;
	}

	/**
	 * Return the type without its length or precision: an explicit cast to a type that
	 * has one cuts off what does not fit, without a word; an assignment refuses it.
	 */
	private static String castable(String type) {
		String plain = MODIFIER.matcher(type).replaceAll("");
		return switch (plain.toLowerCase(Locale.ROOT)) {
			case "character", "char" -> "bpchar";
			case "bit" -> "varbit";
			case "character[]" -> "bpchar[]";
			case "bit[]" -> "varbit[]";
			default -> plain;
		};
	}

	/**
	 * Return what turns the text of one side's column into that of the other's.
	 * @param from the dialect it comes from
	 * @param source the column it comes from
	 * @param to the dialect it goes to
	 * @param target the column it goes to
	 * @return a function of text that is not {@code null}; identity where nothing differs
	 */
	static UnaryOperator<String> conversion(SqlDialect from, Column source, SqlDialect to, Column target) {
		if (from == to && from != SqlDialect.MYSQL) {
			return UnaryOperator.identity();
		}
		if (isBytes(from, source) && isUuid(target)) {
			return (text) -> text.substring(2);
		}
		if (isUuid(source) && isBytes(to, target)) {
			return (text) -> "\\x" + text.replace("-", "");
		}
		if (from == SqlDialect.POSTGRESQL) {
			return fromPostgres(source, target);
		}
		if (from == SqlDialect.H2 && base(source).equals("boolean") && to == SqlDialect.MYSQL) {
			return (text) -> text.equalsIgnoreCase("true") ? "1" : "0";
		}
		return UnaryOperator.identity();
	}

	private static UnaryOperator<String> fromPostgres(Column source, Column target) {
		String type = base(source);
		if (type.equals("boolean")) {
			return (text) -> switch (text) {
				case "t" -> isText(target) ? "true" : "1";
				case "f" -> isText(target) ? "false" : "0";
				default -> text;
			};
		}
		if (type.endsWith("with time zone") && !isText(target)) {
			// the session is in UTC
			return (text) -> text.endsWith("+00") ? text.substring(0, text.length() - 3) : text;
		}
		return UnaryOperator.identity();
	}

	static boolean isText(Column column) {
		return switch (column.jdbcType()) {
			case Types.CHAR, Types.VARCHAR, Types.LONGVARCHAR, Types.NCHAR, Types.NVARCHAR, Types.LONGNVARCHAR,
					Types.CLOB, Types.NCLOB ->
				true;
			default -> false;
		};
	}

	private static boolean isUuid(Column column) {
		return base(column).equals("uuid");
	}

	private static boolean isBytes(SqlDialect dialect, Column column) {
		String type = base(column);
		return switch (dialect) {
			case POSTGRESQL -> type.equals("bytea");
			case MYSQL -> MYSQL_BYTES.contains(type);
			case H2 -> type.startsWith("binary") || type.equals("varbinary") || type.equals("blob");
		};
	}

	/**
	 * Return the bare name of a column's type.
	 * @param column the column
	 * @return the name in lower case, without length, precision and attributes
	 */
	static String base(Column column) {
		return MODIFIER.matcher(column.type())
			.replaceAll("")
			.toLowerCase(Locale.ROOT)
			.replaceAll(" (unsigned|zerofill)", "")
			.strip();
	}

	/**
	 * Return whether two values of a column that are equal always have the same text.
	 * @param column a column of a key
	 * @return {@code false} for text, whose collation may take different letters for
	 * equal, and for numbers that may be written in several ways
	 */
	static boolean equalByText(Column column) {
		return switch (column.jdbcType()) {
			case Types.TINYINT, Types.SMALLINT, Types.INTEGER, Types.BIGINT, Types.DATE, Types.BOOLEAN -> true;
			default -> isUuid(column);
		};
	}

}
