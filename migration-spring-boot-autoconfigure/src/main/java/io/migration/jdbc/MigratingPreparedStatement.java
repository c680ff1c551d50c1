package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import io.migration.jdbc.Routing.SqlKind;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement. Outside of a transaction its unit begins when it is prepared,
 * because parameters are set on the driver's statement of one side. When it can be
 * foreseen that it may have to run elsewhere, or be compared, its parameters are noted.
 */
class MigratingPreparedStatement extends DelegatingPreparedStatement {

	private final String sql;

	private final Preparation preparation;

	private final boolean updatable;

	private @Nullable SqlKind kind;

	private PreparedStatement delegate;

	private Connection ranOn;

	private @Nullable UnitOfWork prepared;

	private @Nullable UnitOfWork checked;

	private boolean records;

	private boolean sampled;

	private boolean executed;

	private @Nullable List<RecordedQuery.@Nullable Binding> bindings;

	MigratingPreparedStatement(MigratingConnection connection, String sql, Preparation preparation, boolean updatable,
			boolean call) throws SQLException {
		super(connection);
		this.sql = sql;
		this.preparation = preparation;
		this.updatable = updatable;
		this.kind = call ? SqlKind.WRITE : null;
		UnitOfWork unit = connection.join();
		boolean own = (unit == null);
		if (unit == null) {
			unit = connection.begin(kind(), sql, updatable);
		}
		SqlKind known = kindIn(unit);
		try {
			if (known == SqlKind.WRITE) {
				connection.check(unit, sql);
				this.checked = unit;
			}
			try {
				this.delegate = preparation.prepare(unit.connection(), sql);
			}
			catch (SQLException ex) {
				unit = connection.again(unit, ex);
				this.delegate = preparation.prepare(unit.connection(), sql);
			}
		}
		catch (Throwable ex) {
			connection.failed(unit);
			throw ex;
		}
		this.ranOn = unit.connection();
		if (known == SqlKind.READ) {
			this.sampled = sample(unit);
			this.records = this.sampled || unit.apart();
		}
		if (own && unit != connection.transaction()) {
			this.prepared = unit;
			connection.register(unit);
		}
	}

	private SqlKind kind() {
		if (this.kind == null) {
			this.kind = connection().kind(this.sql);
		}
		return this.kind;
	}

	private SqlKind kindIn(UnitOfWork unit) {
		if (this.kind != null) {
			return this.kind;
		}
		return unit.plain() ? SqlKind.WRITE : kind();
	}

	private boolean sample(UnitOfWork unit) {
		return unit.comparable() && !this.updatable && connection().samples(unit);
	}

	@Override
	@Nullable Statement present() {
		return this.delegate;
	}

	@Override
	PreparedStatement delegate() {
		return this.delegate;
	}

	@Override
	Connection ranOn() {
		return this.ranOn;
	}

	@Override
	public void close() throws SQLException {
		if (this.prepared != null) {
			this.prepared.end();
			this.prepared = null;
		}
		super.close();
	}

	private UnitOfWork enter() throws SQLException {
		checkOpen();
		MigratingConnection connection = connection();
		UnitOfWork own = this.prepared;
		UnitOfWork unit = connection.join();
		if (unit == null) {
			unit = (own != null && !own.hasEnded()) ? own : connection.begin(kind(), this.sql, this.updatable);
		}
		if (own != null) {
			this.prepared = null;
			if (own != unit) {
				own.end();
			}
		}
		try {
			SqlKind known = kindIn(unit);
			if (known == SqlKind.WRITE) {
				unit = connection.enterToWrite(unit);
				if (unit != this.checked) {
					connection.check(unit, this.sql);
					this.checked = unit;
				}
			}
			if (unit.connection() != this.ranOn) {
				if (!this.records) {
					connection.stay(unit);
				}
				move(unit);
			}
			if (this.executed && this.records) {
				this.sampled = known == SqlKind.READ && sample(unit);
			}
		}
		catch (Throwable ex) {
			connection.failed(unit);
			throw ex;
		}
		return unit;
	}

