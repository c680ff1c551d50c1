package io.migration.redis;

import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler.Sharable;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;

/**
 * Sends the commands of a {@link WriteUnit} next to each other. Runs on the event loop of
 * the channel, where a list of commands is one message.
 */
@Sharable
final class UnitExpander extends ChannelOutboundHandlerAdapter {

	static final NettyCustomizer CUSTOMIZER = new NettyCustomizer() {

		@Override
		public void afterChannelInitialized(Channel channel) {
			channel.pipeline().addLast("migration-unit-expander", new UnitExpander());
		}

	};

	@Override
	public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) throws Exception {
		WriteUnit unit = (message instanceof RedisCommand<?, ?, ?> command)
				? CommandWrapper.unwrap(command, WriteUnit.class) : null;
		if (unit == null) {
			context.write(message, promise);
		}
		else if (unit.isDone() || unit.abandoned()) {
			unit.cancel();
			promise.trySuccess();
		}
		else {
			context.write(unit.expand(context.channel()), promise);
		}
	}

}
