package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.Stream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;

/**
 * A session of a relay: what it must be set to, and how it ends. It is not given back to
 * its pool, because it is unlike any other.
 */
final class RelaySession {

	private static final Duration LEAST_PATIENCE = Duration.ofSeconds(10);

	private static final Executor DIRECT = Runnable::run;

	/**
	 * Plans are by index, whatever the statistics say: a journal is empty when they are
	 * taken and long when that matters, and so may target's tables be.
	 */
	private static final List<String> POSTGRESQL = List.of("set TimeZone = 'UTC'", "set DateStyle = 'ISO, YMD'",
			"set IntervalStyle = 'postgres'", "set extra_float_digits = 1", "set bytea_output = 'hex'",
			"set lc_monetary = 'C'", "set array_nulls = on", "set xmloption = content", "set jit = off",
			"set enable_seqscan = off", "set enable_hashjoin = off", "set enable_mergejoin = off",
			"set enable_material = off", "set plan_cache_mode = force_generic_plan");

	private final DataSource pool;

	private final Connection pooled;

	private final Connection connection;

	private RelaySession(DataSource pool, Connection pooled) throws SQLException {
		this.pool = pool;
		this.pooled = pooled;
		this.connection = pooled.isWrapperFor(Connection.class) ? pooled.unwrap(Connection.class) : pooled;
	}

	/**
	 * Return the connection, past its pool.
	 * @return the connection
	 */
	Connection connection() {
		return this.connection;
	}

	/**
	 * Open a session which sees one moment in each transaction, and prints values in the
	 * way that {@link ColumnText} relies on.
	 * @param dataSource where to
	 * @param dialect the dialect there
	 * @param timeout how long an answer may take
	 * @return the session, not in autocommit mode
	 * @throws SQLException if there is none
	 */
	static RelaySession reading(DataSource dataSource, SqlDialect dialect, Duration timeout) throws SQLException {
		return open(dataSource, timeout, (connection) -> {
			execute(connection, switch (dialect) {
				// a relay that stands still must not keep TRUNCATE or DDL, and all
				// writers
				// behind it, waiting for what it has read
				case POSTGRESQL ->
					Stream.concat(POSTGRESQL.stream(), Stream.of(idleBound("session", patience(timeout)))).toList();
				case MYSQL -> List.of("set session wait_timeout = " + patience(timeout).toSeconds(),
						"set session time_zone = '+00:00'",
						"set session sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'");
				case H2 -> List.of("set time zone 'UTC'");
			});
			connection.setReadOnly(dialect != SqlDialect.H2);
			connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
			connection.setAutoCommit(false);
		});
	}

	/**
	 * Let this transaction of a session that reads rest for longer.
	 * @param dialect the dialect
	 * @param longest for how long
	 * @throws SQLException if the connection is lost
	 */
	void rest(SqlDialect dialect, Duration longest) throws SQLException {
		if (dialect == SqlDialect.POSTGRESQL) {
			execute(this.connection, List.of(idleBound("local", longest)));
		}
	}

	private static String idleBound(String scope, Duration longest) {
		return "set %s idle_in_transaction_session_timeout = %d".formatted(scope, longest.toMillis());
	}

	/** The other side gets several statements between two reads. */
	private static Duration patience(Duration timeout) {
		Duration several = timeout.multipliedBy(5);
		return (several.compareTo(LEAST_PATIENCE) < 0) ? LEAST_PATIENCE : several;
	}

	/**
	 * Open a session which writes rows as they are: nothing is journaled, and triggers
	 * and foreign keys of the side, which have done their work on the other side, stay
	 * quiet.
	 * @param dataSource where to
	 * @param dialect the dialect there
	 * @param timeout how long an answer may take
	 * @param needsQuiet whether tables that move have foreign keys or triggers; others
	 * may refer to them, so the session is quiet wherever it may be
	 * @return the session, not in autocommit mode
	 * @throws SQLException if there is none, or it may not keep them quiet
	 */
	static RelaySession writing(DataSource dataSource, SqlDialect dialect, Duration timeout, boolean needsQuiet)
			throws SQLException {
		return open(dataSource, timeout, (connection) -> {
			execute(connection, switch (dialect) {
				// a relay that stands still must not hold its successor up; and one that
				// gave up must not leave a session behind which waits for a lock
				case POSTGRESQL -> Stream.concat(POSTGRESQL.stream(),
						Stream.of("set migration.relay = 'on'", "set synchronous_commit = off",
								"set idle_in_transaction_session_timeout = '10s'",
								"set lock_timeout = " + timeout.toMillis()))
					.toList();
				case MYSQL -> List.of("set @migration_relay = 1", "set session foreign_key_checks = 0",
						"set session time_zone = '+00:00'", "set session wait_timeout = 60",
						"set session innodb_lock_wait_timeout = " + Math.max(1, timeout.toSeconds()),
						"set session sql_mode = 'STRICT_TRANS_TABLES,NO_AUTO_VALUE_ON_ZERO'");
				case H2 -> List.of("set @migration_relay = 1", "set time zone 'UTC'");
			});
			if (dialect == SqlDialect.POSTGRESQL) {
				beQuiet(connection, needsQuiet);
			}
			connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
			connection.setAutoCommit(false);
		});
	}

	private static void beQuiet(Connection connection, boolean needed) throws SQLException {
		try {
			execute(connection, List.of("set session_replication_role = replica"));
		}
		catch (SQLException ex) {
			if (SqlStates.isNotPermitted(ex)) {
				if (!needed) {
					return;
				}
				throw new SQLException(
						"tables have foreign keys or triggers, and the user may not keep them quiet while rows are copied: as a superuser run GRANT SET ON PARAMETER session_replication_role TO <user> (PostgreSQL 15 or later)",
						ex.getSQLState(), ex);
			}
			throw ex;
		}
	}

	/**
	 * Open a session for odd jobs of a relay.
	 * @param dataSource where to
	 * @param timeout how long an answer may take
	 * @return the session, in autocommit mode
	 * @throws SQLException if there is none
	 */
	static RelaySession plain(DataSource dataSource, Duration timeout) throws SQLException {
		return open(dataSource, timeout, (connection) -> {
		});
	}

	private static RelaySession open(DataSource dataSource, Duration timeout, Setting setting) throws SQLException {
		RelaySession session = new RelaySession(dataSource, dataSource.getConnection());
		try {
			session.bound(timeout);
			setting.apply(session.connection);
			return session;
		}
		catch (SQLException ex) {
			session.end();
			throw ex;
		}
	}

	/**
	 * Bound how long an answer may take.
	 * @param timeout for how long
	 * @throws SQLException if the connection is lost
	 */
	void bound(Duration timeout) throws SQLException {
		this.connection.setNetworkTimeout(DIRECT, Math.toIntExact(timeout.toMillis()));
	}

	private static void execute(Connection connection, List<String> settings) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			for (String setting : settings) {
				statement.execute(setting);
			}
		}
	}

	/**
	 * End the session, and whatever it has under way. Never throws.
	 */
	void end() {
		try {
			if (this.pool.isWrapperFor(HikariDataSource.class)) {
				this.pool.unwrap(HikariDataSource.class).evictConnection(this.pooled);
			}
			this.connection.abort(DIRECT);
		}
		catch (SQLException ex) {
			// it is lost already
		}
		try {
			this.pooled.close();
		}
		catch (SQLException ex) {
			// the pool drops it
		}
	}

	@FunctionalInterface
	private interface Setting {

		void apply(Connection connection) throws SQLException;

	}

}
