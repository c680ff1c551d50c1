package io.migration.jdbc;

import java.sql.SQLException;
import java.sql.Statement;

import org.jspecify.annotations.Nullable;

/**
 * What an application has set on a statement, to be set on each physical statement behind
 * it. {@code null} is what has not been set.
 */
final class StatementSettings {

	private @Nullable Integer fetchSize;

	private @Nullable Integer fetchDirection;

	private @Nullable Long maxRows;

	private @Nullable Integer maxFieldSize;

	private @Nullable Integer queryTimeout;

	private @Nullable Boolean escapeProcessing;

	private @Nullable Boolean poolable;

	private @Nullable String cursorName;

	private boolean closeOnCompletion;

	/**
	 * Set everything on a physical statement.
	 * @param statement the statement
	 * @throws SQLException if it does not accept something
	 */
	void apply(Statement statement) throws SQLException {
		if (this.fetchSize != null) {
			statement.setFetchSize(this.fetchSize);
		}
		if (this.fetchDirection != null) {
			statement.setFetchDirection(this.fetchDirection);
		}
		if (this.maxRows != null) {
			applyMaxRows(statement, this.maxRows);
		}
		if (this.maxFieldSize != null) {
			statement.setMaxFieldSize(this.maxFieldSize);
		}
		if (this.queryTimeout != null) {
			statement.setQueryTimeout(this.queryTimeout);
		}
		if (this.escapeProcessing != null) {
			statement.setEscapeProcessing(this.escapeProcessing);
		}
		if (this.poolable != null) {
			statement.setPoolable(this.poolable);
		}
		if (this.cursorName != null) {
			statement.setCursorName(this.cursorName);
		}
		if (this.closeOnCompletion) {
			statement.closeOnCompletion();
		}
	}

	private static void applyMaxRows(Statement statement, long maxRows) throws SQLException {
		// the large form is optional in drivers
		if (maxRows <= Integer.MAX_VALUE) {
			statement.setMaxRows((int) maxRows);
		}
		else {
			statement.setLargeMaxRows(maxRows);
		}
	}

	int fetchSize() {
		return (this.fetchSize != null) ? this.fetchSize : 0;
	}

	void fetchSize(int fetchSize) {
		this.fetchSize = fetchSize;
	}

	@Nullable Integer fetchDirection() {
		return this.fetchDirection;
	}

	void fetchDirection(int fetchDirection) {
		this.fetchDirection = fetchDirection;
	}

	long maxRows() {
		return (this.maxRows != null) ? this.maxRows : 0;
	}

	void maxRows(long maxRows) {
		this.maxRows = maxRows;
	}

	int maxFieldSize() {
		return (this.maxFieldSize != null) ? this.maxFieldSize : 0;
	}

	void maxFieldSize(int maxFieldSize) {
		this.maxFieldSize = maxFieldSize;
	}

	int queryTimeout() {
		return (this.queryTimeout != null) ? this.queryTimeout : 0;
	}

	void queryTimeout(int queryTimeout) {
		this.queryTimeout = queryTimeout;
	}

	void escapeProcessing(boolean escapeProcessing) {
		this.escapeProcessing = escapeProcessing;
	}

	boolean poolable() {
		return (this.poolable != null) && this.poolable;
	}

	void poolable(boolean poolable) {
		this.poolable = poolable;
	}

	void cursorName(String cursorName) {
		this.cursorName = cursorName;
	}

	boolean closesOnCompletion() {
		return this.closeOnCompletion;
	}

	void closeOnCompletion() {
		this.closeOnCompletion = true;
	}

}
