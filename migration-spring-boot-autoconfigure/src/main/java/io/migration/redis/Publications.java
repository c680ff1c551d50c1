package io.migration.redis;

import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.migration.Side;
import io.migration.phase.PinnedPhase;

/**
 * Publishes messages on both sides, because a subscription stays on the side on which it
 * was made. The authority's reply counts; the other side gets the message in the
 * background.
 * <p>
 * In off the other side gets it only while this process has a subscription there, made in
 * cutover.
 */
final class Publications {

	private final Map<Side, Set<StatefulConnection<?, ?>>> subscriptions = new EnumMap<>(Side.class);

	Publications() {
		for (Side side : Side.values()) {
			this.subscriptions.put(side, Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>())));
		}
	}

	static boolean include(CommandType type) {
		return type == CommandType.PUBLISH || type == CommandType.SPUBLISH;
	}

	/**
	 * Take note of a connection for subscriptions.
	 * @param side where it leads
	 * @param connection the connection
	 */
	void opened(Side side, StatefulConnection<?, ?> connection) {
		of(side).add(connection);
	}

	private Set<StatefulConnection<?, ?>> of(Side side) {
		return this.subscriptions.getOrDefault(side, Set.of());
	}

	/**
	 * Publish a message on the side without authority, if anybody may listen there.
	 * @param rules the rules
	 * @param echo sends to the other side
	 * @param arguments the command's arguments
	 */
	void echo(PinnedPhase rules, Echo echo, RedisCommand<?, ?, ?> command, List<byte[]> arguments) {
		Side other = rules.authority().other();
		if (rules.phase().journals() || listened(other)) {
			List<byte[]> rest = arguments.subList(1, arguments.size());
			echo.send(other, (connection) -> connection.raw(command.getType(), rest));
		}
	}

	private boolean listened(Side side) {
		Set<StatefulConnection<?, ?>> connections = of(side);
		synchronized (connections) {
			return connections.stream().anyMatch(StatefulConnection::isOpen);
		}
	}

}
