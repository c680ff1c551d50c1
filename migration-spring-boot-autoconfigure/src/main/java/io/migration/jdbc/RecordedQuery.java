package io.migration.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * A query as the application asked it, so that it can be asked again.
 *
 * @param sql its text
 * @param bindings sets its parameters; empty for a plain statement
 * @param maxRows how many rows the application asked for at most, 0 for all
 */
record RecordedQuery(String sql, List<Binding> bindings, int maxRows) {

	RecordedQuery {
		bindings = List.copyOf(bindings);
	}

	/**
	 * Sets one parameter. May be applied any number of times.
	 */
	@FunctionalInterface
	interface Binding {

		/**
		 * Set it.
		 * @param statement where to
		 * @throws SQLException if it is not accepted
		 */
		void bind(PreparedStatement statement) throws SQLException;

	}

}
