package io.migration.client;

import io.migration.mirror.RoutedMigration.Comparison;
import io.migration.mirror.RoutedMigration.NothingToCompareException;
import org.jspecify.annotations.Nullable;

/**
 * Compares the answer that a caller got with that of the other side. If they differ, the
 * side that answered is asked once more: what has changed between is no mismatch.
 */
final class ReadComparison implements Comparison {

	private final ClientCall call;

	private final @Nullable Object first;

	private final Question other;

	private final Question again;

	ReadComparison(ClientCall call, @Nullable Object first, Question other, Question again) {
		this.call = call;
		this.first = first;
		this.other = other;
		this.again = again;
	}

	@Override
	public String subject() {
		return this.call.subject();
	}

	@Override
	public @Nullable String difference() throws Exception {
		if (Answers.consumedOnce(this.first)) {
			throw new NothingToCompareException("The answer can be consumed only once");
		}
		Object answer = this.other.ask();
		if (agree(this.first, answer) || agree(this.again.ask(), answer)) {
			return null;
		}
		return this.call.operation() + ": the sides answer differently";
	}

	private boolean agree(@Nullable Object one, @Nullable Object other) {
		return this.call.equal().test(one, other);
	}

	/**
	 * Asks a side, and waits for the answer.
	 */
	@FunctionalInterface
	interface Question {

		@Nullable Object ask() throws Exception;

	}

}
