package io.migration.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * A Redis cluster of masters without replicas, on loopback. Between them they serve all
 * slots, in ranges of equal size in the order of {@link #servers()}; while one of them is
 * down, so is the cluster.
 * <p>
 * {@link #startBehindProxies} puts a {@link FaultProxy} before each node. The nodes
 * announce the proxies' ports, so that a client that discovers the cluster passes through
 * them; the nodes' own bus does not.
 */
public final class RedisClusterServer implements AutoCloseable {

	private static final int SLOTS = 16_384;

	private final List<RedisServer> servers = new ArrayList<>();

	private final List<FaultProxy> proxies = new ArrayList<>();

	private RedisClusterServer(int masters, boolean behindProxies, @Nullable Certificate certificate,
			List<String> options) {
		try {
			for (int i = 0; i < masters; i++) {
				startNode(behindProxies, certificate, options);
			}
			join();
		}
		catch (RuntimeException | Error ex) {
			close();
			throw ex;
		}
	}

	/**
	 * Starts a cluster and waits until each node has seen that it is complete.
	 * @param masters number of nodes
	 * @param options options for each node as on the command line of {@code redis-server}
	 * @return the running cluster
	 */
	public static RedisClusterServer start(int masters, String... options) {
		return new RedisClusterServer(masters, false, null, List.of(options));
	}

	/**
	 * As {@link #start}, of nodes that speak TLS alone, to clients and among each other.
	 * @param certificate what each of them shows
	 * @param masters number of nodes
	 * @param options options for each node as on the command line of {@code redis-server}
	 * @return the running cluster
	 */
	public static RedisClusterServer startTls(Certificate certificate, int masters, String... options) {
		return new RedisClusterServer(masters, false, certificate, List.of(options));
	}

	/**
	 * As {@link #start}, with a proxy before each node.
	 * @param masters number of nodes
	 * @param options options for each node as on the command line of {@code redis-server}
	 * @return the running cluster
	 */
	public static RedisClusterServer startBehindProxies(int masters, String... options) {
		return new RedisClusterServer(masters, true, null, List.of(options));
	}

	/**
	 * The addresses as in {@code spring.data.redis.cluster.nodes}: those of the proxies,
	 * if there are any.
	 * @return host and port of each node
	 */
	public List<String> nodes() {
		IntStream ports = this.proxies.isEmpty() ? this.servers.stream().mapToInt(RedisServer::port)
				: this.proxies.stream().mapToInt(FaultProxy::port);
		return ports.mapToObj((port) -> "127.0.0.1:" + port).toList();
	}

	public List<RedisServer> servers() {
		return List.copyOf(this.servers);
	}

	/**
	 * The proxies, in the order of {@link #servers()}; none if the cluster was started
	 * without.
	 * @return the proxies
	 */
	public List<FaultProxy> proxies() {
		return List.copyOf(this.proxies);
	}

	@Override
	public void close() {
		this.proxies.forEach(FaultProxy::close);
		this.servers.forEach(RedisServer::close);
	}

	private void startNode(boolean behindProxy, @Nullable Certificate certificate, List<String> options) {
		List<String> all = new ArrayList<>(List.of("--cluster-enabled", "yes", "--cluster-config-file", "nodes.conf",
				"--cluster-node-timeout", "2000"));
		int port = Ports.free();
		if (behindProxy) {
			FaultProxy proxy = FaultProxy.to(port);
			this.proxies.add(proxy);
			all.addAll(List.of("--cluster-announce-port", String.valueOf(proxy.port())));
		}
		if (certificate != null) {
			all.addAll(List.of("--tls-cluster", "yes"));
		}
		all.addAll(options);
		this.servers.add(RedisServer.start(port, certificate, all));
	}

	private void join() {
		RedisClient client = RedisClient.create();
		try {
			List<StatefulRedisConnection<String, String>> connections = this.servers.stream()
				.map((server) -> client.connect(trusting(server.uri())))
				.toList();
			List<RedisCommands<String, String>> nodes = connections.stream()
				.map(StatefulRedisConnection::sync)
				.toList();
			int count = nodes.size();
			for (int i = 0; i < count; i++) {
				// Distinct epochs from the start, or the nodes settle collisions first.
				nodes.get(i).clusterSetConfigEpoch(i + 1L);
				nodes.get(i).clusterAddSlots(IntStream.range(SLOTS * i / count, SLOTS * (i + 1) / count).toArray());
			}
			for (RedisCommands<String, String> node : nodes) {
				this.servers.forEach((server) -> node.clusterMeet("127.0.0.1", server.port()));
			}
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.pollInterval(Duration.ofMillis(20))
				.until(() -> nodes.stream().allMatch(this::isComplete));
			connections.forEach(StatefulRedisConnection::close);
		}
		finally {
			client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
		}
	}

	private static RedisURI trusting(String address) {
		RedisURI uri = RedisURI.create(address);
		uri.setVerifyPeer(SslVerifyMode.NONE);
		return uri;
	}

	/**
	 * Nodes know each other by the ports they met on before they hear the announced ones.
	 */
	private boolean isComplete(RedisCommands<String, String> node) {
		String info = node.clusterInfo();
		String nodes = node.clusterNodes();
		return info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:" + this.servers.size() + "\r\n")
				&& nodes().stream().allMatch((address) -> nodes.contains(" " + address + "@"));
	}

}
