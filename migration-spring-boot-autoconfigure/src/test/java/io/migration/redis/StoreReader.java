package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.SslVerifyMode;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;

/**
 * Reads a whole server or cluster with a plain client, which knows nothing of the
 * starter, and says what differs. Bytes are characters of ISO 8859-1, so that none is
 * lost; times carry a mark.
 */
final class StoreReader {

	private static final long TTL_TOLERANCE_MILLIS = 1500;

	private static final String TIME = "@ms:";

	private static final StringCodec BYTES = new StringCodec(StandardCharsets.ISO_8859_1);

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
					StatefulRedisConnection<String, String> connection = client.connect(BYTES)) {
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
			case "string" -> withoutCache(redis.get(key));
			case "hash" -> new TreeMap<>(redis.hgetall(key)).toString();
			case "list" -> redis.lrange(key, 0, -1).toString();
			case "set" -> new TreeSet<>(redis.smembers(key)).toString();
			case "zset" -> redis.zrangeWithScores(key, 0, -1).toString();
			case "stream" -> stream(redis, key);
			default -> type;
		};
		return type + "|" + value + "|" + TIME + redis.pexpiretime(key);
	}

	/**
	 * A HyperLogLog keeps the count that {@code PFCOUNT} found last in eight bytes of its
	 * value, though that command only reads.
	 */
	private static String withoutCache(String value) {
		return value.startsWith("HYLL") ? value.substring(0, 8) + value.substring(16) : value;
	}

	/**
	 * All that the server tells of a stream: entries, counters, groups, consumers and
	 * pending entries, but not the shape of its tree.
	 */
	private static String stream(RedisCommands<String, String> redis, String key) {
		List<Object> reply = redis.dispatch(CommandType.XINFO, new NestedMultiOutput<>(BYTES),
				new CommandArgs<>(BYTES).add("STREAM").addKey(key).add("FULL").add("COUNT").add(0));
		return describe(reply, Map.of("groups", (groups) -> list(groups, StoreReader::group)));
	}

	private static String group(Object group) {
		return describe(group, Map.of("pending", (pending) -> list(pending, (entry) -> pending(entry, 2)), "consumers",
				(consumers) -> list(consumers, StoreReader::consumer)));
	}

	private static String consumer(Object consumer) {
		return describe(consumer, Map.of("seen-time", (time) -> TIME + time, "pending",
				(pending) -> list(pending, (entry) -> pending(entry, 1))));
	}

	private static String pending(Object entry, int timeIndex) {
		List<Object> fields = new ArrayList<>((List<?>) entry);
		fields.set(timeIndex, TIME + fields.get(timeIndex));
		return fields.toString();
	}

	private static String list(Object items, Function<Object, String> description) {
		return ((List<?>) items).stream().map(description).collect(Collectors.joining(", ", "[", "]"));
	}

	private static String describe(Object flat, Map<String, Function<Object, String>> special) {
		List<?> items = (List<?>) flat;
		StringBuilder description = new StringBuilder();
		for (int i = 0; i + 1 < items.size(); i += 2) {
			String name = String.valueOf(items.get(i));
			if (!name.startsWith("radix-tree")) {
				description.append(name)
					.append('=')
					.append(special.getOrDefault(name, String::valueOf).apply(items.get(i + 1)))
					.append(' ');
			}
		}
		return description.toString();
	}

	/**
	 * Replace every point in time by a mark: for servers on which the same was done, one
	 * after the other.
	 */
	static Map<String, String> withoutTimes(Map<String, String> store) {
		Map<String, String> timeless = new TreeMap<>();
		store.forEach((key, value) -> timeless.put(key, value.replaceAll(TIME + "\\d+", TIME)));
		return timeless;
	}

	/**
	 * Leave out what a stream tells besides its content: how many entries a group has
	 * read, how far it is behind, when a consumer was seen, the greatest id that was
	 * deleted.
	 */
	static Map<String, String> withoutStatistics(Map<String, String> store) {
		Map<String, String> plain = new TreeMap<>();
		store.forEach((key, value) -> plain.put(key,
				value.replaceAll("(entries-read|lag|seen-time|max-deleted-entry-id)=\\S+ ", "")));
		return plain;
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
		String at = value.substring(value.lastIndexOf(TIME) + TIME.length());
		return value.contains(TIME) && !at.isEmpty() && !at.startsWith("-") && Long.parseLong(at) <= soon;
	}

}
