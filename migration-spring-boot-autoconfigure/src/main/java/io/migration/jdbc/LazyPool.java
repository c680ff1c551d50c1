package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * A pool that does not exist before it is used. Thread safe.
 */
final class LazyPool extends DelegatingDataSource implements AutoCloseable {

	private final Supplier<DataSource> pool;

	private @Nullable DataSource created;

	private boolean closed;

	/**
	 * Create a pool.
	 * @param pool makes it; what it makes is closed only if it is one of HikariCP
	 */
	LazyPool(Supplier<DataSource> pool) {
		this.pool = pool;
	}

	@Override
	public void afterPropertiesSet() {
		// there is nothing yet
	}

	@Override
	public synchronized DataSource getTargetDataSource() {
		if (this.closed) {
			throw new IllegalStateException("The migration that the pool belongs to is closed");
		}
		DataSource pool = this.created;
		if (pool == null) {
			pool = this.pool.get();
			this.created = pool;
		}
		return pool;
	}

	@Override
	public Connection getConnection() throws SQLException {
		try {
			return super.getConnection();
		}
		catch (RuntimeException ex) {
			// as by a driver that does not know the URL
			throw new SQLException("There is no connection: %s".formatted(ex.getMessage()), "08001", ex);
		}
	}

	@Override
	public synchronized void close() {
		this.closed = true;
		if (this.created instanceof HikariDataSource hikari) {
			hikari.close();
		}
	}

}
