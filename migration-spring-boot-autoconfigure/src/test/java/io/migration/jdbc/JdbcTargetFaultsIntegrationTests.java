package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import io.migration.MigrationPhase;
import io.migration.test.FaultProxy;
import io.migration.test.PostgresServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * A target that is killed, refuses, swallows what it is sent, is slow, has no room, or
 * has locks held by somebody else.
 */
@Tag("proof")
class JdbcTargetFaultsIntegrationTests {

	/** Set by the profile {@code stress}. */
	private static final boolean STRESS = Boolean.getBoolean("stress");

	private static final Duration TIMEOUT = Duration.ofMillis(500);

	/** What a caller in shadow may wait at most: other processes use the machine, too. */
	private static final Duration UNNOTICED = Duration.ofSeconds(1);

	private static PostgresServer targetServer;

	private final DatabaseFleet.Database source = JdbcFleetIntegrationTests.database();

	@BeforeAll
	static void startTarget() {
		targetServer = PostgresServer.start(Map.of());
	}

	@AfterAll
	static void stopTarget() {
		targetServer.close();
	}

	@ParameterizedTest
	@EnumSource(Fault.class)
	void callersInShadowSeeNothingAndTargetCatchesUp(Fault fault) throws Exception {
		try (Scene scene = new Scene("mirror.timeout=500ms")) {
			scene.application.walkTo(MigrationPhase.SHADOW);
			scene.write(0);
			scene.application.awaitDrained();
			try (AutoCloseable struck = fault.strike(scene)) {
				for (int i = 1; i <= (STRESS ? 3000 : 200); i++) {
					long start = System.nanoTime();
					scene.write(i);
					assertThat(Duration.ofNanos(System.nanoTime() - start)).as("write %d", i).isLessThan(UNNOTICED);
				}
				if (fault != Fault.SLOW) {
					Awaitility.await()
						.untilAsserted(() -> assertThat(scene.application.migration().relayProblem()).isNotNull());
				}
				assertThat(scene.connectionsThatWaitForLocks()).isLessThan(3);
			}
			scene.assertConverged();
		}
	}

