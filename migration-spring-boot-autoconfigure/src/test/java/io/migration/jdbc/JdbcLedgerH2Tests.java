package io.migration.jdbc;

import java.util.UUID;

import javax.sql.DataSource;

import io.migration.phase.Ledger;
import io.migration.phase.LedgerContract;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Nested;

import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.jdbc.datasource.IsolationLevelDataSourceAdapter;

/**
 * Tests for {@link JdbcLedger} on H2.
 */
class JdbcLedgerH2Tests {

	private static DataSource database() {
		JdbcDataSource dataSource = new JdbcDataSource();
		dataSource.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
		dataSource.setUser("sa");
		return dataSource;
	}

	@Nested
	class ReadCommittedTests extends LedgerContract {

		private final DataSource dataSource = database();

		@Override
		protected Ledger ledger(String migration) {
			return new JdbcLedger(migration, this.dataSource, DatabaseInitializationMode.EMBEDDED);
		}

	}

	@Nested
	class RepeatableReadTests extends LedgerContract {

		private final IsolationLevelDataSourceAdapter dataSource = new IsolationLevelDataSourceAdapter();

		RepeatableReadTests() {
			this.dataSource.setTargetDataSource(database());
			this.dataSource.setIsolationLevelName("ISOLATION_REPEATABLE_READ");
		}

		@Override
		protected Ledger ledger(String migration) {
			return new JdbcLedger(migration, this.dataSource, DatabaseInitializationMode.EMBEDDED);
		}

	}

}
