package io.migration.jdbc;

import java.sql.SQLException;

import io.migration.WriteNotMirroredException;

/**
 * The JDBC form of {@link WriteNotMirroredException}: the transaction <em>is
 * committed</em> on the authority and stands in the journal, but the other side did not
 * confirm it in time. It must not be repeated. Its SQL state is {@value #SQL_STATE}.
 */
public class WriteNotMirroredSQLException extends SQLException {

	/** The SQL state. */
	public static final String SQL_STATE = "MG001";

	/**
	 * Create an exception.
	 * @param cause says which migration, and why
	 */
	public WriteNotMirroredSQLException(WriteNotMirroredException cause) {
		super(cause.getMessage(), SQL_STATE, cause);
	}

}
