package io.migration.jdbc;

import java.sql.Connection;
import java.sql.ConnectionBuilder;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import io.migration.jdbc.Routing.Credentials;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.util.ClassUtils;

/**
 * Stands in for the application's {@code DataSource}: its connections follow the phase of
 * a migration. Everything but connections is asked of the original. It is one of Spring's
 * delegating ones, so that Spring Boot finds the pool behind it, and what asks for a
 * {@code DataSource} by {@link #unwrap} keeps the decoration. Thread safe.
 */
final class MigratingDataSource extends DelegatingDataSource implements MigratedDataSource, AutoCloseable {

	private static final boolean HIKARI = ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource",
			MigratingDataSource.class.getClassLoader());

	private final DataSource original;

	private final Routing routing;

	private volatile @Nullable PoolDefaults defaults;

	private volatile @Nullable Integer isolation;

	/**
	 * Create a data source. Connects to nothing.
	 * @param original the application's
	 * @param routing decides where its connections lead
	 */
	MigratingDataSource(DataSource original, Routing routing) {
		super(original);
		this.original = original;
		this.routing = routing;
	}

	@Override
	public Connection getConnection() throws SQLException {
		return new MigratingConnection(this, this.routing, defaults(), null);
	}

	@Override
	public Connection getConnection(String username, String password) throws SQLException {
		return new MigratingConnection(this, this.routing, defaults(), new Credentials(username, password));
	}

	@Override
	public ConnectionBuilder createConnectionBuilder() throws SQLException {
		// the original's would lead past the decoration
		throw new SQLFeatureNotSupportedException("a migrated DataSource has no connection builder");
	}

	/**
	 * Return the isolation that a new connection has.
	 * @return the isolation, {@code null} as long as nobody has asked a connection
	 */
	@Nullable Integer isolation() {
		return this.isolation;
	}

	void isolation(int isolation) {
		this.isolation = isolation;
	}

	@Override
	public DataSource original() {
		return this.original;
	}

	private PoolDefaults defaults() {
		PoolDefaults known = this.defaults;
		if (known == null) {
			known = HIKARI ? HikariDefaults.of(this.original) : null;
			if (known == null) {
				known = PoolDefaults.ask(this.original);
			}
			this.defaults = known;
		}
		return (known != null) ? known : PoolDefaults.OF_JDBC;
	}

	/**
	 * Close the original, if it can be closed.
	 */
	@Override
	public void close() throws Exception {
		if (this.original instanceof AutoCloseable closeable) {
			closeable.close();
		}
	}

	@Override
	public String toString() {
		return "migrating " + this.original;
	}

	/**
	 * What a connection is like that was just taken from the original.
	 *
	 * @param autoCommit whether each statement commits
	 * @param readOnly whether it is declared to only read
	 */
	record PoolDefaults(boolean autoCommit, boolean readOnly) {

		static final PoolDefaults OF_JDBC = new PoolDefaults(true, false);

		/**
		 * Ask a connection.
		 * @return the answer, {@code null} if there is none now
		 */
		static @Nullable PoolDefaults ask(DataSource dataSource) {
			try (Connection connection = dataSource.getConnection()) {
				return new PoolDefaults(connection.getAutoCommit(), connection.isReadOnly());
			}
			catch (SQLException ex) {
				// whoever needs the connection will learn why; after cutover nobody does
				return null;
			}
		}

	}

	/**
	 * Apart, because HikariCP is optional.
	 */
	private static final class HikariDefaults {

		static @Nullable PoolDefaults of(DataSource dataSource) {
			HikariDataSource pool = DataSourceUnwrapper.unwrap(dataSource, HikariConfigMXBean.class,
					HikariDataSource.class);
			return (pool != null) ? new PoolDefaults(pool.isAutoCommit(), pool.isReadOnly()) : null;
		}

	}

}
