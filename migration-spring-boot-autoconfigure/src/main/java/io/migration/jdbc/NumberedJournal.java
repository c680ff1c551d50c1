package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * The journal on databases that do not tell which transactions a snapshot sees: entries
 * have numbers, which only name them. A round takes all it sees, the other side makes
 * them durable at once, and exactly their numbers are cleared before the next round. A
 * lower number that commits later is simply still there.
 */
final class NumberedJournal extends Journal {

	private static final int CLEARED_AT_ONCE = 1000;

	private static final String ID = Capture.orderColumn(SqlDialect.MYSQL);

	private final Map<MirroredTable, List<Long>> toClear = new LinkedHashMap<>();

	NumberedJournal(SqlDialect dialect, Side authority, RowQueries queries) {
		super(dialect, authority, queries);
	}

	@Override
	void reset() {
		this.toClear.clear();
	}

	@Override
	Pending look(Connection connection, List<MirroredTable> tables, long most) throws SQLException {
		Map<MirroredTable, List<Long>> seen = new LinkedHashMap<>();
		boolean complete = true;
		long entries = 0;
		if (!tables.isEmpty()) {
			String sql = numbered(tables,
					(table) -> "(select %d as t, migration_id from %s order by migration_id limit %d)"
						.formatted(tables.indexOf(table), journal(table), most + 1),
					" union all ");
			for (long[] entry : ask(connection, sql, (statement) -> {
			}, (results) -> new long[] { results.getLong(1), results.getLong(2) })) {
				List<Long> ids = seen.computeIfAbsent(tables.get((int) entry[0]), (table) -> new ArrayList<>());
				if (ids.size() < most) {
					ids.add(entry[1]);
					entries++;
				}
				else {
					complete = false;
				}
			}
		}
		if (!seen.isEmpty()) {
			checkColumns(connection, List.copyOf(seen.keySet()));
		}
		RowChanges.Batch rows = rows(connection, List.copyOf(seen.keySet()), ID + " <= ?", (statement, table) -> {
			List<Long> ids = seen.get(table);
			statement.setLong(1, (ids != null) ? ids.get(ids.size() - 1) : 0);
		});
		return new Pending(entries, complete, "", rows, new Mark(seen));
	}

	/**
	 * The catalogue is read later than the snapshot was taken, and sees no less.
	 */
	private void checkColumns(Connection connection, List<MirroredTable> tables) throws SQLException {
		String sql = names(tables).stream()
			.map((name) -> "(table_schema = %s and table_name = %s)".formatted(literal(name.schema()),
					literal(name.name())))
			.collect(Collectors.joining(" or ", "select count(*) from information_schema.columns where ", ""));
		long now = ask(connection, sql, (statement) -> {
		}, (results) -> results.getLong(1)).get(0);
		if (now != columns(tables)) {
			throw new TablesChangedException();
		}
	}

	private static String numbered(List<MirroredTable> tables, java.util.function.Function<MirroredTable, String> sql,
			String joint) {
		return tables.stream().map(sql).collect(Collectors.joining(joint));
	}

	@Override
	boolean wantsDurable() {
		return true;
	}

	@Override
	boolean unsettled() {
		return false;
	}

	@Override
	void applied(Pending pending, boolean durable) {
		this.toClear.putAll(((Mark) pending.mark()).seen());
	}

	@Override
	boolean clearsAside() {
		return false;
	}

	@Override
	void clear(Connection connection) throws SQLException {
		for (MirroredTable table : List.copyOf(this.toClear.keySet())) {
			List<Long> ids = this.toClear.getOrDefault(table, List.of());
			for (int from = 0; from < ids.size(); from += CLEARED_AT_ONCE) {
				List<Long> some = ids.subList(from, Math.min(ids.size(), from + CLEARED_AT_ONCE));
				String sql = "delete from %s where %s in (%s)".formatted(journal(table), ID,
						some.stream().map(String::valueOf).collect(Collectors.joining(",")));
				try (PreparedStatement statement = connection.prepareStatement(sql)) {
					statement.executeUpdate();
				}
			}
			this.toClear.remove(table);
		}
	}

	@Override
	String end(Connection connection, List<MirroredTable> tables) throws SQLException {
		if (tables.isEmpty()) {
			return "";
		}
		return ask(connection, numbered(tables,
				(table) -> "(select coalesce(max(migration_id), 0) from %s)".formatted(journal(table)), " union all "),
				(statement) -> {
				}, (results) -> results.getString(1))
			.stream()
			.collect(Collectors.joining(","));
	}

	@Override
	boolean passed(Connection connection, List<MirroredTable> tables, String end, @Nullable String position)
			throws SQLException {
		if (end.isEmpty()) {
			return true;
		}
		String[] ends = end.split(",");
		if (ends.length != tables.size()) {
			return false;
		}
		String sql = numbered(tables, (table) -> "exists (select 1 from %s where migration_id <= %s)"
			.formatted(journal(table), ends[tables.indexOf(table)]), " or ");
		return !ask(connection, "select " + sql, (statement) -> {
		}, (results) -> results.getBoolean(1)).get(0);
	}

	@Override
	long depth(Connection connection, List<MirroredTable> tables, @Nullable String position, long most)
			throws SQLException {
		if (tables.isEmpty()) {
			return 0;
		}
		String sql = numbered(tables,
				(table) -> "(select count(*) from (select 1 from %s limit %d) entries)".formatted(journal(table), most),
				" + ");
		return ask(connection, "select " + sql, (statement) -> {
		}, (results) -> results.getLong(1)).get(0);
	}

	private record Mark(Map<MirroredTable, List<Long>> seen) {

	}

}
