package io.migration.client;

import io.migration.MigrationTemplate.Call;
import io.migration.MigrationTemplate.Compensation;
import io.migration.Side;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * Calls that the caller's thread makes.
 */
final class BlockingCalls {

	private final Routes routes;

	BlockingCalls(Routes routes) {
		this.routes = routes;
	}

	<T extends @Nullable Object, E extends Exception> T read(PinnedPhase rules, ClientCall call, Call<T, E> source,
			Call<T, E> target) throws E {
		Side side = this.routes.side(rules, call);
		T answer;
		try {
			answer = timed(rules, false, side, source, target);
		}
		catch (Exception ex) {
			if (ex instanceof InterruptedException || !this.routes.fallsBack(rules, side)) {
				throw ex;
			}
			return timed(rules, false, Side.SOURCE, source, target);
		}
		if (this.routes.samples(rules)) {
			Call<T, E> other = (side == Side.SOURCE) ? target : source;
			Call<T, E> again = (side == Side.SOURCE) ? source : target;
			this.routes.compare(new ReadComparison(call, answer, other::call, again::call));
		}
		return answer;
	}

	<T extends @Nullable Object, E extends Exception> T write(PinnedPhase rules, ClientCall call, Call<T, E> source,
			Call<T, E> target, @Nullable Compensation<? super T> compensation) throws E {
		T first = timed(rules, true, this.routes.writes(rules, call), source, target);
		if (this.routes.writesBoth(rules)) {
			try {
				timed(rules, true, Side.TARGET, source, target);
			}
			catch (VirtualMachineError ex) {
				throw ex;
			}
			catch (Throwable ex) {
				compensate(call, first, ex, compensation);
				return first;
			}
			this.routes.secondWrites().succeeded();
		}
		return first;
	}

	/**
	 * See to a second write that has failed.
	 * @throws io.migration.WriteNotMirroredException if the caller is to know
	 */
	<T extends @Nullable Object> void compensate(ClientCall call, T first, Throwable failure,
			@Nullable Compensation<? super T> compensation) {
		SecondWrites secondWrites = this.routes.secondWrites();
		secondWrites.failed(call, failure, compensation != null);
		if (compensation != null) {
			try {
				compensation.compensate(first, failure);
			}
			catch (Exception ex) {
				secondWrites.notCompensated(call, failure, ex);
			}
		}
		if (secondWrites.raises()) {
			throw secondWrites.notMirrored(failure);
		}
	}

	private <T extends @Nullable Object, E extends Exception> T timed(PinnedPhase rules, boolean write, Side side,
			Call<T, E> source, Call<T, E> target) throws E {
		long began = System.nanoTime();
		boolean success = false;
		try {
			T answer = ((side == Side.SOURCE) ? source : target).call();
			success = true;
			return answer;
		}
		finally {
			this.routes.answered(rules, write, side, success, began);
		}
	}

}
