package io.migration.jdbc;

import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What a query has answered on one side, as values that do not depend on the connection.
 *
 * @param columns its columns
 * @param rows its rows, each with one value for each column
 * @param whole whether these are all rows; otherwise there are more than the bounds of
 * what is read
 */
record QueryResult(List<ResultColumn> columns, List<List<@Nullable Object>> rows, boolean whole) {

	/** How many rows are read at most. */
	static final int MOST_ROWS = 1000;

	/** How many characters and bytes are read at most; a row is read to its end. */
	private static final long MOST_CONTENT = 8 << 20;

	/**
	 * Read a result.
	 * @param results the result, before its first row
	 * @param query what was asked
	 * @param dialect the engine that answers
	 * @return what it holds, up to the bounds
	 * @throws SQLException if it cannot be read
	 */
	static QueryResult read(ResultSet results, QueryText query, SqlDialect dialect) throws SQLException {
		List<ResultColumn> columns = columns(results.getMetaData(), query, dialect);
		List<List<@Nullable Object>> rows = new ArrayList<>();
		long content = 0;
		while (results.next()) {
			if (rows.size() == MOST_ROWS || content > MOST_CONTENT) {
				return new QueryResult(columns, rows, false);
			}
			List<@Nullable Object> row = new ArrayList<>(columns.size());
			for (int i = 0; i < columns.size(); i++) {
				Object value = (columns.get(i).kind() == ValueKind.ARRAY) ? array(results, i, columns, dialect)
						: columns.get(i).kind().read(results, i + 1);
				content += size(value);
				row.add(value);
			}
			rows.add(row);
		}
		return new QueryResult(columns, rows, true);
	}

	private static List<ResultColumn> columns(ResultSetMetaData metaData, QueryText query, SqlDialect dialect)
			throws SQLException {
		List<ResultColumn> columns = new ArrayList<>();
		for (int i = 1; i <= metaData.getColumnCount(); i++) {
			String label = metaData.getColumnLabel(i);
			// PostgreSQL never names a column after an expression, and its driver asks
			// the server for the table
			boolean telling = dialect == SqlDialect.POSTGRESQL || query.mentions(label)
					|| !metaData.getTableName(i).isEmpty();
			String typeName = metaData.getColumnTypeName(i);
			columns.add(new ResultColumn(label, telling, ValueKind.of(metaData.getColumnType(i), typeName, dialect),
					typeName, metaData.getScale(i), null));
		}
		return columns;
	}

	private static @Nullable Object array(ResultSet results, int index, List<ResultColumn> columns, SqlDialect dialect)
			throws SQLException {
		java.sql.Array array = results.getArray(index + 1);
		if (array == null) {
			return null;
		}
		try {
			ResultColumn column = columns.get(index);
			if (column.element() == null) {
				String typeName = array.getBaseTypeName();
				columns.set(index, column.of(new ResultColumn("", false,
						ValueKind.of(array.getBaseType(), typeName, dialect), typeName, column.scale(), null)));
			}
			return elements(array.getArray());
		}
		finally {
			array.free();
		}
	}

	private static List<@Nullable Object> elements(Object array) {
		List<@Nullable Object> elements = new ArrayList<>();
		for (int i = 0; i < Array.getLength(array); i++) {
			Object element = Array.get(array, i);
			elements.add((element != null && element.getClass().isArray() && !(element instanceof byte[]))
					? elements(element) : ValueKind.plain(element));
		}
		return elements;
	}

	private static long size(@Nullable Object value) {
		if (value instanceof String text) {
			return text.length();
		}
		if (value instanceof ByteBuffer bytes) {
			return bytes.remaining();
		}
		if (value instanceof List<?> list) {
			return list.stream().mapToLong(QueryResult::size).sum();
		}
		return Long.BYTES;
	}

}
