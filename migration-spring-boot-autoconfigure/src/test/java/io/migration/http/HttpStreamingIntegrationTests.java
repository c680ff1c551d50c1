package io.migration.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.LongSupplier;

import com.sun.management.ThreadMXBean;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.migration.MigrationPhase;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpMethod;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.web.client.RestTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Large bodies stream through the routing in both directions. The client here does all of
 * its work in the calling thread, so that what the routing allocates can be counted.
 */
class HttpStreamingIntegrationTests {

	private static final int SIZE = 64 * 1024 * 1024;

	private static final int MEBIBYTE = 1024 * 1024;

	private final BlockingQueue<Long> received = new ArrayBlockingQueue<>(10);

	private HttpServer server;

	@BeforeEach
	void start() throws IOException {
		this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 10);
		this.server.createContext("/", this::handle);
		this.server.start();
	}

	@AfterEach
	void stop() {
		this.server.stop(0);
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange; InputStream in = exchange.getRequestBody()) {
			this.received.add(in.transferTo(OutputStream.nullOutputStream()));
			exchange.sendResponseHeaders(200, exchange.getRequestMethod().equals("GET") ? SIZE : -1);
			if (exchange.getRequestMethod().equals("GET")) {
				write(exchange.getResponseBody());
			}
		}
	}

	private static void write(OutputStream out) throws IOException {
		byte[] chunk = new byte[8192];
		for (int written = 0; written < SIZE; written += chunk.length) {
			out.write(chunk);
		}
	}

	@Test
	void anUploadAllocatesNextToNothingMore() throws Exception {
		long plain = upload(MigrationPhase.OFF);
		long routed = upload(MigrationPhase.CUTOVER);
		assertThat(this.received).containsOnly((long) SIZE).hasSize(4);
		assertThat(plain).as("what the client itself allocates").isLessThan(8 * MEBIBYTE);
		assertThat(routed - plain).isLessThan(MEBIBYTE);
	}

	@Test
	void aDownloadAllocatesNextToNothingMore() throws Exception {
		long plain = download(MigrationPhase.OFF, "0");
		long routed = download(MigrationPhase.CUTOVER, "0");
		assertThat(routed - plain).isLessThan(MEBIBYTE);
	}

	@Test
	void aDownloadThatIsTooLargeToBeComparedKeepsNoMoreThanTheBound() throws Exception {
		long plain = download(MigrationPhase.OFF, "0");
		long compared = download(MigrationPhase.SHADOW, "1");
		// a buffer that doubles up to the bound, and is let go then
		assertThat(compared - plain).isLessThan(4 * MEBIBYTE);
	}

	private long upload(MigrationPhase phase) throws Exception {
		return measured(phase, "0", (factory) -> {
			ClientHttpRequest request = factory.createRequest(url(), HttpMethod.PUT);
			((StreamingHttpOutputMessage) request).setBody(HttpStreamingIntegrationTests::write);
			try (ClientHttpResponse response = request.execute()) {
				assertThat(response.getStatusCode().value()).isEqualTo(200);
			}
		});
	}

	private long download(MigrationPhase phase, String sampleRate) throws Exception {
		return measured(phase, sampleRate, (factory) -> {
			ClientHttpRequest request = factory.createRequest(url(), HttpMethod.GET);
			byte[] chunk = new byte[8192];
			try (ClientHttpResponse response = request.execute(); InputStream body = response.getBody()) {
				long size = 0;
				for (int read = body.read(chunk); read != -1; read = body.read(chunk)) {
					size += read;
				}
				assertThat(size).isEqualTo(SIZE);
			}
		});
	}

	private URI url() {
		return URI.create("http://localhost:%d/api/file".formatted(this.server.getAddress().getPort()));
	}

	/** What the second of two equal calls allocates: the first loads classes. */
	private long measured(MigrationPhase phase, String sampleRate, Exchange exchange) throws Exception {
		String base = "http://localhost:" + this.server.getAddress().getPort();
		try (CallingApplication application = CallingApplication.start(base,
				List.of("migration.http.files.source.url=" + base + "/api",
						"migration.http.files.target.url=" + base + "/v2",
						"migration.http.files.phase=" + phase.wireName(),
						"migration.http.files.compare.sample-rate=" + sampleRate))) {
			ClientHttpRequestFactory factory = new DecoratedFactory(application).factory();
			exchange.with(factory);
			LongSupplier allocated = () -> ((ThreadMXBean) ManagementFactory.getThreadMXBean())
				.getThreadAllocatedBytes(Thread.currentThread().getId());
			long before = allocated.getAsLong();
			exchange.with(factory);
			return allocated.getAsLong() - before;
		}
	}

	private interface Exchange {

		void with(ClientHttpRequestFactory factory) throws Exception;

	}

	/**
	 * The factory below the interceptors of the application's own template.
	 */
	private record DecoratedFactory(CallingApplication application) {

		ClientHttpRequestFactory factory() {
			RestTemplate template = this.application.context().getBean(RestTemplate.class);
			template.setInterceptors(List.of());
			ClientHttpRequestFactory factory = template.getRequestFactory();
			assertThat(factory).isInstanceOf(MigratingRequestFactory.class);
			return factory;
		}

	}

}
