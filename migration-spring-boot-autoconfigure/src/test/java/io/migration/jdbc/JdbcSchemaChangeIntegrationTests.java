package io.migration.jdbc;

import java.util.List;
import java.util.Map;

import io.migration.MigrationPhase;
import io.migration.phase.GateStatus;
import io.migration.test.PostgresServer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Schemas that change in the middle of a migration, on PostgreSQL.
 */
class JdbcSchemaChangeIntegrationTests {

	private final PostgresServer server = PostgresServer.shared();

	private final String source = this.server.createDatabase();

	private final String target = this.server.createDatabase();

	private final JdbcTemplate onSource = new JdbcTemplate(this.server.dataSource(this.source));

	private final JdbcTemplate onTarget = new JdbcTemplate(this.server.dataSource(this.target));

	@BeforeEach
	void createTables() {
		for (JdbcTemplate database : List.of(this.onSource, this.onTarget)) {
			database.execute("create table item (id bigint generated always as identity primary key, name text)");
		}
	}

	@Test
	void whenSourceHasAColumnThatTargetLacksTheRelayWaitsUntilTargetHasIt() {
		try (MigratedDatabase application = start(MigrationPhase.SHADOW)) {
			this.onSource.execute("alter table item add price int");
			application.jdbc().update("insert into item (name, price) values ('tea', 3)");
			await().untilAsserted(() -> assertThat(application.mirrored().relayProblem()).contains("no column price"));
			assertThat(schemaGate(application)).isFalse();
			assertThat(items(this.onTarget)).isEmpty();
			this.onTarget.execute("alter table item add price int");
			await().untilAsserted(() -> assertThat(items(this.onTarget)).hasSize(1).isEqualTo(items(this.onSource)));
			await().until(() -> application.mirrored().relayProblem() == null && schemaGate(application));
		}
	}

	@Test
	void whenTargetHasTheColumnFirstNothingWaits() {
		try (MigratedDatabase application = start(MigrationPhase.DUAL_WRITE, "mirror.on-failure=raise")) {
			this.onTarget.execute("alter table item add price int");
			application.jdbc().update("insert into item (name) values ('tea')");
			this.onSource.execute("alter table item add price int");
			application.jdbc().update("insert into item (name, price) values ('milk', 2)");
			assertThat(items(this.onTarget)).hasSize(2).isEqualTo(items(this.onSource));
		}
	}

	@Test
	void whenSourceLosesTheColumnFirstNothingWaits() {
		for (JdbcTemplate database : List.of(this.onSource, this.onTarget)) {
			database.execute("alter table item add price int");
		}
		try (MigratedDatabase application = start(MigrationPhase.DUAL_WRITE, "mirror.on-failure=raise")) {
			application.jdbc().update("insert into item (name, price) values ('tea', 3)");
			this.onSource.execute("alter table item drop price");
			application.jdbc().update("insert into item (name) values ('milk')");
			this.onTarget.execute("alter table item drop price");
			application.jdbc().update("insert into item (name) values ('sugar')");
			assertThat(items(this.onTarget)).hasSize(3).isEqualTo(items(this.onSource));
		}
	}

	private MigratedDatabase start(MigrationPhase phase, String... properties) {
		MigratedDatabase application = MigratedDatabase.start(this.server.jdbcUrl(this.source),
				this.server.jdbcUrl(this.target), properties);
		application.walkTo(phase);
		return application;
	}

	private static boolean schemaGate(MigratedDatabase application) {
		return application.control()
			.gates()
			.stream()
			.filter((gate) -> gate.gate().equals("schema"))
			.allMatch(GateStatus::met);
	}

	private static List<Map<String, Object>> items(JdbcTemplate database) {
		return database.queryForList("select * from item order by id");
	}

}
