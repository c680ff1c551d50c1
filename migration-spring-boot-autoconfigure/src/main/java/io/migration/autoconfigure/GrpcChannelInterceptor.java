package io.migration.autoconfigure;

import java.util.Map;

import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;

import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.GrpcChannelFactory;

/**
 * Stands before a channel factory: the channels that migrations name lead to both sides.
 *
 * @param factory the application's factory
 * @param channels the channels by their names
 */
record GrpcChannelInterceptor(GrpcChannelFactory factory,
		Map<String, GrpcMigratedChannel> channels) implements MethodInterceptor {

	@Override
	public @Nullable Object invoke(MethodInvocation invocation) throws Throwable {
		@Nullable Object[] arguments = invocation.getArguments();
		if (!invocation.getMethod().getName().equals("createChannel") || arguments.length == 0
				|| !(arguments[0] instanceof String name)) {
			return invocation.proceed();
		}
		GrpcMigratedChannel channel = this.channels.get(name);
		if (channel == null) {
			return invocation.proceed();
		}
		return channel.create(this.factory,
				(arguments.length > 1 && arguments[1] instanceof ChannelBuilderOptions given) ? given
						: ChannelBuilderOptions.defaults());
	}

}
