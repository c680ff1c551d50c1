package io.migration.phase;

import io.migration.MigrationException;
import org.jspecify.annotations.Nullable;

/**
 * The store that holds the ledger does not answer. The effective phase stays what it is.
 */
public class LedgerUnavailableException extends MigrationException {

	/**
	 * Create an exception.
	 * @param migration the migration's name
	 * @param message which store does not answer, and what to do
	 * @param cause the cause
	 */
	public LedgerUnavailableException(String migration, String message, @Nullable Throwable cause) {
		super(migration, message, cause);
	}

}
