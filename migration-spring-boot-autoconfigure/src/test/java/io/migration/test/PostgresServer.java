package io.migration.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

import org.springframework.util.FileSystemUtils;

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

	private final Map<String, String> settings;

	private final Path directory;

	private final EmbeddedPostgres postgres;

	private PostgresServer(Map<String, String> settings) {
		try {
			this.settings = settings;
			this.directory = Files.createTempDirectory("postgres");
			this.postgres = launch();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private EmbeddedPostgres launch() throws IOException {
		EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
			.setDataDirectory(this.directory.resolve("data"))
			.setCleanDataDirectory(true)
			.setServerConfig("wal_level", "logical")
			.setServerConfig("max_replication_slots", "20")
			.setServerConfig("max_wal_senders", "20");
		this.settings.forEach(builder::setServerConfig);
		return builder.start();
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

	/**
	 * Ends the server as a crash would: nothing is written that was not on the disk, and
	 * every connection is lost.
	 */
	public void crash() {
		try {
			Path data = this.directory.resolve("data");
			long pid = Long.parseLong(Files.readAllLines(data.resolve("postmaster.pid")).get(0));
			ProcessHandle server = ProcessHandle.of(pid).orElseThrow();
			new ProcessBuilder("kill", "-QUIT", String.valueOf(pid)).inheritIO().start().waitFor();
			server.onExit().get(30, TimeUnit.SECONDS);
		}
		catch (IOException | InterruptedException | ExecutionException | TimeoutException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Starts the server again that has {@link #crash crashed}, on the same port.
	 */
	public void restart() {
		try {
			Path data = this.directory.resolve("data");
			String postgres = Files.readString(data.resolve("postmaster.opts")).split(" ")[0];
			List<String> command = new ArrayList<>();
			if (System.getProperty("user.name").equals("root")) {
				// the server refuses to run as root
				command.addAll(List.of("unshare", "-U"));
			}
			command.addAll(List.of(Path.of(postgres).resolveSibling("pg_ctl").toString(), "-D", data.toString(), "-w",
					"-l", this.directory.resolve("log").toString(), "restart"));
			int status = new ProcessBuilder(command).redirectOutput(ProcessBuilder.Redirect.DISCARD)
				.redirectError(ProcessBuilder.Redirect.DISCARD)
				.start()
				.waitFor();
			if (status != 0) {
				throw new IllegalStateException("pg_ctl has ended with status " + status);
			}
		}
		catch (IOException | InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		try {
			this.postgres.close();
			FileSystemUtils.deleteRecursively(this.directory);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static final class Shared {

		static final PostgresServer SERVER = start(Map.of());

	}

}
