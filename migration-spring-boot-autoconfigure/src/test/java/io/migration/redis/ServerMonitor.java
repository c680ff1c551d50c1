package io.migration.redis;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

import io.migration.test.RedisServer;

/**
 * Listens to what servers run, from {@code MONITOR}.
 */
final class ServerMonitor implements AutoCloseable {

	private static final String END = "end of the monitor";

	private final List<RedisServer> servers;

	private final List<Socket> sockets = new ArrayList<>();

	private final List<BufferedReader> readers = new ArrayList<>();

	private final List<String> commands = new ArrayList<>();

	private ServerMonitor(List<RedisServer> servers) {
		this.servers = servers;
	}

	static ServerMonitor on(List<RedisServer> servers) {
		ServerMonitor monitor = new ServerMonitor(servers);
		for (RedisServer server : servers) {
			monitor.listen(server);
		}
		return monitor;
	}

	private void listen(RedisServer server) {
		try {
			Socket socket = connect(server);
			BufferedReader reader = new BufferedReader(
					new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
			socket.getOutputStream().write("MONITOR\r\n".getBytes(StandardCharsets.US_ASCII));
			reader.readLine();
			this.sockets.add(socket);
			this.readers.add(reader);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private static Socket connect(RedisServer server) throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
		socket.setSoTimeout(20_000);
		return socket;
	}

	/**
	 * Read what the servers have run until now. They tell it in order, so a last command
	 * of our own ends it.
	 */
	void await() {
		try {
			for (int i = 0; i < this.servers.size(); i++) {
				try (Socket last = connect(this.servers.get(i))) {
					last.getOutputStream().write(("ECHO '" + END + "'\r\n").getBytes(StandardCharsets.US_ASCII));
					String line = this.readers.get(i).readLine();
					while (line != null && !line.contains(END)) {
						this.commands.add(line.substring(line.indexOf("] ") + 2));
						line = this.readers.get(i).readLine();
					}
				}
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return whether one of the servers has run a command.
	 */
	boolean heard(List<String> command) {
		return this.commands
			.contains(command.stream().map((argument) -> '"' + argument + '"').collect(Collectors.joining(" ")));
	}

	@Override
	public void close() {
		for (Socket socket : this.sockets) {
			try {
				socket.close();
			}
			catch (IOException ex) {
				throw new UncheckedIOException(ex);
			}
		}
	}

}
