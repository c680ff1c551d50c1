package io.migration.redis;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.StatefulRedisConnectionImpl;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.protocol.PushHandler;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.DefaultClientResources;

/**
 * A client without a migration that listens where {@link MigratingChannelWriter} stands,
 * and keeps what comes instead of sending it.
 */
final class RecordingClient extends RedisClient {

	private final List<List<byte[]>> commands = new CopyOnWriteArrayList<>();

	RecordingClient(RedisURI uri) {
		super(DefaultClientResources.create(), uri);
	}

	/**
	 * Return what has come since the last call.
	 */
	List<List<byte[]>> take() {
		List<List<byte[]>> taken = new ArrayList<>(this.commands);
		this.commands.clear();
		return taken;
	}

	@Override
	protected <K, V> StatefulRedisConnectionImpl<K, V> newStatefulRedisConnection(RedisChannelWriter writer,
			PushHandler pushHandler, RedisCodec<K, V> codec, Duration timeout) {
		return super.newStatefulRedisConnection(recording(writer), pushHandler, codec, timeout);
	}

	private RedisChannelWriter recording(RedisChannelWriter writer) {
		return (RedisChannelWriter) Proxy.newProxyInstance(RedisChannelWriter.class.getClassLoader(),
				new Class<?>[] { RedisChannelWriter.class }, (proxy, method, arguments) -> {
					if (!method.getName().equals("write")) {
						return method.invoke(writer, arguments);
					}
					if (arguments[0] instanceof Collection<?> several) {
						several.forEach((command) -> record((RedisCommand<?, ?, ?>) command));
					}
					else {
						record((RedisCommand<?, ?, ?>) arguments[0]);
					}
					return arguments[0];
				});
	}

	private void record(RedisCommand<?, ?, ?> command) {
		this.commands.add(WireArguments.of(command).arguments());
		command.cancel();
	}

}
