package io.migration.mirror;

/**
 * Another instance runs the relay, or authority has moved: this one stands aside, and
 * nothing is wrong with either side.
 */
public final class NotInChargeException extends RuntimeException {

	/**
	 * Create it.
	 * @param message who is in charge
	 */
	public NotInChargeException(String message) {
		super(message);
	}

}
