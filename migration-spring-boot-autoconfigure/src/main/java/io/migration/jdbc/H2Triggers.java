package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Triggers of H2. TRUNCATE fires none there.
 */
final class H2Triggers implements TriggerDialect {

	private static final String ORDER = Capture.orderColumn(SqlDialect.H2);

	private static final int LOCK_TIMEOUT = 50200;

	@Override
	public List<String> installation(Table table) {
		String name = SqlDialect.H2.quote(table.name());
		String columns = table.key()
			.stream()
			.map((column) -> SqlDialect.H2.quote(column) + " " + type(table, column))
			.collect(Collectors.joining(", "));
		return List.of(
				"create table if not exists %s (%s bigint generated always as identity primary key, %s)"
					.formatted(journal(table), SqlDialect.H2.quote(ORDER), columns),
				"create trigger if not exists %s after insert, update, delete on %s for each row call '%s'"
					.formatted(trigger(table), name, H2JournalTrigger.class.getName()));
	}

	private static String type(Table table, String column) {
		return table.columns()
			.stream()
			.filter((one) -> one.name().equals(column))
			.map(Column::type)
			.findFirst()
			.orElseThrow();
	}

	@Override
	public List<String> removal(Table table) {
		return List.of("drop trigger if exists " + trigger(table), "drop table if exists " + journal(table));
	}

	@Override
	public List<Table> missing(Connection connection, List<Table> tables) throws SQLException {
		Set<TableName> triggers = new HashSet<>();
		try (PreparedStatement statement = connection.prepareStatement(
				"select event_object_schema, event_object_table from information_schema.triggers where java_class = ?")) {
			statement.setString(1, H2JournalTrigger.class.getName());
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					triggers.add(new TableName(rows.getString(1), rows.getString(2)));
				}
			}
		}
		return tables.stream().filter((table) -> !triggers.contains(table.name())).toList();
	}

	@Override
	public void dropUnfit(Statement statement, Table table) {
		// a trigger would not have been made without its journal
	}

	@Override
	public void limitLockWait(Statement statement) {
		// is short by default
	}

	@Override
	public boolean lockNotAvailable(SQLException ex) {
		return ex.getErrorCode() == LOCK_TIMEOUT;
	}

	@Override
	public List<String> obstacles(Table table) {
		return table.key().stream().anyMatch(ORDER::equalsIgnoreCase) ? List.of(TriggerDialect.clash(table, ORDER))
				: List.of();
	}

	private static String journal(Table table) {
		return SqlDialect.H2.quote(Capture.journal(table));
	}

	private static String trigger(Table table) {
		return SqlDialect.H2.quote(table.name().sibling(Capture.name("capture_", table, "")));
	}

}
