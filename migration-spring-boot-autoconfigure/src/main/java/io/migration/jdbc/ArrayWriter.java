package io.migration.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows to PostgreSQL by one statement with an array for each column: its text is
 * the same for any number of rows, and the server prepares it once.
 */
final class ArrayWriter extends TableWriter {

	private final boolean deletesFirst;

	ArrayWriter(Connection connection, MirroredTable table, Side side, boolean deletesFirst) {
		super(connection, table, side);
		this.deletesFirst = deletesFirst;
	}

	@Override
	boolean deletesFirst() {
		return this.deletesFirst;
	}

	@Override
	SqlDialect dialect() {
		return SqlDialect.POSTGRESQL;
	}

	@Override
	String deletion() {
		return deletion("true");
	}

	/**
	 * Return the statement that deletes rows where a condition holds.
	 * @param condition the condition, which is not about the rows
	 * @return the statement, with {@link #keyWidth} parameters
	 */
	String deletion(String condition) {
		String conditions = IntStream.range(0, keyWidth())
			.mapToObj((i) -> "t.%s = %s".formatted(dialect().quote(key().get(i).name()), value(i)))
			.collect(Collectors.joining(" and "));
		return "delete from %s t using %s where %s and %s".formatted(name(), rows(keyWidth()), conditions, condition);
	}

	@Override
	String upsert() {
		return upsert("true");
	}

	/**
	 * Return the statement that puts rows where a condition holds.
	 * @param condition the condition, which is not about the rows
	 * @return the statement, with {@link #width} parameters
	 */
	String upsert(String condition) {
		String values = IntStream.range(0, width()).mapToObj(this::value).collect(Collectors.joining(", "));
		String changes = others().stream()
			.map((column) -> "%1$s = excluded.%1$s".formatted(dialect().quote(column.name())))
			.collect(Collectors.joining(", "));
		String insert = "insert into %s (%s) overriding system value select %s from %s where %s".formatted(name(),
				names(columns()), values, rows(width()), condition);
		return this.deletesFirst ? insert : "%s on conflict (%s) do %s".formatted(insert, names(key()),
				changes.isEmpty() ? "nothing" : "update set " + changes);
	}

	private String value(int index) {
		return ColumnText.write(dialect(), columns().get(index), "r.c" + index);
	}

	private static String rows(int width) {
		return "unnest(%s) as r(%s)".formatted(String.join(", ", Collections.nCopies(width, "?::text[]")),
				IntStream.range(0, width).mapToObj((i) -> "c" + i).collect(Collectors.joining(", ")));
	}

	@Override
	void run(PreparedStatement statement, List<@Nullable String[]> rows, int width) throws SQLException {
		bind(statement, 1, rows, width);
		statement.executeUpdate();
	}

	/**
	 * Set the parameters of a statement.
	 * @param statement the statement
	 * @param first the index of the first
	 * @param rows the rows
	 * @param width how many of their columns it takes
	 * @return the index after the last
	 * @throws SQLException if they cannot be set
	 */
	int bind(PreparedStatement statement, int first, List<@Nullable String[]> rows, int width) throws SQLException {
		for (int i = 0; i < width; i++) {
			@Nullable String[] values = new String[rows.size()];
			for (int j = 0; j < values.length; j++) {
				values[j] = rows.get(j)[i];
			}
			Array array = connection().createArrayOf("text", values);
			statement.setArray(first + i, array);
			array.free();
		}
		return first + width;
	}

}
