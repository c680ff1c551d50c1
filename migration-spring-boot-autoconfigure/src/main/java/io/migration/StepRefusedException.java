package io.migration;

/**
 * A change of phase was refused; the effective phase is what it was.
 */
public class StepRefusedException extends MigrationException {

	/**
	 * Create an exception.
	 * @param migration the migration's name
	 * @param message which step was refused, why, and what to do
	 */
	public StepRefusedException(String migration, String message) {
		super(migration, message);
	}

}
