package io.migration.jdbc;

import java.time.Duration;
import java.util.List;

import io.migration.jdbc.ForkedDatabaseApplication.Written;
import io.migration.test.MariaDbServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What {@link JdbcConvergenceIntegrationTests} and {@link JdbcFleetIntegrationTests} show,
 * from MariaDB to PostgreSQL.
 */
@Tag("mariadb")
class MariaDbConvergenceIntegrationTests {

	private static final boolean STRESS = Boolean.getBoolean("stress");

	private static final MariaDbServer server = MariaDbServer.shared();

	private static DatabaseFleet.Database source() {
		String name = server.createDatabase();
		return new DatabaseFleet.Database(server.jdbcUrl(name), server.dataSource(name), ContendedTables.MARIADB);
	}

	@Test
	void contendedWritesOfTwoProcessesConverge() {
		try (DatabaseFleet fleet = new DatabaseFleet(source(), JdbcFleetIntegrationTests.database())) {
			List<ForkedDatabaseApplication> two = fleet.forkTwo(0);
			long end = System.nanoTime() + Duration.ofSeconds(STRESS ? 30 : 3).toNanos();
			Awaitility.await()
				.atMost(Duration.ofMinutes(2))
				.until(() -> System.nanoTime() > end && two.stream().allMatch((one) -> one.acknowledged() > 300));
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
	void nothingIsLostWhenProcessesAreKilled() {
		try (DatabaseFleet fleet = new DatabaseFleet(source(), JdbcFleetIntegrationTests.database())) {
			for (int round = 0; round < (STRESS ? 10 : 1); round++) {
				List<ForkedDatabaseApplication> two = fleet.forkTwo(round);
				two.forEach((process) -> DatabaseFleet.awaitMore(process, 100));
				ForkedDatabaseApplication relaying = DatabaseFleet.relaying(two);
				int before = fleet.mirrored();
				relaying.kill();
				ForkedDatabaseApplication left = two.get(relaying == two.get(0) ? 1 : 0);
				DatabaseFleet.awaitMore(left, 100);
				assertThat(fleet.mirrored()).isGreaterThan(before);
				left.kill();
			}
			fleet.assertConverged();
		}
	}

	@Test
	void bothSidesAreEqualAfterWalkingThereAndBackUnderLoad() {
		JdbcConvergenceIntegrationTests.walk(source(), JdbcFleetIntegrationTests.database(),
				RowOperations.Dialect.BOTH);
	}

}
