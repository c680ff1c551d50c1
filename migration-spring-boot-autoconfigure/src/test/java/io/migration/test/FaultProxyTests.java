package io.migration.test;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatIOException;

/**
 * Tests for {@link FaultProxy}.
 */
class FaultProxyTests {

	private static final int QUIET_MILLIS = 150;

	private EchoServer server;

	private FaultProxy proxy;

	@BeforeEach
	void start() throws IOException {
		this.server = new EchoServer();
		this.proxy = FaultProxy.to(this.server.port());
	}

	@AfterEach
	void close() throws IOException {
		this.proxy.close();
		this.server.close();
	}

	@Test
	void passesBytesBothWays() throws IOException {
		try (Socket socket = connect()) {
			assertThat(echo(socket, 1)).isEqualTo(1);
			assertThat(echo(socket, 2)).isEqualTo(2);
		}
		assertThat(this.proxy.accepted()).isOne();
	}

	@Test
	void passesMoreBytesThanItsBuffersHold() throws Exception {
		byte[] sent = new byte[16 << 20];
		for (int i = 0; i < sent.length; i++) {
			sent[i] = (byte) (i * 31 + (i >> 8));
		}
		try (Socket socket = connect()) {
			Thread writer = new Thread(() -> {
				try {
					socket.getOutputStream().write(sent);
					socket.shutdownOutput();
				}
				catch (IOException ex) {
					// the reader fails then
				}
			});
			writer.start();
			assertThat(socket.getInputStream().readAllBytes()).isEqualTo(sent);
			writer.join();
		}
	}

