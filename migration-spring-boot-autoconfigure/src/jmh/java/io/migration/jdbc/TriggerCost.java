package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

import io.migration.test.PostgresServer;

/**
 * Measures what a trigger that journals keys costs the transactions that fire it, on a
 * PostgreSQL that syncs each commit: each shape of trigger in turn, round by round, the
 * medians beside those of a table without a trigger.
 */
public final class TriggerCost {

	private static final int ROUNDS = 5;

	private static final int ROWS = 50_000;

	private static final String SKIP = "when (pg_catalog.current_setting('migration.relay', true) is distinct from 'on')";

	private final Connection connection;

	private TriggerCost(Connection connection) {
		this.connection = connection;
	}

	/**
	 * Run the measurement.
	 * @param arguments none
	 * @throws SQLException if the database fails
	 */
	public static void main(String[] arguments) throws SQLException {
		Map<String, String> durable = Map.of("fsync", "on", "synchronous_commit", "on", "full_page_writes", "on",
				"shared_buffers", "256MB", "autovacuum", "off", "max_wal_size", "4GB");
		try (PostgresServer server = PostgresServer.start(durable);
				Connection connection = server.dataSource(server.createDatabase()).getConnection()) {
			new TriggerCost(connection).run();
		}
	}

	private void run() throws SQLException {
		Load[] loads = Load.values();
		Shape[] shapes = Shape.values();
		for (Shape shape : shapes) {
			create(shape);
		}
		long[][][] nanos = new long[shapes.length][loads.length][ROUNDS];
		for (int round = -1; round < ROUNDS; round++) {
			for (Load load : loads) {
				for (Shape shape : shapes) {
					execute("vacuum " + shape.table());
					execute("checkpoint");
					long taken = time(load, shape.table());
					if (round >= 0) {
						nanos[shape.ordinal()][load.ordinal()][round] = taken;
					}
					if (shape != Shape.NONE) {
						execute("truncate migration_journal_" + shape.table());
					}
				}
			}
		}
		print(nanos);
	}

	private void create(Shape shape) throws SQLException {
		String table = shape.table();
		execute("create table %s (id bigint primary key, amount bigint not null, text text) with (fillfactor = 70)"
			.formatted(table));
		execute("insert into %s select n, 0, repeat('x', 100) from generate_series(1, %d) n".formatted(table, ROWS));
		execute("analyze " + table);
		if (shape == Shape.NONE) {
			return;
		}
		Table read = SchemaReader
			.read(this.connection, SqlDialect.POSTGRESQL, new TableScope(List.of(table), List.of(), Map.of()))
			.get(0);
		Capture.of(SqlDialect.POSTGRESQL).install(this.connection, List.of(read));
		for (String sql : shape.changes()) {
			execute(sql.replace("$journal", "public.migration_journal_" + table)
				.replace("$function", "public.migration_capture_" + table)
				.replace("$table", table)
				.replace("$skip", SKIP));
		}
	}

	private long time(Load load, String table) throws SQLException {
		String one = "update %s set amount = amount + 1 where id = ?".formatted(table);
		long begin = System.nanoTime();
		switch (load) {
			case ONE_TRANSACTION -> {
				this.connection.setAutoCommit(false);
				updates(one, 5000);
				this.connection.commit();
				this.connection.setAutoCommit(true);
			}
			case TRANSACTIONS -> updates(one, 2000);
			case ONE_STATEMENT -> execute("update %s set amount = amount + 1 where id <= 20000".formatted(table));
		}
		return System.nanoTime() - begin;
	}

	private void updates(String sql, int count) throws SQLException {
		try (PreparedStatement update = this.connection.prepareStatement(sql)) {
			for (int n = 0; n < count; n++) {
				update.setLong(1, 1 + (n * 7919L) % ROWS);
				update.executeUpdate();
			}
		}
	}

	private void execute(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private void print(long[][][] nanos) {
		List<String> head = new ArrayList<>(List.of("shape"));
		Arrays.stream(Load.values()).forEach((load) -> head.add(load.title));
		System.out.println("| " + String.join(" | ", head) + " |");
		System.out.println("|" + " --- |".repeat(head.size()));
		for (Shape shape : Shape.values()) {
			List<String> cells = new ArrayList<>(List.of(shape.title));
			for (Load load : Load.values()) {
				double median = median(nanos[shape.ordinal()][load.ordinal()]);
				double bare = median(nanos[Shape.NONE.ordinal()][load.ordinal()]);
				cells.add("%.1f ms (%.2f)".formatted(median / 1e6, median / bare));
			}
			System.out.println("| " + String.join(" | ", cells) + " |");
		}
	}

	private static double median(long[] values) {
		return LongStream.of(values).sorted().skip(values.length / 2).findFirst().orElseThrow();
	}

	private enum Load {

		ONE_TRANSACTION("5,000 updates in one transaction"), TRANSACTIONS("2,000 transactions of one update"),
		ONE_STATEMENT("one update of 20,000 rows");

		private final String title;

		Load(String title) {
			this.title = title;
		}

	}

	/**
	 * What differs from the triggers that are installed.
	 */
	private enum Shape {

		NONE("no trigger"),

		ROW("row trigger, as installed"),

		ROW_SEARCH_PATH("row trigger with a search_path",
				"alter function $function() set search_path = pg_catalog, pg_temp"),

		ROW_INVOKER("row trigger, not security definer", "alter function $function() security invoker"),

		ROW_WITHOUT_SKIP("row trigger without WHEN", "drop trigger migration_capture on $table",
				"create trigger migration_capture after insert or update or delete on $table for each row execute function $function()"),

		ROW_EQUALITY("row trigger that compares keys by their type", """
				create or replace function $function() returns trigger language plpgsql security definer as $$
				begin
					if tg_op operator(pg_catalog.=) 'UPDATE' then
						insert into $journal (id) values (new.id);
						if old.id is distinct from new.id then
							insert into $journal (id) values (old.id);
						end if;
					end if;
					return null;
				end $$"""),

		STATEMENT("statement trigger with transition tables", "drop trigger migration_capture on $table", """
				create or replace function $function() returns trigger language plpgsql security definer as $$
				begin
					insert into $journal (id) select id from new_rows;
					insert into $journal (id) select id from old_rows
						where not exists (select from new_rows where new_rows.id = old_rows.id);
					return null;
				end $$""", """
				create trigger migration_capture after update on $table
				referencing old table as old_rows new table as new_rows
				for each statement $skip execute function $function()"""),

		STATEMENT_UNION("statement trigger with one query", "drop trigger migration_capture on $table", """
				create or replace function $function() returns trigger language plpgsql security definer as $$
				begin
					insert into $journal (id) select id from new_rows union select id from old_rows;
					return null;
				end $$""", """
				create trigger migration_capture after update on $table
				referencing old table as old_rows new table as new_rows
				for each statement $skip execute function $function()""");

		private final String title;

		private final List<String> changes;

		Shape(String title, String... changes) {
			this.title = title;
			this.changes = List.of(changes);
		}

		String table() {
			return "items_" + ordinal();
		}

		List<String> changes() {
			return this.changes;
		}

	}

}
