package io.migration.client;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

import io.migration.MigrationTemplate.Compensation;
import io.migration.Side;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * Calls that are completed later. Nobody waits for them but a comparison.
 */
final class StagedCalls {

	private final Routes routes;

	private final BlockingCalls blocking;

	StagedCalls(Routes routes, BlockingCalls blocking) {
		this.routes = routes;
		this.blocking = blocking;
	}

	/**
	 * Read. The caller gets the answering side's own stage, so that cancelling it reaches
	 * that side, unless source may have to stand in.
	 */
	<T extends @Nullable Object> CompletionStage<T> read(PinnedPhase rules, ClientCall call,
			Supplier<? extends CompletionStage<T>> source, Supplier<? extends CompletionStage<T>> target) {
		Side side = this.routes.side(rules, call);
		Supplier<? extends CompletionStage<T>> answering = (side == Side.SOURCE) ? source : target;
		Supplier<? extends CompletionStage<T>> other = (side == Side.SOURCE) ? target : source;
		if (!this.routes.fallsBack(rules, side)) {
			CompletionStage<T> answer = timed(rules, false, side, answering);
			answer.whenComplete((value, failure) -> {
				if (failure == null) {
					compare(rules, call, value, other, answering);
				}
			});
			return answer;
		}
		CompletableFuture<T> result = new CompletableFuture<>();
		staged(() -> timed(rules, false, side, answering)).whenComplete((value, failure) -> {
			if (failure == null) {
				result.complete(value);
				compare(rules, call, value, other, answering);
			}
			else {
				pass(staged(() -> timed(rules, false, Side.SOURCE, source)), result);
			}
		});
		return result;
	}

	<T extends @Nullable Object> CompletionStage<T> write(PinnedPhase rules, ClientCall call,
			Supplier<? extends CompletionStage<T>> source, Supplier<? extends CompletionStage<T>> target,
			@Nullable Compensation<? super T> compensation) {
		Side side = this.routes.writes(rules, call);
		CompletionStage<T> first = timed(rules, true, side, (side == Side.SOURCE) ? source : target);
		if (!this.routes.writesBoth(rules)) {
			return first;
		}
		CompletableFuture<T> result = new CompletableFuture<>();
		first.whenComplete((value, failure) -> {
			if (failure != null) {
				result.completeExceptionally(cause(failure));
			}
			else {
				second(rules, call, value, target, compensation, result);
			}
		});
		return result;
	}

	private <T extends @Nullable Object> void second(PinnedPhase rules, ClientCall call, T first,
			Supplier<? extends CompletionStage<T>> target, @Nullable Compensation<? super T> compensation,
			CompletableFuture<T> result) {
		staged(() -> timed(rules, true, Side.TARGET, target)).whenComplete((ignored, failure) -> {
			try {
				if (failure == null) {
					this.routes.secondWrites().succeeded();
				}
				else {
					this.blocking.compensate(call, first, cause(failure), compensation);
				}
				result.complete(first);
			}
			catch (Throwable ex) {
				result.completeExceptionally(ex);
			}
		});
	}

	private <T extends @Nullable Object> void compare(PinnedPhase rules, ClientCall call, T answer,
			Supplier<? extends CompletionStage<T>> other, Supplier<? extends CompletionStage<T>> again) {
		if (this.routes.samples(rules)) {
			this.routes.compare(new ReadComparison(call, answer, () -> await(other.get()), () -> await(again.get())));
		}
	}

	private <T extends @Nullable Object> CompletionStage<T> timed(PinnedPhase rules, boolean write, Side side,
			Supplier<? extends CompletionStage<T>> call) {
		long began = System.nanoTime();
		CompletionStage<T> stage;
		try {
			stage = call.get();
		}
		catch (Throwable ex) {
			this.routes.answered(rules, write, side, false, began);
			throw ex;
		}
		stage.whenComplete((value, failure) -> this.routes.answered(rules, write, side, failure == null, began));
		return stage;
	}

	/**
	 * What fails before there is a stage fails as one.
	 */
	private static <T extends @Nullable Object> CompletionStage<T> staged(Supplier<CompletionStage<T>> call) {
		try {
			return call.get();
		}
		catch (VirtualMachineError ex) {
			throw ex;
		}
		catch (Throwable ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private static <T extends @Nullable Object> void pass(CompletionStage<T> stage, CompletableFuture<T> result) {
		stage.whenComplete((value, failure) -> {
			if (failure == null) {
				result.complete(value);
			}
			else {
				result.completeExceptionally(cause(failure));
			}
		});
	}

	private static Throwable cause(Throwable failure) {
		Throwable cause = failure.getCause();
		return (failure instanceof CompletionException && cause != null) ? cause : failure;
	}

	/**
	 * Wait for an answer, beside the caller; not every stage is a future. What is not
	 * waited for any longer is cancelled.
	 */
	static <T extends @Nullable Object> T await(CompletionStage<T> stage)
			throws InterruptedException, ExecutionException {
		CompletableFuture<T> future = new CompletableFuture<>();
		pass(stage, future);
		try {
			return future.get();
		}
		catch (InterruptedException ex) {
			if (stage instanceof CompletableFuture<?> waited) {
				waited.cancel(true);
			}
			throw ex;
		}
	}

}
