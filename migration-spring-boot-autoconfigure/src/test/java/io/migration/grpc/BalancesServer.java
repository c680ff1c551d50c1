package io.migration.grpc;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

import io.grpc.Attributes;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.ForwardingServerCall.SimpleForwardingServerCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.ServerServiceDefinition;
import io.grpc.ServerTransportFilter;
import io.grpc.Status;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import org.jspecify.annotations.Nullable;

/**
 * A real server on a free port, which says its name in headers and trailers and remembers
 * what it was asked.
 */
public final class BalancesServer implements AutoCloseable, ServerInterceptor {

	/** In the headers of every answer. */
	public static final Metadata.Key<String> SERVED_BY = key("served-by");

	/** In the trailers of every answer. */
	public static final Metadata.Key<String> ENDED_BY = key("ended-by");

	private final Server server;

	private final String name;

	private final List<Received> received = new CopyOnWriteArrayList<>();

	private final List<StreamObserver<String>> hung = new CopyOnWriteArrayList<>();

	private final AtomicInteger connections = new AtomicInteger();

	private final AtomicInteger connected = new AtomicInteger();

	private final AtomicInteger cancelled = new AtomicInteger();

	private final AtomicInteger exported = new AtomicInteger();

	private volatile UnaryOperator<String> answer = (request) -> "answer to " + request;

	private volatile boolean hangs;

	private volatile boolean exportStalled;

