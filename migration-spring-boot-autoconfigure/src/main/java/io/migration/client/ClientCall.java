package io.migration.client;

import java.util.Arrays;
import java.util.function.BiPredicate;

import org.jspecify.annotations.Nullable;

/**
 * What is known of a call beside its callbacks.
 *
 * @param operation what it does, for operators; nothing that only some may see
 * @param key what it sticks to
 * @param arguments what it was called with, if that is known
 * @param equal whether two answers agree
 */
record ClientCall(String operation, @Nullable Object key, @Nullable Object @Nullable [] arguments,
		BiPredicate<@Nullable Object, @Nullable Object> equal) {

	private static final int LONGEST = 200;

	ClientCall(String operation, @Nullable Object key, BiPredicate<@Nullable Object, @Nullable Object> equal) {
		this(operation, key, null, equal);
	}

	/**
	 * Return what an operator would look for. Costs what the arguments' own texts cost.
	 */
	String subject() {
		if (this.key == null && this.arguments == null) {
			return this.operation;
		}
		String text = (this.key != null) ? Arrays.deepToString(new Object[] { this.key })
				: Arrays.deepToString(this.arguments);
		text = text.substring(1, text.length() - 1);
		return (text.length() > LONGEST) ? text.substring(0, LONGEST) + "..." : text;
	}

}
