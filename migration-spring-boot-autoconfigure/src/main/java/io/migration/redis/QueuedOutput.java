package io.migration.redis;

import java.nio.ByteBuffer;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;

/**
 * Takes the reply of a command within a MULTI block: QUEUED, or why the server will not
 * execute the block.
 */
final class QueuedOutput extends CommandOutput<byte[], byte[], Object> {

	QueuedOutput() {
		super(ByteArrayCodec.INSTANCE, "");
	}

	@Override
	public void set(ByteBuffer bytes) {
		// OK and QUEUED say nothing
	}

}
