package io.migration.http;

import java.io.IOException;

/**
 * Source has done what was asked for, and target has not. Repeating the call repeats it
 * on source, too.
 */
public final class CallNotRepeatedException extends IOException {

	CallNotRepeatedException(String migration, String reason) {
		super("Migration '%s': source has done the call, but its repetition on target failed: %s".formatted(migration,
				reason));
	}

}
