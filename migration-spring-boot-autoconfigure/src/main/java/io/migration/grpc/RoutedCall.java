package io.migration.grpc;

import io.grpc.Attributes;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.migration.Side;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * A call whose side is chosen when it starts, because its headers have a say. From then
 * on everything passes to the call on that side.
 *
 * @param <Q> the type of requests
 * @param <R> the type of responses
 */
final class RoutedCall<Q, R> extends ForwardingClientCall<Q, R> {

	private final CallRouting routing;

	private final Sides sides;

	private final PinnedPhase rules;

	private final MethodDescriptor<Q, R> method;

	private final CallOptions options;

	private volatile @Nullable ClientCall<Q, R> chosen;

	RoutedCall(CallRouting routing, Sides sides, PinnedPhase rules, MethodDescriptor<Q, R> method,
			CallOptions options) {
		this.routing = routing;
		this.sides = sides;
		this.rules = rules;
		this.method = method;
		this.options = options;
	}

	@Override
	public void start(Listener<R> listener, Metadata headers) {
		boolean write = !this.routing.isSafe(this.method);
		boolean repeats = write && this.routing.repeats(this.rules, this.method);
		Side side = repeats ? this.rules.authority() : this.routing.answers(this.rules, this.method, headers);
		ClientCall<Q, R> call = choose(side, !write && this.routing.compares(this.rules, this.method), repeats);
		call.start(new ReportedListener(listener, write, side), headers);
	}

	/**
	 * Choose the call on a side, unless it was cancelled before it started.
	 */
	private synchronized ClientCall<Q, R> choose(Side side, boolean compares, boolean repeats) {
		ClientCall<Q, R> call = this.chosen;
		if (call == null) {
			call = this.sides.newCall(side, this.method, this.options);
			if (repeats) {
				call = new RepeatedCall<>(this.routing, this.sides, this.method, this.options, call);
			}
			else if (compares) {
				call = new ComparedCall<>(this.routing.migration(), this.sides, side, this.method, this.options, call);
			}
			this.chosen = call;
		}
		return call;
	}

	@Override
	protected ClientCall<Q, R> delegate() {
		ClientCall<Q, R> call = this.chosen;
		if (call == null) {
			throw new IllegalStateException("Not started");
		}
		return call;
	}

	@Override
	public void cancel(@Nullable String message, @Nullable Throwable cause) {
		choose(this.rules.authority(), false, false).cancel(message, cause);
	}

	@Override
	public boolean isReady() {
		return this.chosen != null && super.isReady();
	}

	@Override
	public Attributes getAttributes() {
		return (this.chosen != null) ? super.getAttributes() : Attributes.EMPTY;
	}

	@Override
	public String toString() {
		return "RoutedCall[%s: %s]".formatted(this.method.getFullMethodName(), this.chosen);
	}

	/**
	 * Reports the end of the call.
	 */
	private final class ReportedListener extends SimpleForwardingClientCallListener<R> {

		private final boolean write;

		private final Side side;

		private final long began = System.nanoTime();

		ReportedListener(Listener<R> listener, boolean write, Side side) {
			super(listener);
			this.write = write;
			this.side = side;
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			RoutedCall.this.routing.migration()
				.answered(RoutedCall.this.rules, this.write, this.side, Outcome.succeeded(status),
						System.nanoTime() - this.began);
			super.onClose(status, trailers);
		}

	}

}
