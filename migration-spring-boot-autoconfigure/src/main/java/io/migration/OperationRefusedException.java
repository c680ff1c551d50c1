package io.migration;

/**
 * An operation was refused before it touched anything, because the migration could not
 * keep its guarantees in the present phase.
 */
public class OperationRefusedException extends MigrationException {

	/**
	 * Create an exception.
	 * @param migration the migration's name
	 * @param message what was refused, why, and what to do
	 */
	public OperationRefusedException(String migration, String message) {
		super(migration, message);
	}

}
