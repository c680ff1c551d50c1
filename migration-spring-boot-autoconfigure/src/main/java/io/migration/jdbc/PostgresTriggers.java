package io.migration.jdbc;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Triggers of PostgreSQL. An entry of a journal carries the id of its transaction, which
 * tells by a snapshot whether it had committed; one without a key means that the table
 * was truncated.
 * <p>
 * The triggers also fire in sessions whose {@code session_replication_role} is
 * {@code replica}: such a session skips other triggers and foreign keys, but what it
 * writes has to move like the rest. The function runs as its owner, so that writers need
 * no right on the journal. It has no {@code search_path} of its own, which would add to
 * the cost of each row; instead everything in it is named in full.
 * <p>
 * A row trigger of a partitioned table is one of each partition, present and future. A
 * trigger on TRUNCATE is not, and detaching a partition fires none at all.
 */
final class PostgresTriggers implements TriggerDialect {

	private static final String ROW_TRIGGER = Capture.PREFIX + "capture";

	private static final String TRUNCATE_TRIGGER = ROW_TRIGGER + "_truncate";

	private static final String ORDER = Capture.orderColumn(SqlDialect.POSTGRESQL);

	/** Of pg_trigger.tgtype: row, insert, delete, update. */
	private static final int ROW_TYPE = 1 + 4 + 8 + 16;

	/** Of pg_trigger.tgtype: truncate. */
	private static final int TRUNCATE_TYPE = 32;

	private static final Set<String> LOCK_STATES = Set.of("55P03", "40P01");

	@Override
	public List<String> installation(Table table) {
		String name = quote(table.name());
		String journal = quote(Capture.journal(table));
		String function = function(table);
		return List.of(
				// takes type and collation of each column as they are, but not "not null"
				"""
						create table if not exists %s
						with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000,
							autovacuum_vacuum_insert_threshold = -1, autovacuum_vacuum_cost_delay = 0,
							autovacuum_analyze_threshold = 2147483647, vacuum_truncate = false)
						as select pg_catalog.pg_current_xact_id() as %s, %s from %s with no data""".formatted(journal,
						ORDER, columns("", table), name),
				"alter table %s alter %s set default pg_catalog.pg_current_xact_id(), alter %2$s set not null"
					.formatted(journal, ORDER),
				"create index if not exists %s on %s (%s)".formatted(SqlDialect.POSTGRESQL.quote(index(table)), journal,
						ORDER),
				"create or replace function %s() returns trigger language plpgsql security definer as $migration$%s$migration$"
					.formatted(function, body(table)),
				"revoke all on function %s() from public".formatted(function),
				trigger(ROW_TRIGGER, "insert or update or delete", name, "row", function),
				trigger(TRUNCATE_TRIGGER, "truncate", name, "statement", function),
				"alter table %s enable always trigger %s".formatted(name, ROW_TRIGGER),
				"alter table %s enable always trigger %s".formatted(name, TRUNCATE_TRIGGER));
	}

	private static String trigger(String name, String event, String table, String each, String function) {
		return """
				create or replace trigger %s after %s on %s for each %s
				when (pg_catalog.current_setting('migration.relay', true) is distinct from 'on')
				execute function %s()""".formatted(name, event, table, each, function);
	}

	/*
	 * Keys are compared as they are stored: two that the table takes for one, 1.0 and
	 * 1.00 say, may be two elsewhere.
	 */
	private static String body(Table table) {
		String newKey = insert(table, columns("new.", table));
		String oldKey = insert(table, columns("old.", table));
		String noKey = insert(table, table.key().stream().map((column) -> "null").collect(Collectors.joining(", ")));
		return """

				begin
					if tg_op operator(pg_catalog.=) 'UPDATE' then
						%s;
						if row(%s)::pg_catalog.record operator(pg_catalog.*<>) row(%s)::pg_catalog.record then
							%s;
						end if;
					elsif tg_op operator(pg_catalog.=) 'INSERT' then
						%1$s;
					elsif tg_op operator(pg_catalog.=) 'DELETE' then
						%4$s;
					else
						%5$s;
					end if;
					return null;
				end
				""".formatted(newKey, columns("old.", table), columns("new.", table), oldKey, noKey);
	}

	private static String insert(Table table, String values) {
		return "insert into %s (%s) values (%s)".formatted(quote(Capture.journal(table)), columns("", table), values);
	}

	@Override
	public List<String> removal(Table table) {
		String name = quote(table.name());
		return List.of("drop trigger if exists %s on %s".formatted(ROW_TRIGGER, name),
				"drop trigger if exists %s on %s".formatted(TRUNCATE_TRIGGER, name),
				"drop function if exists %s()".formatted(function(table)),
				"drop table if exists %s".formatted(quote(Capture.journal(table))));
	}