	private BalancesServer(String name) {
		this.name = name;
		ServerServiceDefinition service = ServerServiceDefinition.builder("shop.Balances")
			.addMethod(Balances.GET, ServerCalls.asyncUnaryCall(this::unary))
			.addMethod(Balances.FIND, ServerCalls.asyncUnaryCall(this::unary))
			.addMethod(Balances.PUT, ServerCalls.asyncUnaryCall(this::unary))
			.addMethod(Balances.DELETE, ServerCalls.asyncUnaryCall(this::unary))
			.addMethod(Balances.IMPORT, ServerCalls.asyncClientStreamingCall(this::takeAll))
			.addMethod(Balances.EXPORT, ServerCalls.asyncServerStreamingCall(this::export))
			.addMethod(Balances.CHAT, ServerCalls.asyncBidiStreamingCall(this::chat))
			.build();
		try {
			this.server = NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
				.addService(service)
				.intercept(this)
				.addTransportFilter(new Connections())
				.build()
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public static BalancesServer start(String name) {
		return new BalancesServer(name);
	}

	static Metadata.Key<String> key(String header) {
		return Metadata.Key.of(header, Metadata.ASCII_STRING_MARSHALLER);
	}

	public int port() {
		return this.server.getPort();
	}

	public String address() {
		return "127.0.0.1:" + port();
	}

	public void answer(UnaryOperator<String> answer) {
		this.answer = answer;
	}

	public void answer(Status status) {
		answer((request) -> {
			throw status.asRuntimeException();
		});
	}

	/** Take calls, and answer none. */
	public void hang() {
		this.hangs = true;
	}

	/** Answer again, and what is waiting too. */
	public void recover() {
		this.hangs = false;
		this.hung.forEach((observer) -> reply("late", observer));
		this.hung.clear();
	}

	public List<Received> received() {
		return List.copyOf(this.received);
	}

	public List<String> methods() {
		return this.received.stream().map(Received::method).toList();
	}

	public Received last() {
		return this.received.get(this.received.size() - 1);
	}

	/** How often somebody has connected. */
	public int connections() {
		return this.connections.get();
	}

	/** How many are connected. */
	public int connected() {
		return this.connected.get();
	}

	public int cancelled() {
		return this.cancelled.get();
	}

	public int exported() {
		return this.exported.get();
	}

	public boolean isExportStalled() {
		return this.exportStalled;
	}

	private void unary(String request, StreamObserver<String> observer) {
		watch(observer);
		replyUnlessHanging(request, observer);
	}

	private void replyUnlessHanging(String request, StreamObserver<String> observer) {
		if (this.hangs) {
			this.hung.add(observer);
		}
		else {
			reply(request, observer);
		}
	}

	private void reply(String request, StreamObserver<String> observer) {
		try {
			observer.onNext(this.answer.apply(request));
			observer.onCompleted();
		}
		catch (RuntimeException ex) {
			observer.onError(ex);
		}
	}

	private void watch(StreamObserver<String> observer) {
		((ServerCallStreamObserver<String>) observer).setOnCancelHandler(this.cancelled::incrementAndGet);
	}

	private StreamObserver<String> takeAll(StreamObserver<String> observer) {
		watch(observer);
		List<String> taken = new ArrayList<>();
		if (this.hangs) {
			((ServerCallStreamObserver<String>) observer).disableAutoInboundFlowControl();
		}
		return new Requests(taken::add, () -> replyUnlessHanging(String.join(",", taken), observer));
	}

	/** Answer as often as asked, but only when the client is ready. */
	private void export(String request, StreamObserver<String> observer) {
		ServerCallStreamObserver<String> call = (ServerCallStreamObserver<String>) observer;
		watch(call);
		if (this.hangs) {
			return;
		}
		String[] parts = request.split("x");
		int count = Integer.parseInt(parts[0]);
		String item = "i".repeat((parts.length > 1) ? Integer.parseInt(parts[1]) : 1);
		AtomicInteger sent = new AtomicInteger();
		call.setOnReadyHandler(() -> {
			this.exportStalled = false;
			while (call.isReady() && sent.get() < count) {
				sent.incrementAndGet();
				this.exported.incrementAndGet();
				call.onNext(item);
				if (sent.get() == count) {
					call.onCompleted();
					return;
				}
			}
			this.exportStalled = !call.isReady();
		});
	}

	private StreamObserver<String> chat(StreamObserver<String> observer) {
		watch(observer);
		return new Requests((request) -> {
			if (!this.hangs) {
				observer.onNext(this.answer.apply(request));
			}
		}, () -> {
			if (!this.hangs) {
				observer.onCompleted();
			}
		});
	}

	@Override
	public <Q, R> ServerCall.Listener<Q> interceptCall(ServerCall<Q, R> call, Metadata headers,
			ServerCallHandler<Q, R> next) {
		Metadata copy = new Metadata();
		copy.merge(headers);
		this.received.add(new Received(call.getMethodDescriptor(), copy, String.valueOf(call.getAuthority()),
				Context.current().getDeadline()));
		return next.startCall(new SimpleForwardingServerCall<>(call) {

			@Override
			public void sendHeaders(Metadata answered) {
				answered.put(SERVED_BY, BalancesServer.this.name);
				super.sendHeaders(answered);
			}

			@Override
			public void close(Status status, Metadata trailers) {
				trailers.put(ENDED_BY, BalancesServer.this.name);
				super.close(status, trailers);
			}

		}, headers);
	}

	@Override
	public void close() {
		this.server.shutdownNow();
		try {
			if (!this.server.awaitTermination(20, TimeUnit.SECONDS)) {
				throw new IllegalStateException(this.name + " does not stop");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * What a server was asked.
	 *
	 * @param descriptor the method
	 * @param headers the headers
	 * @param authority the authority
	 * @param deadline the deadline
	 */
	public record Received(MethodDescriptor<?, ?> descriptor, Metadata headers, String authority,
			@Nullable Deadline deadline) {

		public String method() {
			return String.valueOf(this.descriptor.getBareMethodName());
		}

		public @Nullable String header(String header) {
			return this.headers.get(key(header));
		}

	}

	private final class Connections extends ServerTransportFilter {

		@Override
		public Attributes transportReady(Attributes attributes) {
			BalancesServer.this.connections.incrementAndGet();
			BalancesServer.this.connected.incrementAndGet();
			return attributes;
		}

		@Override
		public void transportTerminated(Attributes attributes) {
			BalancesServer.this.connected.decrementAndGet();
		}

	}

	private record Requests(Consumer<String> each, Runnable end) implements StreamObserver<String> {

		@Override
		public void onNext(String request) {
			this.each.accept(request);
		}

		@Override
		public void onError(Throwable ex) {
		}

		@Override
		public void onCompleted() {
			this.end.run();
		}

	}

}
