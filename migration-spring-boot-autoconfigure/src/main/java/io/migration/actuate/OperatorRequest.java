package io.migration.actuate;

import java.util.List;
import java.util.Map;

import io.migration.MigrationPhase;
import org.jspecify.annotations.Nullable;

/**
 * What an operator asks for by a {@code POST}.
 *
 * @param migration the migration's name, empty when the request names none
 * @param action what to do: the rest of the path
 * @param by who asks
 * @param arguments the body's properties
 */
record OperatorRequest(String migration, List<String> action, String by, Map<String, Object> arguments) {

	/**
	 * Return a property of the body.
	 * @param name its name
	 * @return its value, {@code null} if it is missing
	 */
	@Nullable String text(String name) {
		Object value = this.arguments.get(name);
		return (value != null) ? value.toString() : null;
	}

	@Nullable String reason() {
		return text("reason");
	}

	boolean flag(String name) {
		String value = text(name);
		if (value == null || "false".equalsIgnoreCase(value)) {
			return false;
		}
		if ("true".equalsIgnoreCase(value)) {
			return true;
		}
		throw new MalformedException("'%s' is neither true nor false: '%s'".formatted(name, value));
	}

	MigrationPhase phase() {
		String to = text("to");
		if (to == null) {
			throw new MalformedException("'to' is missing: the phase to walk to, for example {\"to\": \"shadow\"}");
		}
		try {
			return MigrationPhase.of(to);
		}
		catch (IllegalArgumentException ex) {
			throw new MalformedException(String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * Return the limit of a job.
	 * @return items per second, {@code null} for no limit
	 */
	@Nullable Long limit() {
		String value = text("limit");
		if (value == null) {
			return null;
		}
		try {
			long limit = Long.parseLong(value);
			if (limit > 0) {
				return limit;
			}
		}
		catch (NumberFormatException ex) {
			// said below
		}
		throw new MalformedException("'limit' is not a number of items per second: '%s'".formatted(value));
	}

	/**
	 * The request cannot be understood.
	 */
	static final class MalformedException extends RuntimeException {

		MalformedException(String message) {
			super(message);
		}

	}

}
