package io.migration.autoconfigure;

import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;
import java.util.Objects;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslOptions;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.boot.ssl.NoSuchSslBundleException;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration;
import org.springframework.data.redis.connection.RedisConfiguration.WithAuthentication;
import org.springframework.data.redis.connection.RedisNode;
import org.springframework.data.redis.connection.RedisPassword;
import org.springframework.data.redis.connection.RedisSentinelConfiguration;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration.LettuceClientConfigurationBuilder;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.util.ClassUtils;
import org.springframework.util.ReflectionUtils;

/**
 * Builds target's connection factory: addresses and credentials from the properties,
 * everything about the client from source's factory.
 */
final class RedisTarget {

	private static final boolean POOLS_AVAILABLE = ClassUtils.isPresent("org.apache.commons.pool2.ObjectPool",
			RedisTarget.class.getClassLoader());

	private static final DataRedisProperties.Lettuce DEFAULTS = new DataRedisProperties().getLettuce();

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

	/**
	 * Refuse a source whose connections cannot be made again from what its factory tells:
	 * fixed lists of a master and its replicas are not told.
	 */
	static void checkSource(String prefix, LettuceConnectionFactory source) {
		Field configuration = ReflectionUtils.findField(LettuceConnectionFactory.class, "configuration");
		if (configuration != null) {
			ReflectionUtils.makeAccessible(configuration);
			if (ReflectionUtils.getField(configuration, source) instanceof RedisStaticMasterReplicaConfiguration) {
				throw new InvalidMigrationException(
						"The source of the migration '%s' is a fixed list of a master and its replicas.".formatted(
								prefix),
						"Let the application connect to the master, to a cluster or by sentinels.");
			}
		}
	}

