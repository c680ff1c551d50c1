package io.migration.client;

import java.util.Comparator;
import java.util.Iterator;
import java.util.Objects;
import java.util.function.BiPredicate;
import java.util.stream.BaseStream;

import org.jspecify.annotations.Nullable;

/**
 * What can be said of two answers.
 */
final class Answers {

	private Answers() {
	}

	static boolean equal(@Nullable Object one, @Nullable Object other) {
		return Objects.deepEquals(one, other);
	}

	/**
	 * Return a comparison for a type; answers of {@code null} are not shown to it.
	 */
	@SuppressWarnings("unchecked")
	static BiPredicate<@Nullable Object, @Nullable Object> equalBy(Comparator<?> comparator) {
		Comparator<Object> ofAnswers = (Comparator<Object>) comparator;
		return (one, other) -> (one != null && other != null) ? ofAnswers.compare(one, other) == 0 : one == other;
	}

	/**
	 * Return whether an answer is gone once somebody has looked at it. Such ones belong
	 * to the caller, and asking for more of them would leave them open.
	 */
	static boolean consumedOnce(@Nullable Object answer) {
		return answer instanceof BaseStream || answer instanceof Iterator || answer instanceof AutoCloseable;
	}

}
