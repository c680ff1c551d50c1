package io.migration.grpc;

import java.util.List;
import java.util.regex.Pattern;

/**
 * Some methods of a service: one of them ({@code pkg.Service/Method}), those whose names
 * begin alike ({@code pkg.Service/Get*}), or all ({@code pkg.Service/*}).
 *
 * @param text the pattern
 */
public record MethodPattern(String text) {

	private static final Pattern SYNTAX = Pattern.compile("[A-Za-z_][\\w.]*/(?:[A-Za-z_]\\w*\\*?|\\*)");

	/**
	 * Create a pattern.
	 * @throws IllegalArgumentException if it is none
	 */
	public MethodPattern {
		if (!SYNTAX.matcher(text).matches()) {
			throw new IllegalArgumentException("'%s' is not a pattern of methods".formatted(text));
		}
	}

	/**
	 * Return whether a method is one of them.
	 * @param method its full name
	 * @return whether it is
	 */
	boolean matches(String method) {
		return this.text.endsWith("*") ? method.startsWith(this.text.substring(0, this.text.length() - 1))
				: method.equals(this.text);
	}

	static boolean anyMatches(List<MethodPattern> patterns, String method) {
		for (MethodPattern pattern : patterns) {
			if (pattern.matches(method)) {
				return true;
			}
		}
		return false;
	}

}
