package io.migration.redis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

import io.lettuce.core.RedisChannelHandler;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/**
 * Commands that a server executes next to each other, as one MULTI block, in one round
 * trip. A single command goes without the block. Used once, by one thread.
 * <p>
 * The client sees a command for each reply, but the bytes of all go with the first: the
 * relay sends so many that a buffer and a future for each would cost more than they do on
 * the server.
 */
final class AtomicBatch {

	private static final byte[] MULTI = RedisKeys.bytes("*1\r\n$5\r\nMULTI\r\n");

	private static final byte[] EXEC = RedisKeys.bytes("*1\r\n$4\r\nEXEC\r\n");

	private static final byte[] NOTHING = {};

	private final Wire wire = new Wire(512);

	private int size;

	private CommandType first = CommandType.EXEC;

	private volatile @Nullable String refused;

	/**
	 * Add a command. The first one's name stands for all of them if they fail.
	 * @param arguments its arguments, the name first
	 */
	void add(byte[]... arguments) {
		if (this.size++ == 0) {
			this.first = CommandType.valueOf(RedisKeys.text(arguments[0]));
		}
		this.wire.command(arguments.length);
		for (byte[] argument : arguments) {
			this.wire.argument(argument);
		}
	}

	/**
	 * Send the commands, at least one.
	 * @param connection the connection to send them through
	 * @return their replies in turn, as {@link NestedReply} has them; fails if the server
	 * refused to execute any
	 */
	@SuppressWarnings({ "rawtypes", "unchecked" }) // the writer takes commands of one
													// type of result
	CompletableFuture<List<?>> send(StatefulRedisConnection<byte[], byte[]> connection) {
		boolean alone = this.size == 1;
		NestedReply reply = new NestedReply();
		AsyncCommand<byte[], byte[], Object> last = new AsyncCommand<>(
				new Encoded(reply, alone ? this.wire.bytes() : EXEC));
		List<RedisCommand<byte[], byte[], ?>> commands = new ArrayList<>(this.size + 2);
		if (!alone) {
			commands.add(new Queued(MULTI));
			commands.add(new Queued(this.wire.bytes()));
			for (int i = 1; i < this.size; i++) {
				commands.add(new Queued(NOTHING));
			}
		}
		commands.add(last);
		// past the connection, which would keep an account of the transaction
		((RedisChannelHandler<?, ?>) connection).getChannelWriter().write((Collection) commands);
		return last.toCompletableFuture().handle((done, failure) -> {
			String refusal = this.refused;
			if (refusal != null) {
				throw new RedisCommandExecutionException(refusal);
			}
			if (failure != null) {
				throw (failure instanceof RuntimeException unchecked) ? unchecked : new RedisException(failure);
			}
			return alone ? Collections.singletonList(reply.reply()) : NestedReply.list(reply.reply());
		});
	}

	/**
	 * Return whether nothing was executed because the server has no free memory: then it
	 * takes no MULTI block at all.
	 * @param failure why a batch failed
	 */
	static boolean refusedForMemory(Throwable failure) {
		Throwable cause = (failure instanceof CompletionException && failure.getCause() != null) ? failure.getCause()
				: failure;
		return cause instanceof RedisCommandExecutionException && String.valueOf(cause.getMessage()).startsWith("OOM");
	}

	private class Encoded extends Command<byte[], byte[], Object> {

		private final byte[] bytes;

		Encoded(CommandOutput<byte[], byte[], Object> output, byte[] bytes) {
			super(AtomicBatch.this.first, output);
			this.bytes = bytes;
		}

		@Override
		public void encode(ByteBuf buffer) {
			buffer.writeBytes(this.bytes);
		}

	}

	/**
	 * One of the commands in front of EXEC. Its reply says QUEUED, or why the server will
	 * not execute the block.
	 */
	final class Queued extends Encoded {

		Queued(byte[] bytes) {
			super(new QueuedOutput(), bytes);
		}

		@Override
		public void complete() {
			if (getOutput().hasError() && AtomicBatch.this.refused == null) {
				AtomicBatch.this.refused = getOutput().getError();
			}
			super.complete();
		}

	}

}
