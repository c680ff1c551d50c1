package io.migration.redis;

/**
 * The id of an entry of a stream. Those of one stream grow in the order in which the
 * entries are added.
 *
 * @param time milliseconds by the clock of the server
 * @param sequence tells entries of one millisecond apart
 */
record StreamId(long time, long sequence) implements Comparable<StreamId> {

	static final StreamId FIRST = new StreamId(0, 0);

	/**
	 * Parse an id.
	 * @param id the id as the server writes it
	 * @return the id
	 */
	static StreamId of(String id) {
		int dash = id.indexOf('-');
		return new StreamId(Long.parseUnsignedLong(id, 0, dash, 10),
				Long.parseUnsignedLong(id, dash + 1, id.length(), 10));
	}

	StreamId next() {
		return new StreamId(this.time, this.sequence + 1);
	}

	@Override
	public int compareTo(StreamId other) {
		int byTime = Long.compareUnsigned(this.time, other.time);
		return (byTime != 0) ? byTime : Long.compareUnsigned(this.sequence, other.sequence);
	}

	@Override
	public String toString() {
		return Long.toUnsignedString(this.time) + "-" + Long.toUnsignedString(this.sequence);
	}

}
