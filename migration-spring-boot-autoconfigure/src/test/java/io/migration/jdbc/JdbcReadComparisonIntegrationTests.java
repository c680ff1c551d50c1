package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.migration.mirror.BackgroundWork;
import io.migration.mirror.Comparisons;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.MirrorObserver;
import io.migration.test.FaultProxy;
import io.migration.test.PostgresServer;
import org.awaitility.Awaitility;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DelegatingDataSource;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class JdbcReadComparisonIntegrationTests {

	private static final CatchUp CAUGHT_UP = (timeout) -> true;

	private static final RecordedQuery ALL = query("select * from t order by id");

	private final PostgresServer server = PostgresServer.shared();

	private final Comparisons comparisons = new Comparisons(MirrorObserver.NONE);

	private final List<AutoCloseable> opened = new ArrayList<>();

	private DataSource source;

	private DataSource target;

	private BackgroundWork background;

	@BeforeEach
	void createDatabases() {
		this.source = pool(this.server.jdbcUrl(this.server.createDatabase()));
		this.target = pool(this.server.jdbcUrl(this.server.createDatabase()));
		this.background = work(2, 1000);
	}

	@AfterEach
	void close() throws Exception {
		for (AutoCloseable one : this.opened) {
			one.close();
		}
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
			smallint | 1 | 2
			bigint | 9223372036854775807 | 9223372036854775806
			numeric(30, 10) | 0.0000000001 | 0.0000000002
			numeric | 'NaN' | 'Infinity'
			real | 0.1 | 0.10000001
			double precision | 'NaN' | 0
			double precision | 0.1 | 0.10000000000000002
			boolean | true | false
			text | 'a' | 'A'
			text | '' | null
			text | 'ab' | 'ab '
			text | 'Grüße' | 'Gru\u0308ße'
			char(5) | 'ab' | 'abc'
			varchar(10) | 'ab' | 'ab '
			bytea | '\\x0001' | '\\x000100'
			bytea | '\\x' | null
			uuid | '01234567-89ab-cdef-fedc-ba9876543210' | '01234567-89ab-cdef-fedc-ba9876543211'
			json | '{"a": 1}' | '{"a": "1"}'
			jsonb | '[1, 2]' | '[2, 1]'
			jsonb | 'null' | null
			date | '2024-02-29' | '2024-03-01'
			date | 'infinity' | '-infinity'
			time | '23:59:59.999999' | '23:59:59.999998'
			time | '00:00' | '24:00'
			time with time zone | '10:00+02' | '08:00+00'
			timestamp | '2024-02-29 23:59:58.123456' | '2024-02-29 23:59:58.123457'
			timestamp with time zone | '2024-02-29 10:00+02' | '2024-02-29 10:00+00'
			timestamp(3) | '2024-02-29 23:59:58.123' | '2024-02-29 23:59:58.124'
			interval | '1 month' | '30 days'
			integer[] | '{1,2}' | '{2,1}'
			text[] | '{a,NULL}' | '{a,"NULL"}'
			int4range | '[1,5)' | '[1,5]'
			inet | '10.0.0.1' | '10.0.0.2'
			bit(4) | '0101' | '0100'
			xml | '<a/>' | '<b/>'
			money | '1.00' | '-1.00'
			""")
	void aPlantedDifferenceOfOneValueIsFound(String type, String value, String planted) {
		for (DataSource side : List.of(this.source, this.target)) {
			new JdbcTemplate(side).execute("create table t (id int primary key, v %s)".formatted(type));
			new JdbcTemplate(side).execute("insert into t values (1, null), (2, %s), (3, %s)".formatted(value, value));
		}
		ReadComparison comparison = comparison(CAUGHT_UP);
		comparison.compare(ALL);
		awaitResults(1);
		assertThat(this.comparisons.total(Result.MATCH)).isEqualTo(1);
		new JdbcTemplate(this.target).execute("update t set v = %s where id = 2".formatted(planted));
		comparison.compare(ALL);
		comparison.compare(query("select v from t"));
		awaitResults(3);
		assertThat(this.comparisons.total(Result.MISMATCH)).isEqualTo(2);
		assertThat(this.comparisons.divergences()).extracting(Comparisons.Divergence::difference)
			.allMatch((difference) -> difference.equals("row 2, column v"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "delete from t where id = 2", "insert into t values (4, 'd')",
			"update t set id = 9 where id = 3", "update t set v = case id when 1 then 'b' when 2 then 'a' else v end",
			"update t set v = null where id = 1", "truncate t", "alter table t add column more int",
			"alter table t drop column v" })
	void aPlantedDifferenceOfRowsOrColumnsIsFound(String planted) {
		createTable();
		new JdbcTemplate(this.target).execute(planted);
		ReadComparison comparison = comparison(CAUGHT_UP);
		comparison.compare(ALL);
		comparison.compare(query("select * from t"));
		awaitResults(2);
		assertThat(this.comparisons.total(Result.MISMATCH)).isEqualTo(2);
		assertThat(this.comparisons.divergences()).extracting(Comparisons.Divergence::key)
			.containsExactlyInAnyOrder("select * from t order by id", "select * from t");
	}

	@ParameterizedTest
	@CsvSource(quoteCharacter = '`', delimiter = '|', textBlock = """
			smallint | smallint | 1
			numeric(10, 4) | decimal(20, 2) | 12.5
			boolean | boolean | true
			integer | boolean | 1
			boolean | integer | `'1'`
			real | real | 0.1
			real | double precision | 0.5
			double precision | double precision | 1e300
			text | varchar | 'Grüße'
			text | clob | 'long'
			char(5) | char(7) | 'ab'
			char(5) | varchar | 'ab'
			bytea | blob | null
			uuid | uuid | '01234567-89ab-cdef-fedc-ba9876543210'
			uuid | char(36) | '01234567-89ab-cdef-fedc-ba9876543210'
			date | date | '2024-02-29'
			time(3) | time(6) | '23:59:58.5'
			timestamp(6) | timestamp(9) | '2024-02-29 23:59:58.123456'
			timestamp(6) | timestamp(3) | '2024-02-29 23:59:58.123456'
			timestamp(6) | timestamp(3) | '2024-02-29 23:59:58.123656'
			timestamp with time zone | timestamp with time zone | '2024-02-29 10:00:00+02'
			jsonb | varchar | '{"b": 2, "a": [1, null]}'
			""")
	void anotherEngineMayShowAValueDifferently(String type, String otherType, String value) {
		DataSource h2 = h2();
		new JdbcTemplate(this.source).execute("create table t (id int primary key, v %s)".formatted(type));
		new JdbcTemplate(this.source).execute("insert into t values (1, %s), (2, null)".formatted(value));
		new JdbcTemplate(h2).execute("create table t (id int primary key, v %s)".formatted(otherType));
		new JdbcTemplate(h2).execute("insert into t values (1, %s), (2, null)".formatted(value));
		this.target = h2;
		ReadComparison comparison = comparison(CAUGHT_UP);
		comparison.compare(query("select id, v from t order by id"));
		awaitResults(1);
		assertThat(this.comparisons.divergences()).isEmpty();
		assertThat(this.comparisons.total(Result.MATCH)).isEqualTo(1);
		new JdbcTemplate(h2).execute("update t set v = null");
		comparison.compare(query("select id, v from t order by id"));
		awaitResults(2);
		assertThat(this.comparisons.total((value.equals("null")) ? Result.MATCH : Result.MISMATCH)).isPositive();
	}

	@Test
	void arraysAndJsonOfAnotherEngineAreComparedByTheirElements() {
		DataSource h2 = h2();
		for (DataSource side : List.of(this.source, h2)) {
			new JdbcTemplate(side).execute("create table t (id int primary key, a int array, j json)");
		}
		new JdbcTemplate(this.source).execute("insert into t values (1, '{1,null,3}', '{\"a\": 1}')");
		new JdbcTemplate(h2).execute("insert into t values (1, array[1, null, 3], json '{\"a\":1}')");
		this.target = h2;
		comparison(CAUGHT_UP).compare(query("select a, j from t"));
		awaitResults(1);
		assertThat(this.comparisons.total(Result.MATCH)).isEqualTo(1);
	}

	@Test
	void parametersAreBoundOnBothSidesAndNeverShown(CapturedOutput output) {
		createTable();
		new JdbcTemplate(this.target).execute("update t set id = 7 where id = 2");
		RecordedQuery query = new RecordedQuery("select id, v from t where v = ? and v <> 'literal-secret'",
				List.of((statement) -> statement.setString(1, "b")), 0);
		comparison(CAUGHT_UP).compare(query);
		awaitResults(1);
		assertThat(this.comparisons.divergences()).singleElement().satisfies((divergence) -> {
			assertThat(divergence.key()).isEqualTo("select id, v from t where v = ? and v <> ?");
			assertThat(divergence.difference()).isEqualTo("row 1, column id");
		});
		assertThat(output).doesNotContain("literal-secret");
	}

	@Test
	void aCopyThatIsLateIsNoDifference() throws Exception {
		createTable();
		try (LateCopy relay = new LateCopy()) {
			ReadComparison comparison = comparison(relay::await);
			Thread[] writers = new Thread[3];
			AtomicBoolean stop = new AtomicBoolean();
			for (int i = 0; i < writers.length; i++) {
				writers[i] = new Thread(() -> write(stop), "writer");
				writers[i].start();
			}
			int asked = 0;
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(8);
			while (System.nanoTime() < end) {
				int id = 1 + asked % 3;
				comparison.compare(switch (asked % 4) {
					case 0 -> ALL;
					case 1 -> query("select count(*), min(v), max(v) from t");
					default -> new RecordedQuery("select v from t where id = ?",
							List.of((statement) -> statement.setInt(1, id)), 0);
				});
				awaitResults(++asked);
			}
			stop.set(true);
			for (Thread writer : writers) {
				writer.join();
			}
			assertThat(this.comparisons.divergences()).isEmpty();
			assertThat(this.comparisons.total(Result.MISMATCH, Result.ERROR)).isZero();
			assertThat(this.comparisons.total(Result.MATCH)).isPositive();
			assertThat(this.comparisons.total(Result.SKIPPED)).isPositive();
			relay.await(Duration.ofSeconds(10));
			new JdbcTemplate(this.source).execute("insert into t values (100, 'not copied')");
			relay.ignored = 100;
			comparison.compare(query("select * from t where id = 100"));
			awaitResults(asked + 1);
			assertThat(this.comparisons.total(Result.MISMATCH)).isEqualTo(1);
		}
	}

	@Test
	void whatTheRelayHasNotPassedIsSkippedAndWhatItHasIsCounted() {
		createTable();
		new JdbcTemplate(this.source).execute("update t set v = 'new' where id = 1");
		comparison((timeout) -> false).compare(ALL);
		awaitResults(1);
		assertThat(this.comparisons.total(Result.SKIPPED)).isEqualTo(1);
		comparison((timeout) -> {
			new JdbcTemplate(this.target).execute("update t set v = 'new' where id = 1");
			return true;
		}).compare(ALL);
		awaitResults(2);
		assertThat(this.comparisons.total(Result.MATCH)).isEqualTo(1);
		new JdbcTemplate(this.target).execute("update t set v = 'other' where id = 1");
		comparison(CAUGHT_UP).compare(ALL);
		awaitResults(3);
		assertThat(this.comparisons.total(Result.MISMATCH)).isEqualTo(1);
	}

	@Test
	void aResultThatChangesWhileItIsLookedAtIsSkipped() {
		createTable();
		AtomicInteger version = new AtomicInteger();
		new JdbcTemplate(this.source).execute("update t set v = 'new' where id = 1");
		comparison((timeout) -> {
			new JdbcTemplate(this.source).update("update t set v = ? where id = 1", "v" + version.incrementAndGet());
			return true;
		}).compare(ALL);
		awaitResults(1);
		new JdbcTemplate(this.source).execute("update t set v = 'new' where id = 1");
		AtomicInteger looks = new AtomicInteger();
		comparison((timeout) -> {
			if (looks.incrementAndGet() > 1) {
				new JdbcTemplate(this.target).update("update t set v = ? where id = 1",
						"v" + version.incrementAndGet());
			}
			return true;
		}).compare(ALL);
		awaitResults(2);
		assertThat(looks).hasValueGreaterThan(1);
		assertThat(this.comparisons.total(Result.SKIPPED)).isEqualTo(2);
	}

	@Test
	void whileTheCopyIsNotCompleteADifferenceIsSkipped() {
		createTable();
		new JdbcTemplate(this.target).execute("delete from t");
		comparison(this.source, this.target, CAUGHT_UP, false, false).compare(ALL);
		awaitResults(1);
		assertThat(this.comparisons.total(Result.SKIPPED)).isEqualTo(1);
	}

	@Test
	void whileTheCircuitIsOpenNothingIsAsked() {
		AtomicInteger asked = new AtomicInteger();
		DataSource counted = new CountedDataSource(this.source, asked);
		comparison(counted, counted, CAUGHT_UP, true, true).compare(ALL);
		awaitResults(1);
		assertThat(this.comparisons.total(Result.SKIPPED)).isEqualTo(1);
		assertThat(asked).hasValue(0);
		createTable();
		comparison(counted, counted, CAUGHT_UP, true, false).compare(ALL);
		awaitResults(2);
		assertThat(asked).hasPositiveValue();
	}

	@Test
	void whatTargetCannotRunIsAnErrorAndIsReportedOnce(CapturedOutput output) {
		createTable();
		new JdbcTemplate(this.source)
			.execute("create function only_here(text) returns text language sql as 'select $1'");
		ReadComparison comparison = comparison(CAUGHT_UP);
		RecordedQuery query = query("select only_here('planted-secret') from t");
		comparison.compare(query);
		comparison.compare(query);
		awaitResults(2);
		assertThat(this.comparisons.total(Result.ERROR)).isEqualTo(2);
		assertThat(output).containsOnlyOnce("target does not answer a query that source answers (SQL state 42883): "
				+ "select only_here(?) from t");
		assertThat(output).doesNotContain("planted-secret");
		new JdbcTemplate(this.target)
			.execute("create function only_here(text) returns text language sql as 'select $1'");
		comparison.compare(query);
		awaitResults(3);
		assertThat(this.comparisons.total(Result.MATCH)).isEqualTo(1);
		new JdbcTemplate(this.target).execute("drop function only_here(text)");
		comparison.compare(query);
		awaitResults(4);
		assertThat(output.getOut().split("target does not answer")).hasSize(3);
	}

	@Test
	void whatSourceCannotRunAgainSaysNothing() {
		comparison(CAUGHT_UP).compare(query("select * from a_temporary_table"));
		comparison(CAUGHT_UP).compare(query("select nextval('s')"));
		awaitResults(2);
		assertThat(this.comparisons.total(Result.SKIPPED)).isEqualTo(2);
	}

	@Test
	void aReadThatWritesAfterAllLeavesNothingBehind() {
		createTable();
		new JdbcTemplate(this.source).execute("""
				create function writes() returns int language sql as
				'insert into t values (50, null); select 1'""");
		comparison(CAUGHT_UP).compare(query("select writes()"));
		awaitResults(1);
		assertThat(this.comparisons.total(Result.SKIPPED)).isEqualTo(1);
		assertThat(new JdbcTemplate(this.source).queryForObject("select count(*) from t", Integer.class)).isEqualTo(3);
	}

	@Test
	void aResultThatIsTooLongIsSkipped() {
		createTable();
		ReadComparison comparison = comparison(CAUGHT_UP);
		comparison.compare(query("select * from generate_series(1, 1000)"));
		awaitResults(1);
		assertThat(this.comparisons.total(Result.MATCH)).isEqualTo(1);
		comparison.compare(query("select * from generate_series(1, 1001)"));
		comparison.compare(query("select repeat('x', 1000000) from generate_series(1, 1000)"));
		awaitResults(3);
		assertThat(this.comparisons.total(Result.SKIPPED)).isEqualTo(2);
		comparison.compare(new RecordedQuery("select * from generate_series(1, 100000) order by 1", List.of(), 10));
		awaitResults(4);
		assertThat(this.comparisons.total(Result.MATCH)).isEqualTo(2);
	}

	@Test
	void aTargetThatIsSilentHoldsNoCallerAndWhatDoesNotFitIsShed(CapturedOutput output) {
		createTable();
		BackgroundWork narrow = work(1, 2);
		this.background = narrow;
		try (FaultProxy proxy = FaultProxy.to(this.server.port())) {
			String database = new JdbcTemplate(this.target).queryForObject("select current_database()", String.class);
			DataSource silent = pool(
					"jdbc:postgresql://127.0.0.1:%d/%s?user=postgres&loginTimeout=1&cancelSignalTimeout=1"
						.formatted(proxy.port(), database));
			ReadComparison comparison = comparison(this.source, silent, CAUGHT_UP, true, false);
			comparison.compare(ALL);
			awaitResults(1);
			assertThat(this.comparisons.total(Result.MATCH)).isEqualTo(1);
			proxy.blackHole();
			long begin = System.nanoTime();
			for (int i = 0; i < 100; i++) {
				comparison.compare(ALL);
			}
			assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofMillis(500));
			assertThat(narrow.shed()).isGreaterThanOrEqualTo(97);
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.until(() -> this.comparisons.total(Result.ERROR) + narrow.shed() == 100);
			assertThat(output).contains("Migration 'orders': target");
		}
	}

	@Test
	void aShareOfTheReadsIsTaken() {
		assertThat(comparison(0).wants()).isFalse();
		assertThat(comparison(1).wants()).isTrue();
		ReadComparison tenth = comparison(0.1);
		int taken = 0;
		for (int i = 0; i < 10_000; i++) {
			taken += tenth.wants() ? 1 : 0;
		}
		assertThat(taken).isBetween(700, 1300);
	}

	private void createTable() {
		for (DataSource side : List.of(this.source, this.target)) {
			new JdbcTemplate(side).execute("create table t (id int primary key, v text)");
			new JdbcTemplate(side).execute("insert into t values (1, 'a'), (2, 'b'), (3, 'c')");
		}
	}

	private void write(AtomicBoolean stop) {
		JdbcTemplate jdbc = new JdbcTemplate(this.source);
		ThreadLocalRandom random = ThreadLocalRandom.current();
		try {
			while (!stop.get()) {
				// two of three rows, of which one goes back and forth
				if (random.nextBoolean()) {
					jdbc.update("update t set v = ? where id = 1", "v" + random.nextInt());
				}
				else {
					jdbc.update("update t set v = case v when 'b' then 'B' else 'b' end where id = 2");
				}
				TimeUnit.MILLISECONDS.sleep(random.nextInt(200));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private ReadComparison comparison(CatchUp catchUp) {
		return comparison(this.source, this.target, catchUp, true, false);
	}

	private ReadComparison comparison(double sampleRate) {
		return new ReadComparison("orders", this.source, this.target, this.comparisons, this.background, sampleRate,
				Duration.ofSeconds(2), CAUGHT_UP, () -> true, () -> false);
	}

	private ReadComparison comparison(DataSource from, DataSource to, CatchUp catchUp, boolean copyComplete,
			boolean circuitOpen) {
		return new ReadComparison("orders", from, to, this.comparisons, this.background, 1, Duration.ofSeconds(2),
				catchUp, () -> copyComplete, () -> circuitOpen);
	}

	private void awaitResults(int count) {
		Awaitility.await()
			.pollInterval(Duration.ofMillis(5))
			.atMost(Duration.ofSeconds(20))
			.until(() -> this.comparisons.total(Result.values()) == count);
	}

	private BackgroundWork work(int parallel, int waiting) {
		BackgroundWork work = new BackgroundWork((task) -> {
			Thread thread = new Thread(task, "comparison");
			thread.setDaemon(true);
			return thread;
		}, parallel, waiting, MirrorObserver.NONE);
		this.opened.add(work);
		return work;
	}

	private DataSource pool(String url) {
		HikariConfig config = new HikariConfig();
		config.setJdbcUrl(url);
		config.setMaximumPoolSize(6);
		config.setMinimumIdle(1);
		config.setConnectionTimeout(2000);
		config.setValidationTimeout(500);
		HikariDataSource pool = new HikariDataSource(config);
		this.opened.add(0, pool);
		return pool;
	}

	private DataSource h2() {
		JdbcDataSource h2 = new JdbcDataSource();
		h2.setURL("jdbc:h2:mem:%d;DB_CLOSE_DELAY=-1".formatted(System.nanoTime()));
		this.opened.add(() -> new JdbcTemplate(h2).execute("shutdown"));
		return h2;
	}

	private static RecordedQuery query(String sql) {
		return new RecordedQuery(sql, List.of(), 0);
	}

	/**
	 * Copies the table as a relay would, some time after it was written.
	 */
	private final class LateCopy implements AutoCloseable {

		private final AtomicInteger begun = new AtomicInteger();

		private final AtomicInteger ended = new AtomicInteger();

		private final CountDownLatch stop = new CountDownLatch(1);

		private final Thread thread = new Thread(this::run, "copy");

		private volatile int ignored;

		LateCopy() {
			this.thread.start();
		}

		boolean await(Duration timeout) throws InterruptedException {
			int needed = this.begun.get() + 1;
			long end = System.nanoTime() + timeout.toNanos();
			while (this.ended.get() < needed) {
				if (System.nanoTime() > end) {
					return false;
				}
				TimeUnit.MILLISECONDS.sleep(1);
			}
			return true;
		}

		private void run() {
			try (Connection from = JdbcReadComparisonIntegrationTests.this.source.getConnection();
					Connection to = JdbcReadComparisonIntegrationTests.this.target.getConnection()) {
				to.setAutoCommit(false);
				while (!this.stop.await(30, TimeUnit.MILLISECONDS)) {
					this.begun.incrementAndGet();
					copy(from, to);
					this.ended.incrementAndGet();
				}
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}

		private void copy(Connection from, Connection to) throws SQLException {
			try (Statement read = from.createStatement();
					ResultSet rows = read.executeQuery("select id, v from t");
					PreparedStatement write = to.prepareStatement(
							"insert into t values (?, ?) on conflict (id) do update set v = excluded.v")) {
				while (rows.next()) {
					if (rows.getInt(1) != this.ignored) {
						write.setInt(1, rows.getInt(1));
						write.setString(2, rows.getString(2));
						write.executeUpdate();
					}
				}
			}
			to.commit();
		}

		@Override
		public void close() {
			this.stop.countDown();
			Awaitility.await().until(() -> !this.thread.isAlive());
		}

	}

	/**
	 * Counts the connections that are taken.
	 */
	private static final class CountedDataSource extends DelegatingDataSource {

		private final AtomicInteger count;

		CountedDataSource(DataSource delegate, AtomicInteger count) {
			super(delegate);
			this.count = count;
		}

		@Override
		public Connection getConnection() throws SQLException {
			this.count.incrementAndGet();
			return super.getConnection();
		}

	}

}
