package io.migration.jdbc;

import java.io.ByteArrayInputStream;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.WriteNotMirroredException;
import io.migration.jdbc.Routing.UnitKind;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Tests for {@link MigratingConnection} and its statements.
 */
class MigratingConnectionTests {

	private static final SQLException REFUSED = new SQLException("read only", "25006");

	private static final SQLException LOST = new SQLException("gone", "08006");

	private static final SQLException FAILED = new SQLException("failed", "23505");

	private final DataSource source = database("source");

	private final DataSource target = database("target");

	private StubRouting routing = new StubRouting(MigrationPhase.SHADOW, this.source, this.target);

	private Connection connection;

	private static DataSource database(String side) {
		JdbcDataSource dataSource = new JdbcDataSource();
		dataSource.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
		dataSource.setUser("sa");
		try (Connection connection = dataSource.getConnection(); Statement statement = connection.createStatement()) {
			statement.execute("create table side (name varchar(20))");
			statement.execute("insert into side values ('" + side + "')");
			statement.execute("create table item (id int auto_increment primary key, name varchar(20) unique)");
			statement.execute("insert into item (name) values ('first')");
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
		return dataSource;
	}

	@BeforeEach
	void connect() throws SQLException {
		in(MigrationPhase.SHADOW);
	}

	@AfterEach
	void everyUnitHasEndedOnce() throws SQLException {
		this.connection.close();
		assertThat(this.routing.phase.underWay()).isZero();
		assertThat(this.routing.phase.drained()).isTrue();
		if (this.routing.refusesToBegin == null) {
			assertThat(this.routing.ended).hasSameSizeAs(this.routing.begun);
		}
	}

	private void in(MigrationPhase phase) throws SQLException {
		this.routing = new StubRouting(phase, this.source, this.target);
		this.connection = new MigratingDataSource(this.source, this.routing).getConnection();
	}

	private String query(String sql) throws SQLException {
		try (PreparedStatement statement = this.connection.prepareStatement(sql);
				ResultSet rows = statement.executeQuery()) {
			assertThat(rows.next()).isTrue();
			return rows.getString(1);
		}
	}

	private void update(String sql) throws SQLException {
		try (PreparedStatement statement = this.connection.prepareStatement(sql)) {
			statement.executeUpdate();
		}
	}

	private void insert(String name) throws SQLException {
		update("insert into item (name) values ('" + name + "')");
	}

	private List<String> items(DataSource side) throws SQLException {
		List<String> names = new ArrayList<>();
		try (Connection connection = side.getConnection();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("select name from item order by id")) {
			while (rows.next()) {
				names.add(rows.getString(1));
			}
		}
		return names;
	}

	static Stream<Arguments> table() {
		return Stream.of(MigrationPhase.values())
			.flatMap((phase) -> Stream.of(Use.values()).map((use) -> Arguments.of(phase, use)));
	}

	/**
	 * The phase table once more, as a user of connections meets it.
	 */
	@ParameterizedTest
	@MethodSource("table")
	void everyUnitRunsWhereThePhaseSaysAndWaitsIfItSays(MigrationPhase phase, Use use) throws SQLException {
		in(phase);
		use.run(this.connection);
		this.connection.close();
		boolean apart = use.movable && phase == MigrationPhase.READ_NEW;
		String side = (apart || phase == MigrationPhase.CUTOVER) ? "target" : "source";
		assertThat(this.routing.connected).containsExactly(apart ? "target apart" : side);
		boolean waits = use.writes && (phase == MigrationPhase.DUAL_WRITE || phase == MigrationPhase.READ_NEW);
		assertThat(this.routing.awaited).hasSize(waits ? 1 : 0);
		assertThat(this.routing.begun).containsExactly(use.kind);
		assertThat(this.routing.ended).hasSize(1);
		if (phase != MigrationPhase.OFF) {
			assertThat(this.routing.ended).containsExactly((use.writes ? "write" : "read") + " on " + side + " done");
		}
	}

	@Test
	void aConnectionThatIsNotUsedConnectsToNothing() throws SQLException {
		this.connection.setReadOnly(true);
		this.connection.setAutoCommit(false);
		assertThat(this.connection.isReadOnly()).isTrue();
		assertThat(this.connection.getAutoCommit()).isFalse();
		this.connection.commit();
		this.connection.rollback();
		this.connection.createStatement().close();
		this.connection.close();
		assertThat(this.routing.connected).isEmpty();
		assertThat(this.routing.begun).isEmpty();
	}

	@Test
	void aWriteThatIsNotConfirmedIsCommittedAndItsUnitHasEnded() throws SQLException {
		in(MigrationPhase.READ_NEW);
		this.routing.failsToConfirm = new WriteNotMirroredSQLException(
				new WriteNotMirroredException("test", "late", null));
		this.connection.setAutoCommit(false);
		insert("second");
		assertThatExceptionOfType(WriteNotMirroredSQLException.class).isThrownBy(this.connection::commit);
		assertThat(this.routing.phase.underWay()).isZero();
		assertThat(this.routing.ended).containsExactly("write on source failed");
		this.connection.rollback();
		assertThat(this.routing.calls).noneMatch((call) -> call.contains("rollback"));
		assertThat(items(this.source)).containsExactly("first", "second");
		this.connection.setAutoCommit(true);
		assertThatExceptionOfType(WriteNotMirroredSQLException.class).isThrownBy(() -> insert("third"));
		assertThat(this.routing.phase.underWay()).isZero();
		assertThat(items(this.source)).containsExactly("first", "second", "third");
	}

	@Test
	void aCommitThatFailsIsNotWaitedForAndItsTransactionCanBeRolledBack() throws SQLException {
		in(MigrationPhase.DUAL_WRITE);
		this.connection.setAutoCommit(false);
		insert("second");
		this.routing.fault = (side, call) -> call.equals("commit") ? FAILED : null;
		assertThatExceptionOfType(SQLException.class).isThrownBy(this.connection::commit).isSameAs(FAILED);
		assertThat(this.routing.awaited).isEmpty();
		this.connection.rollback();
		assertThat(this.routing.ended).containsExactly("write on source failed");
		assertThat(items(this.source)).containsExactly("first");
	}

	@ParameterizedTest
	@ValueSource(strings = { "connect", "prepare", "executeUpdate", "setAutoCommit", "rollback", "close", "commit" })
	void whereverItFailsTheUnitEndsOnce(String where) throws SQLException {
		for (boolean autoCommit : new boolean[] { true, false }) {
			in(MigrationPhase.DUAL_WRITE);
			this.routing.fault = (side, call) -> call.startsWith(where) ? FAILED : null;
			try {
				this.connection.setAutoCommit(autoCommit);
				update(where.equals("prepare") ? "insert into nothing values (1)"
						: "insert into item (name) values (null)");
				if (!autoCommit) {
					this.connection.rollback();
					insert("another");
					this.connection.commit();
				}
			}
			catch (SQLException ex) {
				this.routing.fault = null;
			}
			try {
				this.connection.close();
			}
			catch (SQLException ex) {
				this.routing.fault = null;
			}
			assertThat(this.routing.ended).hasSameSizeAs(this.routing.begun);
			assertThat(this.routing.phase.underWay()).isZero();
		}
	}

	@Test
	void whenAUnitCannotBeginNothingIsConnectedTo() throws SQLException {
		this.routing.refusesToBegin = new SQLTransientConnectionException("authority did not arrive", "40001");
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> insert("second"))
			.isSameAs(this.routing.refusesToBegin);
		this.connection.setAutoCommit(false);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> query("select name from side"))
			.isSameAs(this.routing.refusesToBegin);
		this.connection.rollback();
		assertThat(this.routing.connected).isEmpty();
	}

	@Test
	void settingsAreAppliedToEachPhysicalConnection() throws SQLException {
		in(MigrationPhase.READ_NEW);
		this.connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
		this.connection.setSchema("PUBLIC");
		this.connection.setHoldability(ResultSet.HOLD_CURSORS_OVER_COMMIT);
		assertThat(this.routing.connected).isEmpty();
		assertThat(query("select name from side")).isEqualTo("target");
		insert("second");
		assertThat(this.routing.connected).containsExactly("target apart", "source");
		for (String side : this.routing.connected) {
			assertThat(this.routing.calls).contains(side + " setTransactionIsolation[8]", side + " setSchema[PUBLIC]",
					side + " setHoldability[1]");
		}
		this.routing.calls.clear();
		this.connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
		assertThat(this.routing.calls).containsExactlyInAnyOrder("source setTransactionIsolation[2]",
				"target apart setTransactionIsolation[2]");
		assertThat(this.connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
		assertThat(this.connection.getSchema()).isEqualTo("PUBLIC");
		this.connection.close();
		assertThat(this.routing.calls).contains("source close[]", "target apart close[]");
	}

	@Test
	void aSessionThatRefusesToWriteStaysSo() throws SQLException {
		in(MigrationPhase.READ_NEW);
		this.connection.setReadOnly(true);
		this.connection.setAutoCommit(false);
		query("select name from side");
		this.connection.commit();
		this.connection.setReadOnly(false);
		assertThat(this.routing.calls).noneMatch((call) -> call.contains("setReadOnly"));
		this.connection.setAutoCommit(true);
		insert("second");
		assertThat(items(this.source)).contains("second");
	}

	@Test
	void aReadThatTargetRefusesRunsOnTheAuthorityAndMayWrite() throws SQLException {
		in(MigrationPhase.READ_NEW);
		this.routing.fault = (side, call) -> (side.contains("apart") && call.startsWith("execute"))
				? new SQLException("wrapped", "XX000", REFUSED) : null;
		try (PreparedStatement statement = this.connection
			.prepareStatement("select name, ? from side where name <> ?")) {
			statement.setMaxRows(7);
			statement.setInt(1, 42);
			statement.setString(2, "x");
			try (ResultSet rows = statement.executeQuery()) {
				assertThat(rows.next()).isTrue();
				assertThat(rows.getString(1)).isEqualTo("source");
				assertThat(rows.getInt(2)).isEqualTo(42);
			}
			assertThat(statement.getMaxRows()).isEqualTo(7);
		}
		assertThat(this.routing.begun).containsExactly(UnitKind.QUERY, UnitKind.WRITING);
		assertThat(this.routing.awaited).hasSize(1);
		try (Statement statement = this.connection.createStatement();
				ResultSet rows = statement.executeQuery("select name from side")) {
			assertThat(rows.next()).isTrue();
			assertThat(rows.getString(1)).isEqualTo("source");
		}
		assertThat(this.routing.awaited).hasSize(2);
	}

	@Test
	void aRefusedReadWhoseParametersCannotBeRepeatedFails() throws SQLException {
		in(MigrationPhase.READ_NEW);
		this.routing.fault = (side, call) -> (side.contains("apart") && call.startsWith("execute")) ? REFUSED : null;
		try (PreparedStatement statement = this.connection.prepareStatement("select ?")) {
			statement.setBinaryStream(1, new ByteArrayInputStream(new byte[] { 1 }));
			assertThatExceptionOfType(SQLException.class).isThrownBy(statement::executeQuery).isSameAs(REFUSED);
		}
	}

	@Test
	void aRefusalInATransactionGoesToTheCaller() throws SQLException {
		in(MigrationPhase.READ_NEW);
		this.routing.fault = (side, call) -> (side.contains("apart") && call.startsWith("execute")) ? REFUSED : null;
		this.connection.setReadOnly(true);
		this.connection.setAutoCommit(false);
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> query("select name from side"))
			.isSameAs(REFUSED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "connect", "executeQuery" })
	void aReadFallsBackIfItShallWhenTargetIsGone(String where) throws SQLException {
		in(MigrationPhase.READ_NEW);
		this.routing.fault = (side, call) -> (side.contains("apart") && call.equals(where)) ? LOST : null;
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> query("select name from side")).isSameAs(LOST);
		this.routing.fallsBack = true;
		assertThat(query("select name from side")).isEqualTo("source");
		assertThat(this.routing.begun).containsOnly(UnitKind.QUERY);
		assertThat(this.routing.ended).last().isEqualTo("read on source done");
	}

	@Test
	void aReadThatFailsForAnotherReasonDoesNotFallBack() throws SQLException {
		in(MigrationPhase.READ_NEW);
		this.routing.fallsBack = true;
		this.routing.fault = (side, call) -> call.equals("executeQuery") ? FAILED : null;
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> query("select name from side")).isSameAs(FAILED);
		assertThat(this.routing.connected).containsExactly("target apart");
	}

	@Test
	void readsThatAreSampledAreHandedOverWithTheirParameters() throws SQLException {
		this.routing.samples = true;
		byte[] mutable = { 1 };
		try (PreparedStatement statement = this.connection.prepareStatement("select ?, ?")) {
			statement.setMaxRows(5);
			statement.setString(1, "one");
			statement.setBytes(2, mutable);
			statement.executeQuery().close();
			mutable[0] = 2;
			statement.setString(1, "two");
			statement.executeQuery().close();
		}
		try (Statement statement = this.connection.createStatement()) {
			statement.executeQuery("select 3").close();
		}
		insert("second");
		this.connection.setAutoCommit(false);
		query("select name from side");
		this.connection.commit();
		this.connection.setReadOnly(true);
		query("select name from item");
		this.connection.commit();
		assertThat(this.routing.compared).extracting(RecordedQuery::sql)
			.containsExactly("select ?, ?", "select ?, ?", "select 3", "select name from item");
		assertThat(this.routing.compared.get(0).maxRows()).isEqualTo(5);
		assertThat(repeated(this.routing.compared.get(0))).isEqualTo("one[1]");
		assertThat(repeated(this.routing.compared.get(1))).isEqualTo("two[1]");
	}

	private String repeated(RecordedQuery query) throws SQLException {
		try (Connection other = this.target.getConnection();
				PreparedStatement statement = other.prepareStatement(query.sql())) {
			for (RecordedQuery.Binding binding : query.bindings()) {
				binding.bind(statement);
			}
			try (ResultSet rows = statement.executeQuery()) {
				rows.next();
				return rows.getString(1) + "[" + rows.getBytes(2)[0] + "]";
			}
		}
	}

	@Test
	void whatCannotBeRepeatedOrHasFailedIsNotCompared() throws SQLException {
		this.routing.samples = true;
		try (PreparedStatement statement = this.connection.prepareStatement("select ?")) {
			statement.setBinaryStream(1, new ByteArrayInputStream(new byte[] { 1 }));
			statement.executeQuery().close();
		}
		this.routing.fault = (side, call) -> call.startsWith("execute") ? FAILED : null;
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> query("select 1"));
		assertThat(this.routing.compared).isEmpty();
	}

	@Test
	void aStatementIsCheckedBeforeItRuns() throws SQLException {
		this.routing.refuses = FAILED;
		assertThatExceptionOfType(SQLException.class).isThrownBy(() -> insert("second")).isSameAs(FAILED);
		try (Statement statement = this.connection.createStatement()) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(() -> statement.execute("truncate table item"))
				.isSameAs(FAILED);
			statement.addBatch("delete from item");
			assertThatExceptionOfType(SQLException.class).isThrownBy(statement::executeBatch).isSameAs(FAILED);
		}
		assertThat(query("select count(*) from item")).isEqualTo("1");
		assertThat(this.routing.checked).contains("truncate table item", "delete from item");
	}

	@Test
	void aStatementThatIsExecutedAgainIsAUnitOfItsOwn() throws SQLException {
		in(MigrationPhase.DUAL_WRITE);
		try (PreparedStatement statement = this.connection.prepareStatement("insert into item (name) values (?)")) {
			for (String name : List.of("second", "third")) {
				statement.setString(1, name);
				statement.executeUpdate();
				assertThat(this.routing.phase.underWay()).isZero();
			}
		}
		assertThat(this.routing.begun).hasSize(2);
		assertThat(this.routing.awaited).hasSize(2);
	}

	@Test
	void aPreparedStatementHoldsTheMoveOfAuthorityUntilItIsExecutedOrClosed() throws SQLException {
		in(MigrationPhase.READ_NEW);
		PreparedStatement executed = this.connection.prepareStatement("insert into item (name) values ('second')");
		PreparedStatement closed = this.connection.prepareStatement("delete from item");
		this.connection.prepareStatement("delete from item");
		this.routing.phase.become(MigrationPhase.CUTOVER);
		executed.executeUpdate();
		assertThat(items(this.source)).contains("second");
		closed.close();
		assertThat(this.routing.phase.drained()).isFalse();
		this.connection.close();
		assertThat(this.routing.phase.drained()).isTrue();
	}

	@Test
	void aStatementWhoseAuthorityHasMovedIsPreparedAgainOnlyIfItsParametersAreKnown() throws SQLException {
		in(MigrationPhase.READ_NEW);
		PreparedStatement write = this.connection.prepareStatement("insert into item (name) values (?)");
		write.setString(1, "second");
		write.executeUpdate();
		PreparedStatement read = this.connection.prepareStatement("select name, ? from side");
		read.setInt(1, 7);
		read.executeQuery().close();
		this.routing.phase.become(MigrationPhase.CUTOVER);
		assertThatExceptionOfType(SQLTransientConnectionException.class).isThrownBy(write::executeUpdate)
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("40001"));
		assertThat(items(this.target)).containsExactly("first");
		try (ResultSet rows = read.executeQuery()) {
			rows.next();
			assertThat(rows.getString(1)).isEqualTo("target");
			assertThat(rows.getInt(2)).isEqualTo(7);
		}
		assertThat(this.routing.connected).containsExactly("source", "target apart", "target");
	}

	@Test
	void aReadThatWasPreparedOnTheAuthorityStaysThere() throws SQLException {
		in(MigrationPhase.DUAL_WRITE);
		PreparedStatement read = this.connection.prepareStatement("select name from side");
		read.executeQuery().close();
		this.routing.phase.become(MigrationPhase.READ_NEW);
		try (ResultSet rows = read.executeQuery()) {
			rows.next();
			assertThat(rows.getString(1)).isEqualTo("source");
		}
	}

	@Test
	void aTransactionStaysWhereItBegan() throws SQLException {
		in(MigrationPhase.READ_NEW);
		this.connection.setAutoCommit(false);
		insert("second");
		this.routing.phase.become(MigrationPhase.CUTOVER);
		insert("third");
		assertThat(query("select name from side")).isEqualTo("source");
		assertThat(this.routing.phase.drained()).isFalse();
		this.connection.commit();
		assertThat(this.routing.phase.drained()).isTrue();
		insert("fourth");
		this.connection.commit();
		assertThat(items(this.source)).containsExactly("first", "second", "third");
		assertThat(items(this.target)).containsExactly("first", "fourth");
	}

	@Test
	void aTransactionThatWritesAlthoughItShouldReadBeginsAnewAsOneThatWrites() throws SQLException {
		in(MigrationPhase.DUAL_WRITE);
		this.connection.setReadOnly(true);
		this.connection.setAutoCommit(false);
		query("select name from side");
		insert("second");
		this.connection.commit();
		assertThat(this.routing.begun).containsExactly(UnitKind.READ_ONLY, UnitKind.WRITING);
		assertThat(this.routing.awaited).hasSize(1);
		assertThat(items(this.source)).containsExactly("first", "second");
	}

	@Test
	void aTransactionThatWritesAlthoughItShouldReadFailsIfAuthorityHasMoved() throws SQLException {
		in(MigrationPhase.DUAL_WRITE);
		this.connection.setReadOnly(true);
		this.connection.setAutoCommit(false);
		query("select name from side");
		this.routing.phase.become(MigrationPhase.CUTOVER);
		assertThatExceptionOfType(SQLTransientConnectionException.class).isThrownBy(() -> insert("second"));
		this.connection.rollback();
		assertThat(items(this.source)).containsExactly("first");
		assertThat(items(this.target)).containsExactly("first");
	}

	@Test
	void transactionsOfSqlTextAreTransactions() throws SQLException {
		in(MigrationPhase.DUAL_WRITE);
		this.connection.setAutoCommit(false);
		try (Statement statement = this.connection.createStatement()) {
			statement.execute("insert into item (name) values ('second')");
			statement.execute("commit");
			assertThat(this.routing.awaited).hasSize(1);
			assertThat(this.routing.phase.underWay()).isZero();
			statement.execute("insert into item (name) values ('third')");
			statement.execute("savepoint a");
			statement.execute("rollback to savepoint a");
			assertThat(this.routing.phase.underWay()).isOne();
			statement.execute("rollback");
			assertThat(this.routing.phase.underWay()).isZero();
		}
		assertThat(this.routing.awaited).hasSize(1);
		assertThat(items(this.source)).containsExactly("first", "second");
	}

	@Test
	void aTransactionThatBeginsAsTextIsOneUnit() throws SQLException {
		in(MigrationPhase.DUAL_WRITE);
		try (Statement statement = this.connection.createStatement()) {
			statement.execute("begin");
			statement.execute("insert into item (name) values ('second')");
			assertThat(this.routing.awaited).isEmpty();
			assertThat(this.routing.phase.underWay()).isOne();
			statement.execute("commit");
		}
		assertThat(this.routing.begun).containsExactly(UnitKind.WRITING);
		assertThat(this.routing.awaited).hasSize(1);
	}

	@Test
	void settingAutoCommitCommits() throws SQLException {
		in(MigrationPhase.DUAL_WRITE);
		this.connection.setAutoCommit(false);
		insert("second");
		this.connection.setAutoCommit(true);
		assertThat(this.routing.awaited).hasSize(1);
		assertThat(items(this.source)).containsExactly("first", "second");
	}

	@Test
	void rollingBackToASavepointDoesNotEndTheUnit() throws SQLException {
		this.connection.setAutoCommit(false);
		insert("second");
		Savepoint savepoint = this.connection.setSavepoint("here");
		insert("third");
		this.connection.rollback(savepoint);
		assertThat(this.routing.phase.underWay()).isOne();
		this.connection.commit();
		assertThat(items(this.source)).containsExactly("first", "second");
		assertThat(this.routing.begun).hasSize(1);
	}

	@Test
	void closingRollsBack() throws SQLException {
		this.connection.setAutoCommit(false);
		insert("second");
		this.connection.close();
		assertThat(this.routing.phase.underWay()).isZero();
		assertThat(items(this.source)).containsExactly("first");
	}

	@Test
	void abortEndsUnits() throws SQLException {
		this.connection.prepareStatement("select 1");
		this.connection.setAutoCommit(false);
		insert("second");
		this.connection.abort(Runnable::run);
		assertThat(this.routing.phase.underWay()).isZero();
		assertThat(this.connection.isClosed()).isTrue();
	}

	@Test
	void whatIsClosedRefuses() throws SQLException {
		Statement plain = this.connection.createStatement();
		PreparedStatement prepared = this.connection.prepareStatement("select 1");
		this.connection.close();
		this.connection.close();
		assertThat(this.connection.isClosed()).isTrue();
		assertThat(this.connection.isValid(1)).isFalse();
		assertThat(plain.isClosed()).isTrue();
		assertThat(prepared.isClosed()).isTrue();
		List<Call> calls = List.of(this.connection::commit, this.connection::rollback, this.connection::createStatement,
				() -> this.connection.prepareStatement("select 1"), () -> this.connection.prepareCall("call 1"),
				this.connection::getMetaData, this.connection::getAutoCommit, () -> this.connection.setReadOnly(true),
				this.connection::getWarnings, () -> plain.executeQuery("select 1"), prepared::executeQuery,
				() -> this.connection.unwrap(JdbcDataSource.class), plain::getConnection);
		for (Call call : calls) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(call::run).withMessageContaining("closed");
		}
	}

	@Test
	void updatableResultSetsWriteOnTheAuthority() throws SQLException {
		in(MigrationPhase.READ_NEW);
		try (Statement statement = this.connection.createStatement(ResultSet.TYPE_SCROLL_SENSITIVE,
				ResultSet.CONCUR_UPDATABLE); ResultSet rows = statement.executeQuery("select id, name from item")) {
			rows.next();
			rows.updateString("name", "changed");
			rows.updateRow();
			assertThat(this.routing.awaited).hasSize(1);
			rows.moveToInsertRow();
			rows.updateString("name", "inserted");
			rows.insertRow();
			assertThat(this.routing.awaited).hasSize(2);
			assertThat(rows.getStatement()).isSameAs(statement);
		}
		assertThat(items(this.source)).containsExactly("changed", "inserted");
		this.connection.setAutoCommit(false);
		try (PreparedStatement statement = this.connection.prepareStatement("select id, name from item",
				ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_UPDATABLE); ResultSet rows = statement.executeQuery()) {
			rows.next();
			rows.deleteRow();
		}
		assertThat(this.routing.awaited).hasSize(2);
		this.connection.commit();
		assertThat(this.routing.awaited).hasSize(3);
		assertThat(items(this.source)).containsExactly("inserted");
	}

	@Test
	void rowsOfAResultSetAreNotWrittenOnASideWithoutAuthority() throws SQLException {
		in(MigrationPhase.READ_NEW);
		try (Statement statement = this.connection.createStatement(ResultSet.TYPE_FORWARD_ONLY,
				ResultSet.CONCUR_UPDATABLE); ResultSet rows = statement.executeQuery("select id, name from item")) {
			rows.next();
			this.routing.phase.become(MigrationPhase.CUTOVER);
			assertThatExceptionOfType(SQLTransientConnectionException.class).isThrownBy(rows::deleteRow);
		}
		assertThat(items(this.source)).containsExactly("first");
	}

	@Test
	void whatComesFromAStatementLeadsBackToTheDecoration() throws SQLException {
		try (PreparedStatement statement = this.connection.prepareStatement("select 1");
				ResultSet rows = statement.executeQuery();
				CallableStatement call = this.connection.prepareCall("call 1")) {
			assertThat(rows.getStatement()).isSameAs(statement);
			assertThat(statement.getResultSet()).isSameAs(rows);
			assertThat(statement.getConnection()).isSameAs(this.connection);
			assertThat(call.getConnection()).isSameAs(this.connection);
			assertThat(this.connection.getMetaData().getConnection()).isSameAs(this.connection);
			assertThat(statement.toString()).startsWith("migrating ");
			assertThat(this.connection.toString()).startsWith("migrating ");
		}
		try (Statement statement = this.connection.createStatement()) {
			statement.executeUpdate("insert into item (name) values ('second')", Statement.RETURN_GENERATED_KEYS);
			try (ResultSet keys = statement.getGeneratedKeys()) {
				assertThat(keys.next()).isTrue();
				assertThat(keys.getInt(1)).isEqualTo(2);
				assertThat(keys.getStatement()).isSameAs(statement);
			}
		}
	}

	@Test
	void credentialsReachTheRouting() throws SQLException {
		this.connection = new MigratingDataSource(this.source, this.routing).getConnection("sa", "");
		query("select name from side");
		assertThat(this.routing.connected).containsExactly("source as sa");
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void aPlainStatementKeepsItsSettingsOnEachSide(Side side) throws SQLException {
		in((side == Side.SOURCE) ? MigrationPhase.OFF : MigrationPhase.READ_NEW);
		try (Statement statement = this.connection.createStatement()) {
			statement.setMaxRows(3);
			statement.setFetchSize(2);
			statement.setQueryTimeout(5);
			assertThat(this.routing.connected).isEmpty();
			assertThat(statement.getMaxRows()).isEqualTo(3);
			try (ResultSet rows = statement.executeQuery("select * from system_range(1, 10)")) {
				int count = 0;
				while (rows.next()) {
					count++;
				}
				assertThat(count).isEqualTo(3);
			}
			statement.addBatch("insert into item (name) values ('second')");
			statement.addBatch("insert into item (name) values ('third')");
			assertThat(statement.executeBatch()).containsExactly(1, 1);
			assertThat(statement.getFetchSize()).isEqualTo(2);
			assertThat(statement.getQueryTimeout()).isEqualTo(5);
		}
		assertThat(items(this.source)).containsExactly("first", "second", "third");
	}

	/**
	 * What an application does with a connection.
	 */
	enum Use {

		AUTO_COMMIT_READ(UnitKind.QUERY, false, true) {
			@Override
			void run(Connection connection) throws SQLException {
				try (PreparedStatement statement = connection.prepareStatement("select 1")) {
					statement.executeQuery();
				}
			}
		},

		PLAIN_READ(UnitKind.QUERY, false, true) {
			@Override
			void run(Connection connection) throws SQLException {
				try (Statement statement = connection.createStatement()) {
					statement.executeQuery("select 1");
				}
			}
		},

		DECLARED_READ(UnitKind.READ_ONLY, false, true) {
			@Override
			void run(Connection connection) throws SQLException {
				connection.setReadOnly(true);
				connection.createStatement().executeQuery("select 1");
			}
		},

		READ_ONLY_TRANSACTION(UnitKind.READ_ONLY, false, true) {
			@Override
			void run(Connection connection) throws SQLException {
				connection.setReadOnly(true);
				connection.setAutoCommit(false);
				connection.createStatement().executeQuery("select 1");
				connection.prepareStatement("select 2").executeQuery();
				connection.commit();
			}
		},

		AUTO_COMMIT_WRITE(UnitKind.WRITING, true, false) {
			@Override
			void run(Connection connection) throws SQLException {
				connection.prepareStatement("update item set name = 'x'").executeUpdate();
			}
		},

		PLAIN_WRITE(UnitKind.WRITING, true, false) {
			@Override
			void run(Connection connection) throws SQLException {
				connection.createStatement().execute("update item set name = 'x'");
			}
		},

		WRITING_READ(UnitKind.WRITING, true, false) {
			@Override
			void run(Connection connection) throws SQLException {
				connection.prepareStatement("select * from item for update").executeQuery();
			}
		},

		CALL(UnitKind.WRITING, true, false) {
			@Override
			void run(Connection connection) throws SQLException {
				connection.prepareCall("select 1").execute();
			}
		},

		SESSION(UnitKind.QUERY, false, false) {
			@Override
			void run(Connection connection) throws SQLException {
				connection.createStatement().execute("set schema public");
			}
		},

		TRANSACTION(UnitKind.WRITING, true, false) {
			@Override
			void run(Connection connection) throws SQLException {
				connection.setAutoCommit(false);
				connection.prepareStatement("select 1").executeQuery();
				connection.prepareStatement("update item set name = 'x'").executeUpdate();
				connection.commit();
			}
		},

		TRANSACTION_THAT_READS(UnitKind.WRITING, false, false) {
			@Override
			void run(Connection connection) throws SQLException {
				connection.setAutoCommit(false);
				connection.prepareStatement("select 1").executeQuery();
				connection.commit();
			}
		};

		private final UnitKind kind;

		private final boolean writes;

		private final boolean movable;

		Use(UnitKind kind, boolean writes, boolean movable) {
			this.kind = kind;
			this.writes = writes;
			this.movable = movable;
		}

		abstract void run(Connection connection) throws SQLException;

	}

	@FunctionalInterface
	private interface Call {

		void run() throws SQLException;

	}

}
