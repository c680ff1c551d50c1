package io.migration.jdbc;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * The triggers that journal which rows of a table were touched, in the transaction that
 * touches them, whoever it is: procedures, other applications and updatable result sets
 * included. Only the relay's own sessions are left out; they say so by a setting of the
 * session.
 * <p>
 * Installing waits for the transactions that write the table, and the application's
 * writes wait behind it. Each attempt therefore gives up soon, and lets them pass before
 * the next. Thread safe.
 */
final class Capture {

	/** What the names of everything of ours in a database begin with. */
	static final String PREFIX = "migration_";

	/** Bytes, as PostgreSQL counts; MySQL takes 64 characters. */
	private static final int MAX_NAME = 63;

	private static final int ATTEMPTS = 20;

	private static final Duration PAUSE = Duration.ofMillis(250);

	private final TriggerDialect triggers;

	private Capture(TriggerDialect triggers) {
		this.triggers = triggers;
	}

	/**
	 * Return the capture of a dialect.
	 * @param dialect the dialect
	 * @return its capture
	 */
	static Capture of(SqlDialect dialect) {
		return new Capture(switch (dialect) {
			case POSTGRESQL -> new PostgresTriggers();
			case MYSQL -> new MySqlTriggers();
			case H2 -> new H2Triggers();
		});
	}

	/**
	 * Return the journal of a table. Its columns are {@link #orderColumn} and the table's
	 * key.
	 * @param table the table
	 * @return the name of its journal
	 */
	static TableName journal(Table table) {
		return table.name().sibling(name("journal_", table, ""));
	}

	/**
	 * Return the column by which the entries of a journal are ordered.
	 * @param dialect the dialect of the database
	 * @return on PostgreSQL the id of the transaction that wrote the entry; elsewhere a
	 * number that grows with each entry, in the order of writing, not of committing
	 */
	static String orderColumn(SqlDialect dialect) {
		return (dialect == SqlDialect.POSTGRESQL) ? "tx" : "migration_id";
	}

	/**
	 * Return the name of something that belongs to one table.
	 * @param kind what it is
	 * @param table the table
	 * @param suffix the end of the name
	 * @return the name, short enough for each dialect and nevertheless the table's own
	 */
	static String name(String kind, Table table, String suffix) {
		String whole = PREFIX + kind + table.name().name() + suffix;
		if (whole.getBytes(StandardCharsets.UTF_8).length <= MAX_NAME) {
			return whole;
		}
		String end = "_" + hash(table.name().name()) + suffix;
		StringBuilder name = new StringBuilder(PREFIX + kind);
		table.name().name().codePoints().takeWhile((character) -> {
			String next = Character.toString(character);
			return (name + next + end).getBytes(StandardCharsets.UTF_8).length <= MAX_NAME;
		}).forEach(name::appendCodePoint);
		return name + end;
	}

	private static String hash(String name) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest, 0, 5);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Return the statements that make journal and triggers of a table. They can be
	 * printed and run by somebody else, and repeated.
	 * @param table the table, which must have a key
	 * @return the statements, without semicolons at their ends
	 */
	List<String> installation(Table table) {
		return this.triggers.installation(table);
	}

	/**
	 * Return the statements that remove journal and triggers of a table. They can be
	 * repeated.
	 * @param table the table
	 * @return the statements, without semicolons at their ends
	 */
	List<String> removal(Table table) {
		return this.triggers.removal(table);
	}

	/**
	 * Return what keeps writes from being captured.
	 * @param tables the tables
	 * @return a sentence for each: what it is, and what to do; empty if there is nothing
	 */
	List<String> obstacles(List<Table> tables) {
		List<String> obstacles = new ArrayList<>();
		for (Table table : tables) {
			if (table.key().isEmpty()) {
				obstacles.add(
						"Table %s has neither a primary key nor a unique key over columns that are not null (whole, not deferrable): add one, or exclude the table"
							.formatted(table.name()));
			}
			else {
				obstacles.addAll(this.triggers.obstacles(table));
			}
		}
		return obstacles;
	}

	/**
	 * Return the tables whose writes are not captured, or not as they should be.
	 * @param connection where they are
	 * @param tables the tables
	 * @return those that {@link #install} would work on
	 * @throws SQLException if the database cannot be asked
	 */
	List<Table> missing(Connection connection, List<Table> tables) throws SQLException {
		return tables.isEmpty() ? List.of() : this.triggers.missing(connection, tables);
	}

	/**
	 * Make journals and triggers where they are {@link #missing}. Whatever the connection
	 * was doing is committed.
	 * @param connection an account that may create tables and triggers
	 * @param tables the tables
	 * @throws SQLException if the database refuses, or writers keep a table busy too long
	 */
	void install(Connection connection, Collection<Table> tables) throws SQLException {
		for (Table table : missing(connection, List.copyOf(tables))) {
			run(connection, table, (statement) -> {
				this.triggers.dropUnfit(statement, table);
				for (String sql : installation(table)) {
					statement.execute(sql);
				}
			});
		}
		Set<TableName> missing = missing(connection, List.copyOf(tables)).stream()
			.map(Table::name)
			.collect(Collectors.toSet());
		if (!missing.isEmpty()) {
			throw new SQLException("The triggers of %s are not what was installed".formatted(missing));
		}
	}

	/**
	 * Remove journals and triggers, with all that has not been relayed. Whatever the
	 * connection was doing is committed.
	 * @param connection an account that may drop tables and triggers
	 * @param tables the tables
	 * @throws SQLException if the database refuses, or writers keep a table busy too long
	 */
	void remove(Connection connection, Collection<Table> tables) throws SQLException {
		for (Table table : tables) {
			run(connection, table, (statement) -> {
				for (String sql : removal(table)) {
					statement.execute(sql);
				}
			});
		}
	}

	private void run(Connection connection, Table table, Work work) throws SQLException {
		boolean autoCommit = connection.getAutoCommit();
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			for (int attempt = 1; true; attempt++) {
				try {
					this.triggers.limitLockWait(statement);
					work.run(statement);
					connection.commit();
					return;
				}
				catch (SQLException ex) {
					connection.rollback();
					if (!this.triggers.lockNotAvailable(ex)) {
						throw ex;
					}
					if (attempt == ATTEMPTS || Thread.currentThread().isInterrupted()) {
						throw new SQLException(
								"Table %s is kept busy by a transaction that does not end: find it, or try later"
									.formatted(table.name()),
								ex.getSQLState(), ex);
					}
				}
				LockSupport.parkNanos(this, PAUSE.toNanos());
			}
		}
		finally {
			try (Statement statement = connection.createStatement()) {
				this.triggers.restoreLockWait(statement);
			}
			connection.setAutoCommit(autoCommit);
		}
	}

	private interface Work {

		void run(Statement statement) throws SQLException;

	}

}
