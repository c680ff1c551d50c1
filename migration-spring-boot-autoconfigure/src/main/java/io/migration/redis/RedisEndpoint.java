package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StaticCredentialsProvider;
import io.lettuce.core.event.DefaultEventPublisherOptions;
import io.lettuce.core.metrics.CommandLatencyRecorder;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.lettuce.core.tracing.Tracing;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisSocketConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
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
				client.getClientOptions().orElseGet(ClientOptions::create), resources, unobserved);
	}

	private static List<RedisURI> uris(LettuceConnectionFactory factory, LettuceClientConfiguration client) {
		RedisClusterConfiguration cluster = factory.getClusterConfiguration();
		if (cluster != null) {
			List<RedisURI> uris = new ArrayList<>();
			for (RedisNode node : cluster.getClusterNodes()) {
				RedisURI uri = RedisURI.create(node.getRequiredHost(), node.getRequiredPort());
				credentials(uri, cluster, cluster.getUsername(), cluster.getPassword(), client);
				uris.add(settings(uri, client, 0));
			}
			return List.copyOf(uris);
		}
		RedisSentinelConfiguration sentinel = factory.getSentinelConfiguration();
		if (sentinel != null) {
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
		RedisSocketConfiguration socket = factory.getSocketConfiguration();
		if (socket != null) {
			RedisURI uri = RedisURI.Builder.socket(socket.getSocket()).build();
			credentials(uri, socket, socket.getUsername(), socket.getPassword(), client);
			uri.setTimeout(client.getCommandTimeout());
			uri.setDatabase(factory.getDatabase());
			return List.of(uri);
		}
		RedisStandaloneConfiguration standalone = factory.getStandaloneConfiguration();
		RedisURI uri = RedisURI.create(factory.getHostName(), factory.getPort());
		credentials(uri, standalone, standalone.getUsername(), standalone.getPassword(), client);
		return List.of(settings(uri, client, factory.getDatabase()));
	}

	private static void credentials(RedisURI uri, RedisConfiguration configuration, @Nullable String username,
			RedisPassword password, LettuceClientConfiguration client) {
		char[] secret = password.toOptional().orElseGet(() -> new char[0]);
		if ((username != null && !username.isBlank()) || secret.length > 0) {
			uri.setCredentialsProvider(new StaticCredentialsProvider(username, secret));
		}
		client.getRedisCredentialsProviderFactory()
			.ifPresent((factory) -> uri.setCredentialsProvider(factory.createCredentialsProvider(configuration)));
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
		return sharing(shared).commandLatencyRecorder(shared.commandLatencyRecorder())
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
		RedisURI uri = RedisURI.builder(address).build();
		uri.setClientName(clientName);
		uri.setTimeout(timeout);
		return uri;
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

}
