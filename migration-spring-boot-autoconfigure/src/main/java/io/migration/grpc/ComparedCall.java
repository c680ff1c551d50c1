package io.migration.grpc;

import java.io.InputStream;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Context;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.migration.Side;
import io.migration.mirror.RoutedMigration;
import org.jspecify.annotations.Nullable;

/**
 * A safe unary call that remembers what was asked and answered, and hands it to a
 * comparison when the caller has its answer.
 *
 * @param <Q> the type of the request
 * @param <R> the type of the response
 */
final class ComparedCall<Q, R> extends SimpleForwardingClientCall<Q, R> {

	private final RoutedMigration migration;

	private final Sides sides;

	private final Side side;

	private final MethodDescriptor<Q, R> method;

	private final CallOptions options;

	private volatile @Nullable Q request;

	ComparedCall(RoutedMigration migration, Sides sides, Side side, MethodDescriptor<Q, R> method, CallOptions options,
			ClientCall<Q, R> call) {
		super(call);
		this.migration = migration;
		this.sides = sides;
		this.side = side;
		this.method = method;
		this.options = options;
	}

	@Override
	public void sendMessage(Q message) {
		this.request = message;
		super.sendMessage(message);
	}

	@Override
	public void start(Listener<R> listener, Metadata headers) {
		// what the channel of a side adds is for that side alone
		Metadata asked = new Metadata();
		asked.merge(headers);
		super.start(new RememberingListener(listener, asked), headers);
	}

	private final class RememberingListener extends SimpleForwardingClientCallListener<R> {

		private final Metadata headers;

		private final Context context = Context.current().fork();

		private @Nullable R response;

		RememberingListener(Listener<R> listener, Metadata headers) {
			super(listener);
			this.headers = headers;
		}

		@Override
		public void onMessage(R message) {
			this.response = message;
			super.onMessage(message);
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			super.onClose(status, trailers);
			ComparedCall<Q, R> call = ComparedCall.this;
			Q asked = call.request;
			Outcome answer = new Outcome(status, this.response);
			// a stream has been read by now, and cannot be sent or compared again
			if (asked != null && answer.isAnswer() && !(asked instanceof InputStream)
					&& !(this.response instanceof InputStream)) {
				call.migration.compare(new CallComparison<>(call.sides, call.side, call.method, call.options,
						this.context, this.headers, asked, answer, call.migration.settings().timeout()));
			}
		}

	}

}
