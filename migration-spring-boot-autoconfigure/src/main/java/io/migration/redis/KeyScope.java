package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Which keys move: those that one of some patterns matches. The patterns are those of the
 * command KEYS. The migration's own keys count as in scope, where they are looked after.
 */
final class KeyScope {

	private final List<byte[]> patterns;

	private final boolean restricted;

	private KeyScope(List<byte[]> patterns, boolean restricted) {
		this.patterns = patterns;
		this.restricted = restricted;
	}

	static KeyScope of(List<String> patterns) {
		return new KeyScope(patterns.stream().map((pattern) -> pattern.getBytes(StandardCharsets.UTF_8)).toList(),
				!patterns.contains("*"));
	}

	/**
	 * Return whether there may be keys out of scope.
	 */
	boolean restricted() {
		return this.restricted;
	}

	boolean includes(byte[] key) {
		return !this.restricted || RedisKeys.isOwn(key)
				|| this.patterns.stream().anyMatch((pattern) -> matches(pattern, 0, key, 0));
	}

	/**
	 * Match as the servers do: {@code *}, {@code ?}, {@code [a-c]}, {@code [^a]}, and
	 * {@code \} before a character that stands for itself. Bytes, not characters.
	 */
	private static boolean matches(byte[] pattern, int patternFrom, byte[] key, int keyFrom) {
		int p = patternFrom;
		int k = keyFrom;
		int star = -1;
		int starKey = 0;
		while (true) {
			if (p < pattern.length && pattern[p] == '*') {
				// the last star can take over what earlier ones would have taken
				star = ++p;
				starKey = k;
				continue;
			}
			if (k == key.length) {
				return p == pattern.length;
			}
			int end = (p < pattern.length) ? one(pattern, p, key[k]) : -1;
			if (end > 0) {
				p = end;
				k++;
			}
			else if (star >= 0) {
				p = star;
				k = ++starKey;
			}
			else {
				return false;
			}
		}
	}

	/**
	 * Match one byte.
	 * @return where the pattern goes on, -1 if it does not match
	 */
	private static int one(byte[] pattern, int at, byte value) {
		return switch (pattern[at]) {
			case '?' -> at + 1;
			case '[' -> oneOf(pattern, at + 1, value);
			case '\\' -> {
				int escaped = (at + 1 < pattern.length) ? at + 1 : at;
				yield (pattern[escaped] == value) ? escaped + 1 : -1;
			}
			default -> (pattern[at] == value) ? at + 1 : -1;
		};
	}

	private static int oneOf(byte[] pattern, int from, byte value) {
		int at = from;
		boolean not = at < pattern.length && pattern[at] == '^';
		if (not) {
			at++;
		}
		boolean found = false;
		while (at < pattern.length && pattern[at] != ']') {
			if (pattern[at] == '\\' && at + 1 < pattern.length) {
				found |= pattern[at + 1] == value;
				at += 2;
			}
			else if (at + 2 < pattern.length && pattern[at + 1] == '-') {
				int one = pattern[at] & 0xff;
				int other = pattern[at + 2] & 0xff;
				int sought = value & 0xff;
				found |= sought >= Math.min(one, other) && sought <= Math.max(one, other);
				at += 3;
			}
			else {
				found |= pattern[at] == value;
				at++;
			}
		}
		return (found != not) ? Math.min(at + 1, pattern.length) : -1;
	}

	/**
	 * Say how keys that are named together relate to the scope.
	 * @param keys the keys, at least one
	 */
	Relation relation(List<byte[]> keys) {
		boolean in = false;
		boolean out = false;
		for (byte[] key : keys) {
			if (includes(key)) {
				in = true;
			}
			else {
				out = true;
			}
		}
		return !out ? Relation.IN : in ? Relation.MIXED : Relation.OUT;
	}

	/**
	 * How keys relate to the scope.
	 */
	enum Relation {

		/** All are in scope. */
		IN,

		/** None is in scope. */
		OUT,

		/** Some are in scope. */
		MIXED

	}

}
