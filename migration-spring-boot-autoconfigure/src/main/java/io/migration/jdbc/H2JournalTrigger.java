package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.h2.api.Trigger;
import org.jspecify.annotations.Nullable;

/**
 * What H2 runs to journal a row. The database makes an instance for each trigger; an
 * application has no use for this class. Thread safe.
 */
public final class H2JournalTrigger implements Trigger {

	private String insert = "";

	private int[] key = {};

	@Override
	public void init(Connection connection, String schema, String trigger, String table, boolean before, int type)
			throws SQLException {
		Map<String, Integer> positions = new HashMap<>();
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(
						"select * from %s where false".formatted(SqlDialect.H2.quote(new TableName(schema, table))))) {
			for (int index = 1; index <= rows.getMetaData().getColumnCount(); index++) {
				positions.put(rows.getMetaData().getColumnName(index), index - 1);
			}
		}
		TableName name = new TableName(schema, table);
		TableName journal = Capture.journal(new Table(name, List.of(), List.of(), false, List.of(), List.of()));
		StringBuilder columns = new StringBuilder();
		StringBuilder values = new StringBuilder();
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement
					.executeQuery("select * from %s where false".formatted(SqlDialect.H2.quote(journal)))) {
			int count = rows.getMetaData().getColumnCount();
			this.key = new int[count - 1];
			for (int index = 2; index <= count; index++) {
				String column = rows.getMetaData().getColumnName(index);
				this.key[index - 2] = Objects.requireNonNull(positions.get(column), column);
				columns.append((index > 2) ? ", " : "").append(SqlDialect.H2.quote(column));
				values.append((index > 2) ? ", ?" : "?");
			}
		}
		this.insert = "insert into %s (%s) values (%s)".formatted(SqlDialect.H2.quote(journal), columns, values);
	}

	@Override
	public void fire(Connection connection, Object @Nullable [] before, Object @Nullable [] after) throws SQLException {
		if (byRelay(connection)) {
			return;
		}
		try (PreparedStatement statement = connection.prepareStatement(this.insert)) {
			if (after != null) {
				insert(statement, after);
			}
			if (before != null && (after == null || !Arrays.deepEquals(key(before), key(after)))) {
				insert(statement, before);
			}
		}
	}

	private static boolean byRelay(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("select @migration_relay is not null")) {
			return row.next() && row.getBoolean(1);
		}
	}

	private Object[] key(Object[] row) {
		return Arrays.stream(this.key).mapToObj((position) -> row[position]).toArray();
	}

	private void insert(PreparedStatement statement, Object[] row) throws SQLException {
		Object[] values = key(row);
		for (int index = 0; index < values.length; index++) {
			statement.setObject(index + 1, values[index]);
		}
		statement.executeUpdate();
	}

}
