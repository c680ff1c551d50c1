package io.migration.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.util.FileSystemUtils;

/**
 * A real Unleash server on loopback, with a database of its own. The first start of all
 * installs the server and the Node it needs from npm below {@code target}, which takes a
 * minute and 400 MB; {@code npm} has to be there.
 * <p>
 * All flags are in project {@value #PROJECT} and, if nothing else is said, concern the
 * environment {@value #ENVIRONMENT}. A server keeps its port and its flags through
 * {@link #stop()} and {@link #restart()}.
 * <p>
 * Thread safe. A server that is not closed ends with the virtual machine.
 */
public final class UnleashServer implements AutoCloseable {

	/** The project of all flags. */
	public static final String PROJECT = "default";

	/** The environment that {@link #CLIENT_TOKEN} reads. */
	public static final String ENVIRONMENT = "development";

	/** An environment that no token reads. */
	public static final String OTHER_ENVIRONMENT = "production";

	/** A token of a backend client. */
	public static final String CLIENT_TOKEN = PROJECT + ":" + ENVIRONMENT + ".client-of-the-tests";

	/** A token for the Admin API. */
	public static final String ADMIN_TOKEN = "*:*.admin-of-the-tests";

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private static final Set<UnleashServer> open = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> open.forEach(UnleashServer::close)));
	}

	private final JsonMapper json = new JsonMapper();

	private final HttpClient http = HttpClient.newBuilder()
		.version(HttpClient.Version.HTTP_1_1)
		.connectTimeout(Duration.ofSeconds(2))
		.build();

	private final int port = Ports.free();

	private final Path directory;

	private final Map<String, String> environment;

	private @Nullable Process process;

	private UnleashServer(PostgresServer postgres) throws IOException {
		this.directory = Files.createTempDirectory("unleash-");
		this.environment = Map.ofEntries(
				Map.entry("DATABASE_URL",
						"postgres://postgres:postgres@127.0.0.1:%d/%s".formatted(postgres.port(),
								postgres.createDatabase())),
				Map.entry("DATABASE_SSL", "false"), Map.entry("HTTP_HOST", "127.0.0.1"),
				Map.entry("HTTP_PORT", String.valueOf(this.port)), Map.entry("INIT_ADMIN_API_TOKENS", ADMIN_TOKEN),
				Map.entry("INIT_BACKEND_API_TOKENS", CLIENT_TOKEN), Map.entry("CHECK_VERSION", "false"),
				Map.entry("SEND_TELEMETRY", "false"), Map.entry("AUTH_TYPE", "open-source"),
				Map.entry("CLIENT_FEATURE_CACHING_ENABLED", "false"), Map.entry("LOG_LEVEL", "warn"));
		open.add(this);
		try {
			this.process = launch();
		}
		catch (IOException | RuntimeException ex) {
			close();
			throw ex;
		}
	}

	/**
	 * Starts a server on a free port and waits until it is healthy.
	 * @param postgres where it makes a database for itself
	 * @return the running server
	 */
	public static UnleashServer start(PostgresServer postgres) {
		try {
			return new UnleashServer(postgres);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public int port() {
		return this.port;
	}

	/**
	 * The address of the API as in {@code migration.unleash.url}.
	 * @return the address
	 */
	public String url() {
		return urlAt(this.port);
	}

	/**
	 * The address of the API at another port, such as that of a {@link FaultProxy}.
	 * @param port the port
	 * @return the address
	 */
	public static String urlAt(int port) {
		return "http://127.0.0.1:" + port + "/api";
	}

	/**
	 * Creates a flag whose one strategy selects everybody, has one variant, and is
	 * switched on.
	 * @param flag the flag's name
	 * @param variant the variant's name
	 * @param payload the text of the variant's JSON payload, {@code null} for none
	 */
	public void createFlag(String flag, String variant, @Nullable String payload) {
		createFlag(flag);
		addStrategy(ENVIRONMENT, flag, variant, payload, 100);
		switchOn(flag);
	}

	/**
	 * Creates a flag without a strategy, switched off in every environment.
	 * @param flag the flag's name
	 */
	public void createFlag(String flag) {
		admin("POST", "", Map.of("name", flag, "type", "operational", "impressionData", false));
	}

	/**
	 * Adds a strategy with one variant to a flag.
	 * @param environment the environment
	 * @param flag the flag's name
	 * @param variant the variant's name
	 * @param payload the text of the variant's JSON payload, {@code null} for none
	 * @param rollout percent of those for whom the strategy holds
	 */
	public void addStrategy(String environment, String flag, String variant, @Nullable String payload, int rollout) {
		Map<String, ?> parameters = Map.of("rollout", String.valueOf(rollout), "stickiness", "default", "groupId",
				flag);
		admin("POST", "/" + flag + "/environments/" + environment + "/strategies",
				Map.of("name", "flexibleRollout", "title", "phase", "constraints", List.of(), "parameters", parameters,
						"variants", List.of(variant(variant, payload))));
	}

	/**
	 * Replaces the variants of a flag's first strategy by one.
	 * @param flag the flag's name
	 * @param variant the variant's name
	 * @param payload the text of the variant's JSON payload, {@code null} for none
	 */
	public void setVariant(String flag, String variant, @Nullable String payload) {
		String id = strategies(flag).get(0).get("id").asString();
		admin("PATCH", "/" + flag + "/environments/" + ENVIRONMENT + "/strategies/" + id,
				List.of(Map.of("op", "replace", "path", "/variants", "value", List.of(variant(variant, payload)))));
	}

	/**
	 * Shows the strategies of a flag as the Admin API does.
	 * @param flag the flag's name
	 * @return an array
	 */
	public JsonNode strategies(String flag) {
		return admin("GET", "/" + flag + "/environments/" + ENVIRONMENT + "/strategies", null);
	}

	public void switchOn(String flag) {
		switchOn(ENVIRONMENT, flag);
	}

	public void switchOn(String environment, String flag) {
		admin("POST", "/" + flag + "/environments/" + environment + "/on", Map.of());
	}

	public void switchOff(String flag) {
		admin("POST", "/" + flag + "/environments/" + ENVIRONMENT + "/off", Map.of());
	}

	public void archive(String flag) {
		admin("DELETE", "/" + flag, null);
	}

	public synchronized boolean isRunning() {
		return this.process != null && this.process.isAlive();
	}

	/**
	 * Kills the server.
	 */
	public synchronized void stop() {
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
	 * Starts the server again on the same port and database, after stopping it if it
	 * still runs. Waits until it is healthy.
	 */
	public synchronized void restart() {
		stop();
		try {
			this.process = launch();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Kills the server; its database goes with the database server.
	 */
	@Override
	public synchronized void close() {
		if (open.remove(this)) {
			stop();
			FileSystemUtils.deleteRecursively(this.directory.toFile());
		}
	}

	@Override
	public String toString() {
		return "Unleash at 127.0.0.1:" + this.port;
	}

	private static Map<String, ?> variant(String name, @Nullable String payload) {
		Map<String, ?> variant = Map.of("name", name, "weight", 1000, "weightType", "variable", "stickiness",
				"default");
		if (payload == null) {
			return variant;
		}
		Map<String, Object> withPayload = new HashMap<>(variant);
		withPayload.put("payload", Map.of("type", "json", "value", payload));
		return withPayload;
	}

	private JsonNode admin(String method, String path, @Nullable Object body) {
		HttpRequest.BodyPublisher publisher = (body == null) ? HttpRequest.BodyPublishers.noBody()
				: HttpRequest.BodyPublishers.ofString(this.json.writeValueAsString(body));
		HttpRequest request = HttpRequest
			.newBuilder(URI.create(url() + "/admin/projects/" + PROJECT + "/features" + path))
			.timeout(Duration.ofSeconds(20))
			.header("Authorization", ADMIN_TOKEN)
			.header("Content-Type", "application/json")
			.method(method, publisher)
			.build();
		try {
			HttpResponse<String> response = this.http.send(request, HttpResponse.BodyHandlers.ofString());
			if (response.statusCode() / 100 != 2) {
				throw new IllegalStateException(
						"%s %s: %d %s".formatted(method, path, response.statusCode(), response.body()));
			}
			return this.json.readTree(response.body());
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private Process launch() throws IOException {
		Path log = this.directory.resolve("unleash.log");
		ProcessBuilder builder = new ProcessBuilder(Installation.NODE.toString(), Installation.SERVER.toString())
			.directory(this.directory.toFile())
			.redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
		builder.environment().putAll(this.environment);
		Process launched = builder.start();
		long deadline = System.nanoTime() + TIMEOUT.toNanos();
		while (!healthy()) {
			if (!launched.isAlive() || System.nanoTime() > deadline) {
				launched.destroyForcibly();
				throw new IOException(this + " did not start:\n" + Files.readString(log));
			}
			pollPause();
		}
		return launched;
	}

	private boolean healthy() {
		HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + this.port + "/health"))
			.timeout(Duration.ofSeconds(2))
			.build();
		try {
			return this.http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
		}
		catch (IOException ex) {
			return false;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private static void pollPause() {
		try {
			Thread.sleep(20);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The npm packages: the server, and a Node as new as it wants.
	 */
	private static final class Installation {

		private static final String SERVER_VERSION = "8.2.0";

		private static final String NODE_VERSION = "22.23.3";

		private static final Path DIRECTORY = Path.of("target", "unleash-server-" + SERVER_VERSION).toAbsolutePath();

		private static final Path MODULES = install();

		static final Path SERVER = MODULES.resolve("unleash-server/dist/server.js");

		static final Path NODE = MODULES.resolve(nodePackage() + "/bin/node");

		/**
		 * Installs what is not there. One process does; others wait for it.
		 */
		private static Path install() {
			Path modules = DIRECTORY.resolve("node_modules");
			Path complete = DIRECTORY.resolve("complete");
			try {
				Files.createDirectories(DIRECTORY);
				try (FileChannel channel = FileChannel.open(DIRECTORY.resolve("lock"), StandardOpenOption.CREATE,
						StandardOpenOption.WRITE)) {
					// held until the channel is closed
					channel.lock();
					if (!Files.exists(complete)) {
						Files.writeString(DIRECTORY.resolve("package.json"), "{\"private\": true}");
						npmInstall("unleash-server@" + SERVER_VERSION, nodePackage() + "@" + NODE_VERSION);
						Files.createFile(complete);
					}
				}
				return modules;
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

		private static void npmInstall(String... packages) throws IOException {
			Path log = DIRECTORY.resolve("npm.log");
			List<String> command = new ArrayList<>(
					List.of("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "--no-package-lock"));
			command.addAll(List.of(packages));
			Process npm = new ProcessBuilder(command).directory(DIRECTORY.toFile())
				.redirectErrorStream(true)
				.redirectOutput(log.toFile())
				.start();
			try {
				if (!npm.waitFor(10, TimeUnit.MINUTES) || npm.exitValue() != 0) {
					npm.destroyForcibly();
					throw new IOException("npm could not install Unleash:\n" + Files.readString(log));
				}
			}
			catch (InterruptedException ex) {
				npm.destroyForcibly();
				Thread.currentThread().interrupt();
				throw new IllegalStateException(ex);
			}
		}

		private static String nodePackage() {
			String system = System.getProperty("os.name").toLowerCase(Locale.ROOT).startsWith("mac") ? "darwin"
					: "linux";
			String processor = System.getProperty("os.arch").equals("aarch64") ? "arm64" : "x64";
			return "node-" + system + "-" + processor;
		}

	}

}
