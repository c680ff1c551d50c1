package io.migration;

import java.util.function.BiPredicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * A {@link MigrationTemplate} for Reactor, with the same routes and failures. There is
 * one for each migration of kind {@code client}, named
 * {@code <name>ReactiveMigrationTemplate}, where Reactor is present.
 * <p>
 * A call begins when what is returned is subscribed to, and is pinned to the phase of
 * that moment: subscribing again is another call. A side is asked for its publisher not
 * before it is its turn. Comparing passes the subscriber's context on. Immutable and
 * thread safe.
 */
public interface ReactiveMigrationTemplate {

	/**
	 * Read one or nothing.
	 * @param key what the side sticks to in read-new, {@code null} for any side
	 * @param source asks source
	 * @param target asks target
	 * @param <T> the type of the answer
	 * @return the answer to come
	 */
	<T> Mono<T> read(@Nullable Object key, Supplier<? extends Mono<T>> source, Supplier<? extends Mono<T>> target);

	/**
	 * Write without a compensation.
	 * @param key what the side sticks to with {@code writes: route}, as for reads
	 * @param source writes to source
	 * @param target writes to target
	 * @param <T> the type of the result
	 * @return the result to come
	 */
	default <T> Mono<T> write(@Nullable Object key, Supplier<? extends Mono<T>> source,
			Supplier<? extends Mono<T>> target) {
		return write(key, source, target, null);
	}

	/**
	 * Write.
	 * @param key what the side sticks to with {@code writes: route}, as for reads
	 * @param source writes to source
	 * @param target writes to target
	 * @param compensation called when the second write has failed
	 * @param <T> the type of the result
	 * @return the result to come, that of the side that is written to first
	 */
	<T> Mono<T> write(@Nullable Object key, Supplier<? extends Mono<T>> source, Supplier<? extends Mono<T>> target,
			@Nullable Compensation<? super T> compensation);

	/**
	 * Read any number. Answers of up to a thousand elements are compared as a list, in
	 * their order. What has failed at target is not asked of source, for a part may have
	 * been delivered.
	 * @param key what the side sticks to in read-new, {@code null} for any side
	 * @param source asks source
	 * @param target asks target
	 * @param <T> the type of the elements
	 * @return the answer to come
	 */
	<T> Flux<T> readMany(@Nullable Object key, Supplier<? extends Flux<T>> source, Supplier<? extends Flux<T>> target);

	/**
	 * Write, with any number of results. The second side is written to when the first has
	 * completed; what it returns is ignored.
	 * @param key what the side sticks to with {@code writes: route}, as for reads
	 * @param source writes to source
	 * @param target writes to target
	 * @param <T> the type of the results
	 * @return the results to come, those of the side that is written to first
	 */
	<T> Flux<T> writeMany(@Nullable Object key, Supplier<? extends Flux<T>> source, Supplier<? extends Flux<T>> target);

	/**
	 * Return a template that compares answers in another way.
	 * @param agreement whether two answers agree; an empty one is {@code null}, that of
	 * many a list
	 * @param <T> the type of the answers
	 * @return another template of the same migration
	 */
	<T extends @Nullable Object> ReactiveMigrationTemplate comparing(BiPredicate<? super T, ? super T> agreement);

	/**
	 * Sees to a write that the first side has taken and the second has not.
	 *
	 * @param <T> the type of the result
	 */
	@FunctionalInterface
	interface Compensation<T> {

		/**
		 * Compensate.
		 * @param first what the first side has returned, {@code null} for nothing
		 * @param failure how the second side has failed
		 * @return completes when it is done; if it fails, this is logged, and added to
		 * the failure as suppressed
		 */
		Mono<Void> compensate(@Nullable T first, Throwable failure);

	}

}
