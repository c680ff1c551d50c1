package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

import javax.sql.DataSource;

import io.migration.MigrationException;
import io.migration.Side;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.jdbc.DatabaseDriver;

/**
 * One of the two databases, reached by connections of our own. Thread safe.
 */
final class JdbcSide {

	private final Side side;

	private final SqlDialect dialect;

	private final DataSource dataSource;

	private final RelayRow relayRow;

	private JdbcSide(Side side, SqlDialect dialect, DataSource dataSource, RelayRow relayRow) {
		this.side = side;
		this.dialect = dialect;
		this.dataSource = dataSource;
		this.relayRow = relayRow;
	}

	static JdbcSide of(String migration, JdbcPools pools, Side side) {
		SqlDialect dialect = switch (DatabaseDriver.fromJdbcUrl(pools.url(side))) {
			case POSTGRESQL -> SqlDialect.POSTGRESQL;
			case MYSQL, MARIADB -> SqlDialect.MYSQL;
			case H2 -> SqlDialect.H2;
			default -> throw new MigrationException(migration,
					"%s is neither PostgreSQL, MySQL, MariaDB nor H2; others cannot be moved"
						.formatted(side.wireName()));
		};
		return new JdbcSide(side, dialect, pools.own(side), new RelayRow(migration, dialect));
	}

	Side side() {
		return this.side;
	}

	SqlDialect dialect() {
		return this.dialect;
	}

	DataSource dataSource() {
		return this.dataSource;
	}

	RelayRow relayRow() {
		return this.relayRow;
	}

	/**
	 * Ask something over a connection of our own.
	 * @param <T> the type of the answer
	 * @param question what to ask
	 * @return the answer
	 * @throws SQLException if the database does not answer
	 */
	<T extends @Nullable Object> T ask(Question<T> question) throws SQLException {
		try (Connection connection = this.dataSource.getConnection()) {
			return question.ask(connection);
		}
	}

	/**
	 * Something to ask a database.
	 *
	 * @param <T> the type of the answer
	 */
	@FunctionalInterface
	interface Question<T extends @Nullable Object> {

		T ask(Connection connection) throws SQLException;

	}

}
