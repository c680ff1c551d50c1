package io.migration.redis;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.netty.buffer.ByteBuf;

/**
 * The journal entry of a MULTI block; its reply comes last in that of EXEC, where the
 * client ignores it.
 */
final class JournalEntry extends Command<byte[], byte[], String> {

	private final byte[] wire;

	JournalEntry(byte[] wire) {
		super(CommandType.XADD, new StatusOutput<>(ByteArrayCodec.INSTANCE));
		this.wire = wire;
	}

	@Override
	public void encode(ByteBuf buffer) {
		buffer.writeBytes(this.wire);
	}

}
