package io.migration.jdbc;

import com.zaxxer.hikari.HikariDataSource;
import io.migration.phase.Ledger;
import io.migration.phase.LedgerContract;
import io.migration.test.MariaDbServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * Tests for {@link JdbcLedger} on MariaDB.
 */
@Tag("mariadb")
class JdbcLedgerMariaDbIntegrationTests {

	private static HikariDataSource pool(String isolation) {
		MariaDbServer server = MariaDbServer.shared();
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(server.jdbcUrl(server.createDatabase()));
		pool.setMinimumIdle(0);
		pool.setTransactionIsolation(isolation);
		return pool;
	}

	@Nested
	class ReadCommittedTests extends LedgerContract {

		private static HikariDataSource pool;

		@BeforeAll
		static void open() {
			pool = pool("TRANSACTION_READ_COMMITTED");
		}

		@AfterAll
		static void close() {
			pool.close();
		}

		@Override
		protected Ledger ledger(String migration) {
			return new JdbcLedger(migration, pool, DatabaseInitializationMode.ALWAYS);
		}

	}

	@Nested
	class RepeatableReadTests extends LedgerContract {

		private static HikariDataSource pool;

		@BeforeAll
		static void open() {
			pool = pool("TRANSACTION_REPEATABLE_READ");
		}

		@AfterAll
		static void close() {
			pool.close();
		}

		@Override
		protected Ledger ledger(String migration) {
			return new JdbcLedger(migration, pool, DatabaseInitializationMode.ALWAYS);
		}

	}

}
