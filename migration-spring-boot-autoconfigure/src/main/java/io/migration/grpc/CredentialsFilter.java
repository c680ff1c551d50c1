package io.migration.grpc;

import java.util.List;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;

/**
 * Takes from a call what proves to source who is calling: target is another host. It has
 * to be the interceptor next to the transport, because others add credentials too.
 */
public final class CredentialsFilter implements ClientInterceptor {

	private static final List<Metadata.Key<String>> CREDENTIALS = List.of(
			Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER),
			Metadata.Key.of("cookie", Metadata.ASCII_STRING_MARSHALLER));

	@Override
	public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
		return new SimpleForwardingClientCall<>(next.newCall(method, options.withCallCredentials(null))) {

			@Override
			public void start(Listener<R> listener, Metadata headers) {
				CREDENTIALS.forEach(headers::removeAll);
				super.start(listener, headers);
			}

		};
	}

}
