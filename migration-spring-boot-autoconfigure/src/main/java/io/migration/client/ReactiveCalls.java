package io.migration.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import io.migration.ReactiveMigrationTemplate.Compensation;
import io.migration.Side;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.ContextView;

/**
 * Calls that begin when they are subscribed to.
 */
final class ReactiveCalls {

	/** How many elements are kept to be compared. */
	private static final int KEPT = 1000;

	private final Routes routes;

	ReactiveCalls(Routes routes) {
		this.routes = routes;
	}

	<T> Mono<T> read(ClientCall call, Supplier<? extends Mono<T>> source, Supplier<? extends Mono<T>> target) {
		return Mono.deferContextual((context) -> {
			PinnedPhase rules = this.routes.rules();
			if (Routes.off(rules)) {
				return source.get();
			}
			Side side = this.routes.side(rules, call);
			Supplier<? extends Mono<T>> answering = (side == Side.SOURCE) ? source : target;
			Supplier<? extends Mono<T>> other = (side == Side.SOURCE) ? target : source;
			Mono<T> answer = timed(rules, false, side, answering).doOnSuccess((value) -> {
				if (this.routes.samples(rules)) {
					this.routes.compare(new ReadComparison(call, value, () -> await(other, context),
							() -> await(answering, context)));
				}
			});
			return this.routes.fallsBack(rules, side)
					? answer.onErrorResume((failure) -> timed(rules, false, Side.SOURCE, source)) : answer;
		});
	}

	<T> Mono<T> write(ClientCall call, Supplier<? extends Mono<T>> source, Supplier<? extends Mono<T>> target,
			@Nullable Compensation<? super T> compensation) {
		return Mono.defer(() -> {
			PinnedPhase rules = this.routes.rules();
			if (Routes.off(rules)) {
				return source.get();
			}
			Side side = this.routes.writes(rules, call);
			Mono<T> first = timed(rules, true, side, (side == Side.SOURCE) ? source : target);
			if (!this.routes.writesBoth(rules)) {
				return first;
			}
			return first.map(Optional::of)
				.defaultIfEmpty(Optional.empty())
				.flatMap(
						(value) -> second(rules, call, target,
								(compensation != null)
										? (failure) -> compensation.compensate(value.orElse(null), failure) : null)
							.then(Mono.justOrEmpty(value)));
		});
	}

	<T> Flux<T> readMany(ClientCall call, Supplier<? extends Flux<T>> source, Supplier<? extends Flux<T>> target) {
		return Flux.deferContextual((context) -> {
			PinnedPhase rules = this.routes.rules();
			if (Routes.off(rules)) {
				return source.get();
			}
			Side side = this.routes.side(rules, call);
			Supplier<? extends Flux<T>> answering = (side == Side.SOURCE) ? source : target;
			Supplier<? extends Flux<T>> other = (side == Side.SOURCE) ? target : source;
			Flux<T> answer = timedMany(rules, false, side, answering);
			if (!this.routes.samples(rules)) {
				return answer;
			}
			List<T> kept = new ArrayList<>();
			return answer.doOnNext((element) -> {
				if (kept.size() <= KEPT) {
					kept.add(element);
				}
			}).doOnComplete(() -> {
				if (kept.size() <= KEPT) {
					this.routes.compare(new ReadComparison(call, kept, () -> await(() -> list(other), context),
							() -> await(() -> list(answering), context)));
				}
			});
		});
	}

	<T> Flux<T> writeMany(ClientCall call, Supplier<? extends Flux<T>> source, Supplier<? extends Flux<T>> target) {
		return Flux.defer(() -> {
			PinnedPhase rules = this.routes.rules();
			if (Routes.off(rules)) {
				return source.get();
			}
			Side side = this.routes.writes(rules, call);
			Flux<T> first = timedMany(rules, true, side, (side == Side.SOURCE) ? source : target);
			return this.routes.writesBoth(rules)
					? first.concatWith(second(rules, call, () -> target.get().then(), null).then(Mono.empty())) : first;
		});
	}

	/**
	 * Write to target, which completes without a value, or fails if the caller is to
	 * know.
	 */
	private Mono<Void> second(PinnedPhase rules, ClientCall call, Supplier<? extends Mono<?>> target,
			@Nullable Hook compensation) {
		SecondWrites secondWrites = this.routes.secondWrites();
		return timed(rules, true, Side.TARGET, () -> target.get().then())
			.doOnSuccess((done) -> secondWrites.succeeded())
			.onErrorResume((failure) -> {
				secondWrites.failed(call, failure, compensation != null);
				return Mono.defer(() -> (compensation != null) ? compensation.compensate(failure) : Mono.empty())
					.onErrorResume((ofCompensation) -> {
						secondWrites.notCompensated(call, failure, ofCompensation);
						return Mono.empty();
					})
					.then(Mono.defer(() -> secondWrites.raises() ? Mono.error(secondWrites.notMirrored(failure))
							: Mono.empty()));
			});
	}

	private <T> Mono<T> timed(PinnedPhase rules, boolean write, Side side, Supplier<? extends Mono<T>> call) {
		return Mono.defer(() -> {
			long began = System.nanoTime();
			return Mono.<T>defer(call)
				.doOnSuccess((value) -> this.routes.answered(rules, write, side, true, began))
				.doOnError((failure) -> this.routes.answered(rules, write, side, false, began));
		});
	}

	private <T> Flux<T> timedMany(PinnedPhase rules, boolean write, Side side, Supplier<? extends Flux<T>> call) {
		return Flux.defer(() -> {
			long began = System.nanoTime();
			return Flux.<T>defer(call)
				.doOnComplete(() -> this.routes.answered(rules, write, side, true, began))
				.doOnError((failure) -> this.routes.answered(rules, write, side, false, began));
		});
	}

	private static <T> Mono<List<T>> list(Supplier<? extends Flux<T>> many) {
		return many.get().take(KEPT + 1L).collectList();
	}

	private static <T> @Nullable T await(Supplier<? extends Mono<T>> call, ContextView context) throws Exception {
		return StagedCalls.await(call.get().contextWrite(context).toFuture());
	}

	/**
	 * Sees to a second write that has failed.
	 */
	@FunctionalInterface
	private interface Hook {

		Mono<Void> compensate(Throwable failure);

	}

}
