package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.migration.MigrationException;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.phase.DesiredPhase;
import io.migration.phase.FleetInstance;
import io.migration.phase.Ledger;
import io.migration.phase.LedgerContract;
import io.migration.phase.LedgerRecord;
import io.migration.phase.LedgerUnavailableException;
import io.migration.phase.PhaseChange;
import io.migration.phase.Stage;
import io.migration.test.FaultProxy;
import io.migration.test.PostgresServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;
import org.springframework.jdbc.datasource.init.DatabasePopulatorUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link JdbcLedger} on PostgreSQL.
 */
class JdbcLedgerIntegrationTests {

	private static final PostgresServer server = PostgresServer.shared();

	private static final Instant TIME = Instant.parse("2026-01-02T03:04:05.123456789Z");

	private static final LedgerRecord FIRST = LedgerRecord.first("pair", null, TIME);

	private final String database = server.createDatabase();

	private final DataSource dataSource = server.dataSource(this.database);

	private final JdbcClient sql = JdbcClient.create(this.dataSource);

	private final ExecutorService executor = Executors.newCachedThreadPool();

	@AfterEach
	void stop() {
		this.executor.shutdownNow();
	}

	private JdbcLedger ledger() {
		return ledger(this.dataSource);
	}

	private static JdbcLedger ledger(DataSource dataSource) {
		return new JdbcLedger("orders", dataSource, DatabaseInitializationMode.ALWAYS);
	}

	private static JdbcLedger impatient(DataSource dataSource) {
		return new JdbcLedger("orders", dataSource, DatabaseInitializationMode.ALWAYS, Duration.ofSeconds(1));
	}

	private static FleetInstance instance(String id) {
		return new FleetInstance(id, "host", 0, Duration.ZERO);
	}

	private static LedgerRecord staged(LedgerRecord record) {
		return record.withStage(Stage.OPEN, record.phase(), null);
	}

