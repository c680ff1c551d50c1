package io.migration.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.migration.actuate.ActuatorServer.Answer;
import io.migration.mirror.Comparisons;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.JournalStatus;
import io.migration.mirror.MirrorGates;
import io.migration.mirror.MirrorObserver;
import io.migration.phase.CurrentPhase;
import io.migration.phase.FleetInstance;
import io.migration.phase.PhaseControl;
import io.migration.phase.PhaseFlags;
import io.migration.phase.PhaseScenario;
import io.migration.phase.StubFlags;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.health.actuate.endpoint.StatusAggregator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static io.migration.MigrationPhase.DUAL_WRITE;
import static io.migration.MigrationPhase.READ_NEW;
import static io.migration.MigrationPhase.SHADOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class MigrationHealthTests {

	private static final Status WARNING = MigrationsHealthContributor.WARNING;

	private final PhaseScenario scenario = new PhaseScenario();

	@AfterEach
	void stop() {
		this.scenario.close();
	}

	private PhaseScenario scenario() {
		return this.scenario;
	}

	private static Health health(StubMigration migration) {
		return new MigrationHealthIndicator(migration).health();
	}

	@Test
	void aMigrationAtRestIsUp() {
		Health health = health(new StubMigration(this.scenario.startIn(SHADOW)));
		assertThat(health.getStatus()).isEqualTo(Status.UP);
		assertThat(health.getDetails()).isEqualTo(Map.of("phase", "shadow", "desired", "shadow", "authority", "source",
				"epoch", 2L, "state", "steady", "journalDepth", 3.0, "journalAgeSeconds", 1.5));
	}

	@Test
	void aJournalOfUnknownDepthIsLeftOut() {
		StubMigration migration = new StubMigration(this.scenario.start());
		migration.journal(JournalStatus.UNKNOWN);
		assertThat(health(migration).getDetails()).doesNotContainKey("journalDepth");
	}

	@Test
	void aDivergenceWarns() {
		StubMigration migration = new StubMigration(this.scenario.startIn(SHADOW));
		migration.diverge("secret");
		Health health = health(migration);
		assertThat(health.getStatus()).isEqualTo(WARNING);
		assertThat(health.toString()).contains("the sides differ").doesNotContain("secret");
	}

	@Test
	void aDivergenceWithinTheLimitDoesNotWarn() {
		Comparisons comparisons = new Comparisons(MirrorObserver.NONE);
		MirrorGates.statistical(null, null, 0.5, null, comparisons).forEach(this.scenario::gate);
		StubMigration migration = new StubMigration(this.scenario.startIn(SHADOW), comparisons);
		migration.diverge("a");
		assertThat(health(migration).getStatus()).isEqualTo(WARNING);
		comparisons.count(Result.MATCH);
		assertThat(health(migration).getStatus()).isEqualTo(Status.UP);
	}

	@Test
	void anOpenCircuitBreakerWarns() {
		StubMigration migration = new StubMigration(this.scenario.startIn(SHADOW));
		migration.circuitOpen(true);
		assertThat(health(migration).getStatus()).isEqualTo(WARNING);
		assertThat(health(migration).getDetails()).containsEntry("warnings",
				List.of("the circuit breaker around the other side is open"));
	}

	@Test
	void aRelayThatDoesNotCopyWarns() {
		StubMigration migration = new StubMigration(this.scenario.startIn(SHADOW));
		migration.relayProblem("connection refused");
		assertThat(health(migration).getStatus()).isEqualTo(WARNING);
		assertThat(health(migration).getDetails()).containsEntry("warnings",
				List.of("the relay does not copy: connection refused"));
	}

	@Test
	void aSilentInstanceWarns() {
		StubMigration migration = new StubMigration(this.scenario.start());
		this.scenario.source().heartbeat(new FleetInstance("dead", "elsewhere", 1, Duration.ZERO));
		assertThat(health(migration).getStatus()).isEqualTo(Status.UP);
		this.scenario.source().silence("dead", Duration.ofSeconds(31));
		assertThat(health(migration).getStatus()).isEqualTo(WARNING);
		assertThat(health(migration).toString()).contains("instance dead on elsewhere has been silent for 31 s");
	}

	@Test
	void aPhaseThatCannotBeReachedWarns() {
		this.scenario.subject().obstacle("target is not empty");
		PhaseControl control = this.scenario.start();
		control.walkTo(SHADOW, "anne", null, false);
		await().untilAsserted(() -> {
			Health health = health(new StubMigration(control));
			assertThat(health.getStatus()).isEqualTo(WARNING);
			assertThat(health.getDetails()).containsEntry("phase", "off")
				.containsEntry("desired", "shadow")
				.containsEntry("state", "blocked");
			assertThat((String) health.getDetails().get("note")).contains("target is not empty");
		});
	}

	@Test
	void aGateThatHoldsDoesNotWarn() {
		this.scenario.gate("enough", DUAL_WRITE, true);
		PhaseControl control = this.scenario.start();
		control.walkTo(READ_NEW, "anne", null, false);
		await().untilAsserted(() -> {
			Health health = health(new StubMigration(control));
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("state", "blocked").containsEntry("phase", "shadow");
		});
	}

	@Test
	void aFlagThatIsNotFollowedWarns() {
		StubFlags flags = this.scenario.flags();
		PhaseControl control = this.scenario.start();
		flags.say(new PhaseFlags.Reading.Silent("the service does not answer"));
		await().until(() -> control.note() != null);
		Health health = health(new StubMigration(control));
		assertThat(health.getStatus()).isEqualTo(WARNING);
		assertThat((String) health.getDetails().get("note")).contains("the service does not answer");
	}

	@Test
	void withoutItsLedgerAMigrationIsDown() {
		PhaseControl control = this.scenario.startIn(SHADOW);
		this.scenario.source().available(false);
		StubMigration migration = new StubMigration(control);
		Health atOnce = health(migration);
		assertThat(atOnce.getStatus()).isEqualTo(Status.DOWN);
		assertThat((String) atOnce.getDetails().get("note")).startsWith("ledger:");
		await().until(() -> control.note() != null);
		Health later = health(migration);
		assertThat(later.getStatus()).isEqualTo(Status.DOWN);
		assertThat((String) later.getDetails().get("note")).startsWith("ledger:");
		this.scenario.source().available(true);
		await().until(() -> health(migration).getStatus().equals(Status.UP));
	}

	@Test
	void whoseLedgerWasNeverReachedIsDown() {
		this.scenario.source().available(false);
		PhaseControl control = this.scenario.create(this.scenario.subject(), new CurrentPhase());
		assertThat(health(new StubMigration(control)).getStatus()).isEqualTo(Status.UNKNOWN);
		this.scenario.run(control);
		await().until(() -> control.note() != null);
		Health health = health(new StubMigration(control));
		assertThat(health.getStatus()).isEqualTo(Status.DOWN);
		assertThat(health.getDetails()).doesNotContainKeys("phase", "authority", "epoch");
	}

	@Nested
	class Endpoint {

		private final PhaseScenario others = new PhaseScenario("others");

		@AfterEach
		void stopTheOthers() {
			this.others.close();
		}

		@Test
		void withoutMigrationsThereIsNoComponent() {
			try (ActuatorServer server = ActuatorServer.start(List.of(),
					"management.endpoint.health.show-details=always")) {
				Answer answer = server.get("/health");
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.names("components")).isNotEmpty().doesNotContain("migrations");
				assertThat(server.get("/health/migrations").status()).isEqualTo(404);
			}
		}

		@Test
		void aWarningShowsAllTheWayUpAndCostsNoRequest() {
			StubMigration healthy = new StubMigration(scenario().startIn(SHADOW));
			StubMigration warning = new StubMigration(this.others.startIn(SHADOW));
			warning.circuitOpen(true);
			try (ActuatorServer server = ActuatorServer.start(List.of(() -> healthy, () -> warning),
					"management.endpoint.health.show-details=always",
					"management.endpoint.health.group.data.include=migrations")) {
				Answer answer = server.get("/health");
				assertThat(answer.status()).isEqualTo(200);
				assertThat(answer.at("status")).isEqualTo("WARNING");
				assertThat(answer.at("components/migrations/status")).isEqualTo("WARNING");
				assertThat(answer.at("components/migrations/components/tokens/status")).isEqualTo("UP");
				assertThat(answer.at("components/migrations/components/others/status")).isEqualTo("WARNING");
				assertThat(server.get("/health/migrations/tokens").at("details/phase")).isEqualTo("shadow");
				assertThat(server.get("/health/data").at("status")).isEqualTo("WARNING");
				for (String probe : List.of("liveness", "readiness")) {
					Answer probed = server.get("/health/" + probe);
					assertThat(probed.at("status")).isEqualTo("UP");
					assertThat(probed.names("components")).doesNotContain("migrations");
				}
				warning.circuitOpen(false);
				assertThat(server.get("/health").at("status")).isEqualTo("UP");
			}
		}

		@Test
		void aMigrationThatIsDownTakesTheApplicationDown() {
			StubMigration healthy = new StubMigration(scenario().startIn(SHADOW));
			StubMigration warning = new StubMigration(this.others.startIn(SHADOW));
			warning.circuitOpen(true);
			try (ActuatorServer server = ActuatorServer.start(List.of(() -> healthy, () -> warning))) {
				scenario().source().available(false);
				Answer answer = server.get("/health");
				assertThat(answer.status()).isEqualTo(503);
				assertThat(answer.at("status")).isEqualTo("DOWN");
				assertThat(server.get("/health/liveness").status()).isEqualTo(200);
				assertThat(server.get("/health/readiness").status()).isEqualTo(200);
			}
		}

		@Test
		void theApplicationsOrderOfStatusesCounts() {
			StubMigration warning = new StubMigration(this.others.startIn(SHADOW));
			warning.circuitOpen(true);
			try (ActuatorServer server = ActuatorServer.start(List.of(() -> warning),
					"management.endpoint.health.status.order=DOWN,UP,WARNING")) {
				assertThat(server.get("/health").at("status")).isEqualTo("UP");
				assertThat(server.get("/health").status()).isEqualTo(200);
			}
		}

	}

	@Nested
	class Aggregation {

		private final StatusAggregator boot = StatusAggregator.getDefault();

		@Test
		void aWarningCountsForMoreThanHealthAndLessThanTrouble() {
			assertThat(aggregate(Status.UP, WARNING)).isEqualTo(WARNING);
			assertThat(aggregate(Status.UNKNOWN, WARNING)).isEqualTo(WARNING);
			assertThat(aggregate(WARNING)).isEqualTo(WARNING);
			assertThat(aggregate(Status.DOWN, WARNING, Status.UP)).isEqualTo(Status.DOWN);
			assertThat(aggregate(Status.OUT_OF_SERVICE, WARNING)).isEqualTo(Status.OUT_OF_SERVICE);
		}

		@Test
		void withoutAWarningNothingChanges() {
			for (Set<Status> statuses : List.of(Set.of(Status.UP), Set.of(Status.UP, Status.DOWN),
					Set.of(new Status("FATAL"), Status.UP), Set.<Status>of())) {
				assertThat(MigrationHealthGroups.aggregate(this.boot, statuses))
					.isEqualTo(this.boot.getAggregateStatus(statuses));
			}
		}

		@Test
		void bootAloneWouldLoseTheWarning() {
			assertThat(this.boot.getAggregateStatus(Status.UP, WARNING)).isEqualTo(Status.UP);
			assertThat(this.boot.getAggregateStatus(WARNING)).isEqualTo(Status.UNKNOWN);
		}

		@Test
		void whoKnowsWarningsDecides() {
			StatusAggregator own = StatusAggregator.of("down", "up", "warning");
			assertThat(MigrationHealthGroups.aggregate(own, Set.of(Status.UP, WARNING))).isEqualTo(Status.UP);
		}

		private Status aggregate(Status... statuses) {
			return MigrationHealthGroups.aggregate(this.boot, Set.of(statuses));
		}

	}

}
