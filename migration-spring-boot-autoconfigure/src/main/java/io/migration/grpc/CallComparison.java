package io.migration.grpc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.migration.Side;
import io.migration.mirror.RoutedMigration.Comparison;
import io.migration.mirror.RoutedMigration.NothingToCompareException;
import org.jspecify.annotations.Nullable;

/**
 * Asks the other side what one side has answered. When they differ, the first is asked
 * again: what it does not answer twice is not held against the other.
 *
 * @param <Q> the type of the request
 * @param <R> the type of the response
 * @param sides the channels
 * @param side the side that has answered
 * @param method the method called
 * @param options what it was called with
 * @param context where it was called, which does not end with the caller
 * @param headers the headers it was called with
 * @param request the request
 * @param answer how it was answered
 * @param timeout how long each call may take
 */
record CallComparison<Q, R>(Sides sides, Side side, MethodDescriptor<Q, R> method, CallOptions options, Context context,
		Metadata headers, Q request, Outcome answer, Duration timeout) implements Comparison {

	@Override
	public String subject() {
		return this.method.getFullMethodName();
	}

	@Override
	public @Nullable String difference() throws Exception {
		String difference = this.answer.difference(ask(this.side.other()));
		if (difference == null) {
			return null;
		}
		if (this.answer.difference(ask(this.side)) != null) {
			throw new NothingToCompareException("the side that answered does not answer the same twice");
		}
		return "%s (%s answered)".formatted(difference, this.side.wireName());
	}

	private Outcome ask(Side asked) throws Exception {
		Channel channel = ClientInterceptors.intercept(this.sides.calls(asked),
				MetadataUtils.newAttachHeadersInterceptor(this.headers));
		CallOptions beside = this.options.withoutWaitForReady()
			.withDeadlineAfter(this.timeout.toNanos(), TimeUnit.NANOSECONDS);
		Outcome outcome = this.context.call(() -> outcome(channel, beside));
		if (!outcome.isAnswer()) {
			throw outcome.status().asRuntimeException();
		}
		return outcome;
	}

	private Outcome outcome(Channel channel, CallOptions beside) {
		try {
			R response = ClientCalls.blockingUnaryCall(channel, this.method, beside, this.request);
			return new Outcome(Status.OK, response);
		}
		catch (StatusRuntimeException ex) {
			return new Outcome(ex.getStatus(), null);
		}
	}

}
