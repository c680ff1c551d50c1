package io.migration.actuate;

import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import io.migration.actuate.ActuatorServer.Answer;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.JournalStatus;
import io.migration.mirror.MirroredMigration;
import io.migration.phase.CurrentPhase;
import io.migration.phase.FleetInstance;
import io.migration.phase.PhaseControl;
import io.migration.phase.PhaseScenario;
import io.migration.phase.StubFlags;
import io.migration.phase.StubGate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static io.migration.MigrationPhase.CUTOVER;
import static io.migration.MigrationPhase.DUAL_WRITE;
import static io.migration.MigrationPhase.OFF;
import static io.migration.MigrationPhase.READ_NEW;
import static io.migration.MigrationPhase.SHADOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

@Timeout(60)
class MigrationsEndpointTests {

	private static final String UNRESTRICTED = "management.endpoint.migrations.access=unrestricted";

	/** One for each set of properties; all show the migration of the present test. */
	private static final Map<List<String>, ActuatorServer> servers = new HashMap<>();

	private static volatile StubMigration current;

	private final PhaseScenario scenario = new PhaseScenario();

	private ActuatorServer server;

	private StubMigration migration;

	@AfterEach
	void stop() {
		this.scenario.close();
	}

	@AfterAll
	static void stopServers() {
		servers.values().forEach(ActuatorServer::close);
		servers.clear();
	}

	private PhaseControl serve(String... properties) {
		return serve(this.scenario.start(), properties);
	}

	private PhaseControl serve(PhaseControl control, String... properties) {
		this.migration = new StubMigration(control);
		current = this.migration;
		this.server = servers.computeIfAbsent(List.of(properties),
				(key) -> ActuatorServer.start(List.of(MigrationsEndpointTests::present), properties));
		return control;
	}

	private static MirroredMigration present() {
		return (MirroredMigration) Proxy.newProxyInstance(MirroredMigration.class.getClassLoader(),
				new Class<?>[] { MirroredMigration.class },
				(proxy, method, arguments) -> method.invoke(current, arguments));
	}

	@Test
	void withoutMigrationsTheListIsEmpty() {
		try (ActuatorServer bare = ActuatorServer.start(List.of())) {
			Answer answer = bare.get("/migrations");
			assertThat(answer.status()).isEqualTo(200);
			assertThat(answer.text()).isEqualTo("{\"migrations\":{}}");
			assertThat(bare.get("/migrations/tokens").status()).isEqualTo(404);
		}
	}

