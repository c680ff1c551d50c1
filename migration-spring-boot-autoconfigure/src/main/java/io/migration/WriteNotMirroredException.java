package io.migration;

import org.jspecify.annotations.Nullable;

/**
 * The write has succeeded on the authority and stands in the journal, but the other side
 * did not confirm it in time. It must not be repeated: the relay will deliver it.
 */
public class WriteNotMirroredException extends MigrationException {

	/**
	 * Create an exception.
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

}
