package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.sync.RedisClusterCommands;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;
import org.jspecify.annotations.Nullable;

/**
 * A Redis of a benchmark, one server or a cluster of three masters on loopback, with a
 * plain client.
 */
final class BenchmarkStore implements AutoCloseable {

	private final List<RedisServer> servers;

	private final boolean cluster;

	private final RedisClient client;

	private final @Nullable RedisClusterClient clusterClient;

	private final RedisClusterCommands<String, String> commands;

	private final List<StatefulRedisConnection<String, String>> nodes;

	private BenchmarkStore(List<RedisServer> servers, boolean cluster) {
		this.servers = servers;
		this.cluster = cluster;
		RedisURI uri = RedisURI.create(servers.get(0).uri());
		this.client = RedisClient.create(uri);
		this.nodes = servers.stream().map((server) -> this.client.connect(RedisURI.create(server.uri()))).toList();
		this.clusterClient = cluster ? RedisClusterClient.create(this.client.getResources(), uri) : null;
		this.commands = (this.clusterClient != null) ? this.clusterClient.connect().sync()
				: this.client.connect().sync();
	}

	/**
	 * Start a store.
	 * @param cluster whether it is a cluster
	 * @return the store, empty
	 */
	static BenchmarkStore start(boolean cluster) {
		return new BenchmarkStore(cluster ? RedisClusterServer.start(3).servers() : List.of(RedisServer.start()),
				cluster);
	}

	String asSource() {
		return this.cluster ? "spring.data.redis.cluster.nodes=" + addresses()
				: "spring.data.redis.url=" + this.servers.get(0).uri();
	}

	String asTarget(String prefix) {
		return this.cluster ? prefix + ".cluster.nodes=" + addresses() : prefix + ".url=" + this.servers.get(0).uri();
	}

	private String addresses() {
		return String.join(",", this.servers.stream().map((server) -> "127.0.0.1:" + server.port()).toList());
	}

	/**
	 * Return the commands of one connection of a plain client, which all threads share.
	 * @return the commands
	 */
	RedisClusterCommands<String, String> commands() {
		return this.commands;
	}

	/**
	 * Write strings past every migration.
	 * @param keys how many
	 */
	void fill(int keys) {
		this.nodes.forEach((node) -> node.setAutoFlushCommands(false));
		List<RedisFuture<?>> written = new ArrayList<>();
		for (int i = 0; i < keys; i++) {
			String key = LoadClient.stringKey(i);
			int node = this.cluster ? nodeOf(SlotHash.getSlot(key)) : 0;
			RedisAsyncCommands<String, String> commands = this.nodes.get(node).async();
			written.add(commands.set(key, LoadClient.VALUE));
			if (written.size() == 1000 || i == keys - 1) {
				this.nodes.forEach(StatefulRedisConnection::flushCommands);
				LettuceFutures.awaitAll(Duration.ofSeconds(30), written.toArray(RedisFuture[]::new));
				written.clear();
			}
		}
		this.nodes.forEach((node) -> node.setAutoFlushCommands(true));
	}

	private int nodeOf(int slot) {
		int count = this.nodes.size();
		int node = 0;
		while (slot >= SlotHash.SLOT_COUNT * (node + 1) / count) {
			node++;
		}
		return node;
	}

	/**
	 * Ask all servers what they have used so far.
	 * @return the use since they were started
	 */
	Use use() {
		double cpu = 0;
		Map<String, Calls> calls = new TreeMap<>();
		for (StatefulRedisConnection<String, String> node : this.nodes) {
			for (String line : node.sync().info("cpu").split("\r\n")) {
				if (line.startsWith("used_cpu_sys:") || line.startsWith("used_cpu_user:")) {
					cpu += Double.parseDouble(line.substring(line.indexOf(':') + 1)) * 1e6;
				}
			}
			for (String line : node.sync().info("commandstats").split("\r\n")) {
				if (line.startsWith("cmdstat_")) {
					String name = line.substring("cmdstat_".length(), line.indexOf(':'));
					calls.merge(name, new Calls(number(line, "calls="), number(line, "usec=")), Calls::plus);
				}
			}
		}
		return new Use(cpu, calls);
	}

	private static long number(String line, String name) {
		int from = line.indexOf(name) + name.length();
		int to = line.indexOf(',', from);
		return Long.parseLong(line.substring(from, (to < 0) ? line.length() : to));
	}

	@Override
	public void close() {
		if (this.clusterClient != null) {
			this.clusterClient.shutdown(Duration.ZERO, Duration.ofSeconds(2));
		}
		this.client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
		this.servers.forEach(RedisServer::close);
	}

	/**
	 * What servers have used.
	 *
	 * @param cpu processor time in microseconds
	 * @param calls the calls by command
	 */
	record Use(double cpu, Map<String, Calls> calls) {

		Use minus(Use before) {
			Map<String, Calls> between = new TreeMap<>();
			this.calls.forEach((name, now) -> {
				Calls then = before.calls.getOrDefault(name, Calls.NONE);
				if (now.count() > then.count()) {
					between.put(name, new Calls(now.count() - then.count(), now.micros() - then.micros()));
				}
			});
			return new Use(this.cpu - before.cpu, between);
		}

	}

	/**
	 * Calls of one command.
	 *
	 * @param count how many
	 * @param micros the time their execution took, in microseconds
	 */
	record Calls(long count, long micros) {

		static final Calls NONE = new Calls(0, 0);

		Calls plus(Calls other) {
			return new Calls(this.count + other.count, this.micros + other.micros);
		}

	}

}
