package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Triggers of MySQL and MariaDB. They do not see what a foreign key changes by cascading,
 * nor TRUNCATE.
 * <p>
 * DDL commits at once there. The table is therefore locked while its triggers are made,
 * so that no write falls between an old trigger and the new one.
 */
final class MySqlTriggers implements TriggerDialect {

	private static final String ORDER = Capture.orderColumn(SqlDialect.MYSQL);

	private static final int LOCK_WAIT_TIMEOUT = 1205;

	private static final int DEADLOCK = 1213;

	@Override
	public List<String> installation(Table table) {
		String name = quote(table.name());
		List<String> statements = new ArrayList<>();
		// takes type, character set and collation of each column as they are
		statements.add(
				"create table if not exists %s (%s bigint not null auto_increment primary key) engine=InnoDB select %s from %s where false"
					.formatted(quote(Capture.journal(table)), ORDER, columns("", table), name));
		statements.add("lock tables %s write".formatted(name));
		bodies(table).forEach((event, body) -> {
			String trigger = trigger(event, table);
			statements.add("drop trigger if exists " + trigger);
			statements.add("create trigger %s after %s on %s for each row %s".formatted(trigger, event, name, body));
		});
		statements.add("unlock tables");
		return statements;
	}

	/*
	 * Keys are compared by their bytes: two that a collation takes for one may be two
	 * elsewhere. An "insert ... select" would lock the journal for all other writers.
	 */
	private static Map<String, String> bodies(Table table) {
		String insert = "insert into %s (%s) values (".formatted(quote(Capture.journal(table)), columns("", table));
		String newKey = insert + columns("new.", table) + ");";
		String oldKey = insert + columns("old.", table) + ");";
		String same = table.key()
			.stream()
			.map(SqlDialect.MYSQL::quote)
			.map((column) -> "cast(old." + column + " as binary) <=> cast(new." + column + " as binary)")
			.collect(Collectors.joining(" and "));
		Map<String, String> bodies = new LinkedHashMap<>();
		bodies.put("insert", unlessRelay(newKey));
		bodies.put("update", unlessRelay(newKey + " if not (" + same + ") then " + oldKey + " end if;"));
		bodies.put("delete", unlessRelay(oldKey));
		return bodies;
	}

	private static String unlessRelay(String statements) {
		return "if @migration_relay is null then " + statements + " end if";
	}

	@Override
	public List<String> removal(Table table) {
		List<String> statements = new ArrayList<>();
		for (String event : bodies(table).keySet()) {
			statements.add("drop trigger if exists " + trigger(event, table));
		}
		statements.add("drop table if exists " + quote(Capture.journal(table)));
		return statements;
	}

	@Override
	public List<Table> missing(Connection connection, List<Table> tables) throws SQLException {
		Map<TableName, Map<String, String>> triggers = new HashMap<>();
		select(connection, """
				select event_object_schema, event_object_table, event_manipulation, action_statement
				from information_schema.triggers
				where event_object_schema in (%s) and action_timing = 'AFTER' and trigger_name like 'migration%%'""",
				tables, (row) -> {
					TableName name = new TableName(row.getString(1), row.getString(2));
					triggers.computeIfAbsent(name, (key) -> new HashMap<>())
						.put(row.getString(3).toLowerCase(Locale.ROOT), row.getString(4));
				});
		Map<TableName, Map<String, String>> columns = columns(connection, tables);
		return tables.stream()
			.filter((table) -> !bodies(table).equals(triggers.get(table.name())) || !fits(table, columns))
			.toList();
	}

	private static boolean fits(Table table, Map<TableName, Map<String, String>> columns) {
		Map<String, String> own = columns.getOrDefault(table.name(), Map.of());
		Map<String, String> journal = new HashMap<>(columns.getOrDefault(Capture.journal(table), Map.of()));
		Map<String, String> expected = new HashMap<>();
		table.key().forEach((column) -> expected.put(column, own.getOrDefault(column, "")));
		return journal.remove(ORDER) != null && journal.equals(expected);
	}

	private static Map<TableName, Map<String, String>> columns(Connection connection, List<Table> tables)
			throws SQLException {
		Map<TableName, Map<String, String>> found = new HashMap<>();
		select(connection, """
				select table_schema, table_name, column_name,
					concat_ws(' ', column_type, character_set_name, collation_name)
				from information_schema.columns
				where table_schema in (%s)""", tables,
				(row) -> found
					.computeIfAbsent(new TableName(row.getString(1), row.getString(2)), (name) -> new HashMap<>())
					.put(row.getString(3), row.getString(4)));
		return found;
	}

	private static void select(Connection connection, String sql, List<Table> tables, RowReader reader)
			throws SQLException {
		Set<String> schemas = new HashSet<>();
		tables.forEach((table) -> schemas.add(table.name().schema()));
		String placeholders = String.join(", ", Collections.nCopies(schemas.size(), "?"));
		try (PreparedStatement statement = connection.prepareStatement(sql.formatted(placeholders))) {
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

	@Override
	public void dropUnfit(Statement statement, Table table) throws SQLException {
		Map<TableName, Map<String, String>> columns = columns(statement.getConnection(), List.of(table));
		TableName journal = Capture.journal(table);
		if (!columns.containsKey(journal) || fits(table, columns)) {
			return;
		}
		statement.execute("lock tables %s write, %s write".formatted(quote(table.name()), quote(journal)));
		try (ResultSet row = statement.executeQuery("select exists (select 1 from %s)".formatted(quote(journal)))) {
			if (row.next() && row.getBoolean(1)) {
				throw TriggerDialect.unfit(table, journal);
			}
		}
		// until there are new ones, the old triggers would fail each write
		for (String sql : removal(table)) {
			statement.execute(sql);
		}
		statement.execute("unlock tables");
	}

	@Override
	public void limitLockWait(Statement statement) throws SQLException {
		statement.execute("set session lock_wait_timeout = 1");
	}

	@Override
	public void restoreLockWait(Statement statement) throws SQLException {
		statement.execute("unlock tables");
		statement.execute("set session lock_wait_timeout = default");
	}

	@Override
	public boolean lockNotAvailable(SQLException ex) {
		return ex.getErrorCode() == LOCK_WAIT_TIMEOUT || ex.getErrorCode() == DEADLOCK;
	}

	@Override
	public List<String> obstacles(Table table) {
		List<String> obstacles = new ArrayList<>();
		for (Table.ForeignKey reference : table.references()) {
			if (reference.cascades()) {
				obstacles.add(
						"Foreign key %s of table %s changes rows when one of %s is changed or deleted, and no trigger sees that: make it \"restrict\" and let the application change them, or exclude the table"
							.formatted(reference.name(), table.name(), reference.referenced()));
			}
		}
		if (table.key().stream().anyMatch(ORDER::equalsIgnoreCase)) {
			obstacles.add(TriggerDialect.clash(table, ORDER));
		}
		return obstacles;
	}

	private static String trigger(String event, Table table) {
		return quote(table.name().sibling(Capture.name(event + "_", table, "")));
	}

	private static String columns(String prefix, Table table) {
		return table.key()
			.stream()
			.map((column) -> prefix + SqlDialect.MYSQL.quote(column))
			.collect(Collectors.joining(", "));
	}

	private static String quote(TableName name) {
		return SqlDialect.MYSQL.quote(name);
	}

}
