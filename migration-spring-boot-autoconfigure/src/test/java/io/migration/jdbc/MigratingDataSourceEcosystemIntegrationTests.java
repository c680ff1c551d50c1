package io.migration.jdbc;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.StringReader;
import java.sql.CallableStatement;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.sql.Types;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfigMXBean;
import com.zaxxer.hikari.HikariDataSource;
import io.migration.MigrationPhase;
import io.migration.jdbc.Routing.UnitKind;
import io.migration.test.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What applications do with a {@code DataSource}, on PostgreSQL, with what they use:
 * HikariCP, Spring Boot, Spring's JDBC support, the driver.
 */
@ParameterizedClass
@EnumSource(MigrationPhase.class)
class MigratingDataSourceEcosystemIntegrationTests {

	private static final String SCHEMA = """
			create table item (id int generated always as identity primary key, name text unique, data bytea);
			create function twice(n int) returns int language sql immutable as 'select 2 * n';
			create function place(n text) returns int language sql volatile
				as 'insert into item (name) values (n) returning id';
			create procedure remove(n text) language sql as 'delete from item where name = n';
			""";

	@Parameter
	private MigrationPhase phase;

	private HikariDataSource source;

	private HikariDataSource target;

	private HikariDataSource targetReads;

	private StubRouting routing;

	private MigratingDataSource dataSource;

	private JdbcTemplate template;

