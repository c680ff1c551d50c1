package io.migration.grpc;

import java.io.InputStream;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Deadline;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.ForwardingClientCallListener.SimpleForwardingClientCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.migration.Side;
import io.migration.mirror.MirrorSettings.OnFailure;
import org.jspecify.annotations.Nullable;

/**
 * A unary call that changes something, on both sides: source first, and when it has said
 * OK, target. The caller gets source's answer, but not before target has confirmed or its
 * time is up.
 * <p>
 * Nothing would tell target later of what it has missed, so that counts as a mismatch.
 *
 * @param <Q> the type of the request
 * @param <R> the type of the response
 */
final class RepeatedCall<Q, R> extends SimpleForwardingClientCall<Q, R> {

	private final CallRouting routing;

	private final Sides sides;

	private final MethodDescriptor<Q, R> method;

	private final CallOptions options;

	private volatile @Nullable Q request;

	private volatile boolean compressed = true;

	/** Guarded by this. */
	private @Nullable ClientCall<Q, R> second;

	/** Guarded by this. */
	private @Nullable Status cancelled;

	RepeatedCall(CallRouting routing, Sides sides, MethodDescriptor<Q, R> method, CallOptions options,
			ClientCall<Q, R> first) {
		super(first);
		this.routing = routing;
		this.sides = sides;
		this.method = method;
		this.options = options;
	}

	@Override
	public void start(Listener<R> listener, Metadata headers) {
		// what the channel of a side adds is for that side alone
		Metadata asked = new Metadata();
		asked.merge(headers);
		super.start(new SourceListener(listener, asked), headers);
	}

	@Override
	public void sendMessage(Q message) {
		this.request = message;
		super.sendMessage(message);
	}

	@Override
	public void setMessageCompression(boolean enabled) {
		this.compressed = enabled;
		super.setMessageCompression(enabled);
	}

	@Override
	public void cancel(@Nullable String message, @Nullable Throwable cause) {
		ClientCall<Q, R> onTarget;
		synchronized (this) {
			if (this.cancelled == null) {
				this.cancelled = Status.CANCELLED.withDescription(message).withCause(cause);
			}
			onTarget = this.second;
		}
		super.cancel(message, cause);
		if (onTarget != null) {
			onTarget.cancel(message, cause);
		}
	}

	/**
	 * Return the call on target, {@code null} if the caller has given up.
	 */
	private synchronized @Nullable ClientCall<Q, R> beginSecond() {
		if (this.cancelled == null) {
			Deadline latest = Deadline.after(this.routing.settings().writeTimeout().toNanos(), TimeUnit.NANOSECONDS);
			Deadline callers = this.options.getDeadline();
			this.second = this.sides.newCall(Side.TARGET, this.method,
					this.options.withDeadline((callers != null) ? callers.minimum(latest) : latest));
		}
		return this.second;
	}

	private synchronized @Nullable Status cancelled() {
		return this.cancelled;
	}

	/**
	 * Passes what source says, but holds its answer back.
	 */
	private final class SourceListener extends SimpleForwardingClientCallListener<R> {

		private final Metadata headers;

		private @Nullable R response;

		SourceListener(Listener<R> listener, Metadata headers) {
			super(listener);
			this.headers = headers;
		}

		@Override
		public void onMessage(R message) {
			this.response = message;
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			RepeatedCall<Q, R> call = RepeatedCall.this;
			Q asked = call.request;
			ClientCall<Q, R> second = (status.isOk() && asked != null) ? beginSecond() : null;
			if (asked == null || second == null) {
				answer(status, trailers);
				return;
			}
			TargetListener end = new TargetListener(this, status, trailers);
			if (asked instanceof InputStream) {
				end.onClose(Status.UNIMPLEMENTED.withDescription("a stream cannot be read twice"), new Metadata());
				return;
			}
			try {
				second.start(end, this.headers);
				second.setMessageCompression(call.compressed);
				second.request(2);
				second.sendMessage(asked);
				second.halfClose();
			}
			catch (RuntimeException ex) {
				second.cancel("could not be sent", ex);
				end.onClose(Status.fromThrowable(ex), new Metadata());
			}
		}

		void answer(Status status, Metadata trailers) {
			if (this.response != null && status.isOk()) {
				super.onMessage(this.response);
			}
			super.onClose(status, trailers);
		}

	}

	/**
	 * Waits for target, and then gives the caller source's answer.
	 */
	private final class TargetListener extends Listener<R> {

		private final SourceListener source;

		private final Status status;

		private final Metadata trailers;

		private boolean ended;

		TargetListener(SourceListener source, Status status, Metadata trailers) {
			this.source = source;
			this.status = status;
			this.trailers = trailers;
		}

		@Override
		public void onClose(Status onTarget, Metadata ignored) {
			synchronized (this) {
				if (this.ended) {
					return;
				}
				this.ended = true;
			}
			Status cancelled = cancelled();
			if (!onTarget.isOk()) {
				missed(onTarget);
			}
			if (cancelled != null) {
				this.source.answer(cancelled, new Metadata());
			}
			else if (!onTarget.isOk() && RepeatedCall.this.routing.settings().onFailure() == OnFailure.RAISE) {
				this.source.answer(unconfirmed(onTarget), this.trailers);
			}
			else {
				this.source.answer(this.status, this.trailers);
			}
		}

		private void missed(Status onTarget) {
			RepeatedCall.this.routing.migration()
				.missed(RepeatedCall.this.method.getFullMethodName(), "it said " + onTarget.getCode());
		}

		private Status unconfirmed(Status onTarget) {
			return Status.UNKNOWN
				.withDescription(
						"Migration '%s': source has done %s, but target has not confirmed it (%s). Do not repeat it."
							.formatted(RepeatedCall.this.routing.migration().control().name(),
									RepeatedCall.this.method.getFullMethodName(), onTarget.getCode()))
				.withCause(onTarget.getCause());
		}

	}

}
