package io.migration;

import org.jspecify.annotations.Nullable;

/**
 * Base of all exceptions that a migration raises. The message names the migration, what
 * was refused, why, and what to do.
 */
public class MigrationException extends RuntimeException {

	private final String migration;

	/**
	 * Create an exception.
	 * @param migration the migration's name
	 * @param message what was refused, why, and what to do
	 */
	public MigrationException(String migration, String message) {
		this(migration, message, null);
	}

	/**
	 * Create an exception.
	 * @param migration the migration's name
	 * @param message what was refused, why, and what to do
	 * @param cause the cause, if there is one
	 */
	public MigrationException(String migration, String message, @Nullable Throwable cause) {
		super("Migration '" + migration + "': " + message, cause);
		this.migration = migration;
	}

	/**
	 * Return the migration that raised this exception.
	 * @return the migration's name
	 */
	public String getMigration() {
		return this.migration;
	}

}
