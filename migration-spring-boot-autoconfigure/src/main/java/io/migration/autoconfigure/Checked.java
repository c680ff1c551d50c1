package io.migration.autoconfigure;

import java.time.Duration;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.convert.DurationStyle;

/**
 * Checks values, and names the offending property.
 *
 * @param prefix what the properties begin with
 */
record Checked(String prefix) {

	/** What is said of a value that other versions take. */
	static final String LATER = "this version does not have";

	InvalidMigrationException invalid(String property, Object value, String problem, String action) {
		return new InvalidMigrationException(
				"The property '%s.%s' has the value '%s', which %s.".formatted(this.prefix, property, value, problem),
				action);
	}

	InvalidMigrationException later(String property, Enum<?> value, String action) {
		return invalid(property, value.name().toLowerCase(Locale.ROOT).replace('_', '-'), LATER, action);
	}

	Duration positive(String property, Duration value) {
		if (value.isNegative() || value.isZero()) {
			throw invalid(property, value, "is not a positive duration", "Use a duration such as 2s.");
		}
		return value;
	}

	double within(String property, double value, double least, double most) {
		if (!(value >= least && value <= most)) {
			throw invalid(property, plain(value), "is not between %s and %s".formatted(plain(least), plain(most)),
					"Use a value in that range.");
		}
		return value;
	}

	long positive(String property, long value) {
		if (value <= 0) {
			throw invalid(property, value, "is not a positive number", "Use a whole number from 1.");
		}
		return value;
	}

	private static String plain(double number) {
		return (number == Math.rint(number)) ? String.valueOf((long) number) : String.valueOf(number);
	}

	private static boolean isOff(@Nullable String value) {
		return value == null || value.equalsIgnoreCase("off") || value.equalsIgnoreCase("false");
	}

	boolean on(String property, String value) {
		if (isOff(value)) {
			return false;
		}
		if (value.equalsIgnoreCase("on") || value.equalsIgnoreCase("true")) {
			return true;
		}
		throw invalid(property, value, "is neither on nor off", "Use on or off.");
	}

	@Nullable Duration duration(String property, @Nullable String value) {
		return parse(property, value, DurationStyle::detectAndParse, (duration) -> !duration.isNegative(),
				"is not a duration", "Use a duration such as 24h, or off.");
	}

	@Nullable Long count(String property, @Nullable String value) {
		return parse(property, value, Long::valueOf, (count) -> count >= 0, "is not a count",
				"Use a whole number from 0, or off.");
	}

	@Nullable Double rate(String property, @Nullable String value) {
		return parse(property, value, Double::valueOf, (rate) -> rate >= 0 && rate <= 1, "is not between 0 and 1",
				"Use a share from 0 to 1, or off.");
	}

	private <T> @Nullable T parse(String property, @Nullable String value, Function<String, T> parser,
			Predicate<T> valid, String problem, String action) {
		if (value == null || isOff(value)) {
			return null;
		}
		try {
			T parsed = parser.apply(value);
			if (valid.test(parsed)) {
				return parsed;
			}
		}
		catch (IllegalArgumentException ex) {
			throw invalid(property, value, problem, action);
		}
		throw invalid(property, value, problem, action);
	}

}
