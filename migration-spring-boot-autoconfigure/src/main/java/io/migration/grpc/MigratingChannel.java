package io.migration.grpc;

import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import io.grpc.MethodDescriptor;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.PinnedPhase;

/**
 * A channel over those of both sides, which it owns: what shuts it down shuts both down.
 * State and authority are those of the side with authority.
 * <p>
 * A call is pinned to the phase in which it was created. Its messages are not touched,
 * copied or held back, unless it is a unary call that is compared or repeated; flow
 * control, cancellation, deadlines and compression are those of the side that answers.
 * <p>
 * Thread safe as every channel is; each call as every call is.
 */
public final class MigratingChannel extends ManagedChannel {

	private final CallRouting routing;

	private final Sides sides;

	/**
	 * Create a channel.
	 * @param migration says where calls go
	 * @param settings how calls are routed
	 * @param source the channel of source
	 * @param target the channel of target, which has not connected yet
	 */
	public MigratingChannel(RoutedMigration migration, CallSettings settings, ManagedChannel source,
			ManagedChannel target) {
		this.routing = new CallRouting(migration, settings);
		this.sides = new Sides(source, target, settings.forwardCredentials());
	}

	@Override
	public <Q, R> ClientCall<Q, R> newCall(MethodDescriptor<Q, R> method, CallOptions options) {
		PinnedPhase rules = this.routing.migration().rules();
		if (rules.phase() == MigrationPhase.OFF) {
			this.sides.leaveTarget();
			return this.sides.newCall(Side.SOURCE, method, options);
		}
		return new RoutedCall<>(this.routing, this.sides, rules, method, options);
	}

	private ManagedChannel source() {
		return this.sides.channel(Side.SOURCE);
	}

	private ManagedChannel target() {
		return this.sides.channel(Side.TARGET);
	}

	private ManagedChannel withAuthority() {
		return this.sides.channel(this.routing.migration().rules().authority());
	}

	@Override
	public String authority() {
		return withAuthority().authority();
	}

	@Override
	public ConnectivityState getState(boolean requestConnection) {
		return withAuthority().getState(requestConnection);
	}

	@Override
	public void notifyWhenStateChanged(ConnectivityState from, Runnable callback) {
		withAuthority().notifyWhenStateChanged(from, callback);
	}

	@Override
	public void resetConnectBackoff() {
		source().resetConnectBackoff();
		target().resetConnectBackoff();
	}

	@Override
	public void enterIdle() {
		source().enterIdle();
		target().enterIdle();
	}

	@Override
	public ManagedChannel shutdown() {
		source().shutdown();
		target().shutdown();
		return this;
	}

	@Override
	public ManagedChannel shutdownNow() {
		source().shutdownNow();
		target().shutdownNow();
		return this;
	}

	@Override
	public boolean isShutdown() {
		return source().isShutdown() && target().isShutdown();
	}

	@Override
	public boolean isTerminated() {
		return source().isTerminated() && target().isTerminated();
	}

	@Override
	public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
		long deadline = System.nanoTime() + unit.toNanos(timeout);
		return source().awaitTermination(timeout, unit)
				&& target().awaitTermination(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
	}

	@Override
	public String toString() {
		return "MigratingChannel[%s: %s, %s]".formatted(this.routing.migration().control().name(), source(), target());
	}

}
