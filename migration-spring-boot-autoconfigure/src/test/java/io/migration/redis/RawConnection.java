package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.migration.OperationRefusedException;

/**
 * Sends any command as text and returns its raw reply, through a client that is migrated
 * or not. Bytes are characters of ISO 8859-1.
 */
final class RawConnection implements AutoCloseable {

	/** A cluster's client sends them to every master, of which these clusters consist. */
	private static final Set<String> EVERY_NODE = Set.of("FLUSHDB", "FLUSHALL");

	private final StatefulConnection<byte[], byte[]> connection;

	private RawConnection(StatefulConnection<byte[], byte[]> connection) {
		this.connection = connection;
	}

	static RawConnection open(AbstractRedisClient client) {
		return new RawConnection((client instanceof RedisClusterClient cluster)
				? cluster.connect(ByteArrayCodec.INSTANCE) : ((RedisClient) client).connect(ByteArrayCodec.INSTANCE));
	}

	/**
	 * Send a command and return its reply.
	 * @param arguments the command
	 * @param keys those of the arguments that are keys
	 * @return the steps of the reply, or one step that begins with {@code error} or with
	 * {@code refused}
	 */
	List<String> reply(List<String> arguments, Set<String> keys) {
		RawReply reply = new RawReply();
		try {
			if (EVERY_NODE.contains(arguments.get(0))
					&& this.connection instanceof StatefulRedisClusterConnection<byte[], byte[]> cluster) {
				for (RedisClusterNode node : cluster.getPartitions()) {
					reply = new RawReply();
					send(cluster.getConnection(node.getNodeId()), arguments, keys, reply);
				}
			}
			else {
				send(this.connection, arguments, keys, reply);
			}
		}
		catch (OperationRefusedException ex) {
			return List.of("refused " + ex.getMessage());
		}
		return reply.steps();
	}

	/**
	 * Send commands that have to succeed.
	 */
	void run(List<List<String>> commands, Set<String> keys) {
		for (List<String> command : commands) {
			List<String> steps = reply(command, keys);
			if (steps.get(0).startsWith("error") || steps.get(0).startsWith("refused")) {
				throw new AssertionError(command + ": " + steps);
			}
		}
	}

	/**
	 * Send a command whose reply is one text.
	 */
	String text(String... arguments) {
		List<String> steps = reply(List.of(arguments), Set.of());
		return steps.get(0).substring(steps.get(0).indexOf(' ') + 1);
	}

	CommandCatalog catalog() {
		NestedMultiOutput<byte[], byte[]> reply = new NestedMultiOutput<>(ByteArrayCodec.INSTANCE);
		send(this.connection, List.of("COMMAND"), Set.of(), reply);
		return CommandCatalog.of(reply.get());
	}

	private static <T> void send(StatefulConnection<byte[], byte[]> connection, List<String> arguments,
			Set<String> keys, CommandOutput<byte[], byte[], T> output) {
		CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
		for (String argument : arguments.subList(1, arguments.size())) {
			byte[] bytes = argument.getBytes(StandardCharsets.ISO_8859_1);
			if (keys.contains(argument)) {
				args.addKey(bytes);
			}
			else {
				args.add(bytes);
			}
		}
		AsyncCommand<byte[], byte[], T> command = new AsyncCommand<>(
				new Command<>(keyword(arguments.get(0)), output, args));
		try {
			connection.dispatch(command);
			command.get(20, TimeUnit.SECONDS);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof RuntimeException cause && !(cause instanceof RedisCommandExecutionException)) {
				throw cause;
			}
		}
		catch (TimeoutException ex) {
			throw new AssertionError(arguments + " was not answered", ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	/**
	 * The client's own name of the command, where it has one, as its commands do.
	 */
	private static ProtocolKeyword keyword(String name) {
		return Arrays.stream(CommandType.values())
			.filter((type) -> type.toString().equals(name))
			.<ProtocolKeyword>map((type) -> type)
			.findFirst()
			.orElseGet(() -> new Name(name));
	}

	@Override
	public void close() {
		this.connection.close();
	}

	@SuppressWarnings("deprecation")
	private record Name(String name) implements ProtocolKeyword {

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
