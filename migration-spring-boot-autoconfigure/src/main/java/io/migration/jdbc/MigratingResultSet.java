package io.migration.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * A result set whose statement is the decorated one, and through which rows may be
 * written.
 */
final class MigratingResultSet extends DelegatingResultSet {

	private final DelegatingStatement statement;

	MigratingResultSet(DelegatingStatement statement, ResultSet delegate) {
		super(delegate);
		this.statement = statement;
	}

	@Override
	public Statement getStatement() throws SQLException {
		// the driver says whether it is closed
		delegate().getStatement();
		return this.statement;
	}

	@Override
	public void insertRow() throws SQLException {
		write(ResultSet::insertRow);
	}

	@Override
	public void updateRow() throws SQLException {
		write(ResultSet::updateRow);
	}

	@Override
	public void deleteRow() throws SQLException {
		write(ResultSet::deleteRow);
	}

	private void write(RowWrite write) throws SQLException {
		MigratingConnection connection = this.statement.connection();
		UnitOfWork unit = connection.enterToWriteRow(this.statement.ranOn());
		try {
			write.run(delegate());
		}
		catch (Throwable ex) {
			connection.failed(unit);
			throw ex;
		}
		connection.succeeded(unit);
	}

	private interface RowWrite {

		void run(ResultSet rows) throws SQLException;

	}

}
