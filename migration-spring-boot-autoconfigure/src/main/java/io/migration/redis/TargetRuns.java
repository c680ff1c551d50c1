package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;

import io.lettuce.core.api.StatefulRedisConnection;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Notices that a server of the other side was started anew or was replaced by a fail-over
 * since a relay worked with it last: a Redis may then have forgotten what it had
 * acknowledged, and the journal that could repeat it is cleared. What the servers were is
 * remembered on the authority.
 */
final class TargetRuns {

	private static final Log logger = LogFactory.getLog(TargetRuns.class);

	private final RedisKeys keys;

	private final Runnable forgetful;

	/**
	 * Create it.
	 * @param keys the migration's keys
	 * @param forgetful run when the other side may have forgotten something
	 */
	TargetRuns(RedisKeys keys, Runnable forgetful) {
		this.keys = keys;
		this.forgetful = forgetful;
	}

	/**
	 * Compare the servers' runs with those remembered. Servers that were added do no
	 * harm; one that is missing does.
	 * @param source connections to the side with authority
	 * @param target connections to every master of the other side
	 */
	void check(NodeConnections source, NodeConnections target) {
		Set<String> present = present(target);
		Set<String> remembered = remembered(source);
		if (present.equals(remembered)) {
			return;
		}
		if (!present.containsAll(remembered)) {
			logger.warn("The relay's target was started anew or failed over, and may have forgotten what it had "
					+ "acknowledged: backfill is stale, the clock of the gate ttl starts anew");
			this.forgetful.run();
		}
		byte[] key = this.keys.targetRuns();
		// remembered only after it was reported: a crash in between reports it again
		source.await(source.evenIfFull(key, RedisKeys.bytes("SET"), key, RedisKeys.bytes(String.join(",", present))));
	}

	/**
	 * Return which servers a relay worked with last.
	 * @param source connections to the side with authority
	 * @return their runs, none if no relay has worked yet
	 */
	Set<String> remembered(NodeConnections source) {
		byte[] remembered = source.await(source.forKey(this.keys.targetRuns()).get(this.keys.targetRuns()));
		return (remembered != null) ? Set.of(new String(remembered, StandardCharsets.US_ASCII).split(",")) : Set.of();
	}

	/**
	 * Return which servers are there now.
	 * @param target connections to every master
	 * @return their runs
	 */
	static Set<String> present(NodeConnections target) {
		Set<String> present = new TreeSet<>();
		for (StatefulRedisConnection<byte[], byte[]> node : target.all()) {
			present.add(runId(target.await(node.async().info("server"))));
		}
		return present;
	}

	private static String runId(String info) {
		return Arrays.stream(info.split("\r?\n"))
			.filter((line) -> line.startsWith("run_id:"))
			.map((line) -> line.substring("run_id:".length()).strip())
			.findFirst()
			.orElse("unknown");
	}

}
