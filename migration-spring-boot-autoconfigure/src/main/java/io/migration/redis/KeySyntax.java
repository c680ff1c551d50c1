package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Where the keys of a command are for which the server's key specifications say too
 * little, or something else than what a copy needs, although its syntax tells.
 */
enum KeySyntax {

	/**
	 * The server calls the key after {@code STORE} unknown, because the keyword may stand
	 * anywhere. Each option has a known number of values, so it can be found. What
	 * {@code BY} and {@code GET} read depends on the data.
	 */
	SORT {

		private static final Map<String, Integer> VALUES_OF_OPTION = Map.of("LIMIT", 2, "BY", 1, "GET", 1, "STORE", 1);

		@Override
		@Nullable List<byte[]> keys(List<byte[]> arguments, boolean writtenOnly) {
			List<byte[]> keys = new ArrayList<>(2);
			if (!writtenOnly && arguments.size() > 1) {
				keys.add(arguments.get(1));
			}
			for (int i = 2; i < arguments.size(); i++) {
				String option = word(arguments, i);
				int values = VALUES_OF_OPTION.getOrDefault(option, 0);
				if (i + values >= arguments.size()) {
					break;
				}
				if (option.equals("STORE")) {
					keys.add(arguments.get(i + 1));
				}
				else if (!writtenOnly && (option.equals("BY") || option.equals("GET"))
						&& word(arguments, i + 1).contains("*")) {
					return null;
				}
				i += values;
			}
			return keys;
		}

	},

	/**
	 * The server says that the streams are only read, but the group's pending entries and
	 * its last id are part of their state.
	 */
	XREADGROUP {

		@Override
		@Nullable List<byte[]> keys(List<byte[]> arguments, boolean writtenOnly) {
			for (int i = 4; i < arguments.size(); i++) {
				if (word(arguments, i).equals("STREAMS")) {
					return arguments.subList(i + 1, i + 1 + (arguments.size() - i - 1) / 2);
				}
			}
			return null;
		}

	},

	/**
	 * The server calls the keys after {@code KEYS} incomplete, because a password may be
	 * that word. They count only if the key in its usual place is empty.
	 */
	MIGRATE {

		@Override
		@Nullable List<byte[]> keys(List<byte[]> arguments, boolean writtenOnly) {
			if (arguments.size() < 6) {
				return null;
			}
			if (arguments.get(3).length > 0) {
				return List.of(arguments.get(3));
			}
			for (int i = 6; i < arguments.size(); i++) {
				switch (word(arguments, i)) {
					case "AUTH" -> i++;
					case "AUTH2" -> i += 2;
					case "KEYS" -> {
						return arguments.subList(i + 1, arguments.size());
					}
					default -> {
						// an option without a value
					}
				}
			}
			return null;
		}

	};

	/**
	 * Return the syntax of a command.
	 * @param name its name in upper case
	 * @return the syntax, {@code null} if the server's specifications are to be followed
	 */
	static @Nullable KeySyntax of(String name) {
		return switch (name) {
			case "SORT", "SORT_RO" -> SORT;
			case "XREADGROUP" -> XREADGROUP;
			case "MIGRATE" -> MIGRATE;
			default -> null;
		};
	}

	/**
	 * Return the keys of a command.
	 * @param arguments its arguments, the name first
	 * @param writtenOnly whether keys that are only read are left out
	 * @return the keys, {@code null} if they cannot be determined
	 */
	abstract @Nullable List<byte[]> keys(List<byte[]> arguments, boolean writtenOnly);

	private static String word(List<byte[]> arguments, int index) {
		return new String(arguments.get(index), StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
	}

}
