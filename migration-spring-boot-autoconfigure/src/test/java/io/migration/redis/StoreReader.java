package io.migration.redis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.KeyScanCursor;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;

/**
 * Reads a whole server or cluster with a plain client, which knows nothing of the
 * starter, and says what differs.
 */
final class StoreReader {

	private static final long TTL_TOLERANCE_MILLIS = 1500;

	private StoreReader() {
	}

	static Map<String, String> read(RedisServer server) {
		return read(List.of(RedisURI.create(server.uri())));
	}

	static Map<String, String> read(RedisClusterServer cluster) {
		return read(cluster.servers().stream().map((server) -> RedisURI.create(server.uri())).toList());
	}

	/**
	 * Read a server, or all masters of a cluster. The servers' certificates are not
	 * checked.
	 */
	static Map<String, String> read(List<RedisURI> nodes) {
		Map<String, String> all = new TreeMap<>();
		for (RedisURI node : nodes) {
			node.setVerifyPeer(SslVerifyMode.NONE);
			try (RedisClient client = RedisClient.create(node);
					StatefulRedisConnection<String, String> connection = client.connect()) {
				RedisCommands<String, String> redis = connection.sync();
				ScanCursor cursor = ScanCursor.INITIAL;
				do {
					KeyScanCursor<String> found = redis.scan(cursor, ScanArgs.Builder.limit(1000));
					for (String key : found.getKeys()) {
						if (!key.startsWith("migration:{")) {
							all.put(key, value(redis, key));
						}
					}
					cursor = found;
				}
				while (!cursor.isFinished());
			}
		}
		return all;
	}

	private static String value(RedisCommands<String, String> redis, String key) {
		String type = redis.type(key);
		String value = switch (type) {
			case "string" -> redis.get(key);
			case "hash" -> new TreeMap<>(redis.hgetall(key)).toString();
			case "list" -> redis.lrange(key, 0, -1).toString();
			case "set" -> new TreeSet<>(redis.smembers(key)).toString();
			case "zset" -> redis.zrangeWithScores(key, 0, -1).toString();
			case "stream" -> redis.xrange(key, io.lettuce.core.Range.unbounded()).toString();
			default -> type;
		};
		return type + "|" + value + "|" + redis.pexpiretime(key);
	}

	/**
	 * List what differs; keys about to expire are left out.
	 */
	static List<String> differences(Map<String, String> source, Map<String, String> target) {
		List<String> differences = new ArrayList<>();
		Map<String, String> all = new HashMap<>(source);
		all.putAll(target);
		long soon = System.currentTimeMillis() + TTL_TOLERANCE_MILLIS;
		for (String key : new TreeSet<>(all.keySet())) {
			String one = source.getOrDefault(key, "absent");
			String other = target.getOrDefault(key, "absent");
			if (!one.equals(other) && !expires(one, soon) && !expires(other, soon)) {
				differences.add(key + ": " + one + " / " + other);
			}
		}
		return differences;
	}

	private static boolean expires(String value, long soon) {
		long at = value.contains("|") ? Long.parseLong(value.substring(value.lastIndexOf('|') + 1)) : -1;
		return at > 0 && at <= soon;
	}

}
