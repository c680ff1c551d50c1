package io.migration.jdbc;

import java.nio.LongBuffer;
import java.time.Duration;
import java.util.List;

import io.migration.MigrationPhase;
import io.migration.jdbc.ForkedDatabaseApplication.Written;
import io.migration.test.FaultProxy;
import io.migration.test.PostgresServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Twelve writers on a few contended rows, with everything that a database makes up by
 * itself: an independent reader of both sides finds no difference.
 */
@Tag("proof")
class JdbcConvergenceIntegrationTests {

	/** Set by the profile {@code stress}. */
	private static final boolean STRESS = Boolean.getBoolean("stress");

	private static final List<MigrationPhase> WALK = List.of(MigrationPhase.DUAL_WRITE, MigrationPhase.READ_NEW,
			MigrationPhase.CUTOVER, MigrationPhase.READ_NEW, MigrationPhase.DUAL_WRITE, MigrationPhase.SHADOW);

	@Test
	void contendedWritesOfTwoProcessesConverge() {
		try (DatabaseFleet fleet = new DatabaseFleet(JdbcFleetIntegrationTests.database(),
				JdbcFleetIntegrationTests.database())) {
			List<ForkedDatabaseApplication> two = fleet.forkTwo(0);
			long end = System.nanoTime() + Duration.ofSeconds(STRESS ? 30 : 3).toNanos();
			Awaitility.await()
				.atMost(Duration.ofMinutes(2))
				.until(() -> System.nanoTime() > end && two.stream().allMatch((one) -> one.acknowledged() > 500));
			assertThat(fleet.mirrored()).as("events on target midway").isGreaterThan(100);
			for (ForkedDatabaseApplication one : two) {
				Written written = one.stopWriting();
				assertThat(written.failed()).as(written.more()).isZero();
				assertThat(written.unconfirmed()).as(written.more()).isZero();
			}
			fleet.assertConverged();
		}
	}

	@Test
	void bothSidesAreEqualAfterWalkingThereAndBackUnderLoad() {
		DatabaseFleet.Database source = JdbcFleetIntegrationTests.database();
		DatabaseFleet.Database target = JdbcFleetIntegrationTests.database();
		walk(source, target, RowOperations.Dialect.POSTGRESQL);
	}

	/**
	 * More piles up than a round takes, so that rows arrive as they are now, with entries
	 * that are not at their turn yet.
	 */
	@Test
	void bothSidesAreEqualAfterTargetWasAwayUnderLoad() {
		DatabaseFleet.Database source = JdbcFleetIntegrationTests.database();
		DatabaseFleet.Database target = JdbcFleetIntegrationTests.database();
		source.tables().create(source.dataSource());
		target.tables().create(target.dataSource());
		int port = PostgresServer.shared().port();
		try (FaultProxy proxy = FaultProxy.to(port);
				MigratedDatabase application = MigratedDatabase.start(source.url(),
						target.url().replace(":" + port + "/", ":" + proxy.port() + "/"),
						"spring.datasource.hikari.maximum-pool-size=16", "mirror.timeout=1s",
						"mirror.on-failure=continue", "compare.sample-rate=0")) {
			application.walkTo(MigrationPhase.DUAL_WRITE);
			ContendedTables.fill(application.jdbc());
			try (ContendedRows rows = new ContendedRows(application.jdbc(), application.transactions(),
					RowOperations.Dialect.POSTGRESQL, "away", 12, LongBuffer.allocate(12))) {
				for (int round = 0; round < (STRESS ? 10 : 2); round++) {
					if (round % 2 == 0) {
						proxy.refuse();
					}
					else {
						proxy.blackHole();
					}
					// rounds become smaller with each failure
					long goal = rows.acknowledged() + 1000;
					Awaitility.await()
						.atMost(Duration.ofMinutes(1))
						.until(() -> rows.acknowledged() >= goal && application.mirrored().journal().depth() > 2000);
					proxy.pass();
					Awaitility.await()
						.atMost(Duration.ofMinutes(1))
						.until(() -> application.mirrored().journal().depth() < 1000);
				}
				rows.close();
				assertThat(rows.failed()).as(rows.failures().toString()).isZero();
			}
			application.awaitDrained();
		}
		RowReferee onSource = RowReferee.read(source.dataSource());
		assertThat(onSource.count()).isGreaterThan(1000);
		assertThat(onSource.differences(RowReferee.read(target.dataSource()))).isEmpty();
	}

	/**
	 * Walk from shadow to cutover and back while twelve threads write, and compare.
	 */
	static void walk(DatabaseFleet.Database source, DatabaseFleet.Database target, RowOperations.Dialect dialect) {
		source.tables().create(source.dataSource());
		target.tables().create(target.dataSource());
		LongBuffer counted = LongBuffer.allocate(12);
		try (MigratedDatabase application = MigratedDatabase.start(source.url(), target.url(),
				"spring.datasource.hikari.maximum-pool-size=16", "target.hikari.maximum-pool-size=16",
				"compare.sample-rate=0.05", "gates.max-mismatch-rate=off", "cutover.timeout=20s",
				"cutover.max-park=25s")) {
			// what is written in off is not copied
			application.walkTo(MigrationPhase.SHADOW);
			ContendedTables.fill(application.jdbc());
			try (ContendedRows rows = new ContendedRows(application.jdbc(), application.transactions(), dialect,
					"walking", 12, counted)) {
				for (int round = 0; round < (STRESS ? 4 : 1); round++) {
					for (MigrationPhase phase : WALK) {
						application.walkTo(phase);
						long goal = rows.acknowledged() + 150;
						Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> rows.acknowledged() >= goal);
					}
				}
				rows.close();
				assertThat(rows.failed()).as(rows.failures().toString()).isZero();
				assertThat(rows.unconfirmed()).isZero();
				assertThat(rows.acknowledged()).isGreaterThan(900);
			}
			application.awaitDrained();
			// what target held before is reconciled in the background
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.pollInterval(Duration.ofSeconds(1))
				.untilAsserted(
						() -> assertThat(RowReferee.differences(source.dataSource(), target.dataSource())).isEmpty());
			assertThat(application.control().epoch()).isGreaterThanOrEqualTo(8);
		}
		RowReferee read = RowReferee.read(target.dataSource());
		assertThat(read.count()).isGreaterThan(300);
		for (int thread = 0; thread < 12; thread++) {
			assertThat(read.counted("walking:" + thread)).isGreaterThanOrEqualTo(counted.get(thread)).isPositive();
		}
	}

}
