package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;

/**
 * What the starter's user must be allowed to do on each side. Looked at before the
 * journal begins, because a relay without one of these rights would stand still later.
 * <p>
 * The commands are queued in a MULTI that is never executed: the server refuses at that
 * moment what the user may not do, and nothing is done.
 */
final class RequiredRights {

	/**
	 * Each command in a form that a server queues; copying concerns every key, and a
	 * script may call what its user may call.
	 */
	private static final List<String> COMMANDS = List.of("GET <own>", "SET <own> 1", "PSETEX <own> 1 1", "DEL <own>",
			"EXISTS <own>", "INCR <own>", "HGET <own> f", "HGETALL <own>", "HSET <own> f 1", "HDEL <own> f",
			"LPUSH <own> 1", "RPUSH <own> 1", "LRANGE <own> 0 1", "LTRIM <own> 0 1", "SADD <own> m", "SREM <own> m",
			"SMEMBERS <own>", "SCARD <own>", "XADD <own> * f 1", "XDEL <own> 0-1", "XTRIM <own> MAXLEN 1", "XLEN <own>",
			"XRANGE <own> - +", "XREVRANGE <own> + -", "EVAL return 1 <own>", "EVALSHA 0 1 <own>", "SCRIPT LOAD 1",
			"PUBLISH <own> 1", "SUBSCRIBE <own>", "DUMP <any>", "PEXPIRETIME <any>", "RESTORE <any> 0 1",
			"UNLINK <any>", "PEXPIREAT <any> 1", "PERSIST <any>", "TYPE <any>", "HLEN <any>", "HMGET <any> f",
			"SMISMEMBER <any> m", "ZADD <any> 1 m", "ZREM <any> m", "ZCARD <any>", "ZMSCORE <any> m",
			"ZRANGE <any> 0 1", "MEMORY USAGE <any>", "XINFO STREAM <any>", "XSETID <any> 0-1",
			"XGROUP CREATE <any> g 0", "XGROUP CREATECONSUMER <any> g c", "XCLAIM <any> g c 0 0-1", "TIME", "SCAN 0",
			"PING", "INFO", "COMMAND", "COMMAND INFO", "CLIENT LIST", "CLIENT KILL ID 1", "CLIENT SETNAME 1");

	private static final Pattern COMMAND_OF_REFUSAL = Pattern.compile("'([^']+)' command");

	private RequiredRights() {
	}

	/**
	 * Look for what is not allowed.
	 * @param nodes connections for this purpose alone: they are left within a MULTI
	 * @param keys the migration's keys
	 * @return what is missing, for display; empty if all is allowed
	 */
	static Collection<String> missing(NodeConnections nodes, RedisKeys keys) {
		Collection<String> missing = new TreeSet<>();
		for (int slot : nodes.slotOfEachMaster()) {
			RedisAsyncCommands<byte[], byte[]> node = nodes.forSlot(slot);
			try {
				nodes.await(send(node, "MULTI"));
				nodes.await(send(node, "EXEC"));
				// seen before the rest is sent: without it each of them would be run
				nodes.await(send(node, "MULTI"));
			}
			catch (RedisCommandExecutionException ex) {
				missing.add(right(ex));
				continue;
			}
			missing.addAll(refused(nodes, node, keys.journal(nodes.cluster() ? slot : null)));
		}
		return missing;
	}

	private static List<String> refused(NodeConnections nodes, RedisAsyncCommands<byte[], byte[]> node, byte[] own) {
		String ownKey = new String(own, StandardCharsets.UTF_8);
		// the same hash tag without the prefix: a key like any of the application's
		String anyKey = ownKey.substring(ownKey.indexOf('{'));
		Map<String, Future<String>> queued = new LinkedHashMap<>();
		for (String command : COMMANDS) {
			queued.put(command, send(node, command.replace("<own>", ownKey).replace("<any>", anyKey)));
		}
		List<String> refused = new ArrayList<>();
		queued.forEach((command, answer) -> {
			try {
				nodes.await(answer);
			}
			catch (RedisCommandExecutionException ex) {
				refused.add(right(ex));
			}
		});
		return refused;
	}

	private static String right(RedisCommandExecutionException refusal) {
		String message = String.valueOf(refusal.getMessage());
		if (!message.contains("NOPERM")) {
			throw new RedisException(message, refusal);
		}
		if (message.contains("channel")) {
			return "&migration:*";
		}
		Matcher command = COMMAND_OF_REFUSAL.matcher(message);
		return command.find() ? "+" + command.group(1) : "~*";
	}

	private static Future<String> send(RedisAsyncCommands<byte[], byte[]> node, String command) {
		String[] words = command.startsWith("EVAL ") ? eval(command) : command.split(" ");
		CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
		for (int i = 1; i < words.length; i++) {
			arguments.add(words[i]);
		}
		return node.dispatch(new Word(words[0]), new StatusOutput<>(ByteArrayCodec.INSTANCE), arguments);
	}

	private static String[] eval(String command) {
		return new String[] { "EVAL", "return 1", "1", command.substring(command.lastIndexOf(' ') + 1) };
	}

	/**
	 * The name of a command in lower case, which the server takes as well. The client
	 * does not know it then, and keeps no account of a transaction.
	 *
	 * @param name the name
	 */
	@SuppressWarnings("deprecation")
	private record Word(String name) implements ProtocolKeyword {

		Word {
			name = name.toLowerCase(Locale.ROOT);
		}

		@Override
		public byte[] getBytes() {
			return this.name.getBytes(StandardCharsets.US_ASCII);
		}

		@Override
		public String toString() {
			return this.name;
		}

	}

}
