package io.migration.redis;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.cluster.SlotHash;
import org.jspecify.annotations.Nullable;

/**
 * Journal entries on Redis: which keys a write touched, and who waits for them.
 * <p>
 * An entry is a message of a stream with a field {@code k} for each key, and a field
 * {@code w} that names the waiting instance and its ticket. Streams give every entry an
 * id of its own, so the relay can clear exactly what it read.
 */
final class Touches {

	private static final byte[] CRLF = { '\r', '\n' };

	private static final String KEY = "k";

	private static final String WAITER = "w";

	private Touches() {
	}

	/**
	 * Encode the command that adds an entry.
	 * @param journal the key of the journal
	 * @param instance names this instance among the waiting
	 * @param ticket the ticket of the waiting writer, {@code null} if nobody waits
	 * @param keys the keys
	 * @return the encoded command
	 */
	static byte[] add(byte[] journal, String instance, @Nullable Long ticket, List<byte[]> keys) {
		int size = 3 + 2 * keys.size() + ((ticket != null) ? 2 : 0);
		ByteArrayOutputStream wire = new ByteArrayOutputStream(96);
		wire.writeBytes(("*" + size).getBytes(StandardCharsets.US_ASCII));
		wire.writeBytes(CRLF);
		argument(wire, RedisKeys.bytes("XADD"));
		argument(wire, journal);
		argument(wire, RedisKeys.bytes("*"));
		if (ticket != null) {
			argument(wire, RedisKeys.bytes(WAITER));
			argument(wire, RedisKeys.bytes(instance + ":" + ticket));
		}
		for (byte[] key : keys) {
			argument(wire, RedisKeys.bytes(KEY));
			argument(wire, key);
		}
		return wire.toByteArray();
	}

	private static void argument(ByteArrayOutputStream wire, byte[] argument) {
		wire.writeBytes(("$" + argument.length).getBytes(StandardCharsets.US_ASCII));
		wire.writeBytes(CRLF);
		wire.writeBytes(argument);
		wire.writeBytes(CRLF);
	}

	/**
	 * Encode the command that adds an entry on a server which may be a cluster.
	 * @param names the migration's keys
	 * @param cluster whether journals are by slot
	 * @param instance names this instance
	 * @param ticket the ticket, {@code null} if nobody waits
	 * @param keys the keys, of one slot on a cluster
	 * @return the encoded command
	 */
	static byte[] add(RedisKeys names, boolean cluster, String instance, @Nullable Long ticket, List<byte[]> keys) {
		return add(names.journal(cluster ? SlotHash.getSlot(keys.get(0)) : null), instance, ticket, keys);
	}

	/**
	 * Read the keys of an entry.
	 * @param fields the entry's fields, names and values in turn
	 * @return the keys
	 */
	static List<byte[]> keys(List<byte[]> fields) {
		List<byte[]> keys = new ArrayList<>();
		for (int i = 0; i + 1 < fields.size(); i += 2) {
			if (fields.get(i).length == 1 && fields.get(i)[0] == 'k') {
				keys.add(fields.get(i + 1));
			}
		}
		return keys;
	}

	/**
	 * Read the ticket of an entry.
	 * @param fields the entry's fields
	 * @param instance names this instance
	 * @return the ticket if a writer of this instance waits, else {@code null}
	 */
	static @Nullable Long ticket(List<byte[]> fields, String instance) {
		if (fields.size() < 2 || fields.get(0)[0] != 'w') {
			return null;
		}
		String waiter = new String(fields.get(1), StandardCharsets.US_ASCII);
		int colon = waiter.lastIndexOf(':');
		return waiter.substring(0, colon).equals(instance) ? Long.valueOf(waiter.substring(colon + 1)) : null;
	}

}
