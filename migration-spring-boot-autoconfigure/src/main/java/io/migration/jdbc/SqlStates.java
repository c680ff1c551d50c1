package io.migration.jdbc;

import java.sql.BatchUpdateException;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

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
	 * Return whether a session that only reads has refused to write.
	 */
	static boolean isReadOnlyRefusal(SQLException ex) {
		return "25006".equals(ex.getSQLState());
	}

	/**
	 * Return whether the connection was lost, or could not be had.
	 */
	static boolean isConnectionFailure(SQLException ex) {
		String state = ex.getSQLState();
		return state != null && state.startsWith("08");
	}

	/**
	 * Return whether a right is missing.
	 */
	static boolean isNotPermitted(@Nullable SQLException ex) {
		return ex != null && "42501".equals(ex.getSQLState());
	}

}
