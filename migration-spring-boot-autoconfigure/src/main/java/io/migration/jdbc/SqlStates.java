package io.migration.jdbc;

import java.sql.BatchUpdateException;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.sql.SQLTransientConnectionException;
import java.util.stream.Stream;

/**
 * What the codes of exceptions say.
 */
final class SqlStates {

	private SqlStates() {
	}

	/**
	 * Return whether a unique key was taken.
	 */
	static boolean isDuplicate(SQLException ex) {
		for (SQLException one = ex; one != null; one = one.getNextException()) {
			String state = one.getSQLState();
			// by exclusion on PostgreSQL; the general class on MySQL, with its own code
			if ("23505".equals(state) || "23P01".equals(state)
					|| ("23000".equals(state) && (one.getErrorCode() == 1062 || one.getErrorCode() == 0))) {
				return true;
			}
			if (one.getNextException() == null && one instanceof BatchUpdateException
					&& one.getCause() instanceof SQLException cause && cause != one) {
				return isDuplicate(cause);
			}
		}
		return false;
	}

	/**
	 * Return whether a session or transaction that only reads has refused to write.
	 */
	static boolean isReadOnlyRefusal(SQLException ex) {
		for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException one && "25006".equals(one.getSQLState())) {
				return true;
			}
		}
		return false;
	}

	/**
	 * Return whether the connection was lost, or could not be had; an operator who ends
	 * the session or the server included.
	 */
	static boolean isConnectionFailure(SQLException ex) {
		String state = ex.getSQLState();
		return ex instanceof SQLNonTransientConnectionException || ex instanceof SQLTransientConnectionException
				|| (state != null && (state.startsWith("08") || state.startsWith("57P0")));
	}

	/**
	 * Return whether PostgreSQL has refused a statement or its values for what they are:
	 * trying again does not help, another statement may.
	 */
	static boolean isRefusal(SQLException ex) {
		String state = String.valueOf(ex.getSQLState());
		return Stream.of("0A", "21", "22", "23", "42", "44").anyMatch(state::startsWith);
	}

	/**
	 * Return whether a right is missing.
	 */
	static boolean isNotPermitted(SQLException ex) {
		return "42501".equals(ex.getSQLState());
	}

}
