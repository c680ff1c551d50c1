package io.migration.autoconfigure;

import java.util.List;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Builds target's connection factory: addresses and credentials from the properties,
 * everything about the client from source's factory.
 */
final class RedisTarget {

	private final String prefix;

	private final RedisMigrationProperties.Target target;

	private final LettuceConnectionFactory source;

	private final @Nullable SslBundles sslBundles;

	RedisTarget(String prefix, RedisMigrationProperties.Target target, LettuceConnectionFactory source,
			@Nullable SslBundles sslBundles) {
		this.prefix = prefix;
		this.target = target;
		this.source = source;
		this.sslBundles = sslBundles;
	}

	LettuceConnectionFactory connectionFactory() {
		RedisURI uri = uri();
		LettuceConnectionFactory factory = new LettuceConnectionFactory(configuration(uri), client(uri));
		factory.setShareNativeConnection(this.source.getShareNativeConnection());
		factory.setValidateConnection(this.source.getValidateConnection());
		factory.setConvertPipelineAndTxResults(this.source.getConvertPipelineAndTxResults());
		return factory;
	}

	private @Nullable RedisURI uri() {
		String url = this.target.getUrl();
		if (url == null) {
			return null;
		}
		try {
			return RedisURI.create(url);
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidMigrationException(
					"The property '%s.target.url' is not a Redis URL.".formatted(this.prefix),
					"Use a URL such as redis://user:password@host:6379/0, or rediss:// for TLS.");
		}
	}

	private RedisConfiguration configuration(@Nullable RedisURI uri) {
		DataRedisProperties.Cluster cluster = this.target.getCluster();
		DataRedisProperties.Sentinel sentinel = this.target.getSentinel();
		String username = this.target.getUsername();
		RedisPassword password = RedisPassword.of(this.target.getPassword());
		if (cluster != null) {
			RedisClusterConfiguration configuration = new RedisClusterConfiguration(
					nodes("cluster", cluster.getNodes()));
			if (cluster.getMaxRedirects() != null) {
				configuration.setMaxRedirects(cluster.getMaxRedirects());
			}
			configuration.setUsername(username);
			configuration.setPassword(password);
			return configuration;
		}
		if (sentinel != null) {
			RedisSentinelConfiguration configuration = new RedisSentinelConfiguration();
			configuration.master(String.valueOf(sentinel.getMaster()));
			configuration
				.setSentinels(nodes("sentinel", sentinel.getNodes()).stream().map(RedisNode::fromString).toList());
			configuration.setUsername(username);
			configuration.setPassword(password);
			configuration.setSentinelUsername(sentinel.getUsername());
			configuration.setSentinelPassword(RedisPassword.of(sentinel.getPassword()));
			configuration.setDatabase(this.target.getDatabase());
			return configuration;
		}
		if (uri != null) {
			return LettuceConnectionFactory.createRedisConfiguration(uri);
		}
		RedisStandaloneConfiguration configuration = new RedisStandaloneConfiguration(this.target.getHost(),
				this.target.getPort());
		configuration.setUsername(username);
		configuration.setPassword(password);
		configuration.setDatabase(this.target.getDatabase());
		return configuration;
	}

	private List<String> nodes(String kind, @Nullable List<String> nodes) {
		if (nodes == null || nodes.isEmpty()) {
			throw new InvalidMigrationException(
					"The property '%s.target.%s.nodes' is empty.".formatted(this.prefix, kind),
					"List at least one node as host:port.");
		}
		return nodes;
	}

	private LettuceClientConfiguration client(@Nullable RedisURI uri) {
		LettuceClientConfiguration original = this.source.getClientConfiguration();
		LettuceClientConfigurationBuilder builder = LettuceClientConfiguration.builder();
		original.getClientResources().ifPresent(builder::clientResources);
		builder.commandTimeout(
				(this.target.getTimeout() != null) ? this.target.getTimeout() : original.getCommandTimeout());
		builder.shutdownTimeout(original.getShutdownTimeout());
		builder.shutdownQuietPeriod(original.getShutdownQuietPeriod());
		if (this.target.getClientName() != null) {
			builder.clientName(this.target.getClientName());
		}
		else {
			original.getClientName().ifPresent(builder::clientName);
		}
		if (this.target.getSsl().isEnabled() || (uri != null && uri.isSsl())) {
			builder.useSsl();
		}
		builder.clientOptions(options(original.getClientOptions().orElseGet(ClientOptions::create)));
		return builder.build();
	}

	private ClientOptions options(ClientOptions original) {
		ClientOptions options = original;
		String bundle = this.target.getSsl().getBundle();
		if (bundle != null) {
			options = options.mutate().sslOptions(sslOptions(bundle)).build();
		}
		if (this.target.getCluster() == null) {
			return options;
		}
		return ClusterClientOptions.builder(options)
			.topologyRefreshOptions(ClusterTopologyRefreshOptions.builder()
				.enableAllAdaptiveRefreshTriggers()
				.enablePeriodicRefresh()
				.build())
			.build();
	}

	private SslOptions sslOptions(String name) {
		if (this.sslBundles == null) {
			throw new InvalidMigrationException(
					"The property '%s.target.ssl.bundle' names '%s', but there are no SSL bundles."
						.formatted(this.prefix, name),
					"Configure the bundle under spring.ssl.bundle.");
		}
		SslBundle bundle = this.sslBundles.getBundle(name);
		SslOptions.Builder options = SslOptions.builder()
			.keyManager(bundle.getManagers().getKeyManagerFactory())
			.trustManager(bundle.getManagers().getTrustManagerFactory());
		if (bundle.getOptions().getCiphers() != null) {
			options.cipherSuites(bundle.getOptions().getCiphers());
		}
		if (bundle.getOptions().getEnabledProtocols() != null) {
			options.protocols(bundle.getOptions().getEnabledProtocols());
		}
		return options.build();
	}

}
