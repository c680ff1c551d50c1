package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.RedisCommand;
import org.jspecify.annotations.Nullable;

/**
 * The relay's own connections: one to each master, named, without automatic reconnect, so
 * that nothing is ever sent twice or by surprise. After any failure they are closed and
 * opened anew. Used by one thread.
 */
final class NodeConnections implements AutoCloseable {

	private static final byte[] EVEN_IF_FULL = RedisKeys.bytes(RedisLedger.ALLOW_OOM + """
			local reply = redis.call(unpack(ARGV))
			return type(reply) == 'number' and reply or 1
			""");

	private final RedisClient client;

	private final Duration timeout;

	private final Map<String, StatefulRedisConnection<byte[], byte[]>> connections = new LinkedHashMap<>();

	private final @Nullable String[] masterOfSlot;

	private final boolean cluster;

	private NodeConnections(RedisClient client, Duration timeout, boolean cluster) {
		this.client = client;
		this.timeout = timeout;
		this.cluster = cluster;
		this.masterOfSlot = new String[cluster ? SlotHash.SLOT_COUNT : 1];
	}

	/**
	 * Connect to every master.
	 * @param endpoint the server or cluster
	 * @param clientName the name to show in the servers' lists of clients
	 * @param timeout how long connecting, and later an answer, may take
	 * @return the connections
	 */
	static NodeConnections open(RedisEndpoint endpoint, String clientName, Duration timeout) {
		RedisClient client = RedisClient.create(endpoint.unobserved());
		client.setOptions(ClientOptions.builder()
			.autoReconnect(false)
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.socketOptions(SocketOptions.builder().connectTimeout(timeout).build())
			.sslOptions(endpoint.options().getSslOptions())
			.timeoutOptions(TimeoutOptions.builder().timeoutSource(new BatchTimeout(timeout)).build())
			.useHashIndexQueue(false)
			.build());
		NodeConnections nodes = new NodeConnections(client, timeout, endpoint.cluster());
		try {
			if (endpoint.cluster()) {
				nodes.connectCluster(endpoint, clientName);
			}
			else {
				nodes.masterOfSlot[0] = nodes.connect(RedisEndpoint.own(endpoint.uris().get(0), clientName, timeout));
			}
			return nodes;
		}
		catch (RuntimeException ex) {
			nodes.close();
			throw ex;
		}
	}

	private void connectCluster(RedisEndpoint endpoint, String clientName) {
		RuntimeException last = new RedisException("no address is configured");
		for (RedisURI seed : endpoint.uris()) {
			try {
				String first = connect(RedisEndpoint.own(seed, clientName, this.timeout));
				for (Object range : await(connection(first).async().clusterSlots())) {
					assign((List<?>) range, seed, clientName);
				}
				return;
			}
			catch (RuntimeException ex) {
				last = ex;
			}
		}
		throw last;
	}

	private void assign(List<?> range, RedisURI seed, String clientName) {
		List<?> master = (List<?>) range.get(2);
		RedisURI address = RedisURI.builder(seed).build();
		String host = text(master.get(0));
		if (!host.isEmpty()) {
			address.setHost(host);
		}
		address.setPort(((Number) master.get(1)).intValue());
		String id = connect(RedisEndpoint.own(address, clientName, this.timeout));
		for (int slot = number(range.get(0)); slot <= number(range.get(1)); slot++) {
			this.masterOfSlot[slot] = id;
		}
	}

	private static int number(Object item) {
		return ((Number) item).intValue();
	}

	private static String text(@Nullable Object item) {
		return (item instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8)
				: (item != null) ? item.toString() : "";
	}

	private String connect(RedisURI uri) {
		String id = uri.getHost() + ":" + uri.getPort();
		if (!this.connections.containsKey(id)) {
			this.connections.put(id,
					await(this.client.connectAsync(ByteArrayCodec.INSTANCE, uri).toCompletableFuture()));
		}
		return id;
	}

	private StatefulRedisConnection<byte[], byte[]> connection(@Nullable String id) {
		StatefulRedisConnection<byte[], byte[]> connection = this.connections.get(id);
		if (connection == null) {
			throw new RedisException("the cluster does not serve every slot");
		}
		return connection;
	}

