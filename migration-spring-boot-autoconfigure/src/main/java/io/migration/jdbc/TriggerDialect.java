package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/**
 * How one database's triggers write a journal.
 */
interface TriggerDialect {

	/**
	 * Return the statements that make journal and triggers of a table, or bring them up
	 * to date. They can be repeated.
	 * @param table the table, which has a key
	 * @return the statements, without semicolons at their ends
	 */
	List<String> installation(Table table);

	/**
	 * Return the statements that take away what {@link #installation} made. They can be
	 * repeated.
	 * @param table the table
	 * @return the statements, without semicolons at their ends
	 */
	List<String> removal(Table table);

	/**
	 * Return the tables whose journal or triggers are not what {@link #installation}
	 * makes.
	 * @param connection where they are
	 * @param tables the tables
	 * @return those in need
	 * @throws SQLException if the database cannot be asked
	 */
	List<Table> missing(Connection connection, List<Table> tables) throws SQLException;

	/**
	 * Take away a journal that does not fit its table, if it is empty.
	 * @param statement a statement on the database
	 * @param table the table
	 * @throws SQLException if it is not empty, or the database refuses
	 */
	void dropUnfit(Statement statement, Table table) throws SQLException;

	/**
	 * Bound how long statements of a transaction wait for a lock. While one waits, those
	 * behind it wait, too: the application's.
	 * @param statement a statement on the connection
	 * @throws SQLException if the database refuses
	 */
	void limitLockWait(Statement statement) throws SQLException;

	/**
	 * Undo {@link #limitLockWait} where it outlives the transaction.
	 * @param statement a statement on the connection
	 * @throws SQLException if the database refuses
	 */
	default void restoreLockWait(Statement statement) throws SQLException {
	}

	/**
	 * Return whether a statement gave up waiting for a lock.
	 * @param ex its failure
	 * @return whether it may succeed if repeated
	 */
	boolean lockNotAvailable(SQLException ex);

	/**
	 * Return what about tables a capture by these triggers cannot cope with.
	 * @param table a table
	 * @return what it is and what to do
	 */
	List<String> obstacles(Table table);

	/**
	 * Return what {@link #dropUnfit} throws.
	 * @param table the table
	 * @param journal its journal
	 * @return the exception
	 */
	static SQLException unfit(Table table, TableName journal) {
		return new SQLException(
				"The journal %s does not fit the key of %s any more, and holds entries that have not been relayed: step back to off, which drops it, and forward again"
					.formatted(journal, table.name()));
	}

	/**
	 * Return an obstacle: a column of a key has the name of one of ours.
	 * @param table the table
	 * @param column the column
	 * @return what it is and what to do
	 */
	static String clash(Table table, String column) {
		return "Column %s is in the key of table %s, and the journal has a column of that name for itself: rename it, or exclude the table"
			.formatted(column, table.name());
	}

}
