package io.migration.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on loopback before a port on loopback, which fails on command.
 * <p>
 * A call that changes the fault returns once the fault is in force for each connection:
 * after {@link #blackHole()}, say, no byte gets through. All bytes pass through one
 * daemon thread, so that no lock orders a byte against a change. Bytes never overtake
 * each other.
 */
public final class FaultProxy implements AutoCloseable {

	private static final int BUFFER_LIMIT = 1 << 20;

	private final int port;

	private final InetSocketAddress upstream;

	private final Selector selector;

	private final Thread thread;

	private final Queue<FutureTask<?>> commands = new ConcurrentLinkedQueue<>();

	private final AtomicInteger accepted = new AtomicInteger();

	// From here on, of the proxy's thread alone

	private final ByteBuffer buffer = ByteBuffer.allocateDirect(64 * 1024);

	private final Set<Link> links = new LinkedHashSet<>();

	private @Nullable ServerSocketChannel listener;

	private Fault fault = Fault.NONE;

	private long delayNanos;

	private FaultProxy(int upstreamPort) throws IOException {
		this.upstream = new InetSocketAddress(InetAddress.getLoopbackAddress(), upstreamPort);
		this.port = Ports.free();
		this.selector = Selector.open();
		try {
			listen();
		}
		catch (IOException ex) {
			this.selector.close();
			throw ex;
		}
		this.thread = new Thread(this::run, "fault-proxy-" + this.port);
		this.thread.setDaemon(true);
		this.thread.start();
	}

	/**
	 * Starts a proxy, without a fault, on a free port.
	 * @param upstreamPort the port to connect to; nothing needs to listen there yet
	 * @return the running proxy
	 */
	public static FaultProxy to(int upstreamPort) {
		try {
			return new FaultProxy(upstreamPort);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	public int port() {
		return this.port;
	}

	/**
	 * Number of connections that clients have opened so far, through whatever fault.
	 * @return the number
	 */
	public int accepted() {
		return this.accepted.get();
	}

	/**
	 * Ends the fault. Connections that lost bytes to it are reset; others go on.
	 */
	public void pass() {
		change(Fault.NONE, Duration.ZERO);
	}

	/**
	 * Delays bytes, and orderly ends of connections, in each direction, without limiting
	 * how many are under way. A request and its response are late by twice the delay.
	 * @param delay the delay in one direction
	 */
	public void delay(Duration delay) {
		change(Fault.DELAY, delay);
	}

	/**
	 * Holds bytes and ends of connections back, until another call decides on them:
	 * {@link #pass()} delivers them. New connections are accepted and held likewise. As a
	 * network that is cut and comes back before a side gives up.
	 */
	public void hold() {
		change(Fault.HOLD, Duration.ZERO);
	}

	/**
	 * Swallows bytes and ends of connections for good. New connections are accepted, and
	 * get no answer. Since bytes are missing in them, all these connections are reset by
	 * the call that ends the fault. As a firewall that drops packets and then forgets.
	 */
	public void blackHole() {
		change(Fault.BLACK_HOLE, Duration.ZERO);
	}

	/**
	 * Delivers requests and swallows the responses, those under way included. All these
	 * connections are reset by the call that ends the fault. The server has acted, and
	 * the client cannot know.
	 */
	public void loseResponses() {
		change(Fault.LOSE_RESPONSES, Duration.ZERO);
	}

	/**
	 * Resets all connections, and new ones as soon as they are open.
	 */
	public void reset() {
		change(Fault.RESET, Duration.ZERO);
	}

	/**
	 * Resets all connections and stops listening, as if no process had the port.
	 */
	public void refuse() {
		change(Fault.REFUSE, Duration.ZERO);
	}

	/**
	 * Resets all connections and ends the proxy.
	 */
	@Override
	public void close() {
		if (this.thread.isAlive()) {
			command(() -> {
				resetAll();
				stopListening();
				this.selector.close();
				return null;
			});
			join();
		}
	}

	@Override
	public String toString() {
		return "Proxy 127.0.0.1:" + this.port + " to " + this.upstream.getPort();
	}

	private void change(Fault next, Duration delay) {
		command(() -> {
			if (this.fault != next) {
				if (this.fault.losesBytes() || !next.keepsConnections()) {
					resetAll();
				}
				this.fault = next;
			}
			this.delayNanos = delay.toNanos();
			if (next == Fault.BLACK_HOLE) {
				this.links.forEach(Link::dropQueued);
			}
			else if (next == Fault.LOSE_RESPONSES) {
				this.links.forEach((link) -> link.client.dropQueued());
			}
			if (next == Fault.REFUSE) {
				stopListening();
			}
			else if (this.listener == null) {
				listen();
			}
			return null;
		});
	}

	private void command(Callable<@Nullable Void> action) {
		if (!this.thread.isAlive()) {
			throw new IllegalStateException(this + " is closed");
		}
		FutureTask<@Nullable Void> command = new FutureTask<>(action);
		this.commands.add(command);
		this.selector.wakeup();
		try {
			command.get(10, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(this + " failed", ex.getCause());
		}
		catch (TimeoutException ex) {
			throw new IllegalStateException(this + " does not react", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private void join() {
		try {
			this.thread.join(TimeUnit.SECONDS.toMillis(10));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	private void listen() throws IOException {
		ServerSocketChannel channel = ServerSocketChannel.open();
		try {
			channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), this.port));
			channel.configureBlocking(false);
			channel.register(this.selector, SelectionKey.OP_ACCEPT);
			this.listener = channel;
		}
		catch (IOException ex) {
			channel.close();
			throw ex;
		}
	}

	private void stopListening() throws IOException {
		if (this.listener != null) {
			this.listener.close();
			this.listener = null;
			closeForReal();
		}
	}

	private void resetAll() throws IOException {
		List.copyOf(this.links).forEach(Link::reset);
		closeForReal();
	}

	/**
	 * The system's socket stays open until the selector has dropped the channel's key.
	 */
	private void closeForReal() throws IOException {
		this.selector.selectNow();
	}

	private void run() {
		try {
			while (this.selector.isOpen()) {
				long wait = deliver();
				if (wait > 0) {
					// in milliseconds, rounded up: never early
					this.selector.select(TimeUnit.NANOSECONDS.toMillis(wait) + 1);
				}
				else {
					this.selector.select();
				}
				for (SelectionKey key : new ArrayList<>(this.selector.selectedKeys())) {
					if (key.isValid() && key.isAcceptable()) {
						accept((ServerSocketChannel) key.channel());
					}
					else if (key.isValid() && key.isReadable() && key.attachment() instanceof End end) {
						end.link.attempt(end::read);
					}
				}
				this.selector.selectedKeys().clear();
				runCommands();
			}
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	private void runCommands() {
		FutureTask<?> command;
		while ((command = this.commands.poll()) != null) {
			command.run();
		}
	}

	private void accept(ServerSocketChannel channel) throws IOException {
		SocketChannel client = channel.accept();
		if (client == null) {
			return;
		}
		this.accepted.incrementAndGet();
		Link link = new Link(client);
		this.links.add(link);
		if (this.fault == Fault.RESET) {
			link.reset();
			return;
		}
		link.attempt(() -> {
			link.client.register();
			if (this.fault != Fault.BLACK_HOLE) {
				link.connect(SocketChannel.open(this.upstream));
			}
		});
	}

	/**
	 * Writes what is due.
	 * @return the nanoseconds until more is due, or 0 if nothing waits for a time
	 */
	private long deliver() {
		long now = System.nanoTime();
		long wait = Long.MAX_VALUE;
		for (Link link : List.copyOf(this.links)) {
			link.attempt(() -> link.deliver(now));
			for (End end : link.ends()) {
				Chunk first = end.queue.peek();
				if (first != null && this.fault == Fault.DELAY && !end.blocked) {
					wait = Math.min(wait, first.due - now);
				}
			}
		}
		return (wait == Long.MAX_VALUE) ? 0 : Math.max(wait, 1);
	}

	private enum Fault {

		NONE, DELAY, HOLD, BLACK_HOLE, LOSE_RESPONSES, RESET, REFUSE;

		boolean losesBytes() {
			return this == BLACK_HOLE || this == LOSE_RESPONSES;
		}

		boolean keepsConnections() {
			return this != RESET && this != REFUSE;
		}

	}

	/**
	 * A client's connection and, unless it was accepted into a black hole, the one to the
	 * server that belongs to it.
	 */
	private final class Link {

		private final End client;

		private @Nullable End server;

		Link(SocketChannel client) {
			this.client = new End(this, client);
		}

		void connect(SocketChannel channel) throws IOException {
			this.server = new End(this, channel);
			this.server.register();
		}

		List<End> ends() {
			return (this.server != null) ? List.of(this.client, this.server) : List.of(this.client);
		}

		@Nullable End opposite(End end) {
			return (end == this.client) ? this.server : this.client;
		}

		void deliver(long now) throws IOException {
			for (End end : ends()) {
				end.deliver(now);
			}
			if (ends().stream().allMatch((end) -> end.outputEnded)) {
				for (End end : ends()) {
					end.channel.close();
				}
				FaultProxy.this.links.remove(this);
				return;
			}
			for (End end : ends()) {
				end.updateInterest();
			}
		}

		void dropQueued() {
			ends().forEach(End::dropQueued);
		}

		void attempt(Attempt attempt) {
			try {
				attempt.run();
			}
			catch (IOException ex) {
				reset();
			}
		}

		void reset() {
			FaultProxy.this.links.remove(this);
			for (End end : ends()) {
				try (SocketChannel channel = end.channel) {
					channel.setOption(StandardSocketOptions.SO_LINGER, 0);
				}
				catch (IOException ex) {
					// closed already
				}
			}
		}

	}

	/**
	 * One side of a link: its connection, and what is to be written to it.
	 */
	private final class End {

		private final Link link;

		private final SocketChannel channel;

		private final Deque<Chunk> queue = new ArrayDeque<>();

		private @Nullable SelectionKey key;

		private int queuedBytes;

		private boolean blocked;

		private boolean inputEnded;

		private boolean outputEnded;

		End(Link link, SocketChannel channel) {
			this.link = link;
			this.channel = channel;
		}

		void register() throws IOException {
			this.channel.configureBlocking(false);
			this.channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
			this.key = this.channel.register(FaultProxy.this.selector, SelectionKey.OP_READ, this);
		}

		void read() throws IOException {
			ByteBuffer buffer = FaultProxy.this.buffer.clear();
			int count;
			try {
				count = this.channel.read(buffer);
			}
			catch (IOException ex) {
				if (!isSwallowed()) {
					throw ex;
				}
				this.channel.close();
				count = -1;
			}
			this.inputEnded = count < 0;
			End opposite = this.link.opposite(this);
			if (opposite == null || isSwallowed()) {
				return;
			}
			byte[] bytes = new byte[Math.max(count, 0)];
			buffer.flip().get(bytes);
			opposite.queue.add(
					new Chunk(ByteBuffer.wrap(bytes), System.nanoTime() + FaultProxy.this.delayNanos, this.inputEnded));
			opposite.queuedBytes += bytes.length;
		}

		private boolean isSwallowed() {
			return switch (FaultProxy.this.fault) {
				case BLACK_HOLE -> true;
				case LOSE_RESPONSES -> this != this.link.client;
				default -> false;
			};
		}

		void deliver(long now) throws IOException {
			this.blocked = false;
			Chunk chunk;
			while ((chunk = this.queue.peek()) != null && isDue(chunk, now)) {
				this.queuedBytes -= this.channel.write(chunk.bytes);
				if (chunk.bytes.hasRemaining()) {
					this.blocked = true;
					return;
				}
				this.queue.remove();
				if (chunk.last) {
					this.channel.shutdownOutput();
					this.outputEnded = true;
				}
			}
		}

		private boolean isDue(Chunk chunk, long now) {
			return switch (FaultProxy.this.fault) {
				case HOLD -> false;
				case DELAY -> chunk.due - now <= 0;
				default -> true;
			};
		}

		/**
		 * Bytes that are held stay in the system's buffers for the most part, so that
		 * their sender is slowed down as by a real network.
		 */
		void updateInterest() {
			End opposite = this.link.opposite(this);
			boolean full = opposite != null && opposite.queuedBytes >= BUFFER_LIMIT;
			boolean reads = !this.inputEnded && !full && FaultProxy.this.fault != Fault.HOLD;
			if (this.key != null && this.key.isValid()) {
				this.key.interestOps((reads ? SelectionKey.OP_READ : 0) | (this.blocked ? SelectionKey.OP_WRITE : 0));
			}
		}

		void dropQueued() {
			this.queue.clear();
			this.queuedBytes = 0;
			this.blocked = false;
		}

	}

	private record Chunk(ByteBuffer bytes, long due, boolean last) {

	}

	/**
	 * Something after whose failure a connection is of no use.
	 */
	private interface Attempt {

		void run() throws IOException;

	}

}
