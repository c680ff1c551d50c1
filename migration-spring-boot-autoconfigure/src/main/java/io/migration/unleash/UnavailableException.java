package io.migration.unleash;

import io.getunleash.UnleashException;
import org.jspecify.annotations.Nullable;

/**
 * The Unleash server gave no answer to a fetch, or none that is one.
 */
final class UnavailableException extends UnleashException {

	UnavailableException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