	private static HikariDataSource pool(String database, boolean readOnly) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(PostgresServer.shared().jdbcUrl(database));
		pool.setMaximumPoolSize(3);
		pool.setPoolName(database);
		pool.setReadOnly(readOnly);
		if (readOnly) {
			// without it the driver declares transactions only, not single statements
			pool.setConnectionInitSql("set session characteristics as transaction read only");
		}
		pool.setConnectionTimeout(5000);
		return pool;
	}

	@BeforeEach
	void start() {
		String sourceDatabase = PostgresServer.shared().createDatabase();
		String targetDatabase = PostgresServer.shared().createDatabase();
		this.source = pool(sourceDatabase, false);
		this.target = pool(targetDatabase, false);
		this.targetReads = pool(targetDatabase, true);
		for (HikariDataSource pool : List.of(this.source, this.target)) {
			new JdbcTemplate(pool).execute(SCHEMA);
		}
		this.routing = new StubRouting(this.phase, this.source, this.target);
		this.routing.targetReads = this.targetReads;
		this.routing.samples = true;
		this.dataSource = new MigratingDataSource(this.source, this.routing);
		this.template = new JdbcTemplate(this.dataSource);
	}

	@AfterEach
	void nothingIsLeftBehind() throws Exception {
		assertThat(this.routing.phase.underWay()).isZero();
		assertThat(this.routing.ended).hasSameSizeAs(this.routing.begun);
		for (HikariDataSource pool : List.of(this.source, this.target, this.targetReads)) {
			if (pool.isRunning()) {
				assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
			}
		}
		this.dataSource.close();
		assertThat(this.source.isClosed()).isTrue();
		this.target.close();
		this.targetReads.close();
	}

	private DataSource authority() {
		return (this.phase == MigrationPhase.CUTOVER) ? this.target : this.source;
	}

	private List<String> items() {
		return new JdbcTemplate(authority()).queryForList("select name from item order by id", String.class);
	}

	private TransactionTemplate transaction(DataSource dataSource, boolean readOnly) {
		TransactionTemplate template = new TransactionTemplate(new JdbcTransactionManager(dataSource));
		template.setReadOnly(readOnly);
		return template;
	}

	@Test
	void thePoolIsFoundBehindTheDecoration() throws SQLException {
		assertThat(this.dataSource.unwrap(HikariDataSource.class)).isSameAs(this.source);
		assertThat(this.dataSource.isWrapperFor(HikariDataSource.class)).isTrue();
		assertThat(this.dataSource.unwrap(DataSource.class)).isSameAs(this.dataSource);
		assertThat(DataSourceUnwrapper.unwrap(this.dataSource, HikariDataSource.class)).isSameAs(this.source);
		assertThat(DataSourceUnwrapper.unwrap(this.dataSource, HikariConfigMXBean.class, HikariDataSource.class))
			.isSameAs(this.source);
		assertThat(this.dataSource).hasToString("migrating " + this.source);
	}

	@Test
	void anotherPoolIsDerivedFromTheDecoration() {
		try (HikariDataSource derived = (HikariDataSource) DataSourceBuilder.derivedFrom(this.dataSource).build()) {
			assertThat(derived.getJdbcUrl()).isEqualTo(this.source.getJdbcUrl());
			assertThat(new JdbcTemplate(derived).queryForObject("select 1", Integer.class)).isOne();
		}
	}

	@Test
	void connectionsAndStatementsLeadToThePoolAndTheDriver() throws SQLException {
		try (Connection connection = this.dataSource.getConnection();
				PreparedStatement statement = connection.prepareStatement("select 1")) {
			assertThat(connection.isWrapperFor(PGConnection.class)).isTrue();
			assertThat(connection.unwrap(PGConnection.class).getBackendPID()).isPositive();
			assertThat(statement.unwrap(PGStatement.class)).isNotNull();
			assertThat(connection.unwrap(Connection.class)).isSameAs(connection);
			assertThat(connection.isValid(1)).isTrue();
			DatabaseMetaData metaData = connection.getMetaData();
			assertThat(metaData.getConnection()).isSameAs(connection);
			assertThat(metaData.getDatabaseProductName()).isEqualTo("PostgreSQL");
		}
	}

	@Test
	void jdbcTemplateReadsAndWrites() {
		assertThat(this.template.update("insert into item (name) values (?)", "a")).isOne();
		int[] counts = this.template.batchUpdate("insert into item (name) values (?)",
				List.of(new Object[] { "b" }, new Object[] { "c" }));
		assertThat(counts).containsExactly(1, 1);
		this.template.batchUpdate("insert into item (name) values ('d')", "insert into item (name) values ('e')");
		this.template.setFetchSize(2);
		this.template.setMaxRows(4);
		this.template.setQueryTimeout(5);
		List<Integer> ids = this.template.queryForList("select twice(generate_series(1, ?::int))", Integer.class, 10);
		assertThat(ids).containsExactly(2, 4, 6, 8);
		assertThat(items()).containsExactly("a", "b", "c", "d", "e");
	}

	@Test
	void generatedKeysAreReturnedInEachForm() throws SQLException {
		GeneratedKeyHolder keys = new GeneratedKeyHolder();
		JdbcClient.create(this.dataSource)
			.sql("insert into item (name) values (:name)")
			.param("name", "a")
			.update(keys);
		assertThat(keys.getKeys()).containsEntry("id", 1);
		try (Connection connection = this.dataSource.getConnection();
				PreparedStatement all = connection.prepareStatement("insert into item (name) values ('b')",
						Statement.RETURN_GENERATED_KEYS);
				PreparedStatement named = connection.prepareStatement("insert into item (name) values ('c')",
						new String[] { "id" });
				Statement plain = connection.createStatement()) {
			all.executeUpdate();
			assertThat(key(all)).isEqualTo(2);
			named.executeUpdate();
			assertThat(key(named)).isEqualTo(3);
			plain.executeUpdate("insert into item (name) values ('d')", Statement.RETURN_GENERATED_KEYS);
			assertThat(key(plain)).isEqualTo(4);
			plain.execute("insert into item (name) values ('e')", new String[] { "id" });
			assertThat(key(plain)).isEqualTo(5);
		}
	}

	private static int key(Statement statement) throws SQLException {
		try (ResultSet keys = statement.getGeneratedKeys()) {
			assertThat(keys.next()).isTrue();
			assertThat(keys.getStatement()).isSameAs(statement);
			return keys.getInt("id");
		}
	}

	@Test
	void transactionsCommitAndRollBack() {
		TransactionTemplate transaction = transaction(this.dataSource, false);
		transaction.executeWithoutResult((status) -> {
			this.template.update("insert into item (name) values ('a')");
			Object savepoint = status.createSavepoint();
			this.template.update("insert into item (name) values ('b')");
			status.rollbackToSavepoint(savepoint);
			this.template.update("insert into item (name) values ('c')");
		});
		transaction.executeWithoutResult((status) -> {
			this.template.update("insert into item (name) values ('d')");
			status.setRollbackOnly();
		});
		assertThat(items()).containsExactly("a", "c");
		assertThat(this.routing.begun).containsExactly(UnitKind.WRITING, UnitKind.WRITING);
	}

	@Test
	void transactionsThatAreDeclaredToReadAreKnownBeforeAConnectionIsTaken() {
		TransactionTemplate transaction = transaction(this.dataSource, true);
		transaction.setIsolationLevel(TransactionDefinition.ISOLATION_REPEATABLE_READ);
		for (int i = 0; i < 2; i++) {
			this.routing.begun.clear();
			this.routing.ended.clear();
			this.routing.connected.clear();
			String database = transaction
				.execute((status) -> this.template.queryForObject("select current_database()", String.class));
			boolean onTarget = this.phase == MigrationPhase.READ_NEW || this.phase == MigrationPhase.CUTOVER;
			assertThat(database).isEqualTo((onTarget ? this.target : this.source).getPoolName());
		}
		assertThat(this.routing.begun).containsExactly(UnitKind.READ_ONLY);
		assertThat(this.routing.connected).hasSize(1);
	}

	@Test
	void aLazyProxyAroundItWorks() {
		LazyConnectionDataSourceProxy lazy = new LazyConnectionDataSourceProxy(this.dataSource);
		JdbcTemplate template = new JdbcTemplate(lazy);
		transaction(lazy, false)
			.executeWithoutResult((status) -> template.update("insert into item (name) values ('a')"));
		Integer twice = transaction(lazy, true)
			.execute((status) -> template.queryForObject("select twice(2)", Integer.class));
		assertThat(twice).isEqualTo(4);
		assertThat(items()).containsExactly("a");
	}

	@Test
	void aLazyProxyBelowItWorks() throws SQLException {
		StubRouting below = new StubRouting(this.phase, new LazyConnectionDataSourceProxy(this.source),
				new LazyConnectionDataSourceProxy(this.target));
		MigratingDataSource around = new MigratingDataSource(new LazyConnectionDataSourceProxy(this.source), below);
		assertThat(around.unwrap(HikariDataSource.class)).isSameAs(this.source);
		JdbcTemplate template = new JdbcTemplate(around);
		template.update("insert into item (name) values ('a')");
		transaction(around, false)
			.executeWithoutResult((status) -> template.update("insert into item (name) values ('b')"));
		assertThat(items()).containsExactly("a", "b");
		assertThat(below.phase.underWay()).isZero();
	}

	@Test
	void savepointsWorkOnTheConnection() throws SQLException {
		try (Connection connection = this.dataSource.getConnection();
				Statement statement = connection.createStatement()) {
			connection.setAutoCommit(false);
			Savepoint first = connection.setSavepoint();
			statement.executeUpdate("insert into item (name) values ('a')");
			Savepoint second = connection.setSavepoint("second");
			statement.executeUpdate("insert into item (name) values ('b')");
			connection.releaseSavepoint(second);
			connection.rollback(first);
			statement.executeUpdate("insert into item (name) values ('c')");
			connection.commit();
		}
		assertThat(items()).containsExactly("c");
	}

	@Test
	void rowsStreamInATransaction() throws SQLException {
		try (Connection connection = this.dataSource.getConnection();
				PreparedStatement statement = connection.prepareStatement("select generate_series(1, 1000)")) {
			connection.setAutoCommit(false);
			statement.setFetchSize(10);
			int count = 0;
			try (ResultSet rows = statement.executeQuery()) {
				assertThat(rows.getFetchSize()).isEqualTo(10);
				while (rows.next()) {
					count++;
				}
			}
			assertThat(count).isEqualTo(1000);
			connection.commit();
		}
	}

	@Test
	void streamsAndArraysAreParameters() throws Exception {
		try (Connection connection = this.dataSource.getConnection();
				PreparedStatement insert = connection.prepareStatement("insert into item (name, data) values (?, ?)")) {
			insert.setCharacterStream(1, new StringReader("streamed"));
			insert.setBinaryStream(2, new ByteArrayInputStream(new byte[] { 1, 2, 3 }));
			assertThat(insert.executeUpdate()).isOne();
			try (PreparedStatement select = connection
				.prepareStatement("select data from item where name = any(?) for update")) {
				select.setArray(1, connection.createArrayOf("text", new Object[] { "streamed" }));
				try (ResultSet rows = select.executeQuery()) {
					assertThat(rows.next()).isTrue();
					try (InputStream data = rows.getBinaryStream(1)) {
						assertThat(data.readAllBytes()).containsExactly(1, 2, 3);
					}
				}
			}
			try (PreparedStatement select = connection.prepareStatement("select cardinality(?)")) {
				select.setArray(1, connection.createArrayOf("text", new Object[] { "a", "b" }));
				try (ResultSet rows = select.executeQuery()) {
					assertThat(rows.next()).isTrue();
					assertThat(rows.getInt(1)).isEqualTo(2);
				}
			}
		}
	}

	@Test
	void proceduresAndFunctionsAreCalled() throws SQLException {
		try (Connection connection = this.dataSource.getConnection();
				CallableStatement function = connection.prepareCall("{? = call place(?)}");
				CallableStatement procedure = connection.prepareCall("call remove(?)")) {
			for (String name : List.of("a", "b")) {
				function.registerOutParameter(1, Types.INTEGER);
				function.setString(2, name);
				function.execute();
			}
			assertThat(function.getInt(1)).isEqualTo(2);
			procedure.setString(1, "a");
			procedure.execute();
		}
		assertThat(items()).containsExactly("b");
		assertThat(this.routing.begun).containsOnly(UnitKind.WRITING);
	}

	@Test
	void aQueryThatWritesUnseenRunsOnTheAuthority() {
		assertThat(this.template.queryForObject("select place(?)", Integer.class, "a")).isOne();
		assertThat(items()).containsExactly("a");
		boolean refused = this.phase == MigrationPhase.READ_NEW;
		assertThat(this.routing.begun).hasSize(refused ? 2 : 1);
	}

	@Test
	void resultSetsAreUpdated() throws SQLException {
		this.template.update("insert into item (name) values ('a')");
		try (Connection connection = this.dataSource.getConnection();
				Statement statement = connection.createStatement(ResultSet.TYPE_SCROLL_INSENSITIVE,
						ResultSet.CONCUR_UPDATABLE);
				ResultSet rows = statement.executeQuery("select id, name from item")) {
			assertThat(rows.next()).isTrue();
			rows.updateString("name", "changed");
			rows.updateRow();
		}
		assertThat(items()).containsExactly("changed");
	}

	@Test
	void copyReachesTheDriver() throws Exception {
		try (Connection connection = this.dataSource.getConnection()) {
			connection.setAutoCommit(false);
			long rows = connection.unwrap(PGConnection.class)
				.getCopyAPI()
				.copyIn("copy item (name) from stdin", new StringReader("a\nb\n"));
			assertThat(rows).isEqualTo(2);
			connection.commit();
		}
		assertThat(items()).containsExactly("a", "b");
		assertThat(this.routing.ended).hasSize(1);
		boolean waits = this.phase == MigrationPhase.DUAL_WRITE || this.phase == MigrationPhase.READ_NEW;
		assertThat(this.routing.awaited).hasSize(waits ? 1 : 0);
	}

	@Test
	void settingsOfAConnectionDoNotReachTheNext() throws SQLException {
		try (Connection connection = this.dataSource.getConnection()) {
			connection.setReadOnly(true);
			connection.setAutoCommit(false);
			connection.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
			connection.setNetworkTimeout(Runnable::run, 4000);
			connection.setClientInfo("ApplicationName", "test");
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery("select current_setting('transaction_isolation')")) {
				assertThat(rows.next()).isTrue();
				assertThat(rows.getString(1)).isEqualTo("serializable");
			}
			assertThat(connection.getNetworkTimeout()).isEqualTo(4000);
			assertThat(connection.getClientInfo("ApplicationName")).isEqualTo("test");
			connection.commit();
		}
		try (Connection connection = this.dataSource.getConnection()) {
			assertThat(connection.getAutoCommit()).isTrue();
			assertThat(connection.isReadOnly()).isFalse();
			assertThat(connection.getTransactionIsolation()).isEqualTo(Connection.TRANSACTION_READ_COMMITTED);
			assertThat(connection.getTypeMap()).isIn(null, Map.of());
		}
	}

	@Test
	void thePoolsDefaultsAreKept() throws SQLException {
		HikariDataSource other = pool(this.source.getPoolName(), true);
		other.setAutoCommit(false);
		StubRouting routing = new StubRouting(this.phase, other, this.target);
		try (MigratingDataSource around = new MigratingDataSource(other, routing);
				Connection connection = around.getConnection()) {
			assertThat(connection.getAutoCommit()).isFalse();
			assertThat(connection.isReadOnly()).isTrue();
			assertThat(routing.connected).isEmpty();
			connection.prepareStatement("select 1").executeQuery();
			assertThat(routing.begun).containsExactly(UnitKind.READ_ONLY);
		}
		catch (SQLException ex) {
			throw ex;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
		assertThat(other.isClosed()).isTrue();
	}

}
