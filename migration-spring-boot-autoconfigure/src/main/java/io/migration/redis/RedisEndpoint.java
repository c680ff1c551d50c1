package io.migration.redis;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.List;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.event.DefaultEventPublisherOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.tracing.Tracing;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;

import org.springframework.beans.DirectFieldAccessor;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.ClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.DomainSocketConfiguration;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConverters;

/**
 * How to reach one side: its addresses and the client's settings, taken from a connection
 * factory.
 *
 * @param uris the addresses; one unless it is a cluster
 * @param cluster whether it is a cluster
 * @param database the index of the database
 * @param options the client's options
 * @param resources the client's resources, with the {@link UnitExpander} in each channel
 * @param unobserved resources for the relay's connections, whose many small commands are
 * no news to the application's meters and traces
 */
record RedisEndpoint(List<RedisURI> uris, boolean cluster, int database, ClientOptions options,
		ClientResources resources, ClientResources unobserved) {

	/**
	 * Read a connection factory.
	 * @param factory the factory
	 * @param resources the client's resources
	 * @param unobserved resources that are neither metered nor traced
	 * @return how it reaches its server
	 */
	static RedisEndpoint of(LettuceConnectionFactory factory, ClientResources resources, ClientResources unobserved) {
		LettuceClientConfiguration client = factory.getClientConfiguration();
		return new RedisEndpoint(uris(factory, client), factory.isClusterAware(), factory.getDatabase(),
				options(factory, client), resources, unobserved);
	}

	/**
	 * Return what a factory was built from. The factory keeps it to itself, and its
	 * getter for a single server answers a default, without credentials, when the factory
	 * was built from the general type.
	 * @param factory the factory
	 * @return its configuration
	 */
	static RedisConfiguration configuration(LettuceConnectionFactory factory) {
		return (new DirectFieldAccessor(factory).getPropertyValue("configuration") instanceof RedisConfiguration known)
				? known : factory.getStandaloneConfiguration();
	}

	private static ClientOptions options(LettuceConnectionFactory factory, LettuceClientConfiguration client) {
		ClientOptions options = client.getClientOptions().orElseGet(ClientOptions::create);
		RedisClusterConfiguration cluster = factory.getClusterConfiguration();
		if (cluster == null) {
			return options;
		}
		ClusterClientOptions ofCluster = (options instanceof ClusterClientOptions already) ? already
				: ClusterClientOptions.builder(options).build();
		return (cluster.getMaxRedirects() != null) ? ofCluster.mutate().maxRedirects(cluster.getMaxRedirects()).build()
				: ofCluster;
	}

	private static List<RedisURI> uris(LettuceConnectionFactory factory, LettuceClientConfiguration client) {
		RedisConfiguration configuration = configuration(factory);
		if (configuration instanceof ClusterConfiguration cluster) {
			return cluster.getClusterNodes()
				.stream()
				.map((node) -> RedisURI.create(node.getRequiredHost(), node.getRequiredPort()))
				.map((uri) -> settings(credentials(uri, configuration, client), client, 0))
				.toList();
		}
		if (configuration instanceof RedisSentinelConfiguration sentinel) {
			RedisURI uri = LettuceConverters.sentinelConfigurationToRedisURI(sentinel);
			client.getRedisCredentialsProviderFactory().ifPresent((credentials) -> {
				uri.setCredentialsProvider(credentials.createCredentialsProvider(sentinel));
				uri.getSentinels()
					.forEach((node) -> node
						.setCredentialsProvider(credentials.createSentinelCredentialsProvider(sentinel)));
			});
			uri.getSentinels().forEach((node) -> settings(node, client, 0));
			return List.of(settings(uri, client, factory.getDatabase()));
		}
		RedisURI uri = (configuration instanceof DomainSocketConfiguration socket)
				? RedisURI.Builder.socket(socket.getSocket()).build()
				: RedisURI.create(factory.getHostName(), factory.getPort());
		credentials(uri, configuration, client);
		if (configuration instanceof DomainSocketConfiguration) {
			uri.setTimeout(client.getCommandTimeout());
			uri.setDatabase(factory.getDatabase());
			return List.of(uri);
		}
		return List.of(settings(uri, client, factory.getDatabase()));
	}

	private static RedisURI credentials(RedisURI uri, RedisConfiguration configuration,
			LettuceClientConfiguration client) {
		String username = RedisConfiguration.getUsernameOrElse(configuration, () -> null);
		RedisPassword password = RedisConfiguration.getPasswordOrElse(configuration, RedisPassword::none);
		char[] secret = password.toOptional().orElseGet(() -> new char[0]);
		if ((username != null && !username.isBlank()) || secret.length > 0) {
			uri.setCredentialsProvider(new StaticCredentialsProvider(username, secret));
		}
		client.getRedisCredentialsProviderFactory()
			.ifPresent((factory) -> uri.setCredentialsProvider(factory.createCredentialsProvider(configuration)));
		return uri;
	}

	private static RedisURI settings(RedisURI uri, LettuceClientConfiguration client, int database) {
		client.getClientName().ifPresent(uri::setClientName);
		uri.setDatabase(database);
		uri.setSsl(client.isUseSsl());
		uri.setVerifyPeer(client.getVerifyMode());
		uri.setStartTls(client.isStartTls());
		uri.setTimeout(client.getCommandTimeout());
		return uri;
	}

	/**
	 * Return resources that share threads and addresses with others, and neither meter
	 * nor trace. Shutting them down leaves the others running.
	 * @param shared the resources to share
	 * @return the resources
	 */
	static ClientResources unobserved(ClientResources shared) {
		return sharing(shared).commandLatencyRecorder(CommandLatencyRecorder.disabled())
			.tracing(Tracing.disabled())
			.nettyCustomizer(shared.nettyCustomizer())
			.build();
	}

	private static ClientResources.Builder sharing(ClientResources shared) {
		return DefaultClientResources.builder()
			.eventLoopGroupProvider(shared.eventLoopGroupProvider())
			.eventExecutorGroup(shared.eventExecutorGroup())
			.eventBus(shared.eventBus())
			.timer(shared.timer())
			.commandLatencyPublisherOptions(DefaultEventPublisherOptions.disabled())
			.reconnectDelay(shared.reconnectDelay())
			.socketAddressResolver(shared.socketAddressResolver())
			.addressResolverGroup(shared.addressResolverGroup());
	}

	/**
	 * Return resources that share everything with others, and put a {@link UnitExpander}
	 * into each channel. Shutting them down leaves the others running.
	 * @param shared the resources to share
	 * @return the resources
	 */
	static ClientResources expanding(ClientResources shared) {
		NettyCustomizer present = shared.nettyCustomizer();
		return sharing(shared).commandLatencyRecorder(new CallersCommands(shared.commandLatencyRecorder()))
			.tracing(shared.tracing())
			.nettyCustomizer(new NettyCustomizer() {

				@Override
				public void afterBootstrapInitialized(Bootstrap bootstrap) {
					present.afterBootstrapInitialized(bootstrap);
				}

				@Override
				public void afterChannelInitialized(Channel channel) {
					present.afterChannelInitialized(channel);
					UnitExpander.CUSTOMIZER.afterChannelInitialized(channel);
				}

			})
			.build();
	}

	/**
	 * Return an address with other settings for a connection of our own.
	 * @param address the address to begin with
	 * @param clientName the name to show in the server's list of clients
	 * @param timeout how long an answer may take
	 * @return a new address
	 */
	static RedisURI own(RedisURI address, String clientName, Duration timeout) {
		RedisURI.Builder builder = RedisURI.builder(address).withClientName(clientName).withTimeout(timeout);
		if (address.getSentinelMasterId() != null) {
			// the builder does not copy what leads to the master
			builder.withSentinelMasterId(address.getSentinelMasterId());
			address.getSentinels().forEach((sentinel) -> builder.withSentinel(own(sentinel, clientName, timeout)));
		}
		return builder.build();
	}

	/**
	 * Return the address for display, without credentials.
	 * @return hosts and ports
	 */
	String address() {
		return String.join(",",
				this.uris.stream()
					.map((uri) -> uri.getSentinels().isEmpty() ? uri.getHost() + ":" + uri.getPort()
							: "sentinel master " + uri.getSentinelMasterId())
					.toList());
	}

	/**
	 * Return whether two factories reach the same server and database.
	 * @param one a factory
	 * @param other another
	 * @return whether an address is named by both
	 */
	static boolean overlap(LettuceConnectionFactory one, LettuceConnectionFactory other) {
		List<RedisURI> theirs = uris(other, other.getClientConfiguration());
		return one.getDatabase() == other.getDatabase() && uris(one, one.getClientConfiguration()).stream()
			.anyMatch((uri) -> theirs.stream().anyMatch((their) -> sameAddress(uri, their)));
	}

	private static boolean sameAddress(RedisURI one, RedisURI other) {
		if (one.getSentinelMasterId() != null || other.getSentinelMasterId() != null) {
			return one.equals(other);
		}
		return one.getPort() == other.getPort() && host(one).equals(host(other));
	}

	private static String host(RedisURI uri) {
		String host = String.valueOf(uri.getHost());
		return host.equals("localhost") || host.equals("::1") ? "127.0.0.1" : host;
	}

	/**
	 * Records what callers sent, once. Of a unit that is its last command.
	 *
	 * @param recorder does the recording
	 */
	private record CallersCommands(CommandLatencyRecorder recorder) implements CommandLatencyRecorder {

		@Override
		public void recordCommandLatency(SocketAddress local, SocketAddress remote, ProtocolKeyword type,
				long firstResponse, long completion) {
			this.recorder.recordCommandLatency(local, remote, type, firstResponse, completion);
		}

		@Override
		public void recordCommandLatency(SocketAddress local, SocketAddress remote, RedisCommand<?, ?, ?> command,
				long firstResponse, long completion) {
			// the channel wraps them to measure them
			if (CommandWrapper.unwrap(command, WriteUnit.Part.class) == null
					&& CommandWrapper.unwrap(command, JournalEntry.class) == null) {
				this.recorder.recordCommandLatency(local, remote, command, firstResponse, completion);
			}
		}

		@Override
		public boolean isEnabled() {
			return this.recorder.isEnabled();
		}

	}

}
