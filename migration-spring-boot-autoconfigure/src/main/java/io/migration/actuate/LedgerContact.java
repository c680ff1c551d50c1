package io.migration.actuate;

import io.migration.phase.FleetInstance;
import io.migration.phase.PhaseControl;
import org.jspecify.annotations.Nullable;

/**
 * Who is in contact with the ledger. What operators look at must not wait for a store
 * that is known to be out of reach.
 */
final class LedgerContact {

	private static final String TROUBLE = "ledger:";

	private LedgerContact() {
	}

	static boolean established(PhaseControl control) {
		return control.joined() && trouble(control) == null;
	}

	/**
	 * Return why the ledger is out of reach.
	 * @param control phase control
	 * @return the note that says so, {@code null} if no trouble is known
	 */
	static @Nullable String trouble(PhaseControl control) {
		String note = control.note();
		return (note != null && note.startsWith(TROUBLE)) ? note : null;
	}

	/**
	 * Return whether an instance has been silent for longer than its lease.
	 * @param instance the instance
	 * @param control phase control of its migration
	 * @return whether it is silent
	 */
	static boolean lost(FleetInstance instance, PhaseControl control) {
		return instance.silence().compareTo(control.settings().lease()) > 0;
	}

	static String trouble(Exception ex) {
		return TROUBLE + " " + ex.getMessage();
	}

}
