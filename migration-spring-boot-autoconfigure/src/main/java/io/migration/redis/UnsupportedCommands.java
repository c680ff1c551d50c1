package io.migration.redis;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts by name the commands that cannot be mirrored. Thread safe.
 */
final class UnsupportedCommands {

	private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

	/**
	 * Count a command.
	 * @param name its name
	 * @return whether it is the first of that name
	 */
	boolean count(String name) {
		LongAdder fresh = new LongAdder();
		LongAdder present = this.counts.putIfAbsent(name, fresh);
		((present != null) ? present : fresh).increment();
		return present == null;
	}

	long total() {
		return this.counts.values().stream().mapToLong(LongAdder::sum).sum();
	}

	Map<String, Long> byName() {
		Map<String, Long> byName = new TreeMap<>();
		this.counts.forEach((name, count) -> byName.put(name, count.sum()));
		return byName;
	}

}
