package io.migration.unleash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/**
 * As much of an Unleash server as a client needs, and as misbehaved as a test wants.
 * Answers carry an ETag and are not repeated to a client that has it.
 */
final class StubUnleash implements AutoCloseable {

	static final String TOKEN = "default:development.secret";

	private final HttpServer server;

	private final ExecutorService executor = Executors.newCachedThreadPool();

	private final List<String> requests = new CopyOnWriteArrayList<>();

	private final AtomicInteger served = new AtomicInteger();

	private final AtomicInteger notModified = new AtomicInteger();

	private volatile Answer answer = new Answer(200, features(), false, null);

	StubUnleash() {
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.server.createContext("/", this::handle);
		this.server.setExecutor(this.executor);
		this.server.start();
	}

	int port() {
		return this.server.getAddress().getPort();
	}

	String url() {
		return "http://127.0.0.1:" + port() + "/api";
	}

	/**
	 * Answer with these flags from now on.
	 * @param flags flags as {@link #flag} makes them
	 */
	void serve(String... flags) {
		serve(200, features(flags));
	}

	void serve(int status, String body) {
		this.answer = new Answer(status, body, false, null);
	}

	/**
	 * Announce all of an answer and break off in the middle of it.
	 * @param flags flags as {@link #flag} makes them
	 */
	void serveHalf(String... flags) {
		this.answer = new Answer(200, features(flags), true, null);
	}

	/**
	 * Hold answers back until the latch opens.
	 * @param latch the latch
	 * @param flags flags as {@link #flag} makes them
	 */
	void serveAfter(CountDownLatch latch, String... flags) {
		this.answer = new Answer(200, features(flags), false, latch);
	}

	/**
	 * Number of requests for flags that came so far.
	 * @return the number
	 */
	int served() {
		return this.served.get();
	}

	int notModified() {
		return this.notModified.get();
	}

	/**
	 * The requests so far, as method, path and token.
	 * @return the requests
	 */
	List<String> requests() {
		return this.requests;
	}

	static String features(String... flags) {
		return "{\"version\": 2, \"features\": [%s]}".formatted(String.join(",", flags));
	}

	/**
	 * A flag that is on and has one strategy for everybody.
	 * @param name the flag's name
	 * @param variants variants as {@link #variant} makes them
	 * @return its JSON
	 */
	static String flag(String name, String... variants) {
		return flag(name, true, 100, variants);
	}

	static String flag(String name, boolean enabled, int rollout, String... variants) {
		return """
				{"name": "%s", "type": "operational", "enabled": %s, "project": "default", "strategies": [
				{"name": "flexibleRollout", "constraints": [], "parameters":
				{"groupId": "%s", "rollout": "%d", "stickiness": "default"}, "variants": [%s]}]}""".formatted(name,
				enabled, name, rollout, String.join(",", variants));
	}

	static String variant(String name) {
		return "{\"name\": \"%s\", \"weight\": 1000, \"weightType\": \"variable\", \"stickiness\": \"default\"}"
			.formatted(name);
	}

	/**
	 * A variant with a payload.
	 * @param name the variant's name
	 * @param payload the payload's text, without characters that JSON escapes but quotes
	 * @return its JSON
	 */
	static String variant(String name, String payload) {
		return """
				{"name": "%s", "weight": 1000, "weightType": "variable", "stickiness": "default",
				"payload": {"type": "json", "value": "%s"}}""".formatted(name, payload.replace("\"", "\\\""));
	}

	@Override
	public void close() {
		this.server.stop(0);
		this.executor.shutdownNow();
	}

	private void handle(HttpExchange exchange) throws IOException {
		try (exchange) {
			this.requests.add(exchange.getRequestMethod() + " " + exchange.getRequestURI() + " "
					+ exchange.getRequestHeaders().getFirst("Authorization"));
			if (!exchange.getRequestURI().getPath().equals("/api/client/features")) {
				exchange.sendResponseHeaders(404, -1);
				return;
			}
			Answer answer = this.answer;
			this.served.incrementAndGet();
			if (answer.latch != null) {
				answer.latch.await(30, TimeUnit.SECONDS);
			}
			String tag = "\"" + answer.body.hashCode() + "\"";
			if (tag.equals(exchange.getRequestHeaders().getFirst("If-None-Match"))) {
				this.notModified.incrementAndGet();
				exchange.sendResponseHeaders(304, -1);
				return;
			}
			byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
			exchange.getResponseHeaders().set("ETag", tag);
			exchange.sendResponseHeaders(answer.status, body.length);
			exchange.getResponseBody().write(body, 0, answer.half ? body.length / 2 : body.length);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private record Answer(int status, String body, boolean half, @Nullable CountDownLatch latch) {

	}

}
