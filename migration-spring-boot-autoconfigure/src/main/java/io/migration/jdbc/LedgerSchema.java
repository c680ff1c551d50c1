package io.migration.jdbc;

import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import io.migration.MigrationException;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.jdbc.init.DataSourceScriptDatabaseInitializer;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.boot.sql.init.DatabaseInitializationSettings;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.init.ScriptException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The tables of the ledger: finds the dialect, and creates the tables where they are
 * missing and that is asked for. The script runs only when one is missing and something
 * is to be written, so an account without the right to create tables will do where an
 * operator has run it, and a database that is only looked at stays untouched.
 * <p>
 * Thread safe, and safe against other instances that start at the same time.
 */
final class LedgerSchema {

	private static final String TABLES = "migration_phase, migration_instance, migration_history, migration_store, migration_relay";

	private static final int ATTEMPTS = 5;

	private final String migration;

	private final DataSource dataSource;

	private final DatabaseInitializationMode mode;

	private final JdbcTemplate jdbc;

	private final TransactionTemplate transaction;

	private volatile @Nullable LedgerDialect dialect;

	LedgerSchema(String migration, DataSource dataSource, DatabaseInitializationMode mode, JdbcTemplate jdbc,
			TransactionTemplate transaction) {
		this.migration = migration;
		this.dataSource = dataSource;
		this.mode = mode;
		this.jdbc = jdbc;
		this.transaction = transaction;
	}

	/**
	 * Look for the tables without creating them.
	 * @return the dialect of the database, {@code null} if a table is missing
	 * @throws MigrationException if the tables cannot be used
	 */
	@Nullable LedgerDialect find() {
		LedgerDialect known = this.dialect;
		if (known != null) {
			return known;
		}
		LedgerDialect found = findDialect();
		return (missing(found) == null) ? found : null;
	}

	/**
	 * Make sure that the tables are there.
	 * @return the dialect of the database
	 * @throws MigrationException if they are not and will not be created
	 */
	LedgerDialect ensure() {
		LedgerDialect known = this.dialect;
		if (known != null) {
			return known;
		}
		LedgerDialect found = findDialect();
		for (int attempt = 1; true; attempt++) {
			BadSqlGrammarException missing = missing(found);
			if (missing == null) {
				return found;
			}
			create(found, missing, attempt);
		}
	}

	private LedgerDialect findDialect() {
		String product = this.transaction.execute((status) -> this.jdbc
			.execute((ConnectionCallback<String>) (connection) -> connection.getMetaData().getDatabaseProductName()));
		LedgerDialect found = (product != null) ? LedgerDialect.of(product) : null;
		if (found == null) {
			throw new MigrationException(this.migration,
					"a ledger cannot be kept in %s; it can in PostgreSQL, MySQL, MariaDB and H2".formatted(product));
		}
		return found;
	}

	private @Nullable BadSqlGrammarException missing(LedgerDialect found) {
		try {
			this.transaction.executeWithoutResult((status) -> this.jdbc
				.queryForObject("select count(*) from %s where 1 = 0".formatted(TABLES), Integer.class));
			this.dialect = found;
			return null;
		}
		catch (BadSqlGrammarException ex) {
			SQLException cause = ex.getSQLException();
			if (cause == null || !found.isMissingTable(cause.getSQLState())) {
				throw unusable(found, ex);
			}
			return ex;
		}
	}

	private void create(LedgerDialect found, BadSqlGrammarException missing, int attempt) {
		DatabaseInitializationSettings settings = new DatabaseInitializationSettings();
		settings.setSchemaLocations(List.of("classpath:" + found.script()));
		settings.setMode(this.mode);
		DataSourceScriptDatabaseInitializer initializer = new DataSourceScriptDatabaseInitializer(this.dataSource,
				settings);
		try {
			Boolean ran = this.transaction.execute((status) -> initializer.initializeDatabase());
			if (!Boolean.TRUE.equals(ran)) {
				throw unusable(found, missing);
			}
		}
		catch (ScriptException ex) {
			// "create table if not exists" of two instances may clash on PostgreSQL; the
			// other one's tables are there then
			if (attempt == ATTEMPTS) {
				throw new MigrationException(this.migration,
						"the tables of the ledger (%s) cannot be created: %s. Run %s, which is in the library's jar, by an account that may create tables"
							.formatted(TABLES, NestedExceptionUtils.getMostSpecificCause(ex).getMessage(),
									found.script()),
						ex);
			}
		}
	}

	/**
	 * Return the error of a statement that found a table or column missing, or was not
	 * allowed to use it.
	 * @param found the dialect of the database
	 * @param ex what the database said
	 * @return what to throw
	 */
	MigrationException unusable(LedgerDialect found, BadSqlGrammarException ex) {
		return new MigrationException(this.migration,
				"the tables of the ledger (%s) cannot be used: %s. Set migration.initialize-schema=always, or run %s, which is in the library's jar, and grant select, insert, update and delete on them"
					.formatted(TABLES, NestedExceptionUtils.getMostSpecificCause(ex).getMessage(), found.script()),
				ex);
	}

}
