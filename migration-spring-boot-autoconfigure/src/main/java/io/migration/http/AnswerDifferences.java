package io.migration.http;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

import io.migration.http.HttpRouteSettings.Comparison;

import org.springframework.util.ClassUtils;

/**
 * Finds in which places two answers differ: status, headers, and of JSON each place of
 * the body. Thread safe.
 */
final class AnswerDifferences {

	private static final boolean JSON = ClassUtils.isPresent("tools.jackson.databind.json.JsonMapper",
			AnswerDifferences.class.getClassLoader());

	private final Comparison comparison;

	AnswerDifferences(Comparison comparison) {
		this.comparison = comparison;
	}

	/**
	 * Compare two answers.
	 * @param expected an answer
	 * @param found the other
	 * @return what differs, by the place where it does; empty if nothing does
	 */
	Map<String, String> between(Answer expected, Answer found) {
		Map<String, String> differences = new TreeMap<>();
		if (expected.status() != found.status()) {
			differences.put("status", "%d and %d".formatted(expected.status(), found.status()));
		}
		expected.headers().forEach((name, value) -> {
			String other = found.headers().get(name);
			if (!value.equals(other)) {
				differences.put("header " + name, "differs");
			}
		});
		if (!Arrays.equals(expected.body(), found.body())) {
			if (JSON && expected.isJson() && found.isJson()) {
				differences.putAll(JsonDifferences.between(expected.body(), found.body(), this.comparison));
			}
			else {
				differences.put("body", "%d bytes and %d bytes".formatted(expected.body().length, found.body().length));
			}
		}
		return differences;
	}

	/**
	 * Describe differences without a value of either side.
	 * @param differences the differences, at least one
	 * @return the first places, and how many there are
	 */
	static String describe(Map<String, String> differences) {
		String first = differences.entrySet()
			.stream()
			.limit(3)
			.map((difference) -> difference.getKey() + ": " + difference.getValue())
			.reduce((one, other) -> one + "; " + other)
			.orElse("");
		int more = differences.size() - 3;
		return (more > 0) ? "%s; and %d more".formatted(first, more) : first;
	}

}
