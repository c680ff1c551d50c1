package io.migration.redis;

/**
 * The order of stream ids.
 */
final class StreamIds {

	private StreamIds() {
	}

	static int compare(String one, String other) {
		int byTime = Long.compareUnsigned(part(one, true), part(other, true));
		return (byTime != 0) ? byTime : Long.compareUnsigned(part(one, false), part(other, false));
	}

	private static long part(String id, boolean time) {
		int dash = id.indexOf('-');
		return Long.parseUnsignedLong(time ? id.substring(0, dash) : id.substring(dash + 1));
	}

}
