package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import io.migration.Side;
import io.migration.jdbc.MirroredTable.ColumnPair;
import org.jspecify.annotations.Nullable;

/**
 * Makes what gives ids on the side that takes over go on where the other side stops:
 * sequences, identity and auto-increment columns. Copied rows bring their ids along, so
 * that nothing on that side has counted with them.
 */
final class Sequences {

	private Sequences() {
	}

	/**
	 * Return what has to be run on the incoming side so that it gives no id that the
	 * outgoing side has given. A counter that is far enough already is left alone, so
	 * that what is returned can be run again, and none goes backwards.
	 * @param from the outgoing side
	 * @param fromDialect its dialect
	 * @param to the incoming side
	 * @param toDialect its dialect
	 * @param tables the tables that move
	 * @param fromSide which side the outgoing one is
	 * @return the statements, empty if nothing has to be done
	 * @throws SQLException if a database cannot be asked
	 */
	static List<String> advance(Connection from, SqlDialect fromDialect, Connection to, SqlDialect toDialect,
			List<MirroredTable> tables, Side fromSide) throws SQLException {
		Counters outgoing = read(from, fromDialect, tables, fromSide);
		Counters incoming = read(to, toDialect, tables, fromSide.other());
		List<String> statements = new ArrayList<>();
		for (MirroredTable table : tables) {
			List<ColumnPair> columns = new ArrayList<>(table.key());
			columns.addAll(table.others());
			for (ColumnPair column : columns) {
				add(statements, outgoing.ofColumn(table.on(fromSide).name(), column.on(fromSide).name()),
						incoming.ofColumn(table.on(fromSide.other()).name(), column.on(fromSide.other()).name()));
			}
		}
		outgoing.free().forEach((name, counter) -> {
			boolean inDefault = name.schema().equals(outgoing.schema());
			TableName other = inDefault ? new TableName(incoming.schema(), name.name()) : name;
			add(statements, counter, incoming.free().get(other));
		});
		return statements;
	}

	/**
	 * Run what {@link #advance} returned.
	 * @param to the incoming side
	 * @param statements the statements
	 * @throws SQLException if one fails
	 */
	static void run(Connection to, List<String> statements) throws SQLException {
		try (Statement statement = to.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	private static Counters read(Connection connection, SqlDialect dialect, List<MirroredTable> tables, Side side)
			throws SQLException {
		Set<String> schemas = new LinkedHashSet<>();
		String current = SchemaReader.currentSchema(connection, dialect);
		schemas.add(current);
		tables.forEach((table) -> schemas.add(table.on(side).name().schema()));
		return Counters.read(connection, dialect, current, List.copyOf(schemas));
	}

	private static void add(List<String> statements, @Nullable Counter outgoing, @Nullable Counter incoming) {
		if (outgoing != null && incoming != null && incoming.isBehind(outgoing)) {
			statements.add(incoming.follow(outgoing));
		}
	}

}
