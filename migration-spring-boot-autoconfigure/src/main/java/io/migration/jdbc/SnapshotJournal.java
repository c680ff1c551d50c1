package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * The journal on PostgreSQL: each entry has the id of its transaction, and a position is
 * a {@link Snapshot}. A round takes what its own snapshot sees and the one before did
 * not; entries stay where they are until the other side is durable, and are then cleared
 * by the snapshot up to which it is.
 */
class SnapshotJournal extends Journal {

	private static final long SYNC_INTERVAL = TimeUnit.MILLISECONDS.toNanos(200);

	/** An index of the journal finds the first condition, the second is exact. */
	private static final String UNSEEN = "tx >= ?::xid8 and not pg_visible_in_snapshot(tx, ?::pg_snapshot)";

	/** A bound that no round reaches. */
	private static final long EVERYTHING = Long.MAX_VALUE / 2;

	private Snapshot applied = Snapshot.NOTHING;

	private volatile Snapshot durable = Snapshot.NOTHING;

	/** What this sees was searched for truncations in vain, unless it is applied. */
	private Snapshot searched = Snapshot.NOTHING;

	private List<MirroredTable> searchedTables = List.of();

	private boolean dirty;

	private long synced = System.nanoTime();

	private final SwiftLook swift;

	/** With what it is cleared by, also used by the thread that clears. */
	private final Set<MirroredTable> toClear = ConcurrentHashMap.newKeySet();

	private final Set<MirroredTable> sinceSync = new HashSet<>();

	SnapshotJournal(Side authority, RowQueries queries) {
		super(SqlDialect.POSTGRESQL, authority, queries);
		this.swift = new SwiftLook(queries);
	}

	@Override
	void reset() {
		this.applied = Snapshot.NOTHING;
		this.durable = Snapshot.NOTHING;
		this.searched = Snapshot.NOTHING;
		this.dirty = false;
		this.swift.reset();
		this.toClear.clear();
		this.sinceSync.clear();
	}

	@Override
	Pending look(Connection connection, List<MirroredTable> tables, long most) throws SQLException {
		Pending little = lookSwiftly(connection, tables);
		return (little != null) ? little : lookThoroughly(connection, tables, most);
	}

	private @Nullable Pending lookSwiftly(Connection connection, List<MirroredTable> tables) throws SQLException {
		connection.setAutoCommit(true);
		try {
			SwiftLook.Found found = this.swift.look(connection, tables, new Questions(this.applied));
			if (found == null) {
				return null;
			}
			if (found.columns() != columns(tables)) {
				throw new TablesChangedException();
			}
			Snapshot now = seen(Snapshot.of(found.snapshot()));
			return new Pending(found.entries(), true, now.toString(), found.rows(), new Mark(now, found.tables()));
		}
		catch (SQLException ex) {
			if (SqlStates.isRefusal(ex)) {
				// a column or table may be gone, which the thorough look tells
				return null;
			}
			throw ex;
		}
		finally {
			connection.setAutoCommit(false);
		}
	}

