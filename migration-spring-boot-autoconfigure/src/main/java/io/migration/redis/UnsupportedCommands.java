package io.migration.redis;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Counts by name the commands that cannot be mirrored, or that target cannot run, and
 * reports each name once. Thread safe.
 */
final class UnsupportedCommands {

	private static final Log logger = LogFactory.getLog(UnsupportedCommands.class);

	private final String migration;

	private final Map<String, LongAdder> counts = new ConcurrentHashMap<>();

	UnsupportedCommands(String migration) {
		this.migration = migration;
	}

	/**
	 * Count a command.
	 * @param name its name
	 * @param reason why it is not supported, and what becomes of it
	 */
	void count(String name, String reason) {
		LongAdder present = this.counts.get(name);
		if (present == null) {
			LongAdder fresh = new LongAdder();
			present = this.counts.putIfAbsent(name, fresh);
			if (present == null) {
				present = fresh;
				logger.warn("Migration '%s': %s is not supported: %s".formatted(this.migration, name, reason));
			}
		}
		present.increment();
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