	@Test
	void delayAppliesToEachDirection() throws IOException {
		this.proxy.delay(Duration.ofMillis(60));
		try (Socket socket = connect()) {
			long start = System.nanoTime();
			assertThat(echo(socket, 1)).isEqualTo(1);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(120),
					Duration.ofMillis(1000));
		}
	}

	@Test
	void delayDoesNotAddUpOverPipelinedRequests() throws IOException, InterruptedException {
		this.proxy.delay(Duration.ofMillis(60));
		try (Socket socket = connect()) {
			long start = System.nanoTime();
			for (int i = 0; i < 20; i++) {
				socket.getOutputStream().write(i);
				Thread.sleep(5);
			}
			assertThat(socket.getInputStream().readNBytes(20)).hasSize(20);
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Duration.ofMillis(215),
					Duration.ofMillis(1100));
		}
	}

	@Test
	void whatIsHeldArrivesAfterwards() throws IOException {
		try (Socket before = connect()) {
			echo(before, 1);
			this.proxy.hold();
			try (Socket during = connect()) {
				before.getOutputStream().write(2);
				during.getOutputStream().write(3);
				assertSilent(before);
				assertSilent(during);
				assertThat(this.server.received()).isEqualTo(1);
				this.proxy.pass();
				assertThat(before.getInputStream().read()).isEqualTo(2);
				assertThat(during.getInputStream().read()).isEqualTo(3);
			}
		}
	}

	@Test
	void whatABlackHoleSwallowsNeverArrives() throws IOException {
		try (Socket before = connect()) {
			echo(before, 1);
			this.proxy.blackHole();
			try (Socket during = connect()) {
				before.getOutputStream().write(2);
				during.getOutputStream().write(3);
				assertSilent(before);
				assertSilent(during);
				this.proxy.pass();
				assertReset(before);
				assertReset(during);
			}
		}
		try (Socket after = connect()) {
			assertThat(echo(after, 4)).isEqualTo(4);
		}
		assertThat(this.server.received()).isEqualTo(2);
	}

	@Test
	void aBlackHoleSwallowsTheEndOfAConnection() throws IOException {
		try (Socket socket = connect()) {
			echo(socket, 1);
			this.proxy.blackHole();
			socket.setSoLinger(true, 0);
		}
		Awaitility.await()
			.during(Duration.ofMillis(QUIET_MILLIS))
			.untilAsserted(() -> assertThat(this.server.connections()).isOne());
		this.proxy.pass();
		Awaitility.await().untilAsserted(() -> assertThat(this.server.connections()).isZero());
	}

	@Test
	void whenResponsesAreLostTheServerHasTheRequest() throws IOException {
		try (Socket socket = connect()) {
			this.proxy.loseResponses();
			socket.getOutputStream().write(1);
			assertSilent(socket);
			assertThat(this.server.received()).isOne();
			this.proxy.pass();
			assertReset(socket);
		}
	}

	@Test
	void resetCutsOpenConnectionsAndNewOnes() throws IOException {
		try (Socket before = connect()) {
			echo(before, 1);
			this.proxy.reset();
			assertReset(before);
			assertThatIOException().isThrownBy(() -> {
				try (Socket during = connect()) {
					echo(during, 2);
				}
			});
			this.proxy.pass();
			try (Socket after = connect()) {
				assertThat(echo(after, 3)).isEqualTo(3);
			}
		}
	}

	@Test
	void refuseStopsListeningUntilItPassesAgain() throws IOException {
		try (Socket before = connect()) {
			echo(before, 1);
			this.proxy.refuse();
			assertReset(before);
		}
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
		this.proxy.pass();
		try (Socket after = connect()) {
			assertThat(echo(after, 2)).isEqualTo(2);
		}
	}

	@Test
	void whenThereIsNoServerConnectionsAreReset() throws IOException {
		try (FaultProxy toNowhere = FaultProxy.to(Ports.free());
				Socket socket = new Socket(InetAddress.getLoopbackAddress(), toNowhere.port())) {
			socket.setSoTimeout(5000);
			assertReset(socket);
		}
	}

	@Test
	void closeEndsConnectionsAndThread() throws IOException {
		try (Socket socket = connect()) {
			echo(socket, 1);
			this.proxy.close();
			assertReset(socket);
		}
		assertThatExceptionOfType(ConnectException.class).isThrownBy(this::connect);
		assertThatIllegalStateException().isThrownBy(this.proxy::pass).withMessageContaining("closed");
		assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
			.doesNotContain("fault-proxy-" + this.proxy.port());
	}

	private Socket connect() throws IOException {
		Socket socket = new Socket(InetAddress.getLoopbackAddress(), this.proxy.port());
		socket.setSoTimeout(5000);
		return socket;
	}

	private static int echo(Socket socket, int value) throws IOException {
		socket.getOutputStream().write(value);
		return socket.getInputStream().read();
	}

	private static void assertSilent(Socket socket) throws IOException {
		socket.setSoTimeout(QUIET_MILLIS);
		assertThatExceptionOfType(SocketTimeoutException.class).isThrownBy(() -> socket.getInputStream().read());
		socket.setSoTimeout(5000);
	}

	private static void assertReset(Socket socket) {
		assertThatExceptionOfType(SocketException.class).isThrownBy(() -> socket.getInputStream().read());
	}

	/**
	 * Sends back what it receives.
	 */
	private static final class EchoServer implements AutoCloseable {

		private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());

		private final AtomicInteger connections = new AtomicInteger();

		private final AtomicInteger received = new AtomicInteger();

		EchoServer() throws IOException {
			daemon(this::accept);
		}

		int port() {
			return this.listener.getLocalPort();
		}

		int connections() {
			return this.connections.get();
		}

		int received() {
			return this.received.get();
		}

		@Override
		public void close() throws IOException {
			this.listener.close();
		}

		private void accept() {
			while (!this.listener.isClosed()) {
				try {
					Socket socket = this.listener.accept();
					daemon(() -> serve(socket));
				}
				catch (IOException ex) {
					// closed
				}
			}
		}

		private void serve(Socket socket) {
			this.connections.incrementAndGet();
			try (socket) {
				InputStream in = socket.getInputStream();
				byte[] buffer = new byte[8192];
				int count;
				while ((count = in.read(buffer)) > 0) {
					this.received.addAndGet(count);
					socket.getOutputStream().write(buffer, 0, count);
				}
			}
			catch (IOException ex) {
				// the client's fault
			}
			finally {
				this.connections.decrementAndGet();
			}
		}

		private static void daemon(Runnable task) {
			Thread thread = new Thread(task);
			thread.setDaemon(true);
			thread.start();
		}

	}

}