	private Pending lookThoroughly(Connection connection, List<MirroredTable> tables, long most) throws SQLException {
		Snapshot before = this.applied;
		List<Long> counts = new ArrayList<>();
		String sql = tables.stream()
			.map((table) -> ", (select count(*) from (select 1 from %s where %s limit %d) unseen)"
				.formatted(journal(table), UNSEEN, most + 1))
			.collect(Collectors.joining("", "select pg_current_snapshot()::text, " + columnsNow(tables), ""));
		Snapshot now = ask(connection, sql, (statement) -> unseen(statement, tables.size(), before), (results) -> {
			if (results.getLong(2) != columns(tables)) {
				throw new TablesChangedException();
			}
			for (int i = 0; i < tables.size(); i++) {
				counts.add(results.getLong(i + 3));
			}
			return seen(Snapshot.of(results.getString(1)));
		}).get(0);
		List<MirroredTable> pending = new ArrayList<>();
		List<MirroredTable> full = new ArrayList<>();
		long entries = 0;
		for (int i = 0; i < tables.size(); i++) {
			if (counts.get(i) > 0) {
				pending.add(tables.get(i));
				entries += counts.get(i);
			}
			if (counts.get(i) > most) {
				full.add(tables.get(i));
			}
		}
		if (!full.isEmpty() && truncated(connection, tables, now)) {
			return lookThoroughly(connection, tables, EVERYTHING);
		}
		Snapshot upTo = full.isEmpty() ? now : now.below(bound(connection, full, before, most));
		RowChanges.Batch rows = full.isEmpty() ? rows(connection, pending, UNSEEN, (statement, table) -> {
			statement.setString(1, String.valueOf(before.xmin()));
			statement.setString(2, before.toString());
		}) : rows(connection, pending, UNSEEN + " and tx < ?::xid8", (statement, table) -> {
			statement.setString(1, String.valueOf(before.xmin()));
			statement.setString(2, before.toString());
			statement.setString(3, String.valueOf(upTo.xmax()));
		});
		this.swift.seen(pending, entries);
		return new Pending(entries, full.isEmpty(), upTo.toString(), rows, new Mark(upTo, pending));
	}

	/**
	 * The catalogue as the snapshot sees it: a row that has a new column was written
	 * after the column came.
	 */
	private String columnsNow(List<MirroredTable> tables) {
		if (tables.isEmpty()) {
			return "0";
		}
		return names(tables).stream()
			.map((name) -> literal(dialect().quote(name)) + "::regclass")
			.collect(Collectors.joining(", ",
					"(select count(*) from pg_attribute where attnum > 0 and not attisdropped and attrelid in (",
					"))"));
	}

	/**
	 * Return what a round that is applied has seen. A seam for tests.
	 */
	Snapshot seen(Snapshot now) {
		return now;
	}

	/**
	 * Find where to stop so that a round does not become too large: before the
	 * transaction which would make it so. One that is too large by itself is taken whole.
	 */
	private long bound(Connection connection, List<MirroredTable> full, Snapshot before, long most)
			throws SQLException {
		long bound = Long.MAX_VALUE;
		for (MirroredTable table : full) {
			List<Long> ids = ask(connection,
					"(select tx::text from %1$s where %2$s order by tx limit 1) union all (select tx::text from %1$s where %2$s order by tx offset %3$d limit 1)"
						.formatted(journal(table), UNSEEN, most),
					(statement) -> unseen(statement, 2, before), (results) -> Long.valueOf(results.getString(1)));
			long first = ids.get(0);
			long last = ids.get(ids.size() - 1);
			bound = Math.min(bound, Math.max(last, first + 1));
		}
		return bound;
	}

	/**
	 * Return whether one of the tables was emptied. Then a round must not stop midway: a
	 * row that came after may be of a transaction with a lower id, and would be deleted
	 * by the round that comes to the truncation. Each entry is looked at once, however
	 * many rounds there are.
	 */
	private boolean truncated(Connection connection, List<MirroredTable> tables, Snapshot now) throws SQLException {
		if (!tables.equals(this.searchedTables)) {
			this.searchedTables = List.copyOf(tables);
			this.searched = Snapshot.NOTHING;
		}
		Snapshot from = this.applied.covers(this.searched) ? this.applied : this.searched;
		String sql = tables.stream()
			.map((table) -> "exists (select 1 from %s where %s and %s is null)".formatted(journal(table), UNSEEN,
					dialect().quote(table.key().get(0).on(authority()).name())))
			.collect(Collectors.joining(" or ", "select ", ""));
		boolean truncated = ask(connection, sql, (statement) -> unseen(statement, tables.size(), from),
				(results) -> results.getBoolean(1))
			.get(0);
		if (!truncated) {
			this.searched = now;
		}
		return truncated;
	}

	private static void unseen(PreparedStatement statement, int times, Snapshot snapshot) throws SQLException {
		for (int i = 0; i < times; i++) {
			statement.setString(2 * i + 1, String.valueOf(snapshot.xmin()));
			statement.setString(2 * i + 2, snapshot.toString());
		}
	}

	@Override
	boolean wantsDurable() {
		return System.nanoTime() - this.synced > SYNC_INTERVAL;
	}

