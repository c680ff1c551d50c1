package io.migration.jdbc;

import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;

/**
 * What the SQL state of a failure says.
 */
final class Failures {

	private static final String READ_ONLY = "25006";

	private static final String CONNECTION = "08";

	/** An operator ends the session, the server, or it is just starting. */
	private static final String OPERATOR = "57P0";

	private Failures() {
	}

	/**
	 * Return whether a session or transaction that only reads has refused to write.
	 * @param failure the failure
	 * @return whether it, or what caused it, says so
	 */
	static boolean refusedToWrite(SQLException failure) {
		for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException ex && READ_ONLY.equals(ex.getSQLState())) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Return whether the connection is gone.
	 * @param failure the failure
	 * @return whether it says so
	 */
	static boolean connectionLost(SQLException failure) {
		String state = failure.getSQLState();
		return failure instanceof SQLNonTransientConnectionException
				|| failure instanceof SQLTransientConnectionException
				|| (state != null && (state.startsWith(CONNECTION) || state.startsWith(OPERATOR)));
	}

}
