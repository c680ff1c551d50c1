package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.migration.Side;
import io.migration.jdbc.MirroredTable.ColumnPair;
import org.jspecify.annotations.Nullable;

/**
 * Writes rows of one table, over one connection. Its statements stay prepared.
 */
abstract class TableWriter {

	private final Connection connection;

	private final Table table;

	private final List<Column> columns;

	private final int keys;

	private @Nullable PreparedStatement delete;

	private @Nullable PreparedStatement put;

	TableWriter(Connection connection, MirroredTable table, Side side) {
		this.connection = connection;
		this.table = table.on(side);
		this.columns = Stream.concat(table.key().stream(), table.others().stream())
			.map((ColumnPair pair) -> pair.on(side))
			.toList();
		this.keys = table.key().size();
	}

	static TableWriter of(SqlDialect dialect, Connection connection, MirroredTable table, Side side) {
		return switch (dialect) {
			// an identity may be one that can be inserted, but not updated
			case POSTGRESQL -> new ArrayWriter(connection, table, side,
					table.fedWhole(side) && table.others().stream().anyMatch((pair) -> pair.on(side).generated()));
			case MYSQL ->
				new OfBatches(dialect, connection, table, side, table.on(side).otherUnique() && table.fedWhole(side));
			case H2 -> new OfBatches(dialect, connection, table, side, false);
		};
	}

	/**
	 * Delete all rows.
	 * @throws SQLException if it was not done
	 */
	void deleteAll() throws SQLException {
		try (PreparedStatement statement = this.connection.prepareStatement("delete from " + name())) {
			statement.executeUpdate();
		}
	}

	/**
	 * Delete the rows that have a key, if there are such.
	 * @param keys the keys
	 * @throws SQLException if it was not done
	 */
	void delete(List<@Nullable String[]> keys) throws SQLException {
		if (!keys.isEmpty()) {
			PreparedStatement statement = this.delete;
			if (statement == null) {
				statement = this.connection.prepareStatement(deletion());
				this.delete = statement;
			}
			run(statement, keys, keyWidth());
		}
	}

	/**
	 * Insert rows, or replace those that have their keys.
	 * @param rows the rows
	 * @throws SQLException if it was not done
	 */
	void put(List<@Nullable String[]> rows) throws SQLException {
		if (!rows.isEmpty()) {
			PreparedStatement statement = this.put;
			if (statement == null) {
				statement = this.connection.prepareStatement(upsert());
				this.put = statement;
			}
			run(statement, rows, width());
		}
	}

	/**
	 * Return whether rows must be deleted before they are put, because putting would take
	 * a row with another key for the one that is meant.
	 * @return whether the touched keys have to be deleted first
	 */
	abstract boolean deletesFirst();

	abstract SqlDialect dialect();

	abstract String deletion();

	abstract String upsert();

	abstract void run(PreparedStatement statement, List<@Nullable String[]> rows, int width) throws SQLException;

	final String name() {
		return dialect().quote(this.table.name());
	}

	final List<Column> columns() {
		return this.columns;
	}

	final int keyWidth() {
		return this.keys;
	}

	final int width() {
		return this.columns.size();
	}

	final List<Column> key() {
		return this.columns.subList(0, this.keys);
	}

	final List<Column> others() {
		return this.columns.subList(this.keys, this.columns.size());
	}

	final Connection connection() {
		return this.connection;
	}

	final String names(List<Column> columns) {
		return columns.stream().map((column) -> dialect().quote(column.name())).collect(Collectors.joining(", "));
	}

	/**
	 * One statement for a row, sent in batches.
	 */
	private static final class OfBatches extends TableWriter {

		private final SqlDialect dialect;

		private final boolean deletesFirst;

		OfBatches(SqlDialect dialect, Connection connection, MirroredTable table, Side side, boolean deletesFirst) {
			super(connection, table, side);
			this.dialect = dialect;
			this.deletesFirst = deletesFirst;
		}

		@Override
		boolean deletesFirst() {
			return this.deletesFirst;
		}

		@Override
		SqlDialect dialect() {
			return this.dialect;
		}

		@Override
		String deletion() {
			return "delete from %s where %s".formatted(name(),
					key().stream().map(this::equality).collect(Collectors.joining(" and ")));
		}

		/**
		 * A row whose key only seems to be the same, by the column's collation, must
		 * stay.
		 */
		private String equality(Column column) {
			String name = this.dialect.quote(column.name());
			String value = ColumnText.write(this.dialect, column, "?");
			if (this.dialect == SqlDialect.MYSQL && !ColumnText.equalByText(column) && ColumnText.isText(column)) {
				return "convert(%s using utf8mb4) collate utf8mb4_bin = %s".formatted(name, value);
			}
			return "%s = %s".formatted(name, value);
		}

		@Override
		String upsert() {
			String values = columns().stream()
				.map((column) -> ColumnText.write(this.dialect, column, "?"))
				.collect(Collectors.joining(", "));
			if (this.dialect == SqlDialect.H2) {
				return "merge into %s (%s) key (%s) values (%s)".formatted(name(), names(columns()), names(key()),
						values);
			}
			List<Column> changed = others().isEmpty() ? key() : others();
			String changes = changed.stream()
				.map((column) -> "%1$s = values(%1$s)".formatted(this.dialect.quote(column.name())))
				.collect(Collectors.joining(", "));
			String insert = "insert into %s (%s) values (%s)".formatted(name(), names(columns()), values);
			return this.deletesFirst ? insert : insert + " on duplicate key update " + changes;
		}

		@Override
		void run(PreparedStatement statement, List<@Nullable String[]> rows, int width) throws SQLException {
			for (@Nullable
			String[] row : rows) {
				for (int i = 0; i < width; i++) {
					statement.setString(i + 1, row[i]);
				}
				statement.addBatch();
			}
			statement.executeBatch();
		}

	}

}