	LettuceConnectionFactory connectionFactory() {
		RedisURI uri = uri();
		LettuceConnectionFactory factory;
		try {
			factory = new LettuceConnectionFactory(configuration(uri), client(uri));
			RedisURI.create(factory.getHostName(), factory.getPort());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidMigrationException(
					"The properties '%s.target' describe no Redis: %s.".formatted(this.prefix, ex.getMessage()),
					"Use the values that spring.data.redis would take.", ex);
		}
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
			RedisURI uri = RedisURI.create(url);
			// "redis://:6379" is taken for a host of that name
			if (uri.getHost() == null || !uri.getHost().startsWith(":")) {
				return uri;
			}
		}
		catch (IllegalArgumentException ex) {
			throw noUrl();
		}
		throw noUrl();
	}

	private InvalidMigrationException noUrl() {
		// without a cause: its message would show the password
		return new InvalidMigrationException("The property '%s.target.url' is not a Redis URL.".formatted(this.prefix),
				"Use a URL such as redis://user:password@host:6379/0, or rediss:// for TLS.");
	}

	private RedisConfiguration configuration(@Nullable RedisURI uri) {
		DataRedisProperties.Cluster cluster = this.target.getCluster();
		DataRedisProperties.Sentinel sentinel = this.target.getSentinel();
		if (this.target.getMasterreplica() != null) {
			throw new InvalidMigrationException(
					"The property '%s.target.masterreplica' is set; target cannot be a fixed list of a master and its replicas."
						.formatted(this.prefix),
					"Set '%s.target' to the master, to a cluster or to sentinels.".formatted(this.prefix));
		}
		String username = this.target.getUsername();
		RedisPassword password = RedisPassword.of(this.target.getPassword());
		if (uri != null && LettuceConnectionFactory.createRedisConfiguration(uri) instanceof WithAuthentication ofUrl) {
			username = ofUrl.getUsername();
			password = ofUrl.getPassword();
		}
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
			configuration.master(master(sentinel));
			configuration
				.setSentinels(nodes("sentinel", sentinel.getNodes()).stream().map(RedisNode::fromString).toList());
			configuration.setUsername(username);
			configuration.setPassword(password);
			configuration.setSentinelUsername(sentinel.getUsername());
			configuration.setSentinelPassword(RedisPassword.of(sentinel.getPassword()));
			configuration.setDatabase((uri != null) ? uri.getDatabase() : this.target.getDatabase());
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

	private String master(DataRedisProperties.Sentinel sentinel) {
		String master = sentinel.getMaster();
		if (master == null || master.isBlank()) {
			throw new InvalidMigrationException(
					"The property '%s.target.sentinel.master' is not set.".formatted(this.prefix),
					"Set it to the name by which the sentinels know the master.");
		}
		return master;
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
		if (this.target.getLettuce().getReadFrom() != null) {
			throw new InvalidMigrationException(
					"The property '%s.target.lettuce.read-from' is set; target is read from its masters alone."
						.formatted(this.prefix),
					"Remove it: what a replica has not got yet would be missing where a write has been acknowledged.");
		}
		LettuceClientConfigurationBuilder builder = builder(original);
		original.getClientResources().ifPresent(builder::clientResources);
		builder.commandTimeout(
				(this.target.getTimeout() != null) ? this.target.getTimeout() : original.getCommandTimeout());
		Duration shutdown = this.target.getLettuce().getShutdownTimeout();
		builder
			.shutdownTimeout(DEFAULTS.getShutdownTimeout().equals(shutdown) ? original.getShutdownTimeout() : shutdown);
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

	/**
	 * A pool as its properties say; without any, one like source's.
	 */
	private LettuceClientConfigurationBuilder builder(LettuceClientConfiguration original) {
		DataRedisProperties.Pool pool = this.target.getLettuce().getPool();
		if (!POOLS_AVAILABLE || Boolean.FALSE.equals(pool.getEnabled())) {
			return LettuceClientConfiguration.builder();
		}
		return Pools.builder(pool, original);
	}

	private ClientOptions options(ClientOptions original) {
		// whom source is trusted by says nothing of target
		String bundle = this.target.getSsl().getBundle();
		ClientOptions options = original.mutate()
			.sslOptions((bundle != null) ? sslOptions(bundle) : SslOptions.create())
			.build();
		if (this.target.getConnectTimeout() != null) {
			options = options.mutate()
				.socketOptions(
						options.getSocketOptions().mutate().connectTimeout(this.target.getConnectTimeout()).build())
				.build();
		}
		if (this.target.getCluster() == null) {
			return options;
		}
		DataRedisProperties.Lettuce.Cluster.Refresh refresh = this.target.getLettuce().getCluster().getRefresh();
		ClusterTopologyRefreshOptions.Builder topology = ClusterTopologyRefreshOptions.builder()
			.dynamicRefreshSources(refresh.isDynamicRefreshSources())
			.enablePeriodicRefresh();
		if (refresh.getPeriod() != null) {
			topology.enablePeriodicRefresh(refresh.getPeriod());
		}
		return ClusterClientOptions.builder(options).topologyRefreshOptions(topology.build()).build();
	}

	private SslOptions sslOptions(String name) {
		if (this.sslBundles == null) {
			throw new InvalidMigrationException(
					"The property '%s.target.ssl.bundle' names '%s', but there are no SSL bundles."
						.formatted(this.prefix, name),
					"Configure the bundle under spring.ssl.bundle.");
		}
		SslBundle bundle = bundle(this.sslBundles, name);
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

	private SslBundle bundle(SslBundles bundles, String name) {
		try {
			return bundles.getBundle(name);
		}
		catch (NoSuchSslBundleException ex) {
			throw new InvalidMigrationException(
					"The property '%s.target.ssl.bundle' names '%s', but there is no such SSL bundle."
						.formatted(this.prefix, name),
					bundles.getBundleNames().isEmpty() ? "Configure the bundle under spring.ssl.bundle."
							: "Use one of: %s.".formatted(String.join(", ", bundles.getBundleNames())),
					ex);
		}
	}

	/**
	 * Apart, because the library of pools may be absent.
	 */
	private static final class Pools {

		static LettuceClientConfigurationBuilder builder(DataRedisProperties.Pool pool,
				LettuceClientConfiguration original) {
			if (isSet(pool)) {
				return LettucePoolingClientConfiguration.builder().poolConfig(config(pool));
			}
			return (original instanceof LettucePoolingClientConfiguration pooled)
					? LettucePoolingClientConfiguration.builder().poolConfig(pooled.getPoolConfig())
					: LettuceClientConfiguration.builder();
		}

		private static boolean isSet(DataRedisProperties.Pool pool) {
			DataRedisProperties.Pool unset = DEFAULTS.getPool();
			return pool.getEnabled() != null || pool.getMaxActive() != unset.getMaxActive()
					|| pool.getMaxIdle() != unset.getMaxIdle() || pool.getMinIdle() != unset.getMinIdle()
					|| !Objects.equals(pool.getMaxWait(), unset.getMaxWait())
					|| pool.getTimeBetweenEvictionRuns() != null;
		}

		private static GenericObjectPoolConfig<StatefulConnection<?, ?>> config(DataRedisProperties.Pool pool) {
			GenericObjectPoolConfig<StatefulConnection<?, ?>> config = new GenericObjectPoolConfig<>();
			config.setMaxTotal(pool.getMaxActive());
			config.setMaxIdle(pool.getMaxIdle());
			config.setMinIdle(pool.getMinIdle());
			if (pool.getTimeBetweenEvictionRuns() != null) {
				config.setTimeBetweenEvictionRuns(pool.getTimeBetweenEvictionRuns());
			}
			if (pool.getMaxWait() != null) {
				config.setMaxWait(pool.getMaxWait());
			}
			return config;
		}

	}

}
