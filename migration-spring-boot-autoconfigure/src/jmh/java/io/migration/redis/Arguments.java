package io.migration.redis;

import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Arguments of a program: names that begin with two hyphens, each with a value or none.
 */
final class Arguments {

	private final Map<String, String> given = new LinkedHashMap<>();

	Arguments(String... arguments) {
		for (int i = 0; i < arguments.length; i++) {
			boolean alone = i + 1 == arguments.length || arguments[i + 1].startsWith("--");
			this.given.put(arguments[i], alone ? "" : arguments[++i]);
		}
	}

	boolean has(String name) {
		return this.given.remove(name) != null;
	}

	String value(String name, String otherwise) {
		String value = this.given.remove(name);
		return (value != null) ? value : otherwise;
	}

	int number(String name, int otherwise) {
		return Integer.parseInt(value(name, String.valueOf(otherwise)));
	}

	Duration seconds(String name, String otherwise) {
		return Duration.ofMillis((long) (1000 * Double.parseDouble(value(name, otherwise))));
	}

	/**
	 * Return which of the two kinds of stores is asked for.
	 * @param name the argument
	 * @return whether it is a cluster
	 */
	boolean cluster(String name) {
		return switch (value(name, "standalone")) {
			case "standalone" -> false;
			case "cluster" -> true;
			default -> throw new IllegalArgumentException(name + " is standalone or cluster");
		};
	}

	List<String> list(String name, String otherwise) {
		return Arrays.asList(value(name, otherwise).split(","));
	}

	/**
	 * See that there are no others.
	 */
	void end() {
		if (!this.given.isEmpty()) {
			throw new IllegalArgumentException("unknown arguments: " + this.given.keySet());
		}
	}

}
