package io.migration.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.test.RedisServer;
import org.jspecify.annotations.Nullable;

/**
 * Reads whole servers with a client that knows nothing of the starter. The sample has
 * strings and nothing else.
 */
final class StoreReader {

	private static final Duration ABOUT_TO_EXPIRE = Duration.ofSeconds(2);

	private StoreReader() {
	}

	/**
	 * Reads the sample's keys.
	 * @param servers a server, or all masters of a cluster
	 * @return what the keys hold
	 */
	static Map<String, Content> read(List<RedisServer> servers) {
		Map<String, Content> all = new TreeMap<>();
		for (RedisServer server : servers) {
			try (RedisClient client = RedisClient.create(RedisURI.create(server.uri()))) {
				RedisCommands<String, String> redis = client.connect().sync();
				ScanCursor cursor = ScanCursor.INITIAL;
				while (!cursor.isFinished()) {
					KeyScanCursor<String> found = redis.scan(cursor);
					found.getKeys()
						.stream()
						.filter((key) -> !key.startsWith("migration:{"))
						.forEach((key) -> all.put(key, new Content(redis.get(key), redis.pexpiretime(key))));
					cursor = found;
				}
			}
		}
		return all;
	}

	/**
	 * Lists the keys that differ. Those that are about to expire are left out: between
	 * two readings one of them may.
	 * @param one what a store holds
	 * @param other what another holds
	 * @return a line for each key
	 */
	static List<String> differences(Map<String, Content> one, Map<String, Content> other) {
		Set<String> keys = new TreeSet<>(one.keySet());
		keys.addAll(other.keySet());
		return keys.stream()
			.filter((key) -> !Objects.equals(one.get(key), other.get(key)))
			.filter((key) -> lasts(one.get(key)) && lasts(other.get(key)))
			.map((key) -> "%s: %s / %s".formatted(key, one.get(key), other.get(key)))
			.toList();
	}

	private static boolean lasts(@Nullable Content content) {
		return content == null || content.lasts();
	}

	/**
	 * What a key holds.
	 *
	 * @param value its value
	 * @param expiry when it expires, in milliseconds since 1970
	 */
	record Content(String value, long expiry) {

		boolean lasts() {
			return this.expiry > System.currentTimeMillis() + ABOUT_TO_EXPIRE.toMillis();
		}

	}

}
