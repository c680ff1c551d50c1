package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.migration.Side;
import io.migration.mirror.NotInChargeException;
import org.jspecify.annotations.Nullable;

/**
 * A database as the side that rows are copied to.
 * <p>
 * A batch is one transaction, which moves the position where the fencing token is still
 * ours, and does nothing else if it is not. {@link #open} raises the token: an earlier
 * owner's transaction has either locked the row before, then raising waits until it has
 * ended, and what is read from the authority afterwards is newer; or it comes to the row
 * later, finds another token, and leaves nothing of what it did. Its session may stand
 * still with the row locked; the server ends it then.
 * <p>
 * Rows are put over those that have their keys. Where that meets another unique value
 * which a row of the same batch gives up, the batch is applied once more: first all keys
 * that were touched are deleted, then all rows are put.
 */
final class JdbcRowSink implements RowSink {

	/** How much more time there is for emptying a table. */
	static final int PATIENCE = 60;

	private final RelayRow row;

	private final Side side;

	private final SqlDialect dialect;

	private final DataSource dataSource;

	private final Duration timeout;

	private final boolean alwaysDurable;

	private final MirroredTables tables;

	private final Map<MirroredTable, TableWriter> writers = new HashMap<>();

	private final @Nullable SingleStatement single;

	private @Nullable RelaySession session;

	private long token;

	/**
	 * Create a sink.
	 * @param row the position and the fencing token
	 * @param side which side it is
	 * @param dialect its dialect
	 * @param dataSource connects to it
	 * @param timeout how long an answer may take
	 * @param alwaysDurable whether each batch must survive a crash
	 * @param tables the tables that move
	 */
	JdbcRowSink(RelayRow row, Side side, SqlDialect dialect, DataSource dataSource, Duration timeout,
			boolean alwaysDurable, MirroredTables tables) {
		this.row = row;
		this.side = side;
		this.dialect = dialect;
		this.dataSource = dataSource;
		this.timeout = timeout;
		this.alwaysDurable = alwaysDurable;
		this.tables = tables;
		this.single = (dialect == SqlDialect.POSTGRESQL) ? new SingleStatement(row, this::writer) : null;
	}

	@Override
	public void open() throws SQLException {
		boolean needsQuiet = this.tables.get()
			.stream()
			.map((table) -> table.on(this.side))
			.anyMatch((table) -> !table.references().isEmpty() || !table.userTriggers().isEmpty());
		RelaySession session = RelaySession.writing(this.dataSource, this.dialect, this.timeout, needsQuiet);
		this.session = session;
		Connection opened = session.connection();
		this.row.ensure(opened);
		this.token = this.row.raise(opened);
		// a server that has crashed may give out again the ids that a position names; who
		// looks at one from before would take new entries for applied ones
		this.row.forget(opened);
		synced(opened);
		opened.commit();
	}

	@Override
	public void apply(RowChanges.Batch batch, String position, boolean durable) throws Exception {
		Connection open = session().connection();
		boolean synced = durable || this.alwaysDurable;
		SingleStatement single = this.single;
		SingleStatement.Outcome outcome = (single != null) ? single.apply(open, batch, this.token, position, synced)
				: SingleStatement.Outcome.NOT_FIT;
		switch (outcome) {
			case APPLIED -> {
			}
			case FENCED -> throw new NotInChargeException("another relay has taken over");
			case NOT_FIT -> applyInSteps(open, batch, position, synced);
		}
	}

	private void applyInSteps(Connection open, RowChanges.Batch batch, String position, boolean durable)
			throws Exception {
		try {
			batch.forEach((changes) -> named(changes, this::put));
		}
		catch (SQLException ex) {
			if (!SqlStates.isDuplicate(ex)) {
				throw ex;
			}
			open.rollback();
			deleteAndPut(open, batch);
		}
		if (durable) {
			synced(open);
		}
		if (!this.row.move(open, this.token, position)) {
			open.rollback();
			throw new NotInChargeException("another relay has taken over");
		}
		open.commit();
	}

	private void deleteAndPut(Connection open, RowChanges.Batch batch) throws Exception {
		try {
			batch.forEach(this::deleteTouched);
			batch.forEach((changes) -> named(changes, (one) -> writer(one).put(one.present())));
		}
		catch (SQLException ex) {
			open.rollback();
			throw ex;
		}
	}

	/** What a database refuses names the column at best. */
	private static void named(RowChanges changes, RowChanges.Taker taker) throws Exception {
		try {
			taker.take(changes);
		}
		catch (SQLException ex) {
			if (SqlStates.isDuplicate(ex)) {
				throw ex;
			}
			throw new SQLException("table %s: %s".formatted(changes.table(), ex.getMessage()), ex.getSQLState(),
					ex.getErrorCode(), ex);
		}
	}

	private void put(RowChanges changes) throws SQLException {
		TableWriter writer = writer(changes);
		if (changes.everything()) {
			deleteAll(writer);
		}
		writer.delete(writer.deletesFirst() ? changes.touched() : changes.gone());
		writer.put(changes.present());
	}

	private void deleteTouched(RowChanges changes) throws SQLException {
		TableWriter writer = writer(changes);
		if (changes.everything()) {
			deleteAll(writer);
		}
		writer.delete(changes.touched());
	}

	private void deleteAll(TableWriter writer) throws SQLException {
		RelaySession session = session();
		session.bound(this.timeout.multipliedBy(PATIENCE));
		writer.deleteAll();
		session.bound(this.timeout);
	}

	private TableWriter writer(RowChanges changes) {
		Connection open = session().connection();
		return this.writers.computeIfAbsent(changes.table(),
				(table) -> TableWriter.of(this.dialect, open, table, this.side));
	}

	private RelaySession session() {
		RelaySession open = this.session;
		if (open == null) {
			throw new NotInChargeException("the relay was closed");
		}
		return open;
	}

	/**
	 * Wait for the disk in this transaction; what was committed before it is there then,
	 * too.
	 */
	private void synced(Connection open) throws SQLException {
		if (this.dialect == SqlDialect.POSTGRESQL) {
			try (Statement statement = open.createStatement()) {
				statement.execute("set local synchronous_commit = on");
			}
		}
	}

	@Override
	public void close() {
		this.writers.clear();
		RelaySession open = this.session;
		this.session = null;
		if (open != null) {
			open.end();
		}
	}

}
