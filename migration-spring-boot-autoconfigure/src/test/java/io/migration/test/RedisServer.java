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

	private static final Set<RedisServer> open = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> open.forEach(RedisServer::close)));
	}

	private final int port;

	private final Path directory;

	private final List<String> command;

	private Process process;

	private RedisServer(int port, List<String> options) throws IOException {
		this.port = port;
		this.directory = Files.createTempDirectory("redis-");
		this.command = new ArrayList<>(List.of(Binary.FILE.getPath(), "--port", String.valueOf(port), "--bind",
				"127.0.0.1", "--dir", this.directory.toString(), "--save", ""));
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
		// Another process may take the free port before the server does.
		for (int attempt = 1;; attempt++) {
			try {
				return start(Ports.free(), List.of(options));
			}
			catch (UncheckedIOException ex) {
				if (attempt == 3) {
					throw ex;
				}
			}
		}
	}

	static RedisServer start(int port, List<String> options) {
		try {
			return new RedisServer(port, options);
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
		return "redis://127.0.0.1:" + this.port;
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
		try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.port)) {
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
