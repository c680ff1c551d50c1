package io.migration;

import org.jspecify.annotations.Nullable;

/**
 * The write has succeeded on the authority, but the other side did not confirm it. It
 * must not be repeated. Where there is a journal it stands there, and the relay will
 * deliver it; a migration without one leaves that to the application.
 */
public class WriteNotMirroredException extends MigrationException {

	/**
	 * Create an exception for a migration with a journal.
	 * @param migration the migration's name
	 * @param reason why the other side has not confirmed the write
	 * @param cause the cause, if there is one
	 */
	public WriteNotMirroredException(String migration, String reason, @Nullable Throwable cause) {
		super(migration,
				"the write is done on the authority and journaled, but not yet on the other side: " + reason
						+ ". Do not repeat it; it is delivered when the other side is back, or step back to shadow",
				cause);
	}

	private WriteNotMirroredException(String migration, @Nullable Throwable cause, String message) {
		super(migration, message, cause);
	}

	/**
	 * Create an exception for a migration that has no journal.
	 * @param migration the migration's name
	 * @param reason why the other side has not confirmed the write
	 * @param cause the cause, if there is one
	 * @return the exception
	 */
	public static WriteNotMirroredException withoutJournal(String migration, String reason, @Nullable Throwable cause) {
		return new WriteNotMirroredException(migration, cause,
				"the write is done on source, but not known to be done on target: " + reason
						+ ". Do not repeat it; bring it to target or take it back, for nothing else will, or step back to shadow");
	}

}
