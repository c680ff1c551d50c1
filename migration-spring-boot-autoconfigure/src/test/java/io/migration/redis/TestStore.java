package io.migration.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.migration.test.Certificate;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisSentinelServer;
import io.migration.test.RedisServer;

/**
 * A Redis of some topology, which may serve as either side: how an application is
 * configured for it, and how an independent reader reaches it.
 */
final class TestStore implements AutoCloseable {

	private final String description;

	private final List<String> settings;

	private final Supplier<List<RedisURI>> masters;

	private final List<AutoCloseable> servers;

	TestStore(String description, List<String> settings, Supplier<List<RedisURI>> masters, AutoCloseable... servers) {
		this.description = description;
		this.settings = settings;
		this.masters = masters;
		this.servers = List.of(servers);
	}

	static TestStore server(String... options) {
		RedisServer server = RedisServer.start(options);
		return new TestStore("server", List.of("url=" + server.uri()), () -> uris(server.uri()), server);
	}

	static TestStore database(int index) {
		RedisServer server = RedisServer.start();
		return new TestStore("database " + index, database(server.port(), index),
				() -> uris(server.uri() + "/" + index), server);
	}

	/**
	 * A database of a server that others use too, and that is not closed with it.
	 */
	static TestStore database(RedisServer server, int index) {
		return new TestStore("database " + index, database(server.port(), index),
				() -> uris(server.uri() + "/" + index));
	}

	private static List<String> database(int port, int index) {
		return List.of("port=" + port, "database=" + index);
	}

	static TestStore cluster() {
		RedisClusterServer cluster = RedisClusterServer.start(3);
		return new TestStore("cluster", List.of("cluster.nodes=" + String.join(",", cluster.nodes())),
				() -> cluster.servers().stream().map((server) -> RedisURI.create(server.uri())).toList(), cluster);
	}

	static TestStore withPassword(String password) {
		RedisServer server = RedisServer.start("--requirepass", password);
		return new TestStore("password", List.of("url=" + server.uri(":" + password)),
				() -> uris(server.uri(":" + password)), server);
	}

	/**
	 * A server with a user of full rights; the reader is another.
	 */
	static TestStore withUser(String user, String password) {
		RedisServer server = RedisServer.start("--user", user, "on", ">" + password, "~*", "&*", "+@all");
		return new TestStore("user", List.of("url=" + server.uri(user + ":" + password)), () -> uris(server.uri()),
				server);
	}

	/**
	 * As {@link #withUser}, on each node of a cluster.
	 */
	static TestStore clusterWithUser(String user, String password) {
		RedisClusterServer cluster = RedisClusterServer.start(3, "--user", user, "on", ">" + password, "~*", "&*",
				"+@all");
		return new TestStore("cluster with user",
				List.of("cluster.nodes=" + String.join(",", cluster.nodes()), "username=" + user,
						"password=" + password),
				() -> cluster.servers().stream().map((server) -> RedisURI.create(server.uri())).toList(), cluster);
	}

	static TestStore sentinel() {
		return sentinel(RedisSentinelServer.start());
	}

	static TestStore sentinel(RedisSentinelServer servers) {
		return new TestStore("sentinel",
				List.of("sentinel.master=" + RedisSentinelServer.MASTER, "sentinel.nodes=" + servers.node()),
				() -> uris(servers.master().uri()), servers);
	}

	static TestStore tls(Certificate certificate, String bundle) {
		RedisServer server = RedisServer.startTls(certificate);
		return new TestStore("TLS", List.of("port=" + server.port(), "ssl.bundle=" + bundle), () -> uris(server.uri()),
				server);
	}

	static TestStore tlsCluster(Certificate certificate, String bundle) {
		RedisClusterServer cluster = RedisClusterServer.startTls(certificate, 3);
		return new TestStore("TLS cluster",
				List.of("cluster.nodes=" + String.join(",", cluster.nodes()), "ssl.bundle=" + bundle),
				() -> cluster.servers().stream().map((server) -> RedisURI.create(server.uri())).toList(), cluster);
	}

	private static List<RedisURI> uris(String uri) {
		return List.of(RedisURI.create(uri));
	}

	/**
	 * Start an application that moves from one store to another.
	 */
	static MigratedApplication migrate(Class<?> configuration, TestStore source, TestStore target,
			String... properties) {
		List<String> all = new ArrayList<>();
		source.settings.forEach((setting) -> all.add("spring.data.redis." + setting));
		target.settings.forEach((setting) -> all.add("migration.redis.tokens.target." + setting));
		all.addAll(List.of(properties));
		return MigratedApplication.start(configuration, all);
	}

	/**
	 * Read all that it holds but what is the starter's own.
	 */
	Map<String, String> read() {
		return StoreReader.read(this.masters.get());
	}

	/**
	 * Write past every application, by the first of its masters.
	 */
	void put(String key, String value) {
		try (RedisClient client = RedisClient.create(this.masters.get().get(0));
				StatefulRedisConnection<String, String> connection = client.connect()) {
			connection.sync().set(key, value);
		}
	}

	Stream<RedisURI> masters() {
		return this.masters.get().stream();
	}

	@Override
	public void close() throws Exception {
		for (AutoCloseable server : this.servers) {
			server.close();
		}
	}

	@Override
	public String toString() {
		return this.description;
	}

}
