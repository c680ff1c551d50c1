package io.migration.test;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import javax.net.SocketFactory;

import org.jspecify.annotations.Nullable;
import redis.embedded.RedisExecProvider;

import org.springframework.util.FileSystemUtils;

/**
 * A Redis 7.0 server process on loopback, with a directory of its own. It keeps its port
 * and its directory through {@link #restart()}, and its data if it was started with
 * {@code "--appendonly", "yes"}.
 * <p>
 * Thread safe. A server that is not closed ends with the virtual machine.
 */
public final class RedisServer implements AutoCloseable {

	private static final Duration TIMEOUT = Duration.ofSeconds(20);

	private static final String SENTINEL = "--sentinel";

	private static final Set<RedisServer> open = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> open.forEach(RedisServer::close)));
	}

	private final int port;

	private final Path directory;

	private final List<String> command;

	private Process process;

	private final @Nullable Certificate certificate;

	private RedisServer(int port, @Nullable Certificate certificate, List<String> options) throws IOException {
		this.port = port;
		this.certificate = certificate;
		this.directory = Files.createTempDirectory("redis-");
		this.command = new ArrayList<>(List.of(Binary.FILE.getPath()));
		if (options.contains(SENTINEL)) {
			// a sentinel keeps what it learns in the file of its configuration
			this.command.add(Files.createFile(this.directory.resolve("sentinel.conf")).toString());
		}
		this.command.addAll(List.of((certificate != null) ? "--tls-port" : "--port", String.valueOf(port), "--bind",
				"127.0.0.1", "--dir", this.directory.toString()));
		if (certificate != null) {
			this.command.addAll(List.of("--port", "0", "--tls-cert-file", certificate.file().toString(),
					"--tls-key-file", certificate.privateKeyFile().toString(), "--tls-ca-cert-file",
					certificate.file().toString(), "--tls-auth-clients", "no", "--tls-replication", "yes"));
		}
		if (!options.contains(SENTINEL)) {
			this.command.addAll(List.of("--save", ""));
		}
		this.command.addAll(options);
		try {
			this.process = launch();
		}
		catch (IOException ex) {
			FileSystemUtils.deleteRecursively(this.directory);
			throw ex;
		}
		open.add(this);
	}

	/**
	 * Starts a server on a free port and waits until it answers.
	 * @param options options as on the command line of {@code redis-server}
	 * @return the running server
	 */
	public static RedisServer start(String... options) {
		return startOnFreePort(null, List.of(options));
	}

	/**
	 * Starts a server that speaks TLS alone.
	 * @param certificate what it shows to clients; it asks for none of theirs
	 * @param options options as on the command line of {@code redis-server}
	 * @return the running server
	 */
	public static RedisServer startTls(Certificate certificate, String... options) {
		return startOnFreePort(certificate, List.of(options));
	}

	/**
	 * Starts a sentinel that knows no master yet.
	 * @return the running sentinel
	 */
	static RedisServer startSentinel() {
		return startOnFreePort(null, List.of(SENTINEL));
	}

	private static RedisServer startOnFreePort(@Nullable Certificate certificate, List<String> options) {
		// Another process may take the free port before the server does.
		for (int attempt = 1;; attempt++) {
			try {
				return start(Ports.free(), certificate, options);
			}
			catch (UncheckedIOException ex) {
				if (attempt == 3) {
					throw ex;
				}
			}
		}
	}

	static RedisServer start(int port, @Nullable Certificate certificate, List<String> options) {
		try {
			return new RedisServer(port, certificate, options);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public int port() {
		return this.port;
	}

	/**
	 * The address as in {@code spring.data.redis.url}.
	 * @return the address
	 */
	public String uri() {
		return uri("");
	}

	/**
	 * The address with credentials.
	 * @param credentials user and password as in an URL, without the at sign
	 * @return the address
	 */
	public String uri(String credentials) {
		return ((this.certificate != null) ? "rediss://" : "redis://")
				+ (credentials.isEmpty() ? "" : credentials + "@") + "127.0.0.1:" + this.port;
	}

	/**
	 * Asks the server to end in an orderly way, and waits until it has.
	 */
	public synchronized void stop() {
		if (this.process.isAlive()) {
			resume();
			this.process.destroy();
			awaitEnd();
		}
	}

	/**
	 * Kills the server, which gets no chance to save or say anything.
	 */
	public synchronized void kill() {
		this.process.destroyForcibly();
		awaitEnd();
	}

	/**
	 * Starts the server again on the same port and directory, after it was stopped or
	 * killed or, if it was not, after stopping it. Waits until it answers.
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
	 * Freezes the process: the system still accepts connections and bytes for it, which
	 * it handles after {@link #resume()}.
	 */
	public synchronized void pause() {
		signal("STOP");
	}

	public synchronized void resume() {
		signal("CONT");
	}

	/**
	 * Kills the server and deletes its directory.
	 */
	@Override
	public synchronized void close() {
		if (open.remove(this)) {
			kill();
			FileSystemUtils.deleteRecursively(this.directory.toFile());
		}
	}

	@Override
	public String toString() {
		return "Redis at 127.0.0.1:" + this.port;
	}

	private Process launch() throws IOException {
		File log = this.directory.resolve("redis.log").toFile();
		Process launched = new ProcessBuilder(this.command).redirectErrorStream(true)
			.redirectOutput(ProcessBuilder.Redirect.appendTo(log))
			.start();
		boolean ready = false;
		try {
			long deadline = System.nanoTime() + TIMEOUT.toNanos();
			while (!ready && launched.isAlive() && System.nanoTime() < deadline) {
				// What answers while ours has died is another process with the port.
				ready = answers() && !launched.waitFor(5, TimeUnit.MILLISECONDS);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		if (!ready) {
			launched.destroyForcibly();
			throw new IOException(this + " did not start:\n" + Files.readString(log.toPath()));
		}
		return launched;
	}

	private boolean answers() {
		SocketFactory sockets = (this.certificate != null) ? this.certificate.sockets() : SocketFactory.getDefault();
		try (Socket socket = sockets.createSocket(InetAddress.getLoopbackAddress(), this.port)) {
			socket.setSoTimeout(1000);
			socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
			String answer = new String(socket.getInputStream().readNBytes(5), StandardCharsets.US_ASCII);
			return answer.equals("+PONG") || answer.equals("-NOAU");
		}
		catch (IOException ex) {
			return false;
		}
	}

	private void signal(String name) {
		try {
			int status = new ProcessBuilder("sh", "-c", "kill -" + name + " " + this.process.pid()).start().waitFor();
			if (status != 0) {
				throw new IllegalStateException(this + " does not run");
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private void awaitEnd() {
		try {
			if (!this.process.waitFor(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
				throw new IllegalStateException(this + " does not end");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private static final class Binary {

		static final File FILE = extract();

		private static File extract() {
			try {
				return RedisExecProvider.defaultProvider().get();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}

	}

}
