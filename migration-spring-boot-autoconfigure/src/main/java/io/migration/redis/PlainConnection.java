package io.migration.redis;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionStateAdapter;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * A connection of our own to one side, past the decoration, for what is not the relay's:
 * ledger, command table, reads in read-new, comparisons. Connects at first use, and again
 * by itself, also after it was closed. Thread safe.
 */
final class PlainConnection implements AutoCloseable {

	private static final Log logger = LogFactory.getLog(PlainConnection.class);

	private static final Duration TOPOLOGY_REFRESH = Duration.ofSeconds(10);

	private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

	private final RedisEndpoint endpoint;

	private final String clientName;

	private final Duration timeout;

	private @Nullable AbstractRedisClient client;

	private volatile @Nullable StatefulConnection<byte[], byte[]> connection;

	/** Grows whenever a node of the side was lost, and may have come back another. */
	private final AtomicInteger losses = new AtomicInteger();

	private volatile int trustedLosses = -1;

	private @Nullable RedisException failure;

	private long failedAt;

	PlainConnection(RedisEndpoint endpoint, String clientName, Duration timeout) {
		this.endpoint = endpoint;
		this.clientName = clientName;
		this.timeout = timeout;
	}

	String address() {
		return this.endpoint.address();
	}

	/**
	 * Connect unless connected. May block for the timeout.
	 * @return the connection
	 * @throws RedisException if that fails, or failed a moment ago
	 */
	StatefulConnection<byte[], byte[]> connect() {
		StatefulConnection<byte[], byte[]> present = this.connection;
		return (present != null) ? present : connectOnce();
	}

	private synchronized StatefulConnection<byte[], byte[]> connectOnce() {
		StatefulConnection<byte[], byte[]> present = this.connection;
		if (present != null) {
			return present;
		}
		if (this.failure != null && System.nanoTime() - this.failedAt < RETRY_NANOS) {
			throw this.failure;
		}
		try {
			present = this.endpoint.cluster() ? connectCluster() : connectServer();
			this.connection = present;
			this.failure = null;
			return present;
		}
		catch (RedisException ex) {
			shutdown();
			this.failure = ex;
			this.failedAt = System.nanoTime();
			throw ex;
		}
	}

	private StatefulConnection<byte[], byte[]> connectServer() {
		RedisURI uri = RedisEndpoint.own(this.endpoint.uris().get(0), this.clientName, this.timeout);
		RedisClient created = RedisClient.create(this.endpoint.resources());
		this.client = created;
		countLosses(created);
		created.setOptions(options(ClientOptions.builder()).build());
		return await(created.connectAsync(ByteArrayCodec.INSTANCE, uri).toCompletableFuture());
	}

	private StatefulConnection<byte[], byte[]> connectCluster() {
		List<RedisURI> uris = this.endpoint.uris()
			.stream()
			.map((uri) -> RedisEndpoint.own(uri, this.clientName, this.timeout))
			.toList();
		RedisClusterClient created = RedisClusterClient.create(this.endpoint.resources(), uris);
		this.client = created;
		countLosses(created);
		ClusterClientOptions.Builder builder = ClusterClientOptions.builder();
		options(builder);
		// it lives as long as the application does, and masters change
		builder.topologyRefreshOptions(
				ClusterTopologyRefreshOptions.builder().enablePeriodicRefresh(TOPOLOGY_REFRESH).build());
		created.setOptions(builder.build());
		return await(created.refreshPartitionsAsync()
			.toCompletableFuture()
			.thenCompose((topology) -> created.connectAsync(ByteArrayCodec.INSTANCE)));
	}

	private <B extends ClientOptions.Builder> B options(B builder) {
		builder.socketOptions(SocketOptions.builder().connectTimeout(this.timeout).build())
			.sslOptions(this.endpoint.options().getSslOptions())
			.disconnectedBehavior(ClientOptions.DisconnectedBehavior.REJECT_COMMANDS)
			.timeoutOptions(TimeoutOptions.enabled(this.timeout));
		return builder;
	}

