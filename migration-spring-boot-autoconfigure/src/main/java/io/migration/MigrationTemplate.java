package io.migration;

import java.util.concurrent.CompletionStage;
import java.util.function.BiPredicate;
import java.util.function.Supplier;

import org.jspecify.annotations.Nullable;

/**
 * Sends calls of any client to the side or the sides that the phase asks for. There is
 * one for each migration of kind {@code client}, named {@code <name>MigrationTemplate}.
 *
 * <table>
 * <caption>Who is called</caption>
 * <tr>
 * <th>phase</th>
 * <th>read</th>
 * <th>write</th>
 * </tr>
 * <tr>
 * <td>off</td>
 * <td>source</td>
 * <td>source</td>
 * </tr>
 * <tr>
 * <td>shadow</td>
 * <td>source; a sample is repeated on target beside the caller and compared</td>
 * <td>source</td>
 * </tr>
 * <tr>
 * <td>dual-write</td>
 * <td>as in shadow</td>
 * <td>source, then target; source's result counts</td>
 * </tr>
 * <tr>
 * <td>read-new</td>
 * <td>target for the read share, source for the rest; a sample is compared</td>
 * <td>as in dual-write</td>
 * </tr>
 * <tr>
 * <td>cutover</td>
 * <td>target</td>
 * <td>target</td>
 * </tr>
 * </table>
 * <p>
 * With {@code writes: route} a write goes to one side in every phase: where a read with
 * its key would go.
 * <p>
 * <b>Errors.</b> What a callback throws reaches the caller as it is. When the first of
 * two writes fails, the second is not attempted. When the second fails, the
 * {@link Compensation} is called; then, by {@code on-failure}, the first one's result is
 * returned, or a {@link WriteNotMirroredException} thrown. A read that target fails in
 * read-new is answered by source, unless {@code on-failure} is {@code raise} or writes go
 * to one side. There is no journal: a write that the second side did not take stays
 * missing there unless the compensation sees to it.
 * <p>
 * <b>Beside the caller.</b> Comparing calls both callbacks of a read again, in another
 * thread, without what is bound to the caller's thread (transaction, security context).
 * It is bounded in threads, in what may wait and in time, and whatever happens there
 * never reaches the caller. A read that failed, and an answer that can be consumed only
 * once (a stream, an iterator, what is to be closed), is not compared.
 * <p>
 * <b>A change of phase</b> in the middle of a call concerns the next one: a call is
 * pinned to the phase in which it begins. It is not waited for either, so two
 * neighbouring phases may be under way at once.
 * <p>
 * Templates are immutable and thread safe. None of them limits how long a callback takes
 * that the caller waits for: give both clients a timeout.
 */
public interface MigrationTemplate {

	/**
	 * Read, sticking to nothing.
	 * @param source asks source
	 * @param target asks target
	 * @param <T> the type of the answer
	 * @param <E> the type of exception that callbacks throw
	 * @return the answer
	 * @throws E if the side that answers fails
	 */
	default <T extends @Nullable Object, E extends Exception> T read(Call<T, E> source, Call<T, E> target) throws E {
		return read(null, source, target);
	}

	/**
	 * Read.
	 * @param key what the side sticks to in read-new: equal keys are answered by the same
	 * side as long as the read share stays. Its hash code must be the same in every
	 * instance, as those of strings, numbers and records of them are. {@code null} for
	 * any side
	 * @param source asks source
	 * @param target asks target
	 * @param <T> the type of the answer
	 * @param <E> the type of exception that callbacks throw
	 * @return the answer
	 * @throws E if the side that answers fails
	 */
	<T extends @Nullable Object, E extends Exception> T read(@Nullable Object key, Call<T, E> source, Call<T, E> target)
			throws E;

	/**
	 * Write, sticking to nothing, without a compensation.
	 * @param source writes to source
	 * @param target writes to target
	 * @param <T> the type of the result
	 * @param <E> the type of exception that callbacks throw
	 * @return the result of the side that is written to first
	 * @throws E if that side fails
	 * @throws WriteNotMirroredException if the second side fails, as configured
	 */
	default <T extends @Nullable Object, E extends Exception> T write(Call<T, E> source, Call<T, E> target) throws E {
		return write(null, source, target, null);
	}

