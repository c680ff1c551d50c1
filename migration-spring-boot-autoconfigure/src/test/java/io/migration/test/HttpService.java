package io.migration.test;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

/**
 * A service on a free port of the loopback, which notes what it is asked.
 */
public final class HttpService implements AutoCloseable {

	static {
		// else each answer waits for an acknowledgement of its first half
		System.setProperty("sun.net.httpserver.nodelay", "true");
	}

	private final HttpServer server;

	private final ThreadPoolExecutor executor;

	private final BlockingQueue<Request> requests = new ArrayBlockingQueue<>(10_000);

	private volatile Function<Request, Reply> behaviour;

	private volatile CountDownLatch open = new CountDownLatch(0);

	private HttpService(Function<Request, Reply> behaviour) {
		this.behaviour = behaviour;
		try {
			this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 100);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		this.executor = new ThreadPoolExecutor(0, 64, 10, TimeUnit.SECONDS, new SynchronousQueue<>());
		this.server.setExecutor(this.executor);
		this.server.createContext("/", this::handle);
		this.server.start();
	}

	/**
	 * Start a service.
	 * @param behaviour what it answers
	 */
	public static HttpService start(Function<Request, Reply> behaviour) {
		return new HttpService(behaviour);
	}

	/**
	 * Start a service that says its name, and what it was asked.
	 * @param name the name
	 */
	public static HttpService named(String name) {
		return new HttpService(
				(request) -> Reply.json("{\"by\":\"%s\",\"path\":\"%s\"}".formatted(name, request.path())));
	}

	public String url() {
		return "http://localhost:" + this.server.getAddress().getPort();
	}

	public void behave(Function<Request, Reply> next) {
		this.behaviour = next;
	}

	/** Answers nobody until it is released. */
	public void hang() {
		this.open = new CountDownLatch(1);
	}

	public void release() {
		this.open.countDown();
	}

	/** What was asked since the last time. */
	public List<Request> taken() {
		List<Request> taken = new ArrayList<>();
		this.requests.drainTo(taken);
		return taken;
	}

	public int count() {
		return this.requests.size();
	}

	private void handle(HttpExchange exchange) throws IOException {
		Request request = new Request(exchange.getRequestMethod(), exchange.getRequestURI().toString(),
				exchange.getRequestHeaders(), new String(exchange.getRequestBody().readAllBytes()));
		this.requests.offer(request);
		try {
			this.open.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			exchange.close();
			return;
		}
		Reply reply = this.behaviour.apply(request);
		exchange.getResponseHeaders().set("Content-Type", reply.type());
		byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
		boolean empty = body.length == 0 || request.method().equals("HEAD");
		exchange.sendResponseHeaders(reply.status(), empty ? -1 : body.length);
		if (!empty) {
			try (OutputStream out = exchange.getResponseBody()) {
				out.write(body);
			}
		}
		exchange.close();
	}

	@Override
	public void close() {
		release();
		this.server.stop(0);
		this.executor.shutdownNow();
	}

	/**
	 * What was asked.
	 */
	public record Request(String method, String path, Headers headers, String body) {

		public String header(String name) {
			return String.valueOf(this.headers.getFirst(name));
		}

	}

	/**
	 * What is answered.
	 */
	public record Reply(int status, String type, String body) {

		public static Reply json(String body) {
			return new Reply(200, "application/json", body);
		}

		public static Reply status(int status) {
			return new Reply(status, "text/plain", "");
		}

	}

}