	@ParameterizedTest
	@EnumSource(value = Fault.class, names = "SLOW", mode = EnumSource.Mode.EXCLUDE)
	void callersInDualWriteGoOnAfterATimeoutAndThenAtOnce(Fault fault) throws Exception {
		try (Scene scene = new Scene("mirror.timeout=500ms", "mirror.on-failure=continue")) {
			scene.application.walkTo(MigrationPhase.DUAL_WRITE);
			scene.write(0);
			try (AutoCloseable struck = fault.strike(scene)) {
				long start = System.nanoTime();
				scene.write(1);
				assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TIMEOUT.plus(UNNOTICED));
				Awaitility.await().until(scene.application.migration()::circuitOpen);
				long[] nanos = IntStream.range(2, 22).mapToLong((i) -> {
					long begun = System.nanoTime();
					scene.write(i);
					return System.nanoTime() - begun;
				}).sorted().toArray();
				// the others came when the breaker tried whether target is back
				assertThat(Duration.ofNanos(nanos[10])).isLessThan(Duration.ofMillis(200));
				assertThat(Duration.ofNanos(nanos[19])).isLessThan(TIMEOUT.plus(UNNOTICED));
			}
			scene.assertConverged();
		}
	}

	@ParameterizedTest
	@EnumSource(value = Fault.class, names = "SLOW", mode = EnumSource.Mode.EXCLUDE)
	void callersInDualWriteAreToldIfThatIsWanted(Fault fault) throws Exception {
		try (Scene scene = new Scene("mirror.timeout=500ms", "mirror.on-failure=raise")) {
			scene.application.walkTo(MigrationPhase.DUAL_WRITE);
			scene.write(0);
			try (AutoCloseable struck = fault.strike(scene)) {
				for (int i = 1; i <= 3; i++) {
					int number = i;
					assertThatThrownBy(() -> scene.insert(number))
						.hasStackTraceContaining(WriteNotMirroredSQLException.class.getName());
				}
				assertThat(RowReferee.read(this.source.dataSource()).count("small")).isEqualTo(4);
			}
			scene.assertConverged();
		}
	}

	@Test
	void aSlowTargetOnlyMakesCallersInDualWriteWait() throws Exception {
		try (Scene scene = new Scene("mirror.timeout=10s", "mirror.on-failure=raise")) {
			scene.application.walkTo(MigrationPhase.DUAL_WRITE);
			try (AutoCloseable struck = Fault.SLOW.strike(scene)) {
				for (int i = 0; i < 3; i++) {
					scene.write(i);
					assertThat(RowReferee.read(scene.target.dataSource()).count("small")).isEqualTo(i + 1);
				}
			}
			scene.assertConverged();
		}
	}

	@ParameterizedTest
	@EnumSource(value = Fault.class, names = { "STOPPED", "BLACK_HOLED" })
	void aJournalThatGrowsTooLongWhileTargetIsAwayStopsGrowing(Fault fault) throws Exception {
		try (Scene scene = new Scene("mirror.timeout=500ms", "mirror.journal.max-size=100")) {
			scene.application.walkTo(MigrationPhase.SHADOW);
			JdbcTemplate onSource = new JdbcTemplate(this.source.dataSource());
			try (AutoCloseable struck = fault.strike(scene)) {
				IntStream.range(0, 200).forEach(scene::write);
				Awaitility.await()
					.untilAsserted(() -> assertThat(
							onSource.queryForList("select tgname from pg_trigger where not tgisinternal"))
						.isEmpty());
				IntStream.range(200, 210).forEach(scene::write);
			}
		}
	}

	@Test
	void attemptsThatMetALockLeaveNoSessionBehind() throws Exception {
		try (Scene scene = new Scene("mirror.timeout=500ms")) {
			scene.application.walkTo(MigrationPhase.SHADOW);
			try (AutoCloseable struck = Fault.LOCKED.strike(scene)) {
				IntStream.range(0, 3).forEach(scene::write);
				Awaitility.await()
					.atMost(Duration.ofSeconds(10))
					.during(Duration.ofSeconds(7))
					.until(() -> scene.connectionsThatWaitForLocks() < 3);
				assertThat(scene.application.migration().relayProblem()).isNotNull();
			}
			scene.assertConverged();
		}
	}

	/**
	 * An application whose target can be struck.
	 */
	private final class Scene implements AutoCloseable {

		private final DatabaseFleet.Database target;

		private final FaultProxy proxy = FaultProxy.to(targetServer.port());

		private final MigratedDatabase application;

		Scene(String... properties) {
			String name = targetServer.createDatabase();
			this.target = new DatabaseFleet.Database(targetServer.jdbcUrl(name), targetServer.dataSource(name),
					ContendedTables.POSTGRESQL);
			source().tables().create(source().dataSource());
			this.target.tables().create(this.target.dataSource());
			String url = this.target.url().replace(":" + targetServer.port() + "/", ":" + this.proxy.port() + "/");
			this.application = MigratedDatabase.start(source().url(), url, properties);
		}

		private DatabaseFleet.Database source() {
			return JdbcTargetFaultsIntegrationTests.this.source;
		}

		void insert(int number) {
			this.application.jdbc().update("insert into small (code) values (?)", "s" + number);
		}

		/** A statement, a transaction and a query, whose results are as always. */
		void write(int number) {
			JdbcTemplate jdbc = this.application.jdbc();
			insert(number);
			Integer count = this.application.transactions().execute((status) -> {
				jdbc.update("insert into hot (id, amount) values (?, ?)", number, number);
				return jdbc.queryForObject("select count(*) from hot", Integer.class);
			});
			assertThat(count).isEqualTo(number + 1);
			assertThat(jdbc.queryForObject("select amount from hot where id = ?", Integer.class, number))
				.isEqualTo(number);
		}

		void onTarget(String... statements) throws SQLException {
			try (Connection connection = this.target.dataSource().getConnection();
					Statement statement = connection.createStatement()) {
				for (String sql : statements) {
					statement.execute(sql);
				}
			}
		}

		int connectionsThatWaitForLocks() {
			try {
				return new JdbcTemplate(this.target.dataSource()).queryForList(
						"select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
						Integer.class)
					.size();
			}
			catch (RuntimeException ex) {
				// the server is down
				return 0;
			}
		}

		void assertConverged() {
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.ignoreExceptions()
				.until(() -> this.application.migration().catchUp().reached());
			RowReferee onSource = RowReferee.read(source().dataSource());
			assertThat(onSource.count("small")).isGreaterThan(2);
			assertThat(onSource.differences(RowReferee.read(this.target.dataSource()))).isEmpty();
		}

		@Override
		public void close() {
			this.application.close();
			this.proxy.close();
		}

	}

	/**
	 * What is wrong with target.
	 */
	private enum Fault {

		STOPPED {

			@Override
			AutoCloseable strike(Scene scene) {
				scene.proxy.refuse();
				return scene.proxy::pass;
			}

		},

		KILLED {

			@Override
			AutoCloseable strike(Scene scene) {
				targetServer.crash();
				return targetServer::restart;
			}

		},

		BLACK_HOLED {

			@Override
			AutoCloseable strike(Scene scene) {
				scene.proxy.blackHole();
				return scene.proxy::pass;
			}

		},

		SLOW {

			@Override
			AutoCloseable strike(Scene scene) {
				scene.proxy.delay(Duration.ofMillis(50));
				return scene.proxy::pass;
			}

		},

		WITHOUT_ROOM {

			@Override
			AutoCloseable strike(Scene scene) throws SQLException {
				scene.onTarget(
						"create function no_room() returns trigger language plpgsql as 'begin raise exception ''no room'' using errcode = ''53100''; end'",
						"create trigger no_room before insert on small for each row execute function no_room()",
						"alter table small enable always trigger no_room");
				return () -> scene.onTarget("drop trigger no_room on small");
			}

		},

		LOCKED {

			@Override
			AutoCloseable strike(Scene scene) throws SQLException {
				Connection other = scene.target.dataSource().getConnection();
				other.setAutoCommit(false);
				other.createStatement().execute("lock table small in exclusive mode");
				return () -> {
					other.rollback();
					other.close();
				};
			}

		};

		/**
		 * Make target fail.
		 * @return mends it
		 */
		abstract AutoCloseable strike(Scene scene) throws SQLException;

	}

}