	/**
	 * See that no connection was lost, which a side that has nothing to do would not
	 * show.
	 */
	void requireOpen() {
		this.connections.forEach((address, connection) -> {
			if (!connection.isOpen()) {
				throw new RedisException("the connection to %s was lost".formatted(address));
			}
		});
	}

	boolean cluster() {
		return this.cluster;
	}

	/**
	 * Return the slot of a key.
	 * @param key the key
	 * @return its slot on a cluster, else 0
	 */
	int slotOf(byte[] key) {
		return this.cluster ? SlotHash.getSlot(key) : 0;
	}

	/**
	 * Return the connection to the master that serves a slot.
	 * @param slot the slot
	 * @return the connection
	 */
	StatefulRedisConnection<byte[], byte[]> connection(int slot) {
		return connection(this.masterOfSlot[slot]);
	}

	/**
	 * Return the connection to the master that serves a key.
	 * @param key the key
	 * @return commands of that connection
	 */
	RedisAsyncCommands<byte[], byte[]> forKey(byte[] key) {
		return forSlot(slotOf(key));
	}

	RedisAsyncCommands<byte[], byte[]> forSlot(int slot) {
		return connection(slot).async();
	}

	/**
	 * Return which slots each master serves.
	 * @return slots by connection; all belong to the only connection of a server that is
	 * not a cluster
	 */
	Map<StatefulRedisConnection<byte[], byte[]>, List<Integer>> slots() {
		Map<StatefulRedisConnection<byte[], byte[]>, List<Integer>> slots = new LinkedHashMap<>();
		for (int slot = 0; slot < this.masterOfSlot.length; slot++) {
			slots.computeIfAbsent(connection(this.masterOfSlot[slot]), (node) -> new ArrayList<>()).add(slot);
		}
		return slots;
	}

	/**
	 * Return a slot of each master, by which to reach it.
	 * @return the first slot that each of them serves
	 */
	Collection<Integer> slotOfEachMaster() {
		Map<String, Integer> first = new LinkedHashMap<>();
		for (int slot = 0; slot < this.masterOfSlot.length; slot++) {
			String master = this.masterOfSlot[slot];
			if (master != null) {
				first.putIfAbsent(master, slot);
			}
		}
		return first.values();
	}

	Collection<StatefulRedisConnection<byte[], byte[]>> all() {
		return this.connections.values();
	}

	/**
	 * Hold commands back until {@link #flush()}.
	 */
	void buffer() {
		all().forEach((connection) -> connection.setAutoFlushCommands(false));
	}

	/**
	 * Send what was held back. Whoever reacts to an answer may send at once: so nothing
	 * is held back any more when the first bytes go out.
	 */
	void flush() {
		all().forEach((connection) -> {
			connection.setAutoFlushCommands(true);
			connection.flushCommands();
		});
	}

	/**
	 * Run a command of our own that a server without free memory would refuse. What we
	 * keep there is a few bytes, and without them nothing could be freed either.
	 * @param key the key it writes
	 * @param command its arguments, the name first, then the key
	 * @return its reply
	 */
	CompletableFuture<Long> evenIfFull(byte[] key, byte[]... command) {
		return forKey(key).<Long>eval(EVEN_IF_FULL, ScriptOutputType.INTEGER, new byte[][] { key }, command)
			.toCompletableFuture();
	}

	/**
	 * Wait for an answer.
	 * @param <T> the type of the answer
	 * @param future the answer to come
	 * @return the answer
	 */
	<T> T await(Future<T> future) {
		try {
			return future.get(this.timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RedisException("interrupted", ex);
		}
		catch (TimeoutException ex) {
			throw new RedisException("no answer within " + this.timeout, ex);
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw (cause instanceof RuntimeException unchecked) ? unchecked : new RedisException(cause);
		}
	}

	@Override
	public void close() {
		this.client.shutdown(0, 2, TimeUnit.SECONDS);
	}

	/**
	 * Of a batch the last command alone needs a timer: its answer comes after the others.
	 */
	private static final class BatchTimeout extends TimeoutOptions.TimeoutSource {

		private final long nanos;

		BatchTimeout(Duration timeout) {
			this.nanos = timeout.toNanos();
		}

		@Override
		public long getTimeout(RedisCommand<?, ?, ?> command) {
			return (command instanceof AtomicBatch.Queued) ? -1 : this.nanos;
		}

		@Override
		public TimeUnit getTimeUnit() {
			return TimeUnit.NANOSECONDS;
		}

	}

}
