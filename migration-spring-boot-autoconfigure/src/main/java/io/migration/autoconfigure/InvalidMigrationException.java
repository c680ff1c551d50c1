package io.migration.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * A migration is configured in a way that cannot work; the application must not start.
 */
public class InvalidMigrationException extends RuntimeException {

	private final String action;

	/**
	 * Create an exception.
	 * @param description what is wrong, naming the property
	 * @param action what to do
	 */
	public InvalidMigrationException(String description, String action) {
		this(description, action, null);
	}

	/**
	 * Create an exception.
	 * @param description what is wrong, naming the property
	 * @param action what to do
	 * @param cause the cause, if there is one
	 */
	public InvalidMigrationException(String description, String action, @Nullable Throwable cause) {
		super(description + " " + action, cause);
		this.action = action;
	}

	/**
	 * Return what is wrong.
	 * @return the description
	 */
	public String getDescription() {
		String message = String.valueOf(getMessage());
		return message.substring(0, message.length() - this.action.length()).strip();
	}

	/**
	 * Return what to do.
	 * @return the action
	 */
	public String getAction() {
		return this.action;
	}

}
