package io.migration.jdbc;

import java.time.Duration;
import java.util.List;

import io.migration.MigrationPhase;
import io.migration.test.PostgresServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Several instances of one application: one of them relays, all of them write and wait,
 * and any process may be killed or stand still. An independent reader of both sides finds
 * no difference, and every number that a writer was told is written.
 */
@Tag("proof")
class JdbcFleetIntegrationTests {

	/** Set by the profile {@code stress}. */
	private static final boolean STRESS = Boolean.getBoolean("stress");

	private static final PostgresServer server = PostgresServer.shared();

	static DatabaseFleet.Database database() {
		String name = server.createDatabase();
		return new DatabaseFleet.Database(server.jdbcUrl(name), server.dataSource(name), ContendedTables.POSTGRESQL);
	}

	@Test
	void writersOfEveryInstanceAreServedByTheOneThatRelays() {
		DatabaseFleet.Database source = database();
		DatabaseFleet.Database target = database();
		create(source, target);
		try (MigratedDatabase first = MigratedDatabase.start(source.url(), target.url());
				MigratedDatabase second = MigratedDatabase.start(source.url(), target.url())) {
			second.jdbc().queryForObject("select 1", Integer.class);
			first.walkTo(MigrationPhase.DUAL_WRITE);
			second.awaitPhase(MigrationPhase.DUAL_WRITE);
			Awaitility.await().until(() -> first.migration().holdsTheRelay() || second.migration().holdsTheRelay());
			JdbcTemplate onTarget = new JdbcTemplate(target.dataSource());
			for (int i = 0; i < 100; i++) {
				for (MigratedDatabase application : List.of(first, second)) {
					String code = "c" + i + application.equals(first);
					application.jdbc().update("insert into small (code) values (?)", code);
					assertThat(onTarget.queryForList("select code from small where code = ?", String.class, code))
						.hasSize(1);
				}
			}
			assertThat(first.migration().holdsTheRelay()).isNotEqualTo(second.migration().holdsTheRelay());
		}
		assertThat(RowReferee.differences(source.dataSource(), target.dataSource())).isEmpty();
	}

	@Test
	void anotherInstanceRelaysWhenOneIsClosed() {
		DatabaseFleet.Database source = database();
		DatabaseFleet.Database target = database();
		create(source, target);
		try (MigratedDatabase first = MigratedDatabase.start(source.url(), target.url(), "mirror.on-failure=raise");
				MigratedDatabase second = MigratedDatabase.start(source.url(), target.url(),
						"mirror.on-failure=raise")) {
			second.jdbc().queryForObject("select 1", Integer.class);
			first.walkTo(MigrationPhase.DUAL_WRITE);
			second.awaitPhase(MigrationPhase.DUAL_WRITE);
			Awaitility.await().until(() -> first.migration().holdsTheRelay() || second.migration().holdsTheRelay());
			MigratedDatabase relaying = first.migration().holdsTheRelay() ? first : second;
			MigratedDatabase left = (relaying == first) ? second : first;
			relaying.close();
			left.jdbc().update("insert into small (code) values ('after')");
			assertThat(left.migration().holdsTheRelay()).isTrue();
			assertThat(RowReferee.read(target.dataSource()).count("small")).isEqualTo(1);
		}
	}

	private static void create(DatabaseFleet.Database source, DatabaseFleet.Database target) {
		source.tables().create(source.dataSource());
		target.tables().create(target.dataSource());
	}

	@Test
	void nothingIsLostWhenProcessesAreKilled() {
		try (DatabaseFleet fleet = new DatabaseFleet(database(), database())) {
			for (int round = 0; round < (STRESS ? 10 : 2); round++) {
				List<ForkedDatabaseApplication> two = fleet.forkTwo(round);
				two.forEach((process) -> DatabaseFleet.awaitMore(process, 100));
				ForkedDatabaseApplication relaying = DatabaseFleet.relaying(two);
				ForkedDatabaseApplication other = two.get(relaying == two.get(0) ? 1 : 0);
				ForkedDatabaseApplication killed = (round % 2 == 0) ? relaying : other;
				ForkedDatabaseApplication left = (round % 2 == 0) ? other : relaying;
				int before = fleet.mirrored();
				killed.kill();
				DatabaseFleet.awaitMore(left, 100);
				assertThat(fleet.mirrored()).isGreaterThan(before);
				left.kill();
			}
			fleet.assertConverged();
		}
	}

	@Test
	void aRelayThatStoodStillForLongerThanItsLeaseDoesNoHarm() {
		try (DatabaseFleet fleet = new DatabaseFleet(database(), database())) {
			List<ForkedDatabaseApplication> two = fleet.forkTwo(0);
			for (int round = 0; round < (STRESS ? 10 : 2); round++) {
				ForkedDatabaseApplication relaying = DatabaseFleet.relaying(two);
				ForkedDatabaseApplication standby = two.get(relaying == two.get(0) ? 1 : 0);
				relaying.freeze();
				try {
					Awaitility.await().atMost(Duration.ofMinutes(1)).until(standby::holdsTheRelay);
					DatabaseFleet.awaitMore(standby, 150);
				}
				finally {
					relaying.thaw();
				}
				DatabaseFleet.awaitMore(relaying, 50);
			}
			two.forEach(ForkedDatabaseApplication::stopWriting);
			fleet.assertConverged();
		}
	}

}
