package io.migration.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

import io.lettuce.core.cluster.SlotHash;
import org.jspecify.annotations.Nullable;

/**
 * The names of a migration's own keys. None of them is ever mirrored.
 * <p>
 * On a cluster a journal entry must share the slot of the key it names, because both are
 * written in one MULTI; therefore every slot has a journal of its own, whose hash tag is
 * the shortest number in base 36 that falls into that slot.
 */
final class RedisKeys {

	static final String PREFIX = "migration:{";

	private static final byte[] PREFIX_BYTES = PREFIX.getBytes(StandardCharsets.UTF_8);

	private final String migration;

	RedisKeys(String migration) {
		this.migration = migration;
	}

	static boolean isOwn(byte[] key) {
		if (key.length < PREFIX_BYTES.length) {
			return false;
		}
		for (int i = 0; i < PREFIX_BYTES.length; i++) {
			if (key[i] != PREFIX_BYTES[i]) {
				return false;
			}
		}
		return true;
	}

	/**
	 * Look at a key without changing the buffer.
	 */
	static boolean isOwn(ByteBuffer key) {
		return key.remaining() >= PREFIX_BYTES.length
				&& key.slice(key.position(), PREFIX_BYTES.length).equals(ByteBuffer.wrap(PREFIX_BYTES));
	}

	/**
	 * Return a command that counts what there is of our keys on a server that is not a
	 * cluster.
	 * @return the command's arguments, its name first
	 */
	List<byte[]> exists() {
		return List.of(bytes("EXISTS"), ledger(), instances(), history(), mark(), token(), reconciled(), relay(),
				setAside(), targetRuns(), journal(null));
	}

	private String own(String what) {
		return PREFIX + this.migration + "}:" + what;
	}

	byte[] ledger() {
		return bytes(own("ledger"));
	}

	byte[] history() {
		return bytes(own("history"));
	}

	byte[] instances() {
		return bytes(own("instances"));
	}

	byte[] mark() {
		return bytes(own("store"));
	}

	byte[] reconciled() {
		return bytes(own("reconciled"));
	}

	byte[] token() {
		return bytes(own("token"));
	}

	byte[] relay() {
		return bytes(own("relay"));
	}

	byte[] setAside() {
		return bytes(own("set-aside"));
	}

	byte[] targetRuns() {
		return bytes(own("target-runs"));
	}

	/**
	 * Return the channel on which waiting instances wake the relay.
	 */
	byte[] hints() {
		return bytes(own("hints"));
	}

	/**
	 * Return the channel on which the relay tells an instance about its writers.
	 */
	byte[] told(String instance) {
		return bytes(own("told:" + instance));
	}

	/**
	 * Return the key of a journal.
	 * @param slot the slot, {@code null} for the only journal of a server that is not a
	 * cluster
	 * @return the key of a stream
	 */
	byte[] journal(@Nullable Integer slot) {
		return bytes(
				(slot == null) ? own("journal") : PREFIX + Tags.OF_SLOT[slot] + "}:" + this.migration + ":journal");
	}

	/**
	 * Return what the names of this migration's relay connections begin with.
	 * @return the prefix of a client name
	 */
	String relayClientPrefix() {
		return "migration-relay:" + this.migration + ":";
	}

	static byte[] bytes(String text) {
		return text.getBytes(StandardCharsets.UTF_8);
	}

	/**
	 * Read an element of a reply as text.
	 */
	static String text(@Nullable Object element) {
		return (element instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(element);
	}

	/**
	 * One hash tag for each slot, made at first use.
	 */
	private static final class Tags {

		static final String[] OF_SLOT = make();

		private static String[] make() {
			String[] tags = new String[SlotHash.SLOT_COUNT];
			int missing = tags.length;
			for (int i = 0; missing > 0; i++) {
				String tag = Integer.toString(i, 36);
				int slot = SlotHash.getSlot(tag);
				if (tags[slot] == null) {
					tags[slot] = tag;
					missing--;
				}
			}
			return tags;
		}

	}

}
