package io.migration.redis;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;

/**
 * The oldest entries of one journal, and the keys that they name. {@link Touches} writes
 * them.
 */
final class JournalBatch {

	private final byte[] journal;

	private final int slot;

	private final List<Entry> entries = new ArrayList<>();

	private final Map<ByteBuffer, Touched> touched = new LinkedHashMap<>();

	private boolean more;

	/**
	 * Create a batch.
	 * @param journal the journal
	 * @param slot its slot on a cluster, else 0
	 * @param read the entries, as the server returns them
	 * @param limit how many were asked for
	 * @param copied the ids of entries that were copied already, and are to be cleared
	 * @param hasRead whether a key was read already, later than an entry that names it
	 */
	JournalBatch(byte[] journal, int slot, List<?> read, int limit, Set<StreamId> copied,
			BiPredicate<byte[], StreamId> hasRead) {
		this.journal = journal;
		this.slot = slot;
		this.more = read.size() >= limit;
		for (Object entry : read) {
			List<?> parts = (List<?>) entry;
			StreamId id = StreamId.of(RedisKeys.text(parts.get(0)));
			add(id, copied.contains(id) ? List.of() : (List<?>) parts.get(1), hasRead);
		}
	}

	private void add(StreamId id, List<?> fields, BiPredicate<byte[], StreamId> hasRead) {
		String waiter = "";
		List<byte[]> keys = new ArrayList<>(1);
		Touched last = null;
		for (int i = 0; i + 1 < fields.size(); i += 2) {
			byte kind = ((byte[]) fields.get(i))[0];
			byte[] value = (byte[]) fields.get(i + 1);
			switch (kind) {
				case 'w' -> waiter = RedisKeys.text(value);
				case 'k' -> {
					keys.add(value);
					if (hasRead.test(value, id)) {
						last = null;
						continue;
					}
					int first = this.entries.size();
					last = this.touched.computeIfAbsent(ByteBuffer.wrap(value), (key) -> new Touched(value, first));
					if (i + 2 >= fields.size() || ((byte[]) fields.get(i + 2))[0] == 'k') {
						last.whole = true;
					}
				}
				case 'h', 's', 'z' -> {
					if (last != null) {
						last.element(kind, value);
					}
				}
				default -> {
					// x: the expiry alone, which every state has
				}
			}
		}
		this.entries.add(new Entry(id, waiter, keys));
	}

	byte[] journal() {
		return this.journal;
	}

	int slot() {
		return this.slot;
	}

	List<Entry> entries() {
		return this.entries;
	}

	/**
	 * Return what the entries touched, in the order in which they name it.
	 */
	Collection<Touched> touched() {
		return this.touched.values();
	}

	/**
	 * Return whether entries were left for the next round.
	 */
	boolean more() {
		return this.more;
	}

	/**
	 * Leave an entry, and those that follow it, to the next round.
	 * @param first the index of the first one to leave
	 */
	void leaveFrom(int first) {
		this.entries.subList(first, this.entries.size()).clear();
		this.more = true;
	}

	/**
	 * An entry of a journal.
	 *
	 * @param id its id
	 * @param waiter who waits for it, empty if nobody does
	 * @param keys the keys it names
	 */
	record Entry(StreamId id, String waiter, List<byte[]> keys) {

	}

	/**
	 * What the entries of a batch say of one key.
	 */
	static final class Touched {

		/** With more elements than that a key is copied whole. */
		private static final int MOST_ELEMENTS = 4000;

		private final byte[] key;

		private final int first;

		private boolean whole;

		private byte kind;

		private final Set<ByteBuffer> elements = new LinkedHashSet<>(0);

		Touched(byte[] key, int first) {
			this.key = key;
			this.first = first;
		}

		private void element(byte of, byte[] element) {
			this.whole |= this.kind != 0 && this.kind != of;
			this.kind = of;
			this.elements.add(ByteBuffer.wrap(element));
		}

		byte[] key() {
			return this.key;
		}

		/**
		 * Return the index of the first entry that names the key.
		 */
		int first() {
			return this.first;
		}

		/**
		 * Return whether more may have been touched than the elements.
		 */
		boolean whole() {
			return this.whole || this.elements.size() > MOST_ELEMENTS;
		}

		/**
		 * Return of what kind the elements are.
		 * @return {@code h}, {@code s} or {@code z}; 0 if the expiry alone was touched
		 */
		byte kind() {
			return this.kind;
		}

		Set<ByteBuffer> elements() {
			return this.elements;
		}

	}

}
