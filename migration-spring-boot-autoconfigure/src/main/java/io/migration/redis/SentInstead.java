package io.migration.redis;

import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.DecoratedCommand;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;

/**
 * A command that is sent in place of the caller's, perhaps one of many. Its reply is
 * recorded, and it is given up with the caller's.
 */
final class SentInstead extends AsyncCommand<byte[], byte[], Object> {

	/**
	 * Create a command.
	 * @param caller the caller's command
	 * @param wire what is sent, encoded
	 */
	SentInstead(RedisCommand<?, ?, ?> caller, byte[] wire) {
		super(new Sent(caller, wire));
	}

	RecordedReply reply() {
		return (RecordedReply) (CommandOutput<?, ?, ?>) getOutput();
	}

	private static final class Sent extends Command<byte[], byte[], Object>
			implements DecoratedCommand<byte[], byte[], Object> {

		private final RedisCommand<?, ?, ?> caller;

		private final byte[] wire;

		Sent(RedisCommand<?, ?, ?> caller, byte[] wire) {
			super(caller.getType(), new RecordedReply());
			this.caller = caller;
			this.wire = wire;
		}

		@Override
		public void encode(ByteBuf buffer) {
			buffer.writeBytes(this.wire);
		}

		@Override
		@SuppressWarnings("unchecked")
		public CommandArgs<byte[], byte[]> getArgs() {
			return (CommandArgs<byte[], byte[]>) this.caller.getArgs();
		}

		@Override
		@SuppressWarnings("unchecked")
		public RedisCommand<byte[], byte[], Object> getDelegate() {
			return (RedisCommand<byte[], byte[], Object>) this.caller;
		}

	}

}
