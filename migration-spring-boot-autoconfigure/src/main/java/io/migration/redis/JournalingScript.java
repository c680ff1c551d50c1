package io.migration.redis;

import java.util.ArrayList;
import java.util.List;

/**
 * A write and its journal entry as a script that a server without free memory executes.
 * The entry comes first: if it fails, nothing was written.
 */
final class JournalingScript {

	private static final byte[] SCRIPT = RedisKeys.bytes(RedisLedger.ALLOW_OOM + """
			local split = tonumber(ARGV[1]) + 1
			redis.call(unpack(ARGV, split + 1))
			return redis.call(unpack(ARGV, 2, split))
			""");

	private JournalingScript() {
	}

	/**
	 * Encode the call.
	 * @param keys the keys of the write
	 * @param write the write, its name first
	 * @param entry the encoded command that adds the journal entry
	 * @return the encoded command
	 */
	static byte[] encode(List<byte[]> keys, List<byte[]> write, byte[] entry) {
		List<byte[]> arguments = new ArrayList<>();
		arguments.add(RedisKeys.bytes("EVAL"));
		arguments.add(SCRIPT);
		arguments.add(RedisKeys.bytes(String.valueOf(keys.size())));
		arguments.addAll(keys);
		arguments.add(RedisKeys.bytes(String.valueOf(write.size())));
		arguments.addAll(write);
		arguments.addAll(WireArguments.parse(entry));
		return WireArguments.of(arguments).wire();
	}

}