	@Test
	void theListShowsWhereEachMigrationStands() {
		serve(this.scenario.startIn(SHADOW));
		Answer answer = this.server.get("/migrations");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.text()).isEqualTo("{\"migrations\":{\"tokens\":{\"kind\":\"redis\",\"phase\":\"shadow\","
				+ "\"desiredPhase\":\"shadow\",\"authority\":\"source\",\"epoch\":2,\"state\":\"steady\","
				+ "\"note\":null,\"heldBy\":[]}}}");
	}

	@Test
	void theDetailsShowEverything() {
		this.scenario.gate("enough", DUAL_WRITE, true);
		serve(this.scenario.startIn(SHADOW));
		this.migration.comparisons().count(Result.MATCH);
		this.migration.comparisons().count(Result.SKIPPED);
		this.migration.comparisons().count(Result.ERROR);
		this.migration.diverge("secret");
		this.migration.relayProblem("refused");
		this.migration.circuitOpen(true);
		Answer answer = this.server.get("/migrations/tokens");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json()).containsAllEntriesOf(Map.of("kind", "redis", "phase", "shadow", "desiredPhase",
				"shadow", "authority", "source", "epoch", 2, "state", "steady", "readShare", 100));
		assertThat(answer.at("gates")).isEqualTo(List
			.of(Map.of("gate", "enough", "step", "shadow -> dual-write", "required", 1, "actual", 0, "met", false)));
		assertThat(answer.at("instances/0/host")).isNotNull();
		assertThat(answer.at("instances/0/silent")).isEqualTo(false);
		assertThat((Double) answer.at("instances/0/silenceSeconds")).isBetween(0.0, 30.0);
		assertThat(answer.at("mirror")).isEqualTo(Map.of("onFailure", "raise", "timeout", "PT2S", "waitingWriters", 4,
				"parkedWriters", 5, "relayProblem", "refused", "circuitOpen", true, "shed", 6, "unsupported", 7,
				"unsupportedCommands", Map.of("MSETNX", 7)));
		assertThat(answer.at("comparisons/match")).isEqualTo(1);
		assertThat(answer.at("comparisons/mismatch")).isEqualTo(1);
		assertThat(answer.at("comparisons/error")).isEqualTo(1);
		assertThat(answer.at("comparisons/skipped")).isEqualTo(1);
		assertThat(answer.at("comparisons/mismatchRate")).isEqualTo(0.5);
		assertThat(Instant.parse((String) answer.at("comparisons/since"))).isBefore(Instant.now());
		assertThat(answer.at("backfill")).isEqualTo(Map.of("state", "not-started"));
		assertThat(answer.at("verification")).isEqualTo(Map.of("state", "not-started"));
		assertThat(answer.at("journal")).isEqualTo(Map.of("depth", 3.0, "ageSeconds", 1.5));
		assertThat(answer.text()).doesNotContain("secret");
	}

	@Test
	void aJournalOfUnknownDepthIsNull() {
		serve();
		this.migration.journal(JournalStatus.UNKNOWN);
		assertThat(this.server.get("/migrations/tokens").text())
			.contains("\"journal\":{\"depth\":null,\"ageSeconds\":null}");
	}

	@Test
	void anInstanceWhoseLeaseHasRunOutIsSilent() {
		serve();
		this.scenario.source().heartbeat(new FleetInstance("dead", "elsewhere", 1, Duration.ZERO));
		this.scenario.source().silence("dead", Duration.ofSeconds(31));
		Answer answer = this.server.get("/migrations/tokens");
		assertThat((List<?>) answer.at("instances")).hasSize(2);
		assertThat(answer.at("instances/1/id")).isEqualTo("dead");
		assertThat(answer.at("instances/1/silent")).isEqualTo(true);
	}

	@Test
	void theDetailsAreReadableWithoutTheLedger() {
		PhaseControl control = serve(this.scenario.startIn(SHADOW));
		this.scenario.source().available(false);
		await().until(() -> control.note() != null);
		Answer answer = this.server.get("/migrations/tokens");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.at("phase")).isEqualTo("shadow");
		assertThat((String) answer.at("note")).startsWith("ledger:");
		assertThat(answer.at("instances")).isEqualTo(List.of());
		assertThat(this.server.get("/migrations/tokens/history").status()).isEqualTo(503);
		assertThat(this.server.get("/migrations/tokens/divergences").status()).isEqualTo(200);
	}

	@Test
	void aPhaseThatIsNotKnownIsNotGuessed() {
		this.scenario.source().available(false);
		PhaseControl control = this.scenario.create(this.scenario.subject(), new CurrentPhase());
		this.scenario.run(control);
		await().until(() -> control.note() != null);
		serve(control, UNRESTRICTED);
		Answer answer = this.server.get("/migrations");
		assertThat((Map<?, ?>) answer.at("migrations/tokens")).extracting("kind", "phase", "state")
			.containsExactly("redis", null, "blocked");
		Answer refused = this.server.post("/migrations/tokens/advance");
		assertThat(refused.status()).isEqualTo(503);
		assertThat((String) refused.at("reason")).contains("tokens").contains("does not answer");
	}

	@Test
	void theHistoryHasTheLatestFirst() {
		PhaseControl control = serve(UNRESTRICTED);
		this.server.postJson("/migrations/tokens/advance", "{\"reason\": \"it is time\"}", "X-User", "anne");
		this.server.post("/migrations/tokens/rollback");
		PhaseScenario.await(control, OFF);
		Answer answer = this.server.get("/migrations/tokens/history");
		assertThat(answer.status()).isEqualTo(200);
		assertThat((List<?>) answer.at("history")).hasSize(2);
		assertThat((Map<?, ?>) answer.at("history/0")).extracting("from", "to", "epoch", "by", "reason")
			.containsExactly("shadow", "off", 3, "actuator", null);
		assertThat((Map<?, ?>) answer.at("history/1")).extracting("from", "to", "epoch", "by", "reason")
			.containsExactly("off", "shadow", 2, "anne", "it is time");
		assertThat(Instant.parse((String) answer.at("history/1/at"))).isBefore(Instant.now());
	}

	@ParameterizedTest
	@ValueSource(strings = { "/migrations/others", "/migrations/others/history", "/migrations/tokens/nonsense",
			"/migrations/tokens/advance" })
	void whatDoesNotExistIsNotFound(String path) {
		serve(UNRESTRICTED);
		assertThat(this.server.get(path).status()).isEqualTo(404);
	}

	@ParameterizedTest
	@ValueSource(strings = { "/migrations/others/advance", "/migrations/others/instances/one/forget",
			"/migrations/tokens", "/migrations/tokens/nonsense", "/migrations/tokens/backfill/nonsense",
			"/migrations/tokens/advance/pause", "/migrations/tokens/instances/one",
			"/migrations/tokens/instances/unknown/forget", "/migrations/tokens/a/b/c/d" })
	void whatDoesNotExistCannotBeAskedFor(String path) {
		serve(UNRESTRICTED);
		Answer answer = this.server.post(path);
		assertThat(answer.status()).isEqualTo(404);
		assertThat((String) answer.at("reason")).isNotBlank();
		assertThat(this.server.get("/migrations").names("migrations")).containsExactly("tokens");
	}

	@ParameterizedTest
	@ValueSource(strings = { "/migrations/tokens/advance", "/migrations/tokens/rollback", "/migrations/tokens/phase",
			"/migrations/tokens/plan", "/migrations/tokens/backfill", "/migrations/tokens/complete" })
	void byDefaultNothingCanBeChanged(String path) {
		PhaseControl control = serve();
		assertThat(this.server.post(path).status()).isEqualTo(405);
		assertThat(this.server.postJson(path, "{\"to\": \"shadow\"}").status()).isEqualTo(405);
		assertThat(this.server.post("/migrations/tokens/instances/one/forget").status()).isEqualTo(404);
		assertThat(this.server.get("/migrations/tokens").status()).isEqualTo(200);
		assertThat(control.desiredPhase()).isNull();
	}

	@Test
	void withoutBodyAndTypeAStepIsTaken() {
		PhaseControl control = serve(UNRESTRICTED);
		Answer answer = this.server.post("/migrations/tokens/advance");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.json()).containsAllEntriesOf(
				Map.of("kind", "redis", "phase", "shadow", "desiredPhase", "shadow", "authority", "source"));
		assertThat(control.phase()).isEqualTo(SHADOW);
		assertThat(this.server.post("/migrations/tokens/rollback").status()).isEqualTo(200);
		assertThat(control.phase()).isEqualTo(OFF);
	}

	@Test
	void aTypeWithoutBodyIsFineToo() {
		serve(UNRESTRICTED);
		assertThat(this.server.post("/migrations/tokens/advance", "Content-Type", "application/json").status())
			.isEqualTo(200);
	}

	@Test
	void whatIsNotJsonIsNotTaken() {
		PhaseControl control = serve(UNRESTRICTED);
		assertThat(this.server.post("/migrations/tokens/advance", "Content-Type", "application/x-www-form-urlencoded")
			.status()).isEqualTo(415);
		assertThat(this.server.post("/migrations/tokens/advance", "Content-Type", "text/plain").status())
			.isEqualTo(415);
		assertThat(this.server.postJson("/migrations/tokens/advance", "{").status()).isEqualTo(400);
		assertThat(this.server.postJson("/migrations/tokens/advance", "[]").status()).isEqualTo(400);
		assertThat(control.desiredPhase()).isNull();
	}

	@Test
	void theBodyCannotChangeThePath() {
		PhaseControl control = serve(UNRESTRICTED);
		Answer answer = this.server.postJson("/migrations/tokens/rollback",
				"{\"request\": \"tokens/advance\", \"name\": \"others\", \"action\": \"advance\"}");
		assertThat(answer.status()).isEqualTo(404);
		assertThat(this.server.post("/migrations/tokens/rollback?request=tokens&request=advance").status())
			.isEqualTo(404);
		assertThat(control.desiredPhase()).isNull();
	}

	@Test
	void aClosedGateRefuses() {
		this.scenario.gate("enough", SHADOW, true);
		this.scenario.gate("fine", SHADOW, true).met(true);
		PhaseControl control = serve(UNRESTRICTED);
		Answer answer = this.server.post("/migrations/tokens/advance");
		assertThat(answer.status()).isEqualTo(409);
		assertThat(answer.at("refused")).isEqualTo(
				List.of(Map.of("gate", "enough", "step", "off -> shadow", "required", 1, "actual", 0, "met", false)));
		assertThat((String) answer.at("reason")).contains("off -> shadow").contains("enough");
		assertThat(control.desiredPhase()).isNull();
	}

	@Test
	void aStepThatIsNotPossibleIsRefused() {
		this.scenario.subject().obstacle("target is not empty");
		serve(UNRESTRICTED);
		Answer answer = this.server.post("/migrations/tokens/advance");
		assertThat(answer.status()).isEqualTo(409);
		assertThat(answer.at("refused")).isEqualTo(List.of());
		assertThat((String) answer.at("reason")).contains("target is not empty");
	}

	@Test
	void forceSkipsWhatMayBeSkipped() {
		this.scenario.gate("enough", SHADOW, true);
		PhaseControl control = serve(UNRESTRICTED);
		assertThat(this.server.postJson("/migrations/tokens/advance", "{\"force\": false}").status()).isEqualTo(409);
		assertThat(this.server.postJson("/migrations/tokens/advance", "{\"force\": \"perhaps\"}").status())
			.isEqualTo(400);
		assertThat(this.server.postJson("/migrations/tokens/advance", "{\"force\": true, \"reason\": null}").status())
			.isEqualTo(200);
		assertThat(control.phase()).isEqualTo(SHADOW);
	}

	@Test
	void inOffThereIsNothingToRollBack() {
		serve(UNRESTRICTED);
		Answer answer = this.server.post("/migrations/tokens/rollback");
		assertThat(answer.status()).isEqualTo(409);
		assertThat(answer.at("refused")).isEqualTo(List.of());
		assertThat((String) answer.at("reason")).contains("off");
	}

	@Test
	void aPhaseIsWalkedToStepByStep() {
		PhaseControl control = serve(UNRESTRICTED);
		Answer answer = this.server.postJson("/migrations/tokens/phase", "{\"to\": \"read-new\"}", "X-User", "anne");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.at("phase")).isEqualTo("read-new");
		assertThat((List<?>) this.server.get("/migrations/tokens/history").at("history")).hasSize(3);
		assertThat(this.server.postJson("/migrations/tokens/phase", "{\"to\": \"off\"}").status()).isEqualTo(200);
		assertThat(control.phase()).isEqualTo(OFF);
	}

	@Test
	void aWalkThatAGateHoldsIsUnderWay() {
		StubGate gate = this.scenario.gate("enough", DUAL_WRITE, true);
		PhaseControl control = serve(UNRESTRICTED);
		Answer answer = this.server.postJson("/migrations/tokens/phase", "{\"to\": \"dual-write\"}");
		assertThat(answer.status()).isEqualTo(202);
		assertThat(answer.at("phase")).isEqualTo("shadow");
		assertThat(answer.at("desiredPhase")).isEqualTo("dual-write");
		assertThat(answer.at("state")).isEqualTo("blocked");
		assertThat(answer.at("heldBy/0/gate")).isEqualTo("enough");
		gate.met(true);
		PhaseScenario.await(control, DUAL_WRITE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "phase", "plan" })
	void aPhaseThatDoesNotExistIsMalformed(String action) {
		serve(UNRESTRICTED);
		Answer unknown = this.server.postJson("/migrations/tokens/" + action, "{\"to\": \"readnew\"}");
		assertThat(unknown.status()).isEqualTo(400);
		assertThat((String) unknown.at("reason")).contains("readnew")
			.contains("off, shadow, dual-write, read-new, cutover");
		Answer missing = this.server.post("/migrations/tokens/" + action);
		assertThat(missing.status()).isEqualTo(400);
		assertThat((String) missing.at("reason")).contains("'to'");
	}

	@Test
	void aPlanShowsStepsGatesAndPauseAndChangesNothing() {
		this.scenario.gate("enough", READ_NEW, true);
		PhaseControl control = serve(UNRESTRICTED);
		Answer answer = this.server.postJson("/migrations/tokens/plan", "{\"to\": \"cutover\"}");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.at("from")).isEqualTo("off");
		assertThat(answer.at("to")).isEqualTo("cutover");
		assertThat((List<?>) answer.at("steps")).hasSize(4);
		assertThat(answer.at("steps/0")).isEqualTo(Map.of("step", "off -> shadow", "from", "off", "to", "shadow",
				"gates", List.of(), "met", true, "pausesWriters", false, "expectedPause", "PT0S"));
		assertThat(answer.at("steps/2/met")).isEqualTo(false);
		assertThat(answer.at("steps/2/gates/0/required")).isEqualTo(1);
		assertThat(answer.at("steps/2/gates/0/actual")).isEqualTo(0);
		assertThat(answer.at("steps/3/pausesWriters")).isEqualTo(true);
		assertThat(answer.at("steps/3/expectedPause")).isEqualTo("PT5S");
		assertThat(control.desiredPhase()).isNull();
	}

	@Test
	void whileTheFlagSpeaksARequestIsRefused() {
		StubFlags flags = this.scenario.flags();
		serve(UNRESTRICTED);
		flags.say(SHADOW);
		for (Answer answer : List.of(this.server.post("/migrations/tokens/advance"),
				this.server.postJson("/migrations/tokens/phase", "{\"to\": \"dual-write\"}"))) {
			assertThat(answer.status()).isEqualTo(409);
			assertThat((String) answer.at("reason")).contains("migration.tokens");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "backfill", "verify", "repair", "backfill/pause", "verify/resume", "repair/pause" })
	void jobsAreNotAvailableYet(String action) {
		serve(UNRESTRICTED);
		Answer answer = this.server.post("/migrations/tokens/" + action);
		assertThat(answer.status()).isEqualTo(409);
		assertThat(answer.at("refused")).isEqualTo(List.of());
		assertThat((String) answer.at("reason")).contains("not available in this version");
		assertThat(this.server.postJson("/migrations/tokens/" + action, "{\"limit\": 100, \"dryRun\": true}").status())
			.isEqualTo(409);
	}

	@Test
	void theOrdersOfAJobAreChecked() {
		serve(UNRESTRICTED);
		assertThat(this.server.postJson("/migrations/tokens/backfill", "{\"limit\": -1}").status()).isEqualTo(400);
		assertThat(this.server.postJson("/migrations/tokens/backfill", "{\"limit\": \"many\"}").status())
			.isEqualTo(400);
		assertThat(this.server.postJson("/migrations/tokens/repair", "{\"dryRun\": \"perhaps\"}").status())
			.isEqualTo(400);
		assertThat(this.server.post("/migrations/tokens/backfill/throttle").status()).isEqualTo(400);
		assertThat(this.server.postJson("/migrations/tokens/backfill/throttle", "{\"limit\": 5}").status())
			.isEqualTo(409);
	}

	@Test
	void thereIsNoReportYet() {
		serve();
		Answer answer = this.server.get("/migrations/tokens/report");
		assertThat(answer.status()).isEqualTo(409);
		assertThat((String) answer.at("reason")).contains("not available in this version");
	}

	@Test
	void completionWantsToBeConfirmed() {
		serve(UNRESTRICTED);
		assertThat(this.server.post("/migrations/tokens/complete").status()).isEqualTo(400);
		Answer wrong = this.server.postJson("/migrations/tokens/complete", "{\"confirm\": \"others\"}");
		assertThat(wrong.status()).isEqualTo(400);
		assertThat((String) wrong.at("reason")).contains("{\"confirm\": \"tokens\"}");
		Answer right = this.server.postJson("/migrations/tokens/complete", "{\"confirm\": \"tokens\"}");
		assertThat(right.status()).isEqualTo(409);
		assertThat((String) right.at("reason")).contains("not available in this version");
	}

	@Test
	void anInstanceIsForgotten() {
		PhaseControl control = serve(UNRESTRICTED);
		this.scenario.source().heartbeat(new FleetInstance("dead", "elsewhere", 1, Duration.ZERO));
		Answer answer = this.server.post("/migrations/tokens/instances/dead/forget");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.at("forgotten")).isEqualTo("dead");
		assertThat(control.instances()).hasSize(1);
	}

	@Test
	void keysAreHashed() {
		serve();
		this.migration.diverge("session:4711");
		Answer answer = this.server.get("/migrations/tokens/divergences", "X-User", "anne");
		assertThat(answer.status()).isEqualTo(200);
		assertThat(answer.at("divergences")).isEqualTo(List.of(Map.of("key", "993520e0c2595f87", "difference", "GET",
				"at", "2026-03-04T05:06:07Z", "repaired", false)));
	}

	@Test
	void keysAreShownWhenThatIsAskedFor() {
		serve("management.endpoint.migrations.show-values=always");
		this.migration.diverge("session:4711");
		assertThat(this.server.get("/migrations/tokens/divergences").at("divergences/0/key")).isEqualTo("session:4711");
	}

	@Test
	void keysAreShownToThoseWhoAreAuthorized() {
		serve("management.endpoint.migrations.show-values=when-authorized");
		this.migration.diverge("session:4711");
		assertThat(key()).hasSize(16);
		assertThat(key("X-User", "anne")).isEqualTo("session:4711");
	}

	@Test
	void keysAreShownToThoseWithARole() {
		serve("management.endpoint.migrations.show-values=when-authorized",
				"management.endpoint.migrations.roles=operator");
		this.migration.diverge("session:4711");
		assertThat(key("X-User", "anne")).hasSize(16);
		assertThat(key("X-User", "anne", "X-Role", "operator")).isEqualTo("session:4711");
	}

	private String key(String... headers) {
		return (String) this.server.get("/migrations/tokens/divergences", headers).at("divergences/0/key");
	}

	@Test
	void theApplicationsOwnMapperMaySerialiseTheAnswers() {
		serve(this.scenario.startIn(CUTOVER), "management.endpoints.jackson.isolated-json-mapper=false",
				"spring.jackson.property-naming-strategy=SNAKE_CASE");
		assertThat(this.server.get("/migrations/tokens").at("read_share")).isEqualTo(100);
	}

	@Test
	void theLinksNameTheEndpoint() {
		serve(UNRESTRICTED);
		assertThat(this.server.get("").text()).contains("/actuator/migrations\"");
	}

}
