package io.migration.unleash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A reverse proxy that does something else before the first PATCH goes on.
 */
final class ChangeInBetween implements AutoCloseable {

	private final HttpClient http = HttpClient.newHttpClient();

	private final HttpServer server;

	private final int upstream;

	private Runnable change;

	ChangeInBetween(int upstream, Runnable change) {
		this.upstream = upstream;
		this.change = change;
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.createContext("/", this::handle);
		this.server.start();
	}

	int port() {
		return this.server.getAddress().getPort();
	}

	@Override
	public void close() {
		this.server.stop(0);
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			if (exchange.getRequestMethod().equals("PATCH")) {
				this.change.run();
				this.change = () -> {
				};
			}
			HttpRequest request = HttpRequest
				.newBuilder(URI.create("http://127.0.0.1:" + this.upstream + exchange.getRequestURI()))
				.method(exchange.getRequestMethod(),
						HttpRequest.BodyPublishers.ofByteArray(exchange.getRequestBody().readAllBytes()))
				.header("Authorization", exchange.getRequestHeaders().getFirst("Authorization"))
				.header("Content-Type", "application/json")
				.build();
			HttpResponse<byte[]> response = this.http.send(request, HttpResponse.BodyHandlers.ofByteArray());
			exchange.sendResponseHeaders(response.statusCode(), response.body().length);
			exchange.getResponseBody().write(response.body());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
