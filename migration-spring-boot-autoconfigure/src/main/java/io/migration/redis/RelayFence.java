package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.Future;

import io.lettuce.core.KillArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.migration.mirror.NotInChargeException;

/**
 * Makes sure that one relay at most can write to the side it copies to.
 * <p>
 * The order is what counts, and each other order was seen to bring deleted keys back:
 * <ol>
 * <li>raise the token,</li>
 * <li>open connections, each named in the handshake after the token it was opened
 * under,</li>
 * <li>kill every connection with another name of this migration's relays, on every
 * master,</li>
 * <li>see that the token is still ours,</li>
 * <li>only then read what is to be copied.</li>
 * </ol>
 * A predecessor's connection was either named before the kill, and dies by it with
 * everything it has sent but the server has not run; or after it, and then its owner
 * finds the raised token before it sends anything.
 */
final class RelayFence {

	private RelayFence() {
	}

	/**
	 * Become the only relay that can write to a side.
	 * @param endpoint the side that relays copy to
	 * @param keys the migration's keys
	 * @param timeout how long an answer may take
	 * @return connections for the relay
	 */
	static NodeConnections takeOver(RedisEndpoint endpoint, RedisKeys keys, Duration timeout) {
		long token = raise(endpoint, keys, timeout);
		String name = keys.relayClientPrefix() + token;
		NodeConnections nodes = NodeConnections.open(endpoint, name, timeout);
		try {
			killOthers(nodes, keys, name);
			byte[] present = nodes.await(nodes.forKey(keys.token()).get(keys.token()));
			if (present == null || Long.parseLong(new String(present, StandardCharsets.US_ASCII)) != token) {
				throw new NotInChargeException("another relay has taken over");
			}
			return nodes;
		}
		catch (RuntimeException ex) {
			nodes.close();
			throw ex;
		}
	}

	/**
	 * Raise the token.
	 * @return the new token
	 */
	static long raise(RedisEndpoint endpoint, RedisKeys keys, Duration timeout) {
		try (NodeConnections control = NodeConnections.open(endpoint, keys.relayClientPrefix() + "control", timeout)) {
			return control.await(control.evenIfFull(keys.token(), RedisKeys.bytes("INCR"), keys.token()));
		}
	}

	/**
	 * Kill every connection of this migration's relays but those of one name.
	 */
	static void killOthers(NodeConnections nodes, RedisKeys keys, String name) {
		for (StatefulRedisConnection<byte[], byte[]> node : nodes.all()) {
			killOthers(nodes, node, keys.relayClientPrefix(), name);
		}
	}

	private static void killOthers(NodeConnections nodes, StatefulRedisConnection<byte[], byte[]> node, String prefix,
			String ours) {
		String clients = nodes.await((Future<String>) node.async().clientList());
		for (String client : clients.split("\n")) {
			String name = field(client, "name");
			if (name.startsWith(prefix) && !name.equals(ours)) {
				nodes.await(node.async().clientKill(KillArgs.Builder.id(Long.parseLong(field(client, "id")))));
			}
		}
	}

	private static String field(String client, String name) {
		for (String field : client.split(" ")) {
			if (field.startsWith(name + "=")) {
				return field.substring(name.length() + 1).strip();
			}
		}
		return "";
	}

}
