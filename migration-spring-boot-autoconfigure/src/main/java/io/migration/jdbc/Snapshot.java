package io.migration.jdbc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which transactions of a PostgreSQL server a moment sees: all below {@code xmin}, none
 * from {@code xmax} on, and of those in between all but the ones that were under way.
 * <p>
 * This is the answer to ids that are given out before the commit: a transaction that
 * commits late is not in the moments that were taken before, however small its id is, so
 * nothing that orders by snapshots can skip it.
 *
 * @param xmin the first transaction that may not be seen
 * @param xmax the first transaction that had not begun
 * @param underWay the transactions from {@code xmin} on that had begun and not ended, in
 * ascending order
 */
record Snapshot(long xmin, long xmax, List<Long> underWay) {

	/** Sees nothing. */
	static final Snapshot NOTHING = new Snapshot(1, 1, List.of());

	Snapshot {
		underWay = List.copyOf(underWay);
	}

	/**
	 * Parse the text of a {@code pg_snapshot}.
	 * @param text for example {@code 10:20:10,14,15}
	 * @return the snapshot
	 */
	static Snapshot of(String text) {
		String[] parts = text.split(":", -1);
		List<Long> underWay = parts[2].isEmpty() ? List.of()
				: Arrays.stream(parts[2].split(",")).map(Long::valueOf).toList();
		return new Snapshot(Long.parseLong(parts[0]), Long.parseLong(parts[1]), underWay);
	}

	/**
	 * Return what this moment sees of the transactions below a bound.
	 * @param bound the first transaction not to see
	 * @return a snapshot which sees no more than this one
	 */
	Snapshot below(long bound) {
		if (bound >= this.xmax) {
			return this;
		}
		List<Long> fewer = this.underWay.stream().filter((id) -> id < bound).toList();
		return new Snapshot(fewer.isEmpty() ? bound : fewer.get(0), bound, fewer);
	}

	/**
	 * Return whether this moment sees all that another one does.
	 * @param other the other moment
	 * @return whether nothing that the other sees is unseen here
	 */
	boolean covers(Snapshot other) {
		for (Long id : this.underWay) {
			if (id < other.xmax && !other.underWay.contains(id)) {
				return false;
			}
		}
		if (other.xmax <= this.xmax) {
			return true;
		}
		// what had not begun here must not have ended there
		long unseenThere = other.underWay.stream().filter((id) -> id >= this.xmax).count();
		return unseenThere == other.xmax - this.xmax;
	}

	@Override
	public String toString() {
		List<String> ids = new ArrayList<>();
		this.underWay.forEach((id) -> ids.add(id.toString()));
		return this.xmin + ":" + this.xmax + ":" + String.join(",", ids);
	}

}