	private <T> T await(CompletableFuture<T> future) {
		try {
			return future.get(this.timeout.multipliedBy(2).toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new RedisException("interrupted", ex);
		}
		catch (TimeoutException ex) {
			throw new RedisException("%s did not answer within %s".formatted(address(), this.timeout), ex);
		}
		catch (ExecutionException ex) {
			Throwable cause = (ex.getCause() != null) ? ex.getCause() : ex;
			throw (cause instanceof RedisException redis) ? redis : new RedisException(cause);
		}
	}

	/**
	 * Connect unless connected, without an exception: it is tried again.
	 */
	void connectIfPossible() {
		try {
			connect();
		}
		catch (RedisException ex) {
			logger.debug("%s cannot be connected to".formatted(address()), ex);
		}
	}

	/**
	 * Return commands that wait for their answer.
	 * @return the commands that a server and a cluster have in common
	 */
	RedisClusterCommands<byte[], byte[]> commands() {
		StatefulConnection<byte[], byte[]> present = connect();
		present.setTimeout(this.timeout);
		return (present instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) ? cluster.sync()
				: ((StatefulRedisConnection<byte[], byte[]>) present).sync();
	}

	/**
	 * Send a command of the application. Never blocks: fails when not connected yet.
	 * @param command the command
	 */
	@SuppressWarnings({ "unchecked", "rawtypes" })
	void dispatch(RedisCommand<?, ?, ?> command) {
		StatefulConnection<byte[], byte[]> present = this.connection;
		if (present == null) {
			command.completeExceptionally(new RedisException("not connected to " + address()));
			return;
		}
		present.dispatch((RedisCommand) command);
	}

	/**
	 * Return whether the servers are those that the relay knows: none was lost since that
	 * was seen.
	 * @return whether reads that count may go here
	 */
	boolean trusted() {
		return this.trustedLosses == this.losses.get();
	}

	/**
	 * Trust the servers if a look at them says so, and none is lost meanwhile.
	 * @param look looks at them
	 */
	void trustIf(BooleanSupplier look) {
		int before = this.losses.get();
		if (look.getAsBoolean()) {
			this.trustedLosses = before;
		}
	}

	/**
	 * Run a command and return its reply as it is.
	 * @param type the command
	 * @param arguments its arguments
	 * @return the reply, nested as the server nests it
	 */
	CompletableFuture<List<Object>> raw(ProtocolKeyword type, List<byte[]> arguments) {
		CommandOutput<byte[], byte[], List<Object>> output = new NestedMultiOutput<>(ByteArrayCodec.INSTANCE);
		CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
		for (int i = 0; i < arguments.size(); i++) {
			if (i == 0) {
				args.addKey(arguments.get(i));
			}
			else {
				args.add(arguments.get(i));
			}
		}
		AsyncCommand<byte[], byte[], List<Object>> command = new AsyncCommand<>(new Command<>(type, output, args));
		try {
			connect().dispatch(command);
		}
		catch (RedisException ex) {
			command.completeExceptionally(ex);
		}
		return command;
	}

	/**
	 * Run a script. Never blocks: fails when not connected yet.
	 * @param script the script
	 * @param keys its keys, of one slot
	 * @param arguments its arguments
	 * @return the reply, nested as the server nests it
	 */
	CompletableFuture<List<Object>> eval(byte[] script, List<byte[]> keys, List<byte[]> arguments) {
		CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE).add(script)
			.add(keys.size())
			.addKeys(keys)
			.addValues(arguments);
		AsyncCommand<byte[], byte[], List<Object>> command = new AsyncCommand<>(
				new Command<>(CommandType.EVAL, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), args));
		dispatch(command);
		return command;
	}

	/**
	 * Publish a message. Never blocks: fails when not connected yet.
	 * @param channel the channel
	 * @param message the message
	 * @return how many have received it
	 */
	CompletableFuture<Long> publish(byte[] channel, byte[] message) {
		AsyncCommand<byte[], byte[], Long> command = new AsyncCommand<>(
				new Command<>(CommandType.PUBLISH, new IntegerOutput<>(ByteArrayCodec.INSTANCE),
						new CommandArgs<>(ByteArrayCodec.INSTANCE).add(channel).add(message)));
		dispatch(command);
		return command;
	}

	/**
	 * Open a connection for subscriptions. May block.
	 * @return the connection, which reconnects and subscribes anew by itself
	 */
	synchronized StatefulRedisPubSubConnection<byte[], byte[]> subscribe() {
		connect();
		AbstractRedisClient created = this.client;
		return (created instanceof RedisClusterClient cluster) ? cluster.connectPubSub(ByteArrayCodec.INSTANCE)
				: ((RedisClient) Objects.requireNonNull(created)).connectPubSub(ByteArrayCodec.INSTANCE,
						RedisEndpoint.own(this.endpoint.uris().get(0), this.clientName, this.timeout));
	}

	/**
	 * Read the server's command table.
	 * @return the table
	 */
	CommandCatalog catalog() {
		return CommandCatalog
			.of(commands().dispatch(CommandType.COMMAND, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE)));
	}

	/**
	 * A loss is counted before the client can reconnect, so no command reaches a server
	 * that was started anew while it is trusted.
	 */
	private void countLosses(AbstractRedisClient created) {
		created.addListener(new RedisConnectionStateAdapter() {

			@Override
			public void onRedisDisconnected(RedisChannelHandler<?, ?> lost) {
				PlainConnection.this.losses.incrementAndGet();
			}

		});
	}

	private void shutdown() {
		AbstractRedisClient created = this.client;
		this.client = null;
		if (created != null) {
			created.shutdown(0, 2, TimeUnit.SECONDS);
		}
	}

	@Override
	public synchronized void close() {
		this.connection = null;
		shutdown();
	}

}
