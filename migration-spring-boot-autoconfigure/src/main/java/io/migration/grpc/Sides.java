package io.migration.grpc;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.migration.Side;

/**
 * The channels of both sides. Neither connects before its first call.
 */
final class Sides {

	private final ManagedChannel source;

	private final ManagedChannel target;

	private final Channel callsOfTarget;

	private volatile boolean targetInUse;

	Sides(ManagedChannel source, ManagedChannel target, boolean forwardCredentials) {
		this.source = source;
		this.target = target;
		this.callsOfTarget = forwardCredentials ? target
				: ClientInterceptors.intercept(target, new CredentialsFilter());
	}

	ManagedChannel channel(Side side) {
		return (side == Side.SOURCE) ? this.source : this.target;
	}

	/**
	 * Begin a call on a side, with what may be seen there.
	 */
	<Q, R> ClientCall<Q, R> newCall(Side side, MethodDescriptor<Q, R> method, CallOptions options) {
		if (side == Side.SOURCE) {
			return this.source.newCall(method, options);
		}
		if (!this.targetInUse) {
			this.targetInUse = true;
		}
		// an authority that the caller names is source's
		return this.callsOfTarget.newCall(method, options.withAuthority(null));
	}

	/**
	 * Return a channel for calls on a side.
	 */
	Channel calls(Side side) {
		return new Channel() {

			@Override
			public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
				return Sides.this.newCall(side, method, options);
			}

			@Override
			public String authority() {
				return channel(side).authority();
			}

		};
	}

	/**
	 * Let go of the connections to target; calls that are under way go on.
	 */
	void leaveTarget() {
		if (this.targetInUse) {
			this.targetInUse = false;
			this.target.enterIdle();
		}
	}

}