	/**
	 * Write without a compensation.
	 * @param key what the side sticks to with {@code writes: route}, as for reads
	 * @param source writes to source
	 * @param target writes to target
	 * @param <T> the type of the result
	 * @param <E> the type of exception that callbacks throw
	 * @return the result of the side that is written to first
	 * @throws E if that side fails
	 * @throws WriteNotMirroredException if the second side fails, as configured
	 */
	default <T extends @Nullable Object, E extends Exception> T write(@Nullable Object key, Call<T, E> source,
			Call<T, E> target) throws E {
		return write(key, source, target, null);
	}

	/**
	 * Write.
	 * @param key what the side sticks to with {@code writes: route}, as for reads
	 * @param source writes to source
	 * @param target writes to target
	 * @param compensation called when the second write has failed
	 * @param <T> the type of the result
	 * @param <E> the type of exception that callbacks throw
	 * @return the result of the side that is written to first
	 * @throws E if that side fails
	 * @throws WriteNotMirroredException if the second side fails, as configured
	 */
	<T extends @Nullable Object, E extends Exception> T write(@Nullable Object key, Call<T, E> source,
			Call<T, E> target, @Nullable Compensation<? super T> compensation) throws E;

	/**
	 * Read without waiting. The caller's thread is not blocked, and what the stage is
	 * completed by is what completes the answering side's.
	 * @param key what the side sticks to, {@code null} for any side
	 * @param source asks source
	 * @param target asks target
	 * @param <T> the type of the answer
	 * @return the answer to come
	 */
	<T extends @Nullable Object> CompletionStage<T> readAsync(@Nullable Object key,
			Supplier<? extends CompletionStage<T>> source, Supplier<? extends CompletionStage<T>> target);

	/**
	 * Write without waiting and without a compensation.
	 * @param key what the side sticks to with {@code writes: route}, as for reads
	 * @param source writes to source
	 * @param target writes to target
	 * @param <T> the type of the result
	 * @return the result to come
	 */
	default <T extends @Nullable Object> CompletionStage<T> writeAsync(@Nullable Object key,
			Supplier<? extends CompletionStage<T>> source, Supplier<? extends CompletionStage<T>> target) {
		return writeAsync(key, source, target, null);
	}

	/**
	 * Write without waiting. The second side is written to when the first has succeeded,
	 * in the thread that completed it; the stage completes when both have.
	 * @param key what the side sticks to with {@code writes: route}, as for reads
	 * @param source writes to source
	 * @param target writes to target
	 * @param compensation called when the second write has failed; must not block
	 * @param <T> the type of the result
	 * @return the result to come, that of the side that is written to first
	 */
	<T extends @Nullable Object> CompletionStage<T> writeAsync(@Nullable Object key,
			Supplier<? extends CompletionStage<T>> source, Supplier<? extends CompletionStage<T>> target,
			@Nullable Compensation<? super T> compensation);

	/**
	 * Return a template that compares answers in another way. This one compares by
	 * {@code equals}, arrays by what they hold.
	 * @param agreement whether two answers agree; called beside the caller, with the
	 * answers of the calls that are made by the returned template
	 * @param <T> the type of the answers
	 * @return another template of the same migration
	 */
	<T extends @Nullable Object> MigrationTemplate comparing(BiPredicate<? super T, ? super T> agreement);

	/**
	 * Asks or writes to one side.
	 *
	 * @param <T> the type of the result
	 * @param <E> the type of exception it throws
	 */
	@FunctionalInterface
	interface Call<T extends @Nullable Object, E extends Exception> {

		/**
		 * Make the call.
		 * @return the result
		 * @throws E if it fails
		 */
		T call() throws E;

	}

	/**
	 * Sees to a write that the first side has taken and the second has not: takes it
	 * back, or keeps it for later. If it fails itself, this is logged, and added to the
	 * failure as suppressed.
	 *
	 * @param <T> the type of the result
	 */
	@FunctionalInterface
	interface Compensation<T extends @Nullable Object> {

		/**
		 * Compensate. Whether the second side has the write is not known when its failure
		 * is a timeout.
		 * @param first what the first side has returned
		 * @param failure how the second side has failed
		 * @throws Exception if it cannot be compensated
		 */
		void compensate(T first, Throwable failure) throws Exception;

	}

}
