package io.migration.jdbc;

import java.sql.ResultSet;
import java.sql.SQLException;

/**
 * Takes what it needs of one row of a result.
 */
@FunctionalInterface
interface RowReader {

	/**
	 * Read a row.
	 * @param row the result, which stands on it
	 * @throws SQLException if it cannot be read
	 */
	void read(ResultSet row) throws SQLException;

}
