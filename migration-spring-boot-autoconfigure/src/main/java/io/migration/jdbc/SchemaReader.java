package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Reads the tables that move out of a database's catalog, with as many queries for a
 * thousand tables as for one.
 */
final class SchemaReader {

	private final Connection connection;

	private final Catalog catalog;

	private final Map<TableName, List<Column>> columns = new HashMap<>();

	private final Map<TableName, Map<String, UniqueKey>> keys = new HashMap<>();

	private final Map<TableName, List<Table.ForeignKey>> references = new HashMap<>();

	private final Map<TableName, List<String>> triggers = new HashMap<>();

	private SchemaReader(Connection connection, SqlDialect dialect) {
		this.connection = connection;
		this.catalog = Catalog.of(dialect);
	}

	/**
	 * Read the tables in scope: those of the schema that the connection begins in, and of
	 * schemas that a pattern names. Views, temporary and foreign tables are none, and a
	 * partitioned table is one.
	 * @param connection where to
	 * @param dialect the dialect of the database
	 * @param scope what is in scope
	 * @return the tables, by name
	 * @throws SQLException if the database cannot be asked
	 */
	static List<Table> read(Connection connection, SqlDialect dialect, TableScope scope) throws SQLException {
		return new SchemaReader(connection, dialect).read(scope);
	}

	/**
	 * Read the schema that a connection begins in.
	 * @param connection where to
	 * @param dialect the dialect of the database
	 * @return its name; on MySQL and MariaDB the name of the database
	 * @throws SQLException if the database cannot be asked, or there is no such schema
	 */
	static String currentSchema(Connection connection, SqlDialect dialect) throws SQLException {
		return new SchemaReader(connection, dialect).currentSchema();
	}

	/**
	 * Read which functions and procedures may write. Those that came with the database or
	 * with an extension of it are not listed.
	 * @param connection where to
	 * @param dialect the dialect of the database
	 * @return their names in lower case, without schemas
	 * @throws SQLException if the database cannot be asked
	 */
	static Set<String> volatileFunctions(Connection connection, SqlDialect dialect) throws SQLException {
		SchemaReader reader = new SchemaReader(connection, dialect);
		Set<String> names = new HashSet<>();
		for (String name : reader.names(reader.catalog.volatileFunctions())) {
			names.add(name.toLowerCase(Locale.ROOT));
		}
		return names;
	}

	private List<Table> read(TableScope scope) throws SQLException {
		TablePatterns patterns = new TablePatterns(scope, currentSchema());
		Set<String> schemas = new LinkedHashSet<>(patterns.schemas());
		if (patterns.needAllSchemas()) {
			schemas.addAll(names(this.catalog.schemas()));
		}
		List<TableName> names = new ArrayList<>();
		query(this.catalog.tables(), schemas, (row) -> {
			TableName name = table(row);
			if (patterns.include(name)) {
				names.add(name);
			}
		});
		if (names.isEmpty()) {
			return List.of();
		}
		names.sort(Comparator.comparing(TableName::schema).thenComparing(TableName::name));
		readParts(names.stream().map(TableName::schema).distinct().toList());
		return names.stream().map(this::table).toList();
	}

	private void readParts(Collection<String> schemas) throws SQLException {
		query(this.catalog.columns(), schemas, (row) -> add(this.columns, table(row), column(row)));
		query(this.catalog.keys(), schemas, this::addKeyColumn);
		query(this.catalog.references(), schemas,
				(row) -> add(this.references, table(row), new Table.ForeignKey(row.getString(3),
						new TableName(row.getString(4), row.getString(5)), row.getBoolean(6))));
		query(this.catalog.triggers(), schemas, (row) -> {
			String name = row.getString(3);
			if (!name.toLowerCase(Locale.ROOT).startsWith(Capture.PREFIX)) {
				add(this.triggers, table(row), name);
			}
		});
	}

	private Column column(ResultSet row) throws SQLException {
		boolean nullable = row.getBoolean(6);
		boolean computed = row.getBoolean(7);
		boolean generated = row.getBoolean(8);
		return new Column(row.getString(3), row.getString(4), this.catalog.jdbcType(row.getString(5)), nullable,
				computed, generated && !computed, nullable || computed || generated || row.getBoolean(9));
	}

	private void addKeyColumn(ResultSet row) throws SQLException {
		this.keys.computeIfAbsent(table(row), (name) -> new LinkedHashMap<>())
			.computeIfAbsent(row.getString(3), (name) -> new UniqueKey())
			.add(row.getBoolean(4) ? row.getString(5) : null);
	}

	private Table table(TableName name) {
		List<Column> columns = this.columns.getOrDefault(name, List.of());
		Map<String, Column> byName = new HashMap<>();
		columns.forEach((column) -> byName.put(column.name(), column));
		Collection<UniqueKey> unique = this.keys.getOrDefault(name, Map.of()).values();
		List<String> key = unique.stream()
			.filter((one) -> one.identifies(byName))
			.findFirst()
			.map((one) -> one.columns)
			.orElse(List.of());
		return new Table(name, columns, key, unique.size() > (key.isEmpty() ? 0 : 1),
				this.references.getOrDefault(name, List.of()), this.triggers.getOrDefault(name, List.of()));
	}

	private String currentSchema() throws SQLException {
		for (String name : names(this.catalog.currentSchema())) {
			return name;
		}
		throw new SQLException("The connection begins in no schema that exists; name one in its URL");
	}

	private List<String> names(String question) throws SQLException {
		try (Statement statement = this.connection.createStatement();
				ResultSet rows = statement.executeQuery(question)) {
			List<String> names = new ArrayList<>();
			while (rows.next()) {
				String name = rows.getString(1);
				if (name != null) {
					names.add(name);
				}
			}
			return names;
		}
	}

	private void query(String question, Collection<String> schemas, RowReader reader) throws SQLException {
		String placeholders = String.join(", ", Collections.nCopies(schemas.size(), "?"));
		try (PreparedStatement statement = this.connection.prepareStatement(question.formatted(placeholders))) {
			int index = 0;
			for (String schema : schemas) {
				statement.setString(++index, schema);
			}
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					reader.read(rows);
				}
			}
		}
	}

	private static TableName table(ResultSet row) throws SQLException {
		return new TableName(row.getString(1), row.getString(2));
	}

	private static <V> void add(Map<TableName, List<V>> lists, TableName table, V value) {
		lists.computeIfAbsent(table, (name) -> new ArrayList<>()).add(value);
	}

	private static final class UniqueKey {

		private final List<String> columns = new ArrayList<>();

		private boolean usable = true;

		void add(@Nullable String column) {
			if (column != null) {
				this.columns.add(column);
			}
			else {
				this.usable = false;
			}
		}

		boolean identifies(Map<String, Column> columns) {
			return this.usable && this.columns.stream()
				.map(columns::get)
				.allMatch((column) -> column != null && !column.nullable() && !column.computed());
		}

	}

}
