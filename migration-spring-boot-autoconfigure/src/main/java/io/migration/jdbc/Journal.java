package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * The journal on the side with authority: for each table that moves, a table of the keys
 * that were touched, written by triggers in the transaction that touched them.
 * <p>
 * A {@link #look} is the first thing a transaction with one snapshot does; rows are read
 * in the same one, or in the same statement. So for each entry that a round takes, the
 * row it reads is as that entry's transaction left it, or newer; and each transaction
 * that the snapshot does not see leaves an entry that a later round will see. What tells
 * rounds apart is which transactions they <em>see</em>, never the order of their ids.
 * <p>
 * An entry is cleared when the other side holds its copy durably, and exactly those are
 * cleared: an entry that a later transaction has made for the same key stays. After a
 * crash or a take-over a relay knows of nothing that was applied, and begins with
 * whatever the journal still holds; copying it again does no harm. Not thread safe, but
 * for what is said to be.
 */
abstract class Journal {

	private final SqlDialect dialect;

	private final Side authority;

	private final RowQueries queries;

	Journal(SqlDialect dialect, Side authority, RowQueries queries) {
		this.dialect = dialect;
		this.authority = authority;
		this.queries = queries;
	}

	/**
	 * Return the journal of a dialect.
	 * @param dialect the dialect of the side with authority
	 * @param authority the side with authority
	 * @param queries read the rows
	 * @return the journal
	 */
	static Journal of(SqlDialect dialect, Side authority, RowQueries queries) {
		return (dialect == SqlDialect.POSTGRESQL) ? new SnapshotJournal(authority, queries)
				: new NumberedJournal(dialect, authority, queries);
	}

	/**
	 * Begin anew: nothing is known to be on the other side.
	 */
	abstract void reset();

	/**
	 * Look for entries that are not applied yet.
	 * @param connection which is not in a transaction; one with one snapshot is begun
	 * unless all rows are in memory
	 * @param tables the tables that move
	 * @param most how many entries to take of each table; a single transaction may have
	 * more
	 * @return what was found
	 * @throws SQLException if the side does not answer
	 * @throws TablesChangedException if a table has another number of columns: a row that
	 * was written with one more must not be read without it
	 */
	abstract Pending look(Connection connection, List<MirroredTable> tables, long most) throws SQLException;

	/**
	 * Return whether the next batch should be durable on the other side, so that entries
	 * can be cleared.
	 * @return whether it should
	 */
	abstract boolean wantsDurable();

	/**
	 * Return whether entries wait to be cleared that nothing else would clear: the other
	 * side has them, but not durably yet.
	 * @return whether a batch without changes helps
	 */
	abstract boolean unsettled();

	/**
	 * Take note that the other side has a batch.
	 * @param pending the batch
	 * @param durable whether it is durable there, and all earlier ones with it
	 */
	abstract void applied(Pending pending, boolean durable);

	/**
	 * Return whether there is something to clear that may be cleared by another thread,
	 * while rounds go on.
	 * @return whether {@link #clear} may be called by another thread
	 */
	abstract boolean clearsAside();

	/**
	 * Clear what the other side holds durably. Must not be given a connection that was
	 * opened later than the last {@link #reset}.
	 * @param connection outside of a transaction
	 * @throws SQLException if the side does not answer; what was not cleared is cleared
	 * when a relay begins anew
	 */
	abstract void clear(Connection connection) throws SQLException;

	/**
	 * Note the end of the journal. Thread safe.
	 * @param connection any connection to the side
	 * @param tables the tables that move
	 * @return the end, for {@link #passed}
	 * @throws SQLException if the side does not answer
	 */
	abstract String end(Connection connection, List<MirroredTable> tables) throws SQLException;

	/**
	 * Return whether everything before a noted end is applied. Thread safe.
	 * @param connection any connection to the side
	 * @param tables the tables that move
	 * @param end what {@link #end} has returned
	 * @param position the position that the other side holds, {@code null} if it holds
	 * none
	 * @return whether it was passed
	 * @throws SQLException if the side does not answer
	 */
	abstract boolean passed(Connection connection, List<MirroredTable> tables, String end, @Nullable String position)
			throws SQLException;

	/**
	 * Count the entries that are not applied. Thread safe.
	 * @param connection any connection to the side
	 * @param tables the tables that move
	 * @param position the position that the other side holds, {@code null} if it holds
	 * none
	 * @param most where to stop counting
	 * @return the count, exact below the bound
	 * @throws SQLException if the side does not answer
	 */
	abstract long depth(Connection connection, List<MirroredTable> tables, @Nullable String position, long most)
			throws SQLException;

	/**
	 * Make keys entries as if they had been touched. Thread safe.
	 * @param connection any connection to the side, with a transaction or without
	 * @param table the table
	 * @param keys the keys, as text of this side
	 * @throws SQLException if the side does not answer
	 */
	void touch(Connection connection, MirroredTable table, List<@Nullable String[]> keys) throws SQLException {
		List<Column> columns = table.key().stream().map((pair) -> pair.on(this.authority)).toList();
		String sql = "insert into %s (%s) values (%s)".formatted(journal(table),
				columns.stream().map((column) -> this.dialect.quote(column.name())).collect(Collectors.joining(", ")),
				columns.stream()
					.map((column) -> ColumnText.write(this.dialect, column, "?"))
					.collect(Collectors.joining(", ")));
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (@Nullable
			String[] key : keys) {
				for (int i = 0; i < key.length; i++) {
					statement.setString(i + 1, key[i]);
				}
				statement.addBatch();
			}
			statement.executeBatch();
		}
	}

	/**
	 * Return how many columns the tables had when they were read.
	 * @param tables the tables
	 * @return the number
	 */
	final long columns(List<MirroredTable> tables) {
		return tables.stream().mapToLong((table) -> table.on(this.authority).columns().size()).sum();
	}

	/**
	 * Return the tables' names.
	 * @param tables the tables
	 * @return their names on the side with authority
	 */
	final List<TableName> names(List<MirroredTable> tables) {
		return tables.stream().map((table) -> table.on(this.authority).name()).toList();
	}

	/**
	 * Return a text as it stands in a statement.
	 * @param text the text
	 * @return the quoted text
	 */
	static String literal(String text) {
		return "'" + text.replace("'", "''") + "'";
	}

	/**
	 * Return the dialect of the side with authority.
	 * @return the dialect
	 */
	SqlDialect dialect() {
		return this.dialect;
	}

	/**
	 * Return the side with authority.
	 * @return the side
	 */
	final Side authority() {
		return this.authority;
	}

	/**
	 * Return the name of a table's journal as it stands in a statement.
	 * @param table the table
	 * @return the quoted name
	 */
	final String journal(MirroredTable table) {
		return this.dialect.quote(Capture.journal(table.on(this.authority)));
	}

	/**
	 * Read the rows that entries name.
	 */
	final RowChanges.Batch rows(Connection connection, List<MirroredTable> tables, String condition,
			ParameterSetter parameters) {
		return (taker) -> {
			for (MirroredTable table : tables) {
				this.queries.read(connection, table, journal(table), condition,
						(statement) -> parameters.set(statement, table), taker);
			}
		};
	}

	/**
	 * Ask for one value of each table in one statement.
	 */
	static <T> List<T> ask(Connection connection, String sql, Binder binder, Reader<T> reader) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			binder.bind(statement);
			List<T> answers = new ArrayList<>();
			try (ResultSet results = statement.executeQuery()) {
				while (results.next()) {
					answers.add(reader.read(results));
				}
			}
			return answers;
		}
	}

	/**
	 * Sets the parameters of a statement.
	 */
	@FunctionalInterface
	interface Binder {

		void bind(PreparedStatement statement) throws SQLException;

	}

	/**
	 * Sets the parameters of a table's statement.
	 */
	@FunctionalInterface
	interface ParameterSetter {

		void set(PreparedStatement statement, MirroredTable table) throws SQLException;

	}

	/**
	 * Reads a row of an answer.
	 *
	 * @param <T> what it makes of it
	 */
	@FunctionalInterface
	interface Reader<T> {

		T read(ResultSet results) throws SQLException;

	}

	/**
	 * Entries that are not applied yet.
	 *
	 * @param entries how many were counted; at least one if there are any
	 * @param complete whether these are all that can be seen
	 * @param position up to where the journal is applied when they are
	 * @param rows the rows they name
	 * @param mark what the journal needs to know when they are applied
	 */
	record Pending(long entries, boolean complete, String position, RowChanges.Batch rows, Object mark) {

		boolean isEmpty() {
			return this.entries == 0;
		}

	}

}
