package io.migration.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.sql.SQLWarning;
import java.sql.Statement;

import org.jspecify.annotations.Nullable;

/**
 * What decorated statements have in common: settings that outlive the driver's statement,
 * results whose statement is the decorated one.
 */
abstract class DelegatingStatement implements Statement {

	private final MigratingConnection connection;

	private @Nullable StatementSettings settings;

	private @Nullable MigratingResultSet results;

	private volatile boolean closed;

	DelegatingStatement(MigratingConnection connection) {
		this.connection = connection;
	}

	/**
	 * Return the driver's statement.
	 * @return the present one, {@code null} if there is none yet
	 */
	abstract @Nullable Statement present();

	/**
	 * Return the driver's statement, made if need be.
	 * @return the statement
	 * @throws SQLException if there is no connection
	 */
	abstract Statement delegate() throws SQLException;

	/**
	 * Return the physical connection that the driver's statement belongs to.
	 */
	abstract Connection ranOn();

	final MigratingConnection connection() {
		return this.connection;
	}

	final void checkOpen() throws SQLException {
		if (this.closed) {
			throw new SQLException("the statement is closed");
		}
		this.connection.checkOpen();
	}

	/**
	 * Apply what was set to another of the driver's statements.
	 */
	final void applySettings(Statement statement) throws SQLException {
		if (this.settings != null) {
			this.settings.apply(statement);
		}
	}

	final int maxRows() {
		long max = (this.settings != null) ? this.settings.maxRows() : 0;
		return (int) Math.min(max, Integer.MAX_VALUE);
	}

	private StatementSettings settings() throws SQLException {
		checkOpen();
		if (this.settings == null) {
			this.settings = new StatementSettings();
		}
		return this.settings;
	}

	/**
	 * Decorate a result set of the driver.
	 */
	final @Nullable ResultSet decorate(@Nullable ResultSet original) {
		if (original == null) {
			return null;
		}
		MigratingResultSet last = this.results;
		if (last == null || last.delegate() != original) {
			last = new MigratingResultSet(this, original);
			this.results = last;
		}
		return last;
	}

	@Override
	public Connection getConnection() throws SQLException {
		checkOpen();
		return this.connection;
	}

	@Override
	public void close() throws SQLException {
		this.closed = true;
		this.results = null;
		Statement present = present();
		if (present != null) {
			present.close();
		}
	}

	@Override
	public boolean isClosed() throws SQLException {
		if (this.closed || this.connection.isClosed()) {
			return true;
		}
		Statement present = present();
		return present != null && present.isClosed();
	}

	@Override
	public void cancel() throws SQLException {
		checkOpen();
		Statement present = present();
		if (present != null) {
			present.cancel();
		}
	}

