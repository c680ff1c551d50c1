package io.migration.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import javax.sql.DataSource;

/**
 * Reads two databases with plain JDBC, and compares all tables row by row. Knows nothing
 * of what mirrors them.
 *
 * @param tables by table, the rows by key
 */
record RowReferee(NavigableMap<String, NavigableMap<String, String>> tables) {

	static RowReferee read(DataSource dataSource) {
		NavigableMap<String, NavigableMap<String, String>> tables = new TreeMap<>();
		try (Connection connection = dataSource.getConnection()) {
			connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
			connection.setAutoCommit(false);
			for (String table : tables(connection)) {
				tables.put(table, rows(connection, table));
			}
			connection.rollback();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		return new RowReferee(tables);
	}

	/**
	 * Return what differs between two databases, as lines.
	 */
	static List<String> differences(DataSource source, DataSource target) {
		return read(source).differences(read(target));
	}

	private static List<String> tables(Connection connection) throws SQLException {
		List<String> names = new ArrayList<>();
		try (ResultSet tables = connection.getMetaData()
			.getTables(connection.getCatalog(), connection.getSchema(), "%", null)) {
			while (tables.next()) {
				String name = tables.getString("TABLE_NAME");
				String type = tables.getString("TABLE_TYPE");
				if (Set.of("TABLE", "BASE TABLE").contains(type)
						&& !name.toLowerCase(Locale.ROOT).startsWith("migration_")) {
					names.add(name);
				}
			}
		}
		return names;
	}

	private static NavigableMap<String, String> rows(Connection connection, String table) throws SQLException {
		Set<String> key = new TreeSet<>();
		DatabaseMetaData metadata = connection.getMetaData();
		try (ResultSet columns = metadata.getPrimaryKeys(connection.getCatalog(), connection.getSchema(), table)) {
			while (columns.next()) {
				key.add(columns.getString("COLUMN_NAME"));
			}
		}
		NavigableMap<String, String> rows = new TreeMap<>();
		try (Statement statement = connection.createStatement();
				ResultSet results = statement.executeQuery("select * from " + table)) {
			while (results.next()) {
				Map<String, String> named = new TreeMap<>();
				StringBuilder keyText = new StringBuilder();
				for (int i = 1; i <= results.getMetaData().getColumnCount(); i++) {
					String name = results.getMetaData().getColumnName(i);
					String value = value(results, i);
					named.put(name, value);
					if (key.contains(name)) {
						keyText.append(value).append('|');
					}
				}
				if (rows.put(keyText.toString(), named.toString()) != null) {
					throw new IllegalStateException("two rows of %s have the key %s".formatted(table, keyText));
				}
			}
		}
		return rows;
	}

	/** As both kinds of databases print it. */
	private static String value(ResultSet results, int index) throws SQLException {
		Object value = switch (results.getMetaData().getColumnType(index)) {
			case Types.DOUBLE, Types.FLOAT, Types.REAL -> results.getDouble(index);
			case Types.TIMESTAMP -> results.getTimestamp(index);
			default -> results.getString(index);
		};
		return results.wasNull() ? "null" : String.valueOf(value);
	}

	List<String> differences(RowReferee other) {
		List<String> differences = new ArrayList<>();
		Set<String> names = new TreeSet<>(this.tables.keySet());
		names.addAll(other.tables.keySet());
		for (String table : names) {
			Map<String, String> here = this.tables.getOrDefault(table, new TreeMap<>());
			Map<String, String> there = other.tables.getOrDefault(table, new TreeMap<>());
			Set<String> keys = new TreeSet<>(here.keySet());
			keys.addAll(there.keySet());
			for (String key : keys) {
				if (!Objects.equals(here.get(key), there.get(key))) {
					differences.add("%s %s: %s / %s".formatted(table, key, here.get(key), there.get(key)));
				}
			}
		}
		return differences;
	}

	int count(String table) {
		return this.tables.getOrDefault(table, new TreeMap<>()).size();
	}

	int count() {
		return this.tables.values().stream().mapToInt(Map::size).sum();
	}

	/**
	 * Return the number that a writer's thread had reached.
	 */
	long counted(String own) {
		String row = this.tables.getOrDefault("counted", new TreeMap<>()).get(own + "|");
		return (row != null) ? Long.parseLong(row.replaceAll(".*number=(\\d+)}", "$1")) : 0;
	}

}
