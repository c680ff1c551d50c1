package io.migration.redis;

import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;

/**
 * A command whose arguments have been read already, and may be readable only once.
 */
final class EncodedCommand<K, V, T> extends CommandWrapper<K, V, T> {

	private final byte[] wire;

	EncodedCommand(RedisCommand<K, V, T> command, byte[] wire) {
		super(command);
		this.wire = wire;
	}

	@Override
	public void encode(ByteBuf buffer) {
		buffer.writeBytes(this.wire);
	}

}