	@Override
	@SuppressWarnings("NullAway") // as JDBC has it
	public ResultSet getResultSet() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? decorate(present.getResultSet()) : null;
	}

	@Override
	@SuppressWarnings("NullAway") // the driver's is not null
	public ResultSet getGeneratedKeys() throws SQLException {
		checkOpen();
		// not remembered: it is no result
		return new MigratingResultSet(this, delegate().getGeneratedKeys());
	}

	@Override
	public int getUpdateCount() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? present.getUpdateCount() : -1;
	}

	@Override
	public long getLargeUpdateCount() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? present.getLargeUpdateCount() : -1;
	}

	@Override
	public boolean getMoreResults() throws SQLException {
		checkOpen();
		Statement present = present();
		return present != null && present.getMoreResults();
	}

	@Override
	public boolean getMoreResults(int current) throws SQLException {
		checkOpen();
		Statement present = present();
		return present != null && present.getMoreResults(current);
	}

	@Override
	@SuppressWarnings("NullAway") // as JDBC has it
	public SQLWarning getWarnings() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? present.getWarnings() : null;
	}

	@Override
	public void clearWarnings() throws SQLException {
		checkOpen();
		Statement present = present();
		if (present != null) {
			present.clearWarnings();
		}
	}

	@Override
	public int getFetchSize() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? present.getFetchSize() : settings().fetchSize();
	}

	@Override
	public void setFetchSize(int rows) throws SQLException {
		StatementSettings remembered = settings();
		Statement present = present();
		if (present != null) {
			present.setFetchSize(rows);
		}
		remembered.fetchSize(rows);
	}

	@Override
	public int getFetchDirection() throws SQLException {
		checkOpen();
		Statement present = present();
		if (present != null) {
			return present.getFetchDirection();
		}
		Integer remembered = settings().fetchDirection();
		return (remembered != null) ? remembered : ResultSet.FETCH_FORWARD;
	}

	@Override
	public void setFetchDirection(int direction) throws SQLException {
		StatementSettings remembered = settings();
		Statement present = present();
		if (present != null) {
			present.setFetchDirection(direction);
		}
		remembered.fetchDirection(direction);
	}

	@Override
	public int getMaxRows() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? present.getMaxRows() : maxRows();
	}

	@Override
	public void setMaxRows(int max) throws SQLException {
		StatementSettings remembered = settings();
		Statement present = present();
		if (present != null) {
			present.setMaxRows(max);
		}
		remembered.maxRows(max);
	}

	@Override
	public long getLargeMaxRows() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? present.getLargeMaxRows() : settings().maxRows();
	}

	@Override
	public void setLargeMaxRows(long max) throws SQLException {
		StatementSettings remembered = settings();
		Statement present = present();
		if (present != null) {
			present.setLargeMaxRows(max);
		}
		remembered.maxRows(max);
	}

	@Override
	public int getMaxFieldSize() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? present.getMaxFieldSize() : settings().maxFieldSize();
	}

	@Override
	public void setMaxFieldSize(int max) throws SQLException {
		StatementSettings remembered = settings();
		Statement present = present();
		if (present != null) {
			present.setMaxFieldSize(max);
		}
		remembered.maxFieldSize(max);
	}

	@Override
	public int getQueryTimeout() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? present.getQueryTimeout() : settings().queryTimeout();
	}

	@Override
	public void setQueryTimeout(int seconds) throws SQLException {
		StatementSettings remembered = settings();
		Statement present = present();
		if (present != null) {
			present.setQueryTimeout(seconds);
		}
		remembered.queryTimeout(seconds);
	}

	@Override
	public void setEscapeProcessing(boolean enable) throws SQLException {
		StatementSettings remembered = settings();
		Statement present = present();
		if (present != null) {
			present.setEscapeProcessing(enable);
		}
		remembered.escapeProcessing(enable);
	}

	@Override
	public void setCursorName(String name) throws SQLException {
		StatementSettings remembered = settings();
		Statement present = present();
		if (present != null) {
			present.setCursorName(name);
		}
		remembered.cursorName(name);
	}

	@Override
	public boolean isPoolable() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? present.isPoolable() : settings().poolable();
	}

	@Override
	public void setPoolable(boolean poolable) throws SQLException {
		StatementSettings remembered = settings();
		Statement present = present();
		if (present != null) {
			present.setPoolable(poolable);
		}
		remembered.poolable(poolable);
	}

	@Override
	public boolean isCloseOnCompletion() throws SQLException {
		checkOpen();
		Statement present = present();
		return (present != null) ? present.isCloseOnCompletion() : settings().closesOnCompletion();
	}

	@Override
	public void closeOnCompletion() throws SQLException {
		StatementSettings remembered = settings();
		Statement present = present();
		if (present != null) {
			present.closeOnCompletion();
		}
		remembered.closeOnCompletion();
	}

	@Override
	public void clearBatch() throws SQLException {
		checkOpen();
		Statement present = present();
		if (present != null) {
			present.clearBatch();
		}
	}

	@Override
	public String enquoteLiteral(String text) throws SQLException {
		return delegate().enquoteLiteral(text);
	}

	@Override
	public String enquoteNCharLiteral(String text) throws SQLException {
		return delegate().enquoteNCharLiteral(text);
	}

	@Override
	public String enquoteIdentifier(String identifier, boolean alwaysQuote) throws SQLException {
		return delegate().enquoteIdentifier(identifier, alwaysQuote);
	}

	@Override
	public boolean isSimpleIdentifier(String identifier) throws SQLException {
		return delegate().isSimpleIdentifier(identifier);
	}

	@Override
	public <T> T unwrap(Class<T> type) throws SQLException {
		return type.isInstance(this) ? type.cast(this) : delegate().unwrap(type);
	}

	@Override
	public boolean isWrapperFor(Class<?> type) throws SQLException {
		return type.isInstance(this) || delegate().isWrapperFor(type);
	}

	@Override
	public String toString() {
		Statement present = present();
		return "migrating " + ((present != null) ? present : "statement (not executed)");
	}

	/**
	 * Refuse what only a plain statement may do.
	 */
	static SQLException onlyPlain() {
		return new SQLFeatureNotSupportedException("a prepared statement does not take another text", "07001");
	}

	/**
	 * Something to execute.
	 *
	 * @param <S> the type of statement
	 * @param <T> the type of the result
	 */
	@FunctionalInterface
	interface Execution<S extends Statement, T extends @Nullable Object> {

		T run(S statement) throws SQLException;

	}

}
