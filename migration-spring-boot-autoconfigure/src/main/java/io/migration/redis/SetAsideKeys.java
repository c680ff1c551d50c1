package io.migration.redis;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.SlotHash;
import io.migration.redis.StateWriter.Refused;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The keys whose values target does not take. They are remembered on the authority before
 * their entries are cleared, so that nobody takes the copy for complete, and journaled
 * anew now and then. Used by the rounds of one {@link RedisCopier}; who asks for
 * {@link #reason} may be another thread.
 */
final class SetAsideKeys {

	private static final Log logger = LogFactory.getLog(SetAsideKeys.class);

	private static final long RETRY_NANOS = Duration.ofSeconds(10).toNanos();

	private static final int RETRIED_AT_ONCE = 100;

	private static final byte[] SADD = RedisKeys.bytes("SADD");

	private final RedisKeys keys;

	private final Map<ByteBuffer, String> reasons = new ConcurrentHashMap<>();

	private long lastRetry;

	SetAsideKeys(RedisKeys keys) {
		this.keys = keys;
	}

	/**
	 * Read what was set aside by whoever relayed before. May block.
	 * @param source connections to the side with authority
	 */
	void load(NodeConnections source) {
		this.reasons.clear();
		source.await(source.forKey(this.keys.setAside()).smembers(this.keys.setAside()))
			.forEach((key) -> this.reasons.put(ByteBuffer.wrap(key), "not tried again yet"));
	}

	/**
	 * Return why target does not take a key.
	 * @param key the key
	 * @return the reason, {@code null} if the key is not set aside
	 */
	@Nullable String reason(byte[] key) {
		return this.reasons.get(ByteBuffer.wrap(key));
	}

	/**
	 * Remember which keys of a round target did not take, and forget those it has taken.
	 * @param source connections to the side with authority
	 * @param states what the round has written
	 * @param refused what target did not take
	 * @return completes when the authority has it
	 */
	CompletableFuture<?> remember(NodeConnections source, List<KeyState> states, List<Refused> refused) {
		Set<ByteBuffer> now = new HashSet<>();
		for (Refused key : refused) {
			ByteBuffer name = ByteBuffer.wrap(key.state().key());
			now.add(name);
			if (this.reasons.put(name, key.error()) == null) {
				logger.warn("Target does not take a key, which is set aside and tried again: " + key.error());
			}
		}
		List<CompletableFuture<?>> remembered = new ArrayList<>();
		RedisAsyncCommands<byte[], byte[]> commands = source.forKey(this.keys.setAside());
		if (!now.isEmpty()) {
			byte[] key = this.keys.setAside();
			byte[][] add = Stream.concat(Stream.of(SADD, key), now.stream().map(ByteBuffer::array))
				.toArray(byte[][]::new);
			remembered.add(source.evenIfFull(key, add));
		}
		if (!this.reasons.isEmpty()) {
			byte[][] taken = states.stream()
				.map(KeyState::key)
				.filter((key) -> !now.contains(ByteBuffer.wrap(key))
						&& this.reasons.remove(ByteBuffer.wrap(key)) != null)
				.toArray(byte[][]::new);
			if (taken.length > 0) {
				remembered.add(commands.srem(this.keys.setAside(), taken).toCompletableFuture());
			}
		}
		return CompletableFuture.allOf(remembered.toArray(CompletableFuture[]::new));
	}

	/**
	 * Journal some of the keys anew, if it is time.
	 * @param source connections to the side with authority
	 * @return the keys that were journaled
	 */
	List<byte[]> retry(NodeConnections source) {
		if (this.reasons.isEmpty() || System.nanoTime() - this.lastRetry < RETRY_NANOS) {
			return List.of();
		}
		this.lastRetry = System.nanoTime();
		List<byte[]> retried = this.reasons.keySet().stream().limit(RETRIED_AT_ONCE).map(ByteBuffer::array).toList();
		for (byte[] key : retried) {
			byte[] journal = this.keys.journal(source.cluster() ? SlotHash.getSlot(key) : null);
			source.forKey(journal).xadd(journal, Map.of(RedisKeys.bytes("k"), key));
		}
		return retried;
	}

}
