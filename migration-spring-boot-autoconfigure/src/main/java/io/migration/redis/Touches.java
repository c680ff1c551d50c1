package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.lettuce.core.cluster.SlotHash;
import org.jspecify.annotations.Nullable;

/**
 * Journal entries on Redis: what a write touched, and who waits for it.
 * <p>
 * An entry is a message of a stream. Its fields are {@code w}, the waiting instance and
 * its ticket, and for each key {@code k}, followed by the elements that were touched if
 * the command tells ({@link TouchedElements}). Streams give every entry an id of its own,
 * so the relay can clear exactly what it read.
 */
final class Touches {

	private static final byte[] XADD = RedisKeys.bytes("$4\r\nXADD\r\n");

	private static final byte[] NEXT_ID = RedisKeys.bytes("$1\r\n*\r\n");

	private static final byte[] KEY = RedisKeys.bytes("$1\r\nk\r\n");

	private static final byte[] WAITER = RedisKeys.bytes("$1\r\nw\r\n");

	private Touches() {
	}

	/**
	 * Encode the command that adds an entry.
	 * @param names the migration's keys
	 * @param cluster whether journals are by slot
	 * @param instance names this instance among the waiting
	 * @param ticket the ticket of the waiting writer, {@code null} if nobody waits
	 * @param keys the keys, of one slot on a cluster
	 * @param elements the elements of each key that were touched, {@code null} if the
	 * whole keys were
	 * @return the encoded command
	 */
	static byte[] add(RedisKeys names, boolean cluster, String instance, @Nullable Long ticket, List<byte[]> keys,
			@Nullable TouchedElements elements) {
		byte[] journal = names.journal(cluster ? SlotHash.getSlot(keys.get(0)) : null);
		int named = 1 + ((elements != null) ? elements.elements().size() : 0);
		Wire wire = new Wire(256);
		wire.command(3 + 2 * keys.size() * named + ((ticket != null) ? 2 : 0));
		wire.put(XADD);
		wire.argument(journal);
		wire.put(NEXT_ID);
		if (ticket != null) {
			wire.put(WAITER);
			wire.argument((instance + ":" + ticket).getBytes(StandardCharsets.US_ASCII));
		}
		for (byte[] key : keys) {
			wire.put(KEY);
			wire.argument(key);
			if (elements != null) {
				byte[] kind = { '$', '1', '\r', '\n', elements.kind(), '\r', '\n' };
				for (byte[] element : elements.elements()) {
					wire.put(kind);
					wire.argument(element);
				}
			}
		}
		return wire.bytes();
	}

}
