package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;

import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * A migration's row of the table {@code migration_relay}. On the side with authority it
 * holds the relay's lease; on the other side the fencing token, and the position up to
 * which the journal is applied. Each method is one statement; the caller decides about
 * transactions. Thread safe.
 */
class RelayRow {

	private final String migration;

	private final LedgerDialect clock;

	RelayRow(String migration, SqlDialect dialect) {
		this.migration = migration;
		this.clock = LedgerDialect.of(dialect);
	}

	/**
	 * Make sure that there is a row.
	 */
	void ensure(Connection connection) throws SQLException {
		boolean there = query(connection, "select 1 from migration_relay where migration = ?") != null;
		if (!there) {
			try {
				update(connection, "insert into migration_relay (migration, token) values (?, 0)", this.migration);
			}
			catch (SQLException ex) {
				if (!SqlStates.isDuplicate(ex)) {
					throw ex;
				}
			}
		}
	}

	/**
	 * Get the lease, or prolong it: granted while the ledger names this side as the one
	 * with authority, and nobody else holds it.
	 */
	boolean acquire(Connection connection, String holder, Side authority, Duration duration) throws SQLException {
		return update(connection,
				"update migration_relay set holder = ?, expires = %s where migration = ? and (holder = ? or holder is null or expires is null or expires < %s) and exists (select 1 from migration_phase where migration = ? and authority = ?)"
					.formatted(this.clock.later(duration), this.clock.now()),
				holder, this.migration, holder, this.migration, authority.wireName()) > 0;
	}

	/**
	 * Return whether the lease is still held.
	 */
	boolean holds(Connection connection, String holder, Side authority) throws SQLException {
		return query(connection,
				"select 1 from migration_relay where migration = ? and holder = ? and expires >= %s and exists (select 1 from migration_phase where migration = ? and authority = ?)"
					.formatted(this.clock.now()),
				holder, this.migration, authority.wireName()) != null;
	}

	/**
	 * Keep everybody from the lease for some time.
	 */
	void seal(Connection connection, String seal, Duration duration) throws SQLException {
		update(connection, "update migration_relay set holder = ?, expires = %s where migration = ?"
			.formatted(this.clock.later(duration)), seal, this.migration);
	}

	/**
	 * Give the lease up.
	 */
	void release(Connection connection, String holder) throws SQLException {
		update(connection,
				"update migration_relay set holder = null, expires = null where migration = ? and holder = ?",
				this.migration, holder);
	}

	/**
	 * Take over: transactions of an earlier owner that have not moved the position yet
	 * will fail to, and this waits for one that has.
	 * @return the token
	 */
	long raise(Connection connection) throws SQLException {
		update(connection, "update migration_relay set token = token + 1 where migration = ?", this.migration);
		String token = query(connection, "select token from migration_relay where migration = ?");
		return Long.parseLong(String.valueOf(token));
	}

	/**
	 * Move the position, if the token is still ours.
	 */
	final boolean move(Connection connection, long token, String position) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(moving())) {
			bindMove(statement, token, position);
			return statement.executeUpdate() > 0;
		}
	}

	/**
	 * Return the statement that moves the position if the token is still ours. A seam for
	 * tests.
	 */
	String moving() {
		return "update migration_relay set position = ? where migration = ? and token = ?";
	}

	/**
	 * Set the parameters of the statement that moves the position, and return the index
	 * of the next.
	 */
	final int bindMove(PreparedStatement statement, long token, String position) throws SQLException {
		statement.setString(1, position);
		statement.setString(2, this.migration);
		statement.setLong(3, token);
		return 4;
	}

	/**
	 * Forget the position: a relay that begins knows of nothing that was applied.
	 */
	void forget(Connection connection) throws SQLException {
		update(connection, "update migration_relay set position = null where migration = ?", this.migration);
	}

	/**
	 * Return the position.
	 */
	@Nullable String position(Connection connection) throws SQLException {
		String position = query(connection, "select position from migration_relay where migration = ?");
		return (position == null || position.isEmpty()) ? null : position;
	}

	/**
	 * Return how much of what the side with authority holds is on the other side.
	 */
	CopyState copied(Connection connection) throws SQLException {
		String copied = query(connection, "select copied from migration_relay where migration = ?");
		return (copied != null) ? CopyState.valueOf(copied) : CopyState.RECONCILE;
	}

	/**
	 * Take note of how much is.
	 */
	void copied(Connection connection, CopyState state) throws SQLException {
		update(connection, "update migration_relay set copied = ? where migration = ?", state.name(), this.migration);
	}

	/**
	 * Take note of how much is, unless somebody has taken note of something else.
	 */
	boolean copied(Connection connection, CopyState before, CopyState state) throws SQLException {
		return update(connection, "update migration_relay set copied = ? where migration = ? and copied = ?",
				state.name(), this.migration, before.name()) > 0;
	}

	private static int update(Connection connection, String sql, String... parameters) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < parameters.length; i++) {
				statement.setString(i + 1, parameters[i]);
			}
			return statement.executeUpdate();
		}
	}

	private @Nullable String query(Connection connection, String sql, String... more) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setString(1, this.migration);
			int index = 2;
			for (String parameter : more) {
				statement.setString(index++, parameter);
			}
			try (ResultSet results = statement.executeQuery()) {
				return results.next() ? results.getString(1) : null;
			}
		}
	}

}
