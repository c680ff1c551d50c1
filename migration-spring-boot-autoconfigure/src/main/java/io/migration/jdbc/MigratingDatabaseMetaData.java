package io.migration.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;

/**
 * What the side with authority says of itself; the connection is the decorated one.
 */
final class MigratingDatabaseMetaData extends DelegatingDatabaseMetaData {

	private final MigratingConnection connection;

	MigratingDatabaseMetaData(MigratingConnection connection, DatabaseMetaData delegate) {
		super(delegate);
		this.connection = connection;
	}

	@Override
	public Connection getConnection() {
		return this.connection;
	}

}