	@Override
	public List<Table> missing(Connection connection, List<Table> tables) throws SQLException {
		Map<TableName, Set<String>> triggers = triggers(connection, tables);
		Map<TableName, Map<String, String>> columns = columns(connection, tables);
		return tables.stream()
			.filter((table) -> !triggers.getOrDefault(table.name(), Set.of())
				.equals(Set.of(ROW_TRIGGER, TRUNCATE_TRIGGER)) || !fits(table, columns))
			.toList();
	}

	private static boolean fits(Table table, Map<TableName, Map<String, String>> columns) {
		Map<String, String> expected = new HashMap<>();
		Map<String, String> own = columns.getOrDefault(table.name(), Map.of());
		table.key().forEach((column) -> expected.put(column, own.getOrDefault(column, "")));
		expected.put(ORDER, "xid8");
		return expected.equals(columns.get(Capture.journal(table)));
	}

	/** The triggers of ours that are as they should be. */
	private static Map<TableName, Set<String>> triggers(Connection connection, List<Table> tables) throws SQLException {
		Map<TableName, Table> byName = tables.stream().collect(Collectors.toMap(Table::name, (table) -> table));
		Map<TableName, Set<String>> found = new HashMap<>();
		select(connection, """
				select n.nspname, c.relname, t.tgname, t.tgtype, p.prosrc
				from pg_catalog.pg_trigger t
					join pg_catalog.pg_class c on c.oid = t.tgrelid
					join pg_catalog.pg_namespace n on n.oid = c.relnamespace
					join pg_catalog.pg_proc p on p.oid = t.tgfoid
				where n.nspname = any(?) and c.relname = any(?)
					and t.tgenabled = 'A' and t.tgqual is not null and p.prosecdef""", tables, (row) -> {
			TableName name = new TableName(row.getString(1), row.getString(2));
			Table table = byName.get(name);
			int type = row.getString(3).equals(ROW_TRIGGER) ? ROW_TYPE : TRUNCATE_TYPE;
			if (table != null && row.getInt(4) == type && row.getString(5).equals(body(table))) {
				found.computeIfAbsent(name, (key) -> new LinkedHashSet<>()).add(row.getString(3));
			}
		});
		return found;
	}

	private static Map<TableName, Map<String, String>> columns(Connection connection, List<Table> tables)
			throws SQLException {
		Map<TableName, Map<String, String>> found = new HashMap<>();
		select(connection,
				"""
						select n.nspname, c.relname, a.attname,
							pg_catalog.format_type(a.atttypid, a.atttypmod) || coalesce(' collate ' || nullif(a.attcollation, 0), '')
						from pg_catalog.pg_attribute a
							join pg_catalog.pg_class c on c.oid = a.attrelid
							join pg_catalog.pg_namespace n on n.oid = c.relnamespace
						where n.nspname = any(?) and c.relname = any(?) and a.attnum > 0 and not a.attisdropped""",
				tables,
				(row) -> found
					.computeIfAbsent(new TableName(row.getString(1), row.getString(2)), (name) -> new HashMap<>())
					.put(row.getString(3), row.getString(4)));
		return found;
	}

	private static void select(Connection connection, String sql, List<Table> tables, RowReader reader)
			throws SQLException {
		Set<String> schemas = new LinkedHashSet<>();
		List<String> names = new ArrayList<>();
		for (Table table : tables) {
			schemas.add(table.name().schema());
			names.add(table.name().name());
			names.add(Capture.journal(table).name());
		}
		Array schemaArray = connection.createArrayOf("text", schemas.toArray());
		Array nameArray = connection.createArrayOf("text", names.toArray());
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setArray(1, schemaArray);
			statement.setArray(2, nameArray);
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
		// writers wait here already, so that none adds an entry to what is dropped
		statement.execute("lock table %s in share row exclusive mode".formatted(quote(table.name())));
		try (ResultSet row = statement.executeQuery("select exists (select from %s)".formatted(quote(journal)))) {
			if (row.next() && row.getBoolean(1)) {
				throw TriggerDialect.unfit(table, journal);
			}
		}
		statement.execute("drop table %s".formatted(quote(journal)));
	}

	@Override
	public void limitLockWait(Statement statement) throws SQLException {
		statement.execute("set local lock_timeout = 500");
	}

	@Override
	public boolean lockNotAvailable(SQLException ex) {
		String state = ex.getSQLState();
		return state != null && LOCK_STATES.contains(state);
	}

	@Override
	public List<String> obstacles(Table table) {
		return table.key().contains(ORDER) ? List.of(TriggerDialect.clash(table, ORDER)) : List.of();
	}

	private static String index(Table table) {
		return Capture.name("journal_", table, "_tx");
	}

	private static String function(Table table) {
		return quote(table.name().sibling(Capture.name("capture_", table, "")));
	}

	private static String columns(String prefix, Table table) {
		return table.key()
			.stream()
			.map((column) -> prefix + SqlDialect.POSTGRESQL.quote(column))
			.collect(Collectors.joining(", "));
	}

	private static String quote(TableName name) {
		return SqlDialect.POSTGRESQL.quote(name);
	}

}
