package io.migration.redis;

import java.nio.ByteBuffer;

import io.lettuce.core.output.CommandOutput;

/**
 * Drops the migration's own keys from the reply of KEYS or SCAN before it reaches the
 * caller's output: so they are in no list, in no stream of elements and in no pipeline.
 */
final class OwnKeysFilter<K, V, T> extends ForwardingOutput<K, V, T> {

	OwnKeysFilter(CommandOutput<K, V, T> caller) {
		super(caller);
	}

	@Override
	public void set(ByteBuffer bytes) {
		if (bytes == null || !RedisKeys.isOwn(bytes)) {
			super.set(bytes);
		}
	}

}
