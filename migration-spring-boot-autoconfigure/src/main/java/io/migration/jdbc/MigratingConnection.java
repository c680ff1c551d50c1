package io.migration.jdbc;

import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.NClob;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Struct;
import java.util.Arrays;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;

import io.migration.Side;
import io.migration.jdbc.MigratingDataSource.PoolDefaults;
import io.migration.jdbc.MigratingPreparedStatement.Preparation;
import io.migration.jdbc.Routing.Credentials;
import io.migration.jdbc.Routing.SqlKind;
import io.migration.jdbc.Routing.UnitKind;
import io.migration.jdbc.SessionSettings.NetworkTimeout;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * A logical connection. It takes a physical one when a unit of work needs it, from the
 * side that the unit's rules name, and keeps it until it is closed itself; so a
 * transaction is known to only read, and one that writes can be parked, before a
 * connection is taken. What is set on it is remembered for each physical connection.
 * <p>
 * A transaction is one unit. Outside of one each statement is. A unit ends exactly once,
 * and if it may have written, after the wait for the other side: what that wait throws
 * reaches the caller when the unit has ended, for the transaction <em>is</em> committed.
 * When a commit itself fails the unit goes on until it is rolled back or the connection
 * is closed, because only then it is over in the database, too.
 * <p>
 * Used by one thread at a time, as JDBC has it; {@link #close} and {@link #abort} may
 * come from another.
 */
final class MigratingConnection implements Connection {

	private static final int SLOTS = 3;

	private final MigratingDataSource dataSource;

	private final Routing routing;

	private final PoolDefaults defaults;

	private final @Nullable Credentials credentials;

	/** Source, target, target in a session that refuses to write. */
	private final @Nullable Connection[] physical = new Connection[SLOTS];

	private boolean autoCommit;

	private boolean readOnly;

	private @Nullable SessionSettings settings;

	private @Nullable UnitOfWork transaction;

	private @Nullable UnitOfWork prepared;

	private volatile boolean closed;

	MigratingConnection(MigratingDataSource dataSource, Routing routing, PoolDefaults defaults,
			@Nullable Credentials credentials) {
		this.dataSource = dataSource;
		this.routing = routing;
		this.defaults = defaults;
		this.credentials = credentials;
		this.autoCommit = defaults.autoCommit();
		this.readOnly = defaults.readOnly();
	}

	// units

	void checkOpen() throws SQLException {
		if (this.closed) {
			throw new SQLException("the connection is closed", "08003");
		}
	}

	SqlKind kind(String sql) {
		return this.routing.kind(sql);
	}

	/**
	 * Return the transaction under way.
	 * @return its unit, {@code null} if there is none
	 */
	@Nullable UnitOfWork transaction() {
		return this.transaction;
	}

	/**
	 * Take part in the transaction, which begins now if it has not.
	 * @return its unit, {@code null} outside of transactions
	 * @throws SQLException if it cannot begin
	 */
	@Nullable UnitOfWork join() throws SQLException {
		UnitOfWork present = this.transaction;
		return (present != null || this.autoCommit) ? present : beginTransaction();
	}

	private UnitOfWork beginTransaction() throws SQLException {
		checkOpen();
		UnitKind kind = this.readOnly ? UnitKind.READ_ONLY : UnitKind.WRITING;
		PinnedPhase pinned = this.routing.begin(kind);
		UnitOfWork unit = new UnitOfWork(this.routing, pinned, kind);
		try {
			attach(unit, (kind == UnitKind.READ_ONLY) ? this.routing.readsFrom(pinned) : pinned.authority());
			this.transaction = unit;
			checkOpen();
		}
		catch (Throwable ex) {
			this.transaction = null;
			unit.failed();
			unit.end();
			throw ex;
		}
		return unit;
	}

	/**
	 * Begin the unit of a statement outside of transactions.
	 * @param kind what the statement does
	 * @param sql the statement
	 * @param updatable whether rows are written through its result set
	 * @return the unit
	 * @throws SQLException if it cannot begin
	 */
	UnitOfWork begin(SqlKind kind, String sql, boolean updatable) throws SQLException {
		checkOpen();
		if (kind == SqlKind.SESSION && SqlKinds.effect(sql) == SqlKinds.Effect.BEGINS) {
			return beginTransaction();
		}
		UnitKind unitKind = switch (kind) {
			case READ -> this.readOnly ? UnitKind.READ_ONLY : UnitKind.QUERY;
			case SESSION -> UnitKind.QUERY;
			case WRITE -> UnitKind.WRITING;
		};
		PinnedPhase pinned = this.routing.begin(unitKind);
		UnitOfWork unit = new UnitOfWork(this.routing, pinned, unitKind);
		try {
			attach(unit, (kind == SqlKind.READ && !updatable) ? this.routing.readsFrom(pinned) : pinned.authority());
		}
		catch (Throwable ex) {
			unit.failed();
			unit.end();
			throw ex;
		}
		return unit;
	}

	/**
	 * End a unit with this connection if it has not ended by then.
	 * @param unit the unit of a statement that has not been executed
	 * @throws SQLException if the connection was closed meanwhile
	 */
	void register(UnitOfWork unit) throws SQLException {
		this.prepared = unit.before(this.prepared);
		if (this.closed) {
			unit.end();
			checkOpen();
		}
	}

	/**
	 * Tell a unit that something which may write is about to run in it.
	 * @param unit the unit
	 * @return the unit to run in: another one if it was declared to only read
	 * @throws SQLException if it cannot write
	 */
	UnitOfWork enterToWrite(UnitOfWork unit) throws SQLException {
		UnitOfWork entered = unit;
		if (unit.kind() == UnitKind.READ_ONLY && !unit.plain() && !unit.apart()) {
			entered = readMeansWrite(unit);
		}
		if (entered.kind() == UnitKind.WRITING) {
			entered.wrote();
		}
		return entered;
	}

	/**
	 * Not every database holds an application to its word that a transaction only reads.
	 * Such a unit was not parked while authority moves, so it ends and one that writes
	 * begins in its place: not before the end, for the drain may be waiting for it.
	 */
	private UnitOfWork readMeansWrite(UnitOfWork reading) throws SQLException {
		reading.end();
		PinnedPhase pinned = this.routing.begin(UnitKind.WRITING);
		UnitOfWork writing = new UnitOfWork(this.routing, pinned, UnitKind.WRITING);
		if (pinned.authority() != reading.side()) {
			writing.failed();
			writing.end();
			throw moved("authority moved before a transaction that was declared to only read has written");
		}
		writing.runOn(reading.connection());
		this.transaction = writing;
		return writing;
	}

	/**
	 * Enter a unit to write a row of a result set.
	 * @param connection the physical connection that the result set belongs to
	 * @return the unit
	 * @throws SQLException if the row cannot be written
	 */
	UnitOfWork enterToWriteRow(Connection connection) throws SQLException {
		checkOpen();
		UnitOfWork unit = join();
		if (unit == null) {
			unit = begin(SqlKind.WRITE, "", false);
		}
		try {
			unit = enterToWrite(unit);
			if (unit.connection() != connection) {
				throw moved("authority moved since the result set was opened");
			}
		}
		catch (Throwable ex) {
			failed(unit);
			throw ex;
		}
		return unit;
	}

	static SQLException moved(String reason) {
		return new SQLTransientConnectionException(reason + "; repeat the transaction", "40001");
	}

	void check(UnitOfWork unit, String sql) throws SQLException {
		if (!unit.plain()) {
			this.routing.check(unit.pinned(), sql);
		}
	}

	/**
	 * Decide what becomes of a statement that has failed.
	 * @param unit its unit
	 * @param failure why
	 * @return the unit to run it in again, on the authority
	 * @throws SQLException the failure, if it stands
	 */
	UnitOfWork again(UnitOfWork unit, SQLException failure) throws SQLException {
		if (unit == this.transaction || !unit.apart()) {
			throw failure;
		}
		try {
			if (SqlStates.isReadOnlyRefusal(failure)) {
				unit.end();
				UnitOfWork writing = begin(SqlKind.WRITE, "", false);
				writing.wrote();
				return writing;
			}
			if (SqlStates.isConnectionFailure(failure) && this.routing.fallsBack()) {
				release(unit.connection());
				attach(unit, unit.pinned().authority());
				return unit;
			}
		}
		catch (SQLException ex) {
			ex.addSuppressed(failure);
			throw ex;
		}
		throw failure;
	}

	/**
	 * Let a read that could run on target run on the authority.
	 * @param unit its unit
	 * @throws SQLException if the authority does not answer
	 */
	void stay(UnitOfWork unit) throws SQLException {
		if (unit != this.transaction && unit.apart()) {
			attach(unit, unit.pinned().authority());
		}
	}

	boolean samples(UnitOfWork unit) {
		return this.routing.samples(unit.pinned());
	}

	void compare(RecordedQuery query) {
		this.routing.compare(query);
	}

	/**
	 * Report that a statement has failed in its unit.
	 */
	void failed(UnitOfWork unit) {
		unit.failed();
		if (unit != this.transaction) {
			unit.end();
		}
	}

	/**
	 * Report that a statement has succeeded in its unit.
	 * @throws SQLException if the other side has not confirmed it
	 */
	void succeeded(UnitOfWork unit) throws SQLException {
		if (unit != this.transaction) {
			finish(unit);
		}
	}

	void succeeded(UnitOfWork unit, SqlKind kind, String sql) throws SQLException {
		succeeded(unit);
		if (kind == SqlKind.SESSION) {
			switch (SqlKinds.effect(sql)) {
				case COMMITS -> endTransaction(true);
				case ROLLS_BACK -> endTransaction(false);
				case BEGINS, NONE -> {
				}
			}
		}
	}

	private void endTransaction(boolean committed) throws SQLException {
		UnitOfWork unit = this.transaction;
		if (unit != null) {
			this.transaction = null;
			if (committed) {
				finish(unit);
			}
			else {
				unit.end();
			}
		}
	}

	private void finish(UnitOfWork unit) throws SQLException {
		try {
			if (unit.hasWritten()) {
				this.routing.committed(unit.pinned());
			}
		}
		catch (Throwable ex) {
			unit.failed();
			throw ex;
		}
		finally {
			unit.end();
		}
	}

	// physical connections

	private void attach(UnitOfWork unit, Side side) throws SQLException {
		unit.runOn(side);
		if (unit.apart()) {
			try {
				unit.runOn(physical(side, true));
				return;
			}
			catch (SQLException ex) {
				if (this.closed || !this.routing.fallsBack()) {
					throw ex;
				}
				unit.runOn(unit.pinned().authority());
			}
		}
		unit.runOn(physical(unit.side(), false));
	}

	private Connection physical(Side side, boolean apart) throws SQLException {
		int slot = (side == Side.SOURCE) ? 0 : apart ? 2 : 1;
		Connection present = this.physical[slot];
		return (present != null) ? present : connect(side, apart, slot);
	}

	private Connection connect(Side side, boolean apart, int slot) throws SQLException {
		Connection connection = this.routing.connect(side, apart, this.credentials);
		try {
			if (!apart && (this.readOnly || this.defaults.readOnly()) && connection.isReadOnly() != this.readOnly) {
				connection.setReadOnly(this.readOnly);
			}
			if (connection.getAutoCommit() != this.autoCommit) {
				connection.setAutoCommit(this.autoCommit);
			}
			if (this.settings != null) {
				this.settings.apply(connection);
			}
			this.physical[slot] = connection;
			// one that is closed meanwhile may not have seen it
			checkOpen();
		}
		catch (Throwable ex) {
			closeQuietly(connection);
			throw ex;
		}
		return connection;
	}

	private void release(Connection connection) {
		for (int slot = 0; slot < SLOTS; slot++) {
			if (this.physical[slot] == connection) {
				this.physical[slot] = null;
			}
		}
		closeQuietly(connection);
	}

	/**
	 * Return the physical connection for a call that is no statement: the transaction's,
	 * or outside of one that of the authority.
	 * @return the connection
	 * @throws SQLException if it does not answer
	 */
	Connection present() throws SQLException {
		checkOpen();
		UnitOfWork unit = join();
		if (unit != null) {
			return unit.connection();
		}
		UnitOfWork momentary = begin(SqlKind.SESSION, "", false);
		try {
			return momentary.connection();
		}
		finally {
			momentary.end();
		}
	}

	static void closeQuietly(AutoCloseable resource) {
		try {
			resource.close();
		}
		catch (Exception ex) {
			// it is given up because something else failed, which says more
		}
	}

	private SessionSettings settings() throws SQLException {
		checkOpen();
		if (this.settings == null) {
			this.settings = new SessionSettings();
		}
		return this.settings;
	}

	private void toEach(Setting setting) throws SQLException {
		for (Connection connection : this.physical) {
			if (connection != null) {
				setting.apply(connection);
			}
		}
	}

	// end

	@Override
	public void commit() throws SQLException {
		checkOpen();
		UnitOfWork unit = this.transaction;
		if (unit == null) {
			if (this.autoCommit) {
				// the driver says what it thinks of that
				present().commit();
			}
			return;
		}
		try {
			unit.connection().commit();
		}
		catch (Throwable ex) {
			unit.failed();
			throw ex;
		}
		endTransaction(true);
	}

	@Override
	public void rollback() throws SQLException {
		checkOpen();
		UnitOfWork unit = this.transaction;
		if (unit == null) {
			if (this.autoCommit) {
				present().rollback();
			}
			return;
		}
		try {
			unit.connection().rollback();
		}
		catch (Throwable ex) {
			unit.failed();
			throw ex;
		}
		endTransaction(false);
	}

	@Override
	public void setAutoCommit(boolean autoCommit) throws SQLException {
		checkOpen();
		if (autoCommit == this.autoCommit) {
			return;
		}
		UnitOfWork unit = this.transaction;
		try {
			for (Connection connection : this.physical) {
				if (connection != null) {
					// commits what is under way
					connection.setAutoCommit(autoCommit);
				}
			}
		}
		catch (Throwable ex) {
			if (unit != null) {
				unit.failed();
			}
			throw ex;
		}
		this.autoCommit = autoCommit;
		endTransaction(true);
	}

	@Override
	public boolean getAutoCommit() throws SQLException {
		checkOpen();
		return this.autoCommit;
	}

	@Override
	public void close() throws SQLException {
		if (this.closed) {
			return;
		}
		this.closed = true;
		SQLException failure = null;
		try {
			for (Connection connection : this.physical) {
				try {
					if (connection != null) {
						connection.close();
					}
				}
				catch (SQLException ex) {
					if (failure != null) {
						ex.addSuppressed(failure);
					}
					failure = ex;
				}
			}
		}
		finally {
			endUnits();
		}
		if (failure != null) {
			throw failure;
		}
	}

	@Override
	public void abort(Executor executor) throws SQLException {
		if (this.closed) {
			return;
		}
		this.closed = true;
		try {
			for (Connection connection : this.physical) {
				if (connection != null) {
					connection.abort(executor);
				}
			}
		}
		finally {
			endUnits();
		}
	}

	private void endUnits() {
		UnitOfWork unit = this.transaction;
		if (unit != null) {
			unit.end();
		}
		UnitOfWork.endAll(this.prepared);
	}

	@Override
	public boolean isClosed() throws SQLException {
		UnitOfWork unit = this.transaction;
		return this.closed || (unit != null && unit.connection().isClosed());
	}

	@Override
	public boolean isValid(int timeout) throws SQLException {
		return !this.closed && present().isValid(timeout);
	}

	// statements

	@Override
	public Statement createStatement() throws SQLException {
		checkOpen();
		return new MigratingStatement(this, MigratingStatement.Form.PLAIN);
	}

	@Override
	public Statement createStatement(int type, int concurrency) throws SQLException {
		checkOpen();
		return new MigratingStatement(this,
				new MigratingStatement.Form(type, concurrency, MigratingStatement.Form.UNSAID));
	}

	@Override
	public Statement createStatement(int type, int concurrency, int holdability) throws SQLException {
		checkOpen();
		return new MigratingStatement(this, new MigratingStatement.Form(type, concurrency, holdability));
	}

	@Override
	public PreparedStatement prepareStatement(String sql) throws SQLException {
		return prepare(sql, Preparation.PLAIN, false);
	}

	@Override
	public PreparedStatement prepareStatement(String sql, int autoGeneratedKeys) throws SQLException {
		return prepare(sql, (connection, text) -> connection.prepareStatement(text, autoGeneratedKeys), false);
	}

	@Override
	public PreparedStatement prepareStatement(String sql, int[] columnIndexes) throws SQLException {
		return prepare(sql, (connection, text) -> connection.prepareStatement(text, columnIndexes), false);
	}

	@Override
	public PreparedStatement prepareStatement(String sql, String[] columnNames) throws SQLException {
		return prepare(sql, (connection, text) -> connection.prepareStatement(text, columnNames), false);
	}

	@Override
	public PreparedStatement prepareStatement(String sql, int type, int concurrency) throws SQLException {
		return prepare(sql, (connection, text) -> connection.prepareStatement(text, type, concurrency),
				concurrency == ResultSet.CONCUR_UPDATABLE);
	}

	@Override
	public PreparedStatement prepareStatement(String sql, int type, int concurrency, int holdability)
			throws SQLException {
		return prepare(sql, (connection, text) -> connection.prepareStatement(text, type, concurrency, holdability),
				concurrency == ResultSet.CONCUR_UPDATABLE);
	}

	private PreparedStatement prepare(String sql, Preparation preparation, boolean updatable) throws SQLException {
		checkOpen();
		return new MigratingPreparedStatement(this, sql, preparation, updatable, false);
	}

	@Override
	public CallableStatement prepareCall(String sql) throws SQLException {
		return call(sql, Connection::prepareCall, false);
	}

	@Override
	public CallableStatement prepareCall(String sql, int type, int concurrency) throws SQLException {
		return call(sql, (connection, text) -> connection.prepareCall(text, type, concurrency),
				concurrency == ResultSet.CONCUR_UPDATABLE);
	}

	@Override
	public CallableStatement prepareCall(String sql, int type, int concurrency, int holdability) throws SQLException {
		return call(sql, (connection, text) -> connection.prepareCall(text, type, concurrency, holdability),
				concurrency == ResultSet.CONCUR_UPDATABLE);
	}

	private CallableStatement call(String sql, Preparation preparation, boolean updatable) throws SQLException {
		checkOpen();
		return new MigratingCallableStatement(this, sql, preparation, updatable);
	}

	// settings

	@Override
	public void setReadOnly(boolean readOnly) throws SQLException {
		checkOpen();
		for (int slot = 0; slot < SLOTS - 1; slot++) {
			Connection connection = this.physical[slot];
			if (connection != null) {
				connection.setReadOnly(readOnly);
			}
		}
		this.readOnly = readOnly;
	}

	@Override
	public boolean isReadOnly() throws SQLException {
		checkOpen();
		return this.readOnly;
	}

	@Override
	public void setTransactionIsolation(int level) throws SQLException {
		SessionSettings remembered = settings();
		toEach((connection) -> connection.setTransactionIsolation(level));
		remembered.isolation(level);
	}

	@Override
	public int getTransactionIsolation() throws SQLException {
		checkOpen();
		Integer known = (this.settings != null) ? this.settings.isolation() : null;
		if (known == null) {
			known = this.dataSource.isolation();
		}
		if (known == null) {
			known = present().getTransactionIsolation();
			this.dataSource.isolation(known);
		}
		return known;
	}

	@Override
	public void setCatalog(String catalog) throws SQLException {
		SessionSettings remembered = settings();
		toEach((connection) -> connection.setCatalog(catalog));
		remembered.catalog(catalog);
	}

	@Override
	public String getCatalog() throws SQLException {
		String remembered = settings().catalog();
		return (remembered != null) ? remembered : present().getCatalog();
	}

	@Override
	public void setSchema(String schema) throws SQLException {
		SessionSettings remembered = settings();
		toEach((connection) -> connection.setSchema(schema));
		remembered.schema(schema);
	}

	@Override
	public String getSchema() throws SQLException {
		String remembered = settings().schema();
		return (remembered != null) ? remembered : present().getSchema();
	}

	@Override
	public void setHoldability(int holdability) throws SQLException {
		SessionSettings remembered = settings();
		toEach((connection) -> connection.setHoldability(holdability));
		remembered.holdability(holdability);
	}

	@Override
	public int getHoldability() throws SQLException {
		Integer remembered = settings().holdability();
		return (remembered != null) ? remembered : present().getHoldability();
	}

	@Override
	public void setTypeMap(Map<String, Class<?>> map) throws SQLException {
		SessionSettings remembered = settings();
		toEach((connection) -> connection.setTypeMap(map));
		remembered.typeMap(map);
	}

	@Override
	public Map<String, Class<?>> getTypeMap() throws SQLException {
		Map<String, Class<?>> remembered = settings().typeMap();
		return (remembered != null) ? remembered : present().getTypeMap();
	}

	@Override
	public void setNetworkTimeout(Executor executor, int milliseconds) throws SQLException {
		SessionSettings remembered = settings();
		toEach((connection) -> connection.setNetworkTimeout(executor, milliseconds));
		remembered.networkTimeout(executor, milliseconds);
	}

	@Override
	public int getNetworkTimeout() throws SQLException {
		NetworkTimeout remembered = settings().networkTimeout();
		return (remembered != null) ? remembered.milliseconds() : present().getNetworkTimeout();
	}

	@Override
	public void setClientInfo(String name, @Nullable String value) throws SQLClientInfoException {
		try {
			SessionSettings remembered = settings();
			toEach((connection) -> connection.setClientInfo(name, value));
			remembered.clientInfo(name, value);
		}
		catch (SQLException ex) {
			throw clientInfo(ex);
		}
	}

	@Override
	public void setClientInfo(Properties properties) throws SQLClientInfoException {
		try {
			SessionSettings remembered = settings();
			toEach((connection) -> connection.setClientInfo(properties));
			remembered.clientInfo(properties);
		}
		catch (SQLException ex) {
			throw clientInfo(ex);
		}
	}

	private static SQLClientInfoException clientInfo(SQLException failure) {
		return (failure instanceof SQLClientInfoException already) ? already
				: new SQLClientInfoException(failure.getMessage(), failure.getSQLState(), Map.of(), failure);
	}

	@Override
	public String getClientInfo(String name) throws SQLException {
		String remembered = settings().clientInfo(name);
		return (remembered != null) ? remembered : present().getClientInfo(name);
	}

	@Override
	public Properties getClientInfo() throws SQLException {
		Properties info = new Properties();
		info.putAll(present().getClientInfo());
		return info;
	}

	@Override
	@SuppressWarnings("NullAway") // as JDBC has it
	public SQLWarning getWarnings() throws SQLException {
		checkOpen();
		for (Connection connection : this.physical) {
			SQLWarning warning = (connection != null) ? connection.getWarnings() : null;
			if (warning != null) {
				return warning;
			}
		}
		return null;
	}

	@Override
	public void clearWarnings() throws SQLException {
		checkOpen();
		toEach(Connection::clearWarnings);
	}

	@Override
	public void beginRequest() throws SQLException {
		checkOpen();
		toEach(Connection::beginRequest);
	}

	@Override
	public void endRequest() throws SQLException {
		checkOpen();
		toEach(Connection::endRequest);
	}

	// what the present physical connection does

	@Override
	public Savepoint setSavepoint() throws SQLException {
		return present().setSavepoint();
	}

	@Override
	public Savepoint setSavepoint(String name) throws SQLException {
		return present().setSavepoint(name);
	}

	@Override
	public void rollback(Savepoint savepoint) throws SQLException {
		present().rollback(savepoint);
	}

	@Override
	public void releaseSavepoint(Savepoint savepoint) throws SQLException {
		present().releaseSavepoint(savepoint);
	}

	@Override
	public DatabaseMetaData getMetaData() throws SQLException {
		return new MigratingDatabaseMetaData(this, present().getMetaData());
	}

	@Override
	public String nativeSQL(String sql) throws SQLException {
		return present().nativeSQL(sql);
	}

	@Override
	public Clob createClob() throws SQLException {
		return present().createClob();
	}

	@Override
	public Blob createBlob() throws SQLException {
		return present().createBlob();
	}

	@Override
	public NClob createNClob() throws SQLException {
		return present().createNClob();
	}

	@Override
	public SQLXML createSQLXML() throws SQLException {
		return present().createSQLXML();
	}

	@Override
	public Array createArrayOf(String type, Object[] elements) throws SQLException {
		return present().createArrayOf(type, elements);
	}

	@Override
	public Struct createStruct(String type, Object[] attributes) throws SQLException {
		return present().createStruct(type, attributes);
	}

	/**
	 * Reach the pool's or the driver's object. What is done through it is not seen: in a
	 * transaction it counts as a write; outside of one it is no unit, and who writes
	 * there, say by {@code COPY}, does it at the risk of meeting a move of authority.
	 */
	@Override
	public <T> T unwrap(Class<T> type) throws SQLException {
		if (type.isInstance(this)) {
			return type.cast(this);
		}
		checkOpen();
		UnitOfWork unit = join();
		if (unit != null) {
			return enterToWrite(unit).connection().unwrap(type);
		}
		UnitOfWork momentary = begin(SqlKind.WRITE, "", false);
		try {
			return momentary.connection().unwrap(type);
		}
		finally {
			momentary.end();
		}
	}

	@Override
	public boolean isWrapperFor(Class<?> type) throws SQLException {
		return type.isInstance(this) || present().isWrapperFor(type);
	}

	@Override
	public String toString() {
		return "migrating " + Arrays.toString(this.physical);
	}

	/**
	 * Something to set on a physical connection.
	 */
	@FunctionalInterface
	private interface Setting {

		void apply(Connection connection) throws SQLException;

	}

}
