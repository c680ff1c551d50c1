package io.migration.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * A PostgreSQL 18 server on loopback, with what logical decoding needs switched on. Most
 * tests take a new database of the {@link #shared()} server; one that stops the server or
 * sets it up in another way starts its own.
 * <p>
 * Thread safe. A server that is not closed ends with the virtual machine.
 */
public final class PostgresServer implements AutoCloseable {

	private static final String USER = "postgres";

	private static final AtomicInteger databases = new AtomicInteger();

	private final EmbeddedPostgres postgres;

	private PostgresServer(Map<String, String> settings) {
		EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
			.setServerConfig("wal_level", "logical")
			.setServerConfig("max_replication_slots", "20")
			.setServerConfig("max_wal_senders", "20");
		settings.forEach(builder::setServerConfig);
		try {
			this.postgres = builder.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * The server of this virtual machine, started by the first call. Don't close it.
	 * @return the running server
	 */
	public static PostgresServer shared() {
		return Shared.SERVER;
	}

	/**
	 * Starts a server on a free port and waits until it answers.
	 * @param settings settings as in {@code postgresql.conf}
	 * @return the running server
	 */
	public static PostgresServer start(Map<String, String> settings) {
		return new PostgresServer(settings);
	}

	public int port() {
		return this.postgres.getPort();
	}

	/**
	 * Creates an empty database.
	 * @return its name
	 */
	public String createDatabase() {
		String name = "test_" + databases.incrementAndGet();
		try (Connection connection = this.postgres.getPostgresDatabase().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("create database " + name);
			return name;
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The address of a database; it contains the user, who needs no password.
	 * @param database name of the database
	 * @return the address as in {@code spring.datasource.url}
	 */
	public String jdbcUrl(String database) {
		return this.postgres.getJdbcUrl(USER, database);
	}

	/**
	 * Gives unpooled connections to a database.
	 * @param database name of the database
	 * @return the data source
	 */
	public DataSource dataSource(String database) {
		return this.postgres.getDatabase(USER, database);
	}

	@Override
	public void close() {
		try {
			this.postgres.close();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static final class Shared {

		static final PostgresServer SERVER = start(Map.of());

	}

}
