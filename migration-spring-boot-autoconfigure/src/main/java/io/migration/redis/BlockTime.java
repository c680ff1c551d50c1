package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * How long a command would block.
 *
 * @param index which argument says so
 * @param seconds whether in seconds, with a fraction, or else in milliseconds
 * @param time the time, {@code null} for ever
 */
record BlockTime(int index, boolean seconds, @Nullable Duration time) {

	/**
	 * Return whether it is known how to find the time of a command.
	 * @param name the command's name in upper case
	 */
	static boolean known(String name) {
		return switch (name) {
			case "BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX", "BLMPOP", "BZMPOP", "XREAD",
					"XREADGROUP" ->
				true;
			default -> false;
		};
	}

	/**
	 * Find the time.
	 * @param name the command's name in upper case
	 * @param arguments its arguments, the name first
	 * @return the time; {@code null} if it does not block, or the server will find the
	 * time to be wrong
	 */
	static @Nullable BlockTime of(String name, List<byte[]> arguments) {
		int index = switch (name) {
			case "BLPOP", "BRPOP", "BLMOVE", "BRPOPLPUSH", "BZPOPMIN", "BZPOPMAX" -> arguments.size() - 1;
			case "BLMPOP", "BZMPOP" -> 1;
			default -> blockOption(arguments);
		};
		if (index < 1 || index >= arguments.size()) {
			return null;
		}
		boolean seconds = !name.startsWith("X");
		try {
			double number = Double.parseDouble(word(arguments, index));
			if (!(number >= 0) || number > Integer.MAX_VALUE * 1000.0) {
				return null;
			}
			// as the server does, a time that is not zero never becomes so
			long nanos = (long) Math.ceil(number * (seconds ? 1_000_000_000.0 : 1_000_000.0));
			return new BlockTime(index, seconds, (nanos == 0) ? null : Duration.ofNanos(nanos));
		}
		catch (NumberFormatException ex) {
			return null;
		}
	}

	private static int blockOption(List<byte[]> arguments) {
		for (int i = 1; i < arguments.size(); i++) {
			switch (word(arguments, i)) {
				case "GROUP" -> i += 2;
				case "COUNT" -> i++;
				case "BLOCK" -> {
					return i + 1;
				}
				case "STREAMS" -> {
					return -1;
				}
				default -> {
					// an option without a value
				}
			}
		}
		return -1;
	}

	/**
	 * Return the arguments with another time.
	 * @param arguments the arguments
	 * @param millis the time, {@code null} for ever
	 * @return new arguments
	 */
	WireArguments with(List<byte[]> arguments, @Nullable Long millis) {
		List<byte[]> changed = new ArrayList<>(arguments);
		String text = (millis == null) ? "0"
				: this.seconds ? String.valueOf(Math.max(1, millis) / 1000.0) : String.valueOf(Math.max(1, millis));
		changed.set(this.index, text.getBytes(StandardCharsets.US_ASCII));
		return WireArguments.of(changed);
	}

	private static String word(List<byte[]> arguments, int index) {
		return new String(arguments.get(index), StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
	}

}