	@Override
	boolean unsettled() {
		return this.dirty;
	}

	@Override
	void applied(Pending pending, boolean durable) {
		Mark mark = (Mark) pending.mark();
		this.applied = mark.upTo();
		this.sinceSync.addAll(mark.tables());
		this.dirty |= !mark.tables().isEmpty();
		if (durable) {
			this.durable = mark.upTo();
			// after the snapshot: who takes a table clears it at least up to there
			this.toClear.addAll(this.sinceSync);
			this.sinceSync.clear();
			this.synced = System.nanoTime();
			this.dirty = false;
		}
	}

	@Override
	boolean clearsAside() {
		return !this.toClear.isEmpty();
	}

	@Override
	void clear(Connection connection) throws SQLException {
		for (MirroredTable table : List.copyOf(this.toClear)) {
			// what is applied from here on puts it back
			this.toClear.remove(table);
			Snapshot durable = this.durable;
			try (PreparedStatement statement = connection
				.prepareStatement("delete from %s where tx < ?::xid8 and pg_visible_in_snapshot(tx, ?::pg_snapshot)"
					.formatted(journal(table)))) {
				statement.setString(1, String.valueOf(durable.xmax()));
				statement.setString(2, durable.toString());
				statement.executeUpdate();
			}
		}
	}

	@Override
	String end(Connection connection, List<MirroredTable> tables) throws SQLException {
		return ask(connection, "select pg_current_snapshot()::text", (statement) -> {
		}, (results) -> results.getString(1)).get(0);
	}

	@Override
	boolean passed(Connection connection, List<MirroredTable> tables, String end, @Nullable String position)
			throws SQLException {
		Snapshot applied = (position != null) ? Snapshot.of(position) : Snapshot.NOTHING;
		if (tables.isEmpty() || applied.covers(Snapshot.of(end))) {
			return true;
		}
		// a relay that finds nothing to copy does not move the position
		String sql = tables.stream()
			.map((table) -> "exists (select 1 from %s where %s and pg_visible_in_snapshot(tx, ?::pg_snapshot))"
				.formatted(journal(table), UNSEEN))
			.collect(Collectors.joining(" or ", "select ", ""));
		return !ask(connection, sql, (statement) -> {
			for (int i = 0; i < tables.size(); i++) {
				statement.setString(3 * i + 1, String.valueOf(applied.xmin()));
				statement.setString(3 * i + 2, applied.toString());
				statement.setString(3 * i + 3, end);
			}
		}, (results) -> results.getBoolean(1)).get(0);
	}

	@Override
	long depth(Connection connection, List<MirroredTable> tables, @Nullable String position, long most)
			throws SQLException {
		if (tables.isEmpty()) {
			return 0;
		}
		Snapshot applied = (position != null) ? Snapshot.of(position) : Snapshot.NOTHING;
		String sql = tables.stream()
			.map((table) -> "(select count(*) from (select 1 from %s where %s limit %d) unseen)"
				.formatted(journal(table), UNSEEN, most))
			.collect(Collectors.joining(" + ", "select ", ""));
		return ask(connection, sql, (statement) -> unseen(statement, tables.size(), applied),
				(results) -> results.getLong(1))
			.get(0);
	}

	/**
	 * What a swift look asks.
	 */
	private final class Questions implements SwiftLook.Questions {

		private final String xmin;

		private final String before;

		Questions(Snapshot before) {
			this.xmin = String.valueOf(before.xmin());
			this.before = before.toString();
		}

		@Override
		public String journal(MirroredTable table) {
			return SnapshotJournal.this.journal(table);
		}

		@Override
		public String unseen() {
			return UNSEEN;
		}

		@Override
		public String columns(List<MirroredTable> tables) {
			return columnsNow(tables);
		}

		@Override
		public int bind(PreparedStatement statement, int index) throws SQLException {
			statement.setString(index, this.xmin);
			statement.setString(index + 1, this.before);
			return index + 2;
		}

	}

	private record Mark(Snapshot upTo, List<MirroredTable> tables) {

	}

}
