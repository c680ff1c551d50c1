package io.migration.jdbc;

import java.sql.CallableStatement;
import java.sql.SQLException;

/**
 * A call of a procedure, which may write whatever its text says.
 */
final class MigratingCallableStatement extends DelegatingCallableStatement {

	MigratingCallableStatement(MigratingConnection connection, String sql, Preparation preparation, boolean updatable)
			throws SQLException {
		super(connection, sql, preparation, updatable);
	}

	@Override
	CallableStatement callable() {
		return (CallableStatement) delegate();
	}

}
