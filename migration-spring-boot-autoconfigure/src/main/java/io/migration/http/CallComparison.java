package io.migration.http;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import io.migration.Side;
import io.migration.mirror.RoutedMigration;
import org.jspecify.annotations.Nullable;

/**
 * Compares what a caller was answered with what the other side answers. Where they
 * differ, both are asked again, several times: a difference is blamed on nobody if it is
 * not there in each look, or if one side differs from itself in that place.
 */
final class CallComparison implements RoutedMigration.Comparison {

	private static final int LOOKS = 6;

	private final String subject;

	private final Side answering;

	private final Answer answer;

	private final AnswerDifferences differences;

	private final Question question;

	CallComparison(String subject, Side answering, Answer answer, AnswerDifferences differences, Question question) {
		this.subject = subject;
		this.answering = answering;
		this.answer = answer;
		this.differences = differences;
		this.question = question;
	}

	@Override
	public String subject() {
		return this.subject;
	}

	@Override
	public @Nullable String difference() throws Exception {
		Answer other = this.question.ask(this.answering.other());
		Map<String, String> found = this.differences.between(this.answer, other);
		if (found.isEmpty()) {
			return null;
		}
		Answer one = this.answer;
		Set<String> noise = new HashSet<>();
		for (int look = 0; look < LOOKS && !found.isEmpty(); look++) {
			Answer oneAgain = this.question.ask(this.answering);
			Answer otherAgain = this.question.ask(this.answering.other());
			noise.addAll(this.differences.between(one, oneAgain).keySet());
			noise.addAll(this.differences.between(other, otherAgain).keySet());
			Map<String, String> now = this.differences.between(oneAgain, otherAgain);
			found.keySet().retainAll(now.keySet());
			found.keySet().removeAll(noise);
			one = oneAgain;
			other = otherAgain;
		}
		return found.isEmpty() ? null : AnswerDifferences.describe(found);
	}

	/**
	 * Asks a side once more.
	 */
	@FunctionalInterface
	interface Question {

		/**
		 * Ask a side.
		 * @param side the side
		 * @return its answer
		 * @throws Exception if it does not answer, or nothing that could be compared
		 */
		Answer ask(Side side) throws Exception;

	}

}