	private static HikariDataSource pool(String isolation) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(server.jdbcUrl(server.createDatabase()));
		pool.setMinimumIdle(0);
		pool.setTransactionIsolation(isolation);
		return pool;
	}

	@Nested
	class ReadCommittedTests extends LedgerContract {

		private static HikariDataSource pool;

		@BeforeAll
		static void open() {
			pool = pool("TRANSACTION_READ_COMMITTED");
		}

		@AfterAll
		static void close() {
			pool.close();
		}

		@Override
		protected Ledger ledger(String migration) {
			return new JdbcLedger(migration, pool, DatabaseInitializationMode.ALWAYS);
		}

	}

	@Nested
	class RepeatableReadTests extends LedgerContract {

		private static HikariDataSource pool;

		@BeforeAll
		static void open() {
			pool = pool("TRANSACTION_REPEATABLE_READ");
		}

		@AfterAll
		static void close() {
			pool.close();
		}

		@Override
		protected Ledger ledger(String migration) {
			return new JdbcLedger(migration, pool, DatabaseInitializationMode.ALWAYS);
		}

	}

	@Nested
	class SerializableTests extends LedgerContract {

		private static HikariDataSource pool;

		@BeforeAll
		static void open() {
			pool = pool("TRANSACTION_SERIALIZABLE");
		}

		@AfterAll
		static void close() {
			pool.close();
		}

		@Override
		protected Ledger ledger(String migration) {
			return new JdbcLedger(migration, pool, DatabaseInitializationMode.ALWAYS);
		}

	}

	/**
	 * Provokes both orders of a join and a step, each held before its commit.
	 */
	@Nested
	class JoiningTests {

		private DataSource isolated(String isolation) {
			Properties properties = new Properties();
			properties.setProperty("options", "-c default_transaction_isolation=" + isolation.replace(" ", "\\ "));
			return new DriverManagerDataSource(server.jdbcUrl(JdbcLedgerIntegrationTests.this.database), properties);
		}

		private Future<List<FleetInstance>> step(Ledger ledger) {
			return JdbcLedgerIntegrationTests.this.executor.submit(() -> {
				assertThat(ledger.compareAndSet(1, staged(FIRST), null)).isTrue();
				return ledger.instances();
			});
		}

		private Future<LedgerRecord> join(Ledger ledger) {
			return JdbcLedgerIntegrationTests.this.executor.submit(() -> ledger.join(instance("joiner"), FIRST));
		}

		private void awaitBlockedSession() {
			await().until(() -> JdbcLedgerIntegrationTests.this.sql.sql(
					"select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'")
				.query(Integer.class)
				.single() == 1);
		}

		@ParameterizedTest
		@ValueSource(strings = { "read committed", "repeatable read", "serializable" })
		void whoJoinsBeforeAStepIsSeenByIt(String isolation) throws Exception {
			CommitGate gate = new CommitGate(isolated(isolation), UnaryOperator.identity());
			JdbcLedger joiner = ledger(gate);
			joiner.join(instance("walker"), FIRST);
			gate.arm();
			Future<LedgerRecord> joined = join(joiner);
			gate.awaitArrival();
			Future<List<FleetInstance>> fleet = step(ledger(isolated(isolation)));
			awaitBlockedSession();
			assertThat(fleet).isNotDone();
			gate.open();
			assertThat(joined.get(30, TimeUnit.SECONDS)).isEqualTo(FIRST);
			assertThat(fleet.get(30, TimeUnit.SECONDS)).extracting(FleetInstance::id)
				.containsExactly("joiner", "walker");
		}

		@ParameterizedTest
		@ValueSource(strings = { "read committed", "repeatable read", "serializable" })
		void whoJoinsDuringAStepSeesIt(String isolation) throws Exception {
			CommitGate gate = new CommitGate(isolated(isolation), UnaryOperator.identity());
			JdbcLedger walker = ledger(gate);
			walker.join(instance("walker"), FIRST);
			gate.arm();
			Future<List<FleetInstance>> fleet = step(walker);
			gate.awaitArrival();
			Future<LedgerRecord> joined = join(ledger(isolated(isolation)));
			awaitBlockedSession();
			assertThat(joined).isNotDone();
			gate.open();
			assertThat(joined.get(30, TimeUnit.SECONDS)).isEqualTo(staged(FIRST));
			fleet.get(30, TimeUnit.SECONDS);
		}

		@ParameterizedTest
		@ValueSource(strings = { "read committed", "repeatable read" })
		void withoutTheLockAStepWalksPastWhoJoins(String isolation) throws Exception {
			CommitGate gate = new CommitGate(isolated(isolation), (statement) -> statement.replace(" for update", ""));
			JdbcLedger joiner = ledger(gate);
			joiner.join(instance("walker"), FIRST);
			gate.arm();
			Future<LedgerRecord> joined = join(joiner);
			gate.awaitArrival();
			List<FleetInstance> fleet = step(ledger(isolated(isolation))).get(30, TimeUnit.SECONDS);
			gate.open();
			assertThat(joined.get(30, TimeUnit.SECONDS)).as("follows the old record").isEqualTo(FIRST);
			assertThat(fleet).as("does not wait for it").extracting(FleetInstance::id).containsExactly("walker");
		}

	}

	@Nested
	class FailureTests {

		@Test
		void whenTheDatabaseIsDownTheLedgerIsUnavailable() {
			try (FaultProxy nothing = FaultProxy.to(1)) {
				JdbcLedger ledger = ledger(via(nothing));
				List<Callable<?>> calls = List.of(ledger::read, ledger::mark, ledger::instances, ledger::history,
						() -> ledger.join(instance("one"), FIRST), () -> ledger.compareAndSet(1, FIRST, null),
						() -> ledger.remove("one"));
				for (Callable<?> call : calls) {
					assertThatExceptionOfType(LedgerUnavailableException.class).isThrownBy(call::call)
						.withMessageContaining("orders")
						.withMessageContaining("does not answer");
				}
			}
		}

		@Test
		void whenTheDatabaseComesBackTheLedgerGoesOn() {
			try (FaultProxy proxy = FaultProxy.to(server.port())) {
				proxy.refuse();
				JdbcLedger ledger = ledger(via(proxy));
				assertThatExceptionOfType(LedgerUnavailableException.class).isThrownBy(ledger::read);
				proxy.pass();
				assertThat(ledger.join(instance("one"), FIRST)).isEqualTo(FIRST);
			}
		}

		@Test
		void whenTheDatabaseGoesSilentACallEndsInTime() {
			try (FaultProxy proxy = FaultProxy.to(server.port());
					SingleConnectionDataSource connection = new SingleConnectionDataSource(url(proxy), true)) {
				JdbcLedger ledger = impatient(connection);
				ledger.join(instance("one"), FIRST);
				proxy.blackHole();
				long start = System.nanoTime();
				assertThatExceptionOfType(LedgerUnavailableException.class).isThrownBy(ledger::read);
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
			}
		}

		@Test
		void whenTheAnswerToTheCommitIsLostTheNextReadTells() throws Exception {
			try (FaultProxy proxy = FaultProxy.to(server.port());
					SingleConnectionDataSource connection = new SingleConnectionDataSource(url(proxy), true)) {
				CommitGate gate = new CommitGate(connection, UnaryOperator.identity());
				JdbcLedger ledger = impatient(gate);
				ledger.join(instance("one"), FIRST);
				gate.arm();
				Future<Boolean> changed = JdbcLedgerIntegrationTests.this.executor
					.submit(() -> ledger.compareAndSet(1, staged(FIRST), null));
				gate.awaitArrival();
				proxy.loseResponses();
				gate.open();
				assertThatException().isThrownBy(() -> changed.get(30, TimeUnit.SECONDS))
					.withCauseInstanceOf(LedgerUnavailableException.class);
				assertThat(ledger().read()).isEqualTo(staged(FIRST));
			}
		}

		@Test
		void whenAnotherTransactionKeepsTheRowACallEndsInTime() throws SQLException {
			JdbcLedger ledger = impatient(JdbcLedgerIntegrationTests.this.dataSource);
			ledger.join(instance("one"), FIRST);
			try (Connection stranger = JdbcLedgerIntegrationTests.this.dataSource.getConnection()) {
				stranger.setAutoCommit(false);
				stranger.createStatement().executeQuery("select * from migration_phase for update");
				long start = System.nanoTime();
				assertThatExceptionOfType(LedgerUnavailableException.class)
					.isThrownBy(() -> ledger.compareAndSet(1, staged(FIRST), null));
				assertThatExceptionOfType(LedgerUnavailableException.class)
					.isThrownBy(() -> ledger.join(instance("two"), FIRST));
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
				assertThat(ledger.read()).isEqualTo(FIRST);
				ledger.heartbeat(instance("one"));
			}
			assertThat(ledger.instances()).extracting(FleetInstance::id).containsExactly("one");
		}

		@Test
		void theNetworkTimeoutIsPutBack() throws SQLException {
			try (SingleConnectionDataSource connection = new SingleConnectionDataSource(
					server.jdbcUrl(JdbcLedgerIntegrationTests.this.database), true)) {
				connection.getConnection().setNetworkTimeout(Runnable::run, 12345);
				ledger(connection).join(instance("one"), FIRST);
				assertThat(connection.getConnection().getNetworkTimeout()).isEqualTo(12345);
			}
		}

		@Test
		void whatALaterVersionWroteIsNotGuessedAt() {
			ledger().join(instance("one"), FIRST);
			JdbcLedgerIntegrationTests.this.sql.sql("update migration_phase set stage = 'levitating'").update();
			assertThatExceptionOfType(MigrationException.class).isThrownBy(ledger()::read)
				.withMessageContaining("orders")
				.withMessageContaining("later version");
		}

		private DataSource via(FaultProxy proxy) {
			return new DriverManagerDataSource(url(proxy));
		}

		private String url(FaultProxy proxy) {
			return server.jdbcUrl(JdbcLedgerIntegrationTests.this.database)
				.replace(":" + server.port() + "/", ":" + proxy.port() + "/") + "&cancelSignalTimeout=1";
		}

	}

	@Nested
	class SchemaTests {

		private final JdbcClient sql = JdbcLedgerIntegrationTests.this.sql;

		@ParameterizedTest
		@ValueSource(strings = { "NEVER", "EMBEDDED" })
		void withoutTablesAndWithoutLeaveToCreateThemThereIsNoLedger(DatabaseInitializationMode mode) {
			JdbcLedger ledger = new JdbcLedger("orders", JdbcLedgerIntegrationTests.this.dataSource, mode);
			assertThatExceptionOfType(MigrationException.class).isThrownBy(() -> ledger.join(instance("one"), FIRST))
				.isNotInstanceOf(LedgerUnavailableException.class)
				.withMessageContainingAll("orders", "migration_phase", "migration.initialize-schema",
						"io/migration/jdbc/schema-postgresql.sql");
			createTables();
			assertThat(ledger.join(instance("one"), FIRST)).isEqualTo(FIRST);
		}

		@Test
		void aDatabaseThatIsOnlyLookedAtStaysUntouched() {
			JdbcLedger ledger = ledger();
			assertThat(ledger.read()).isNull();
			assertThat(ledger.mark()).isNull();
			assertThat(ledger.instances()).isEmpty();
			assertThat(ledger.history()).isEmpty();
			assertThat(ledger.remove("one")).isFalse();
			assertThat(this.sql.sql("select count(*) from information_schema.tables where table_schema = 'public'")
				.query(Integer.class)
				.single()).isZero();
		}

		@Test
		void manyInstancesCreateTheTablesAtOnce() throws Exception {
			List<Future<LedgerRecord>> joined = IntStream.range(0, 8)
				.mapToObj((i) -> JdbcLedgerIntegrationTests.this.executor
					.submit(() -> ledger().join(instance("instance-" + i), FIRST)))
				.toList();
			for (Future<LedgerRecord> each : joined) {
				assertThat(each.get(60, TimeUnit.SECONDS)).isEqualTo(FIRST);
			}
			assertThat(ledger().instances()).hasSize(8);
		}

		@Test
		void anAccountThatMayNotCreateTablesUsesThoseThatAreThere() {
			String account = JdbcLedgerIntegrationTests.this.database + "_account";
			this.sql.sql("create role " + account + " login").update();
			DataSource limited = new DriverManagerDataSource(server.jdbcUrl(JdbcLedgerIntegrationTests.this.database)
				.replace("user=postgres", "user=" + account));
			assertThatExceptionOfType(MigrationException.class)
				.isThrownBy(() -> ledger(limited).join(instance("one"), FIRST))
				.withMessageContainingAll("orders", "cannot be created", "permission denied",
						"io/migration/jdbc/schema-postgresql.sql");
			createTables();
			assertThatExceptionOfType(MigrationException.class)
				.isThrownBy(() -> ledger(limited).join(instance("one"), FIRST))
				.isNotInstanceOf(LedgerUnavailableException.class)
				.withMessageContainingAll("orders", "cannot be used", "permission denied");
			assertThatExceptionOfType(MigrationException.class).isThrownBy(ledger(limited)::read)
				.withMessageContainingAll("orders", "cannot be used", "permission denied");
			this.sql.sql("grant select, insert, update, delete on all tables in schema public to " + account).update();
			assertThat(ledger(limited).join(instance("one"), FIRST)).isEqualTo(FIRST);
		}

		@Test
		void whenATableVanishesTheErrorSaysSo() {
			JdbcLedger ledger = ledger();
			ledger.join(instance("one"), FIRST);
			this.sql.sql("drop table migration_phase").update();
			assertThatExceptionOfType(MigrationException.class).isThrownBy(ledger::read)
				.isNotInstanceOf(LedgerUnavailableException.class)
				.withMessageContainingAll("orders", "migration_phase");
		}

		private void createTables() {
			DatabasePopulatorUtils.execute(
					new ResourceDatabasePopulator(new ClassPathResource("io/migration/jdbc/schema-postgresql.sql")),
					JdbcLedgerIntegrationTests.this.dataSource);
		}

	}

	@Test
	void aCallIsOutsideTheTransactionOfItsCaller() {
		TransactionTemplate application = new TransactionTemplate(new JdbcTransactionManager(this.dataSource));
		JdbcLedger ledger = ledger();
		application.executeWithoutResult((status) -> {
			this.sql.sql("create table thing (id bigint)").update();
			ledger.join(instance("one"), FIRST);
			status.setRollbackOnly();
		});
		assertThat(ledger.read()).isEqualTo(FIRST);
		assertThat(this.sql.sql("select to_regclass('thing')::text").query(String.class).optional()).isEmpty();
	}

	@Test
	void connectionsWithoutAutocommitWillDo() {
		try (SingleConnectionDataSource connection = new SingleConnectionDataSource(server.jdbcUrl(this.database),
				true)) {
			connection.setAutoCommit(false);
			JdbcLedger ledger = ledger(connection);
			ledger.join(instance("one"), FIRST);
			ledger.compareAndSet(1, staged(FIRST), null);
			ledger.heartbeat(instance("two"));
			ledger.mark(new Ledger.StoreMark("pair", Side.SOURCE));
			assertThat(ledger().read()).isEqualTo(staged(FIRST));
			assertThat(ledger().instances()).hasSize(2);
			assertThat(ledger().mark()).isNotNull();
		}
	}

	@Test
	void silenceIsMeasuredByTheClockOfTheDatabase() {
		ledger().join(instance("one"), FIRST);
		this.sql.sql("update migration_instance set heartbeat = heartbeat - interval '1 hour'").update();
		assertThat(ledger().instances()).singleElement()
			.satisfies((instance) -> assertThat(instance.silence()).isBetween(Duration.ofHours(1),
					Duration.ofMinutes(61)));
		this.sql.sql("update migration_instance set heartbeat = clock_timestamp() + interval '1 hour'").update();
		assertThat(ledger().instances()).extracting(FleetInstance::silence).containsExactly(Duration.ZERO);
	}

	@Test
	void aTransactionThatWaitedForALockIsNotOld() throws Exception {
		JdbcLedger ledger = ledger();
		ledger.join(instance("one"), FIRST);
		try (Connection stranger = this.dataSource.getConnection()) {
			stranger.setAutoCommit(false);
			stranger.createStatement().executeQuery("select * from migration_phase for update");
			Future<LedgerRecord> joined = this.executor.submit(() -> ledger.join(instance("two"), FIRST));
			Duration waited = Duration.ofMillis(500);
			await().until(() -> this.sql.sql(
					"select count(*) from pg_stat_activity where wait_event_type = 'Lock' and clock_timestamp() - xact_start > interval '1 second'")
				.query(Integer.class)
				.single() == 1);
			stranger.rollback();
			joined.get(30, TimeUnit.SECONDS);
			assertThat(ledger.instances()).filteredOn("id", "two")
				.singleElement()
				.satisfies((instance) -> assertThat(instance.silence()).isLessThan(waited));
		}
	}

	@Test
	void tooLongATextHoldsNothingUp() {
		String text = "very ".repeat(1000) + "long";
		ledger().join(new FleetInstance("one", text, 0, Duration.ZERO), FIRST);
		LedgerRecord asked = FIRST.withDesired(new DesiredPhase(MigrationPhase.SHADOW, text, text, true));
		assertThat(ledger().compareAndSet(1, asked, null)).isTrue();
		LedgerRecord next = asked.entered(MigrationPhase.SHADOW, TIME);
		assertThat(ledger().compareAndSet(2, next,
				new PhaseChange(MigrationPhase.OFF, MigrationPhase.SHADOW, 2, TIME, text, text)))
			.isTrue();
		assertThat(ledger().history()).singleElement().satisfies((change) -> {
			assertThat(change.by()).isEqualTo(text.substring(0, 255));
			assertThat(change.reason()).isEqualTo(text.substring(0, 1000));
		});
	}

	@Test
	void aLedgerThatBeginsAnewForgetsItsHistory() {
		ledger().join(instance("one"), FIRST);
		LedgerRecord next = FIRST.entered(MigrationPhase.SHADOW, TIME);
		PhaseChange change = new PhaseChange(MigrationPhase.OFF, MigrationPhase.SHADOW, 2, TIME, "one", null);
		assertThat(ledger().compareAndSet(1, next, change)).isTrue();
		this.sql.sql("delete from migration_phase").update();
		assertThat(ledger().join(instance("one"), FIRST)).isEqualTo(FIRST);
		assertThat(ledger().history()).isEmpty();
		assertThat(ledger().compareAndSet(1, next, change)).isTrue();
	}

}
