package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.cluster.SlotHash;
import io.migration.mirror.JournalStatus;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the journal without changing it. Used by one thread.
 */
final class RedisJournal {

	/**
	 * One look at the journals of a node: a command for each slot would keep the node
	 * busier than the application does.
	 */
	private static final byte[] DEPTHS = RedisKeys.bytes("""
			local found = {}
			for i, journal in ipairs(ARGV) do
			  local length = redis.call('XLEN', journal)
			  if length > 0 then
			    found[#found + 1] = i
			    found[#found + 1] = length
			  end
			end
			return found
			""");

	private final RedisKeys keys;

	private final NodeConnections nodes;

	RedisJournal(RedisKeys keys, NodeConnections nodes) {
		this.keys = keys;
		this.nodes = nodes;
	}

	/**
	 * Return how many entries each journal holds.
	 * @return entries by slot, empty journals left out; slot 0 stands for the only
	 * journal of a server that is not a cluster
	 */
	Map<Integer, Long> depths() {
		if (!this.nodes.cluster()) {
			long depth = this.nodes.await(this.nodes.forKey(journal(0)).xlen(journal(0)));
			return (depth > 0) ? Map.of(0, depth) : Map.of();
		}
		Map<List<Integer>, RedisFuture<List<Object>>> asked = new LinkedHashMap<>();
		this.nodes.slots()
			.forEach((node, slots) -> asked.put(slots,
					node.async()
						.eval(DEPTHS, ScriptOutputType.MULTI, new byte[0][],
								slots.stream().map(this::journal).toArray(byte[][]::new))));
		Map<Integer, Long> depths = new LinkedHashMap<>();
		asked.forEach((slots, lengths) -> {
			List<Object> found = this.nodes.await(lengths);
			for (int i = 0; i + 1 < found.size(); i += 2) {
				depths.put(slots.get(((Long) found.get(i)).intValue() - 1), (Long) found.get(i + 1));
			}
		});
		return depths;
	}

	/**
	 * Return how many keys target did not take.
	 * @return their number
	 */
	long setAside() {
		return this.nodes.await(this.nodes.forKey(this.keys.setAside()).scard(this.keys.setAside()));
	}

	private byte[] journal(int slot) {
		return this.keys.journal(this.nodes.cluster() ? slot : null);
	}

	/**
	 * Return how much waits.
	 * @param depths entries by slot
	 * @return depth, and the age of the oldest entry by the server's clock
	 */
	JournalStatus status(Map<Integer, Long> depths) {
		long setAside = setAside();
		if (depths.isEmpty()) {
			return (setAside > 0) ? new JournalStatus(setAside, Duration.ZERO) : JournalStatus.EMPTY;
		}
		long oldest = Long.MAX_VALUE;
		for (Integer slot : depths.keySet()) {
			String first = end(slot, true);
			if (first != null) {
				oldest = Math.min(oldest, Long.parseLong(first.substring(0, first.indexOf('-'))));
			}
		}
		List<byte[]> time = this.nodes.await(this.nodes.forKey(this.keys.ledger()).time());
		long now = Long.parseLong(new String(time.get(0), StandardCharsets.US_ASCII)) * 1000;
		long depth = depths.values().stream().mapToLong(Long::longValue).sum();
		return new JournalStatus(depth + setAside,
				Duration.ofMillis(Math.max(0, (oldest != Long.MAX_VALUE) ? now - oldest : 0)));
	}

	/**
	 * Return the last id of each journal that is not empty.
	 * @return ids by slot
	 */
	Map<Integer, String> ends() {
		Map<Integer, String> ends = new LinkedHashMap<>();
		depths().keySet().forEach((slot) -> {
			String last = end(slot, false);
			if (last != null) {
				ends.put(slot, last);
			}
		});
		return ends;
	}

	/**
	 * Drop ids that the relay has passed.
	 * @param ends ids by slot; those that were passed are removed
	 * @return whether all have been passed
	 */
	boolean passed(Map<Integer, String> ends) {
		if (setAside() > 0) {
			return false;
		}
		ends.entrySet().removeIf((end) -> {
			String first = end(end.getKey(), true);
			return first == null || StreamId.of(first).compareTo(StreamId.of(end.getValue())) > 0;
		});
		return ends.isEmpty();
	}

	private @Nullable String end(int slot, boolean first) {
		byte[] journal = journal(slot);
		List<StreamMessage<byte[], byte[]>> found = this.nodes
			.await(first ? this.nodes.forKey(journal).xrange(journal, Range.unbounded(), Limit.from(1))
					: this.nodes.forKey(journal).xrevrange(journal, Range.unbounded(), Limit.from(1)));
		return found.isEmpty() ? null : found.get(0).getId();
	}

	/**
	 * Remove every journal of the migration, and what was remembered for the relay.
	 */
	void drop() {
		this.nodes.await(this.nodes.forKey(this.keys.ledger()).del(this.keys.setAside(), this.keys.targetRuns()));
		depths().keySet().forEach((slot) -> {
			byte[] journal = journal(slot);
			this.nodes.await(this.nodes.forKey(journal).unlink(journal));
		});
	}

}