	private void move(UnitOfWork unit) throws SQLException {
		Connection physical = unit.connection();
		if (physical == this.ranOn) {
			return;
		}
		if (!this.records) {
			throw MigratingConnection.moved("authority moved between two executions of one statement");
		}
		PreparedStatement moved = this.preparation.prepare(physical, this.sql);
		try {
			applySettings(moved);
			for (RecordedQuery.Binding binding : recorded()) {
				binding.bind(moved);
			}
		}
		catch (Throwable ex) {
			MigratingConnection.closeQuietly(moved);
			throw ex;
		}
		MigratingConnection.closeQuietly(this.delegate);
		this.delegate = moved;
		this.ranOn = physical;
	}

	private <T extends @Nullable Object> T run(Execution<PreparedStatement, T> execution) throws SQLException {
		MigratingConnection connection = connection();
		UnitOfWork unit = enter();
		T result;
		try {
			try {
				result = execution.run(this.delegate);
			}
			catch (SQLException ex) {
				if (!this.records) {
					throw ex;
				}
				unit = connection.again(unit, ex);
				move(unit);
				result = execution.run(this.delegate);
			}
			this.executed = true;
			if (this.sampled && this.records && !unit.apart()) {
				connection.compare(new RecordedQuery(this.sql, recorded(), maxRows()));
			}
		}
		catch (Throwable ex) {
			connection.failed(unit);
			throw ex;
		}
		connection.succeeded(unit, kindIn(unit), this.sql);
		return result;
	}

	@Override
	@SuppressWarnings("NullAway") // the driver's is not null
	public ResultSet executeQuery() throws SQLException {
		return decorate(run(PreparedStatement::executeQuery));
	}

	@Override
	public boolean execute() throws SQLException {
		return run(PreparedStatement::execute);
	}

	@Override
	public int executeUpdate() throws SQLException {
		return run(PreparedStatement::executeUpdate);
	}

	@Override
	public long executeLargeUpdate() throws SQLException {
		return run(PreparedStatement::executeLargeUpdate);
	}

	@Override
	public int[] executeBatch() throws SQLException {
		return run(PreparedStatement::executeBatch);
	}

	@Override
	public long[] executeLargeBatch() throws SQLException {
		return run(PreparedStatement::executeLargeBatch);
	}

	@Override
	public void addBatch() throws SQLException {
		// what is noted is one set of parameters
		forgetBindings();
		this.delegate.addBatch();
	}

	@Override
	public void clearParameters() throws SQLException {
		this.delegate.clearParameters();
		this.bindings = null;
	}

	@Override
	public int getResultSetType() throws SQLException {
		return this.delegate.getResultSetType();
	}

	@Override
	public int getResultSetConcurrency() throws SQLException {
		return this.delegate.getResultSetConcurrency();
	}

	@Override
	public int getResultSetHoldability() throws SQLException {
		return this.delegate.getResultSetHoldability();
	}

	@Override
	final boolean records() {
		return this.records;
	}

	@Override
	final void record(int index, RecordedQuery.Binding binding) {
		List<RecordedQuery.@Nullable Binding> bindings = this.bindings;
		if (bindings == null) {
			bindings = new ArrayList<>();
			this.bindings = bindings;
		}
		while (bindings.size() < index) {
			bindings.add(null);
		}
		bindings.set(index - 1, binding);
	}

	@Override
	final void forgetBindings() {
		this.records = false;
		this.sampled = false;
		this.bindings = null;
	}

	private List<RecordedQuery.Binding> recorded() {
		List<RecordedQuery.Binding> recorded = new ArrayList<>();
		if (this.bindings != null) {
			for (RecordedQuery.Binding binding : this.bindings) {
				if (binding != null) {
					recorded.add(binding);
				}
			}
		}
		return recorded;
	}

	/**
	 * How the driver's statement is made.
	 */
	@FunctionalInterface
	interface Preparation {

		/** Without anything special. */
		Preparation PLAIN = Connection::prepareStatement;

		PreparedStatement prepare(Connection connection, String sql) throws SQLException;

	}

}
