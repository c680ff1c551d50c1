package io.migration.phase;

import io.migration.MigrationPhase;
import org.jspecify.annotations.Nullable;

/**
 * A feature flag service that says which phase is desired. Reading must be cheap and must
 * not block: it answers from what the service's client has in memory.
 */
public interface PhaseFlags {

	/**
	 * Read a flag. Never throws: whatever is wrong is a {@link Reading.Silent}.
	 * @param flag the flag's name
	 * @return what it says
	 */
	Reading read(String flag);

	/**
	 * Register a listener that is told when a reading may have changed.
	 * @param listener called from any thread; must not block
	 */
	void onChange(Runnable listener);

	/**
	 * Say where an operator sets the flag.
	 * @param flag the flag's name
	 * @return text for an error message: service, project, environment, flag
	 */
	String whereToSet(String flag);

	/**
	 * Return whether {@link #write} can work.
	 * @return {@code true} when this service accepts changes from here
	 */
	boolean writable();

	/**
	 * Set the flag for the whole fleet.
	 * @param flag the flag's name
	 * @param expected the phase the flag is believed to say
	 * @param phase the phase it shall say
	 * @throws FlagConflictException if the flag says something else than expected
	 * @throws IllegalStateException if the service refuses or cannot be reached
	 */
	void write(String flag, @Nullable MigrationPhase expected, MigrationPhase phase);

	/**
	 * What a flag says.
	 */
	sealed interface Reading {

		/**
		 * The flag names a phase.
		 *
		 * @param phase the phase
		 * @param readShare percent of reads for target in read-new, {@code null} when the
		 * flag does not say
		 */
		record Wanted(MigrationPhase phase, @Nullable Integer readShare) implements Reading {

		}

		/**
		 * The flag exists and is switched off: the kill switch.
		 */
		record Disabled() implements Reading {

		}

		/**
		 * The flag says nothing that could be acted on: keep the effective phase.
		 *
		 * @param reason why, for operators
		 */
		record Silent(String reason) implements Reading {

		}

	}

	/**
	 * The flag was changed by somebody else.
	 */
	class FlagConflictException extends RuntimeException {

		/**
		 * Create an exception.
		 * @param message what was expected and what was found
		 */
		public FlagConflictException(String message) {
			super(message);
		}

	}

}
