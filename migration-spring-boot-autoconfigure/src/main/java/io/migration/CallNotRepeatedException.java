package io.migration;

import org.jspecify.annotations.Nullable;

/**
 * Source has done what was asked for, and target has not. There is no journal that would
 * make up for it. Whoever repeats the call repeats it on source, too.
 */
public class CallNotRepeatedException extends MigrationException {

	/**
	 * Create an exception.
	 * @param migration the migration's name
	 * @param reason why target has not done it
	 * @param cause the cause, if there is one
	 */
	public CallNotRepeatedException(String migration, String reason, @Nullable Throwable cause) {
		super(migration, "source has done the call, but its repetition on target failed: " + reason
				+ ". Repeat it if it may be done twice on source, or step back to shadow", cause);
	}

}
