package io.migration.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.TimeoutOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterPushHandler;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.StatefulRedisClusterConnectionImpl;
import io.lettuce.core.cluster.pubsub.StatefulRedisClusterPubSubConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.json.JsonParser;
import io.lettuce.core.protocol.CommandExpiryWriter;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.pubsub.PubSubEndpoint;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnectionImpl;
import io.lettuce.core.resource.ClientResources;
import io.migration.Side;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A connection factory with the settings of another, whose connections write through
 * {@link MigratingChannelWriter}. The client offers the place where a node's connection
 * gets its writer as a method to override; so the same few lines serve a single server
 * and every node of a cluster, and the redirections of a cluster stay above them.
 */
final class MigratingConnectionFactory extends LettuceConnectionFactory {

	private final RedisEndpoint endpoint;

	private final Side side;

	private final RedisRouter router;

	private @Nullable StatefulConnection<byte[], byte[]> forwarding;

	MigratingConnectionFactory(RedisConfiguration configuration, LettuceClientConfiguration client,
			RedisEndpoint endpoint, Side side, RedisRouter router) {
		super(configuration, client);
		this.endpoint = endpoint;
		this.side = side;
		this.router = router;
	}

	/**
	 * Create a factory with the settings of another.
	 * @param original the application's or target's factory
	 * @param endpoint how it reaches its server
	 * @param side which side that is
	 * @param router decides about commands
	 * @return the factory, not started
	 */
	static MigratingConnectionFactory like(LettuceConnectionFactory original, RedisEndpoint endpoint, Side side,
			RedisRouter router) {
		MigratingConnectionFactory factory = new MigratingConnectionFactory(RedisEndpoint.configuration(original),
				original.getClientConfiguration(), endpoint, side, router);
		factory.setShareNativeConnection(original.getShareNativeConnection());
		factory.setValidateConnection(original.getValidateConnection());
		factory.setConvertPipelineAndTxResults(original.getConvertPipelineAndTxResults());
		return factory;
	}

	@Override
	protected AbstractRedisClient createClient() {
		return this.endpoint.cluster() ? clusterClient() : client();
	}

	private RedisClient client() {
		MigratingRedisClient client = new MigratingRedisClient(this.endpoint.resources(), this.endpoint.uris().get(0),
				this);
		client.setOptions(this.endpoint.options());
		return client;
	}

	private RedisClusterClient clusterClient() {
		MigratingRedisClusterClient client = new MigratingRedisClusterClient(this.endpoint.resources(),
				this.endpoint.uris(), this);
		client.setOptions((ClusterClientOptions) this.endpoint.options());
		return client;
	}

	/**
	 * Return a connection for commands that came through another one. May block when it
	 * has to be opened.
	 * @return the connection
	 */
	synchronized StatefulConnection<byte[], byte[]> forwarding() {
		StatefulConnection<byte[], byte[]> present = this.forwarding;
		if (present == null) {
			AbstractRedisClient client = getRequiredNativeClient();
			present = (client instanceof RedisClusterClient cluster) ? cluster.connect(ByteArrayCodec.INSTANCE)
					: ((RedisClient) client).connect(ByteArrayCodec.INSTANCE);
			this.forwarding = present;
		}
		return present;
	}

	@Override
	public void stop() {
		synchronized (this) {
			this.forwarding = null;
		}
		super.stop();
	}

	private RedisChannelWriter migrating(RedisChannelWriter writer, Duration timeout) {
		if (writer instanceof CommandExpiryWriter expiring) {
			// the connection does this only when it is given the expiring writer itself
			expiring.setTimeout(timeout);
		}
		return new MigratingChannelWriter(writer, this.side, this.router);
	}

	private <C extends StatefulConnection<?, ?>> C subscribing(C connection) {
		this.router.subscribes(this.side, connection);
		return connection;
	}

	/**
	 * Return options with which a command never waits longer than a timeout.
	 * @param options the options to begin with
	 * @param timeout the timeout
	 * @return the options
	 */
	static ClientOptions within(ClientOptions options, Duration timeout) {
		return options.mutate().timeoutOptions(TimeoutOptions.enabled(timeout)).build();
	}

	private static final class MigratingRedisClient extends RedisClient {

		private final MigratingConnectionFactory factory;

		MigratingRedisClient(ClientResources resources, RedisURI uri, MigratingConnectionFactory factory) {
			super(resources, uri);
			this.factory = factory;
		}

		@Override
		protected <K, V> StatefulRedisConnectionImpl<K, V> newStatefulRedisConnection(RedisChannelWriter writer,
				PushHandler pushHandler, RedisCodec<K, V> codec, Duration timeout) {
			return super.newStatefulRedisConnection(this.factory.migrating(writer, timeout), pushHandler, codec,
					timeout);
		}

		@Override
		protected <K, V> StatefulRedisPubSubConnectionImpl<K, V> newStatefulRedisPubSubConnection(
				PubSubEndpoint<K, V> endpoint, RedisChannelWriter writer, RedisCodec<K, V> codec, Duration timeout) {
			return this.factory.subscribing(super.newStatefulRedisPubSubConnection(endpoint, writer, codec, timeout));
		}

	}

	private static final class MigratingRedisClusterClient extends RedisClusterClient {

		private final MigratingConnectionFactory factory;

		MigratingRedisClusterClient(ClientResources resources, Iterable<RedisURI> uris,
				MigratingConnectionFactory factory) {
			super(resources, uris);
			this.factory = factory;
		}

		@Override
		public <K, V> StatefulRedisClusterPubSubConnection<K, V> connectPubSub(RedisCodec<K, V> codec) {
			return this.factory.subscribing(super.connectPubSub(codec));
		}

		@Override
		public <K, V> CompletableFuture<StatefulRedisClusterPubSubConnection<K, V>> connectPubSubAsync(
				RedisCodec<K, V> codec) {
			return super.connectPubSubAsync(codec).thenApply(this.factory::subscribing);
		}

		/**
		 * What names no key does not pass a node's writer, but the cluster connection's.
		 */
		@Override
		protected <V, K> StatefulRedisClusterConnectionImpl<K, V> newStatefulRedisClusterConnection(
				RedisChannelWriter writer, ClusterPushHandler pushHandler, RedisCodec<K, V> codec, Duration timeout,
				Supplier<JsonParser> parser) {
			RedisRouter router = this.factory.router;
			return new StatefulRedisClusterConnectionImpl<>(writer, pushHandler, codec, timeout, parser) {

				@Override
				public <T> RedisCommand<K, V, T> dispatch(RedisCommand<K, V, T> command) {
					return router.refusesKeyless(command) ? command : super.dispatch(command);
				}

			};
		}

		@Override
		protected <K, V> StatefulRedisConnectionImpl<K, V> newStatefulRedisConnection(RedisChannelWriter writer,
				PushHandler pushHandler, RedisCodec<K, V> codec, Duration timeout, Supplier<JsonParser> parser) {
			return super.newStatefulRedisConnection(this.factory.migrating(writer, timeout), pushHandler, codec,
					timeout, parser);
		}

	}

}
