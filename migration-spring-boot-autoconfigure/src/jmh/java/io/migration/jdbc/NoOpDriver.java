package io.migration.jdbc;

import java.io.PrintWriter;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Modifier;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.logging.Logger;

import javax.sql.DataSource;

import net.bytebuddy.ByteBuddy;
import net.bytebuddy.dynamic.loading.ClassLoadingStrategy;
import net.bytebuddy.implementation.StubMethod;
import net.bytebuddy.matcher.ElementMatchers;

/**
 * A database that answers at once, in the calling thread, with one row: so that what
 * stands in front of it is all that is measured.
 * <p>
 * What the benchmark calls is written out below, and allocates nothing: a connection has
 * one statement for queries and one for updates, and hands them out again and again. The
 * rest of JDBC's hundreds of methods is filled in once, as final classes whose methods
 * return zero or nothing.
 */
final class NoOpDriver implements DataSource {

	private static final Class<? extends AnsweringConnection> CONNECTION = filled(AnsweringConnection.class);

	private static final Class<? extends AnsweringStatement> STATEMENT = filled(AnsweringStatement.class);

	private static final Class<? extends AnsweringResult> RESULT = filled(AnsweringResult.class);

	private static final ResultSetMetaData COLUMNS = create(filled(AnsweringColumns.class));

	private static final Class<? extends AnsweringMetaData> META_DATA = filled(AnsweringMetaData.class);

	private static <T> Class<? extends T> filled(Class<T> type) {
		return new ByteBuddy().subclass(type)
			.modifiers(Modifier.FINAL)
			.method(ElementMatchers.isAbstract())
			.intercept(StubMethod.INSTANCE)
			.make()
			.load(NoOpDriver.class.getClassLoader(), ClassLoadingStrategy.UsingLookup.of(MethodHandles.lookup()))
			.getLoaded();
	}

	private static <T> T create(Class<T> type) {
		try {
			return type.getDeclaredConstructor().newInstance();
		}
		catch (ReflectiveOperationException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public Connection getConnection() {
		return create(CONNECTION);
	}

	@Override
	public Connection getConnection(String username, String password) {
		return getConnection();
	}

	@Override
	public PrintWriter getLogWriter() {
		return new PrintWriter(PrintWriter.nullWriter());
	}

	@Override
	public void setLogWriter(PrintWriter out) {
	}

	@Override
	public void setLoginTimeout(int seconds) {
	}

	@Override
	public int getLoginTimeout() {
		return 0;
	}

	@Override
	public Logger getParentLogger() {
		return Logger.getGlobal();
	}

	@Override
	public <T> T unwrap(Class<T> type) throws SQLException {
		throw new SQLException("Wraps nothing");
	}

	@Override
	public boolean isWrapperFor(Class<?> type) {
		return false;
	}

	/**
	 * A connection of one thread.
	 */
	abstract static class AnsweringConnection implements Connection {

		private final AnsweringStatement query = statement();

		private final AnsweringStatement update = statement();

		private boolean autoCommit = true;

		private AnsweringStatement statement() {
			AnsweringStatement statement = create(STATEMENT);
			statement.connection = this;
			return statement;
		}

		@Override
		public PreparedStatement prepareStatement(String sql) {
			return (sql.charAt(0) == 's') ? this.query : this.update;
		}

		@Override
		public PreparedStatement prepareStatement(String sql, int type, int concurrency) {
			return prepareStatement(sql);
		}

		@Override
		public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability) {
			return prepareStatement(sql);
		}

		@Override
		public void setAutoCommit(boolean autoCommit) {
			this.autoCommit = autoCommit;
		}

		@Override
		public boolean getAutoCommit() {
			return this.autoCommit;
		}

		@Override
		public int getTransactionIsolation() {
			return TRANSACTION_READ_COMMITTED;
		}

		@Override
		public int getHoldability() {
			return ResultSet.CLOSE_CURSORS_AT_COMMIT;
		}

		@Override
		public boolean isValid(int timeout) {
			return true;
		}

		@Override
		public DatabaseMetaData getMetaData() {
			AnsweringMetaData metaData = create(META_DATA);
			metaData.connection = this;
			return metaData;
		}

	}

	/**
	 * A statement for one use at a time.
	 */
	abstract static class AnsweringStatement implements PreparedStatement {

		private final AnsweringResult result = create(RESULT);

		private Connection connection;

		@Override
		public ResultSet executeQuery() {
			this.result.first = true;
			this.result.statement = this;
			return this.result;
		}

		@Override
		public int executeUpdate() {
			return 1;
		}

		@Override
		public boolean execute() {
			executeQuery();
			return true;
		}

		@Override
		public ResultSet getResultSet() {
			return this.result;
		}

		@Override
		public int getResultSetType() {
			return ResultSet.TYPE_FORWARD_ONLY;
		}

		@Override
		public int getResultSetConcurrency() {
			return ResultSet.CONCUR_READ_ONLY;
		}

		@Override
		public int getResultSetHoldability() {
			return ResultSet.CLOSE_CURSORS_AT_COMMIT;
		}

		@Override
		public Connection getConnection() {
			return this.connection;
		}

	}

	/**
	 * One row.
	 */
	abstract static class AnsweringResult implements ResultSet {

		private PreparedStatement statement;

		private boolean first;

		@Override
		public boolean next() {
			boolean row = this.first;
			this.first = false;
			return row;
		}

		@Override
		public long getLong(int column) {
			return 1;
		}

		@Override
		public PreparedStatement getStatement() {
			return this.statement;
		}

		@Override
		public ResultSetMetaData getMetaData() {
			return COLUMNS;
		}

	}

	/**
	 * Two columns.
	 */
	abstract static class AnsweringColumns implements ResultSetMetaData {

		@Override
		public int getColumnCount() {
			return 2;
		}

		@Override
		public String getColumnLabel(int column) {
			return (column == 1) ? "id" : "balance";
		}

		@Override
		public String getColumnName(int column) {
			return getColumnLabel(column);
		}

	}

	/**
	 * Names it as H2, which all peers know.
	 */
	abstract static class AnsweringMetaData implements DatabaseMetaData {

		private Connection connection;

		@Override
		public String getURL() {
			return "jdbc:h2:mem:noop";
		}

		@Override
		public String getUserName() {
			return "sa";
		}

		@Override
		public String getDatabaseProductName() {
			return "H2";
		}

		@Override
		public Connection getConnection() {
			return this.connection;
		}

	}

}
