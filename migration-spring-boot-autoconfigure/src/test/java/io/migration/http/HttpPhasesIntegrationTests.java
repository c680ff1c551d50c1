package io.migration.http;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.migration.Migration;
import io.migration.MigrationPhase;
import io.migration.WriteNotMirroredException;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.StepOutcome;
import io.migration.test.HttpService;
import io.migration.test.HttpService.Reply;
import io.migration.test.HttpService.Request;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.http.HttpMethod;
import org.springframework.web.client.RestClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

/**
 * Who is called by which client in which phase, and what comes back.
 */
class HttpPhasesIntegrationTests {

	private final HttpService source = HttpService.named("source");

	private final HttpService target = HttpService.named("target");

	private final List<CallingApplication> applications = new ArrayList<>();

	@AfterEach
	void close() {
		this.source.close();
		this.target.close();
		this.applications.forEach(CallingApplication::close);
	}

	private CallingApplication application(MigrationPhase phase, String... properties) {
		List<String> all = new ArrayList<>(List.of("migration.http.pricing.source.url=" + this.source.url() + "/api",
				"migration.http.pricing.target.url=" + this.target.url() + "/v2",
				"migration.http.pricing.phase=" + phase.wireName(), "migration.http.pricing.compare.sample-rate=0"));
		for (String property : properties) {
			all.removeIf((given) -> given.startsWith(property.substring(0, property.indexOf('=') + 1)));
			all.add(property);
		}
		CallingApplication started = CallingApplication.start(this.source.url() + "/api", all);
		this.applications.add(started);
		return started;
	}

	static Stream<Arguments> phases() {
		return Stream.of(MigrationPhase.values())
			.flatMap((phase) -> Stream.of(false, true).map((repeat) -> Arguments.of(phase, repeat)));
	}

	@ParameterizedTest
	@MethodSource("phases")
	void eachCallReachesWhomThePhaseNames(MigrationPhase phase, boolean repeat) {
		CallingApplication application = application(phase,
				"migration.http.pricing.writes=" + (repeat ? "repeat" : "route"));
		for (CallingApplication.Client client : CallingApplication.Client.values()) {
			for (HttpMethod method : List.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.POST, HttpMethod.PUT,
					HttpMethod.DELETE)) {
				checkWhoIsCalled(application, client, method, phase, repeat);
			}
		}
	}

	private void checkWhoIsCalled(CallingApplication application, CallingApplication.Client client, HttpMethod method,
			MigrationPhase phase, boolean repeat) {
		String body = (method == HttpMethod.POST || method == HttpMethod.PUT) ? "body" : null;
		String answer = application.call(client, method, "/items/7?q=a%20b", body, Map.of());
		boolean repeated = repeat && (method == HttpMethod.PUT || method == HttpMethod.DELETE)
				&& (phase == MigrationPhase.DUAL_WRITE || phase == MigrationPhase.READ_NEW);
		boolean onTarget = phase == MigrationPhase.CUTOVER || (phase == MigrationPhase.READ_NEW && !repeated);
		List<Request> onSource = this.source.taken();
		List<Request> onNew = this.target.taken();
		assertThat(onSource).as("%s by %s on source", method, client).hasSize(onTarget ? 0 : 1);
		assertThat(onNew).as("%s by %s on target", method, client).hasSize((onTarget || repeated) ? 1 : 0);
		onSource.forEach((request) -> assertThat(request.path()).isEqualTo("/api/items/7?q=a%20b"));
		onNew.forEach((request) -> assertThat(request.path()).isEqualTo("/v2/items/7?q=a%20b"));
		Stream.concat(onSource.stream(), onNew.stream()).forEach((request) -> {
			assertThat(request.method()).isEqualTo(method.name());
			assertThat(request.body()).isEqualTo((body != null) ? body : "");
		});
		if (method != HttpMethod.HEAD) {
			assertThat(answer).contains("\"by\":\"%s\"".formatted(onTarget ? "target" : "source"));
		}
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void callsOfOthersAreLeftAlone(CallingApplication.Client client) {
		try (HttpService other = HttpService.named("other")) {
			CallingApplication application = application(MigrationPhase.CUTOVER);
			assertThat(application.get(client, other.url() + "/api/a")).contains("other");
			assertThat(application.get(client, this.source.url() + "/apis")).contains("source");
		}
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void credentialsStayWithSourceUnlessTheyAreToldToFollow(CallingApplication.Client client) {
		Map<String, String> headers = Map.of("Authorization", "Bearer token", "Cookie", "session=1", "X-Trace", "7");
		application(MigrationPhase.CUTOVER).call(client, HttpMethod.GET, "/a", null, headers);
		application(MigrationPhase.CUTOVER, "migration.http.pricing.forward-credentials=true").call(client,
				HttpMethod.GET, "/a", null, headers);
		application(MigrationPhase.SHADOW).call(client, HttpMethod.GET, "/a", null, headers);
		assertThat(this.target.taken())
			.extracting((request) -> request.header("Authorization"), (request) -> request.header("Cookie"),
					(request) -> request.header("X-Trace"))
			.containsExactly(tuple("null", "null", "7"), tuple("Bearer token", "session=1", "7"));
		assertThat(this.source.taken()).singleElement()
			.extracting((request) -> request.header("Authorization"))
			.isEqualTo("Bearer token");
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void equalKeysStickToASideAndTheShareIsKept(CallingApplication.Client client) {
		CallingApplication application = application(MigrationPhase.READ_NEW, "migration.http.pricing.read-share=30",
				"migration.http.pricing.sticky-by=X-User");
		int onTarget = 0;
		for (int user = 0; user < 100; user++) {
			Map<String, String> headers = Map.of("X-User", "user" + user);
			String first = application.call(client, HttpMethod.GET, "/a", null, headers);
			assertThat(application.call(client, HttpMethod.GET, "/a", null, headers)).isEqualTo(first);
			onTarget += first.contains("target") ? 1 : 0;
		}
		assertThat(onTarget).isBetween(10, 60);
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void rulesPinCallsToASideInReadNew(CallingApplication.Client client) {
		CallingApplication application = application(MigrationPhase.READ_NEW, "migration.http.pricing.read-share=0",
				"migration.http.pricing.rules[0].path=/items/**", "migration.http.pricing.rules[0].method=get",
				"migration.http.pricing.rules[0].headers.X-Beta=yes", "migration.http.pricing.rules[0].side=target");
		Map<String, String> beta = Map.of("X-Beta", "yes");
		assertThat(application.call(client, HttpMethod.GET, "/items/1", null, beta)).contains("target");
		assertThat(application.call(client, HttpMethod.GET, "/items/1", null, Map.of())).contains("source");
		assertThat(application.call(client, HttpMethod.GET, "/others/1", null, beta)).contains("source");
		assertThat(application.call(client, HttpMethod.DELETE, "/items/1", null, beta)).contains("source");
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void aMismatchIsFoundAndEqualAnswersMatch(CallingApplication.Client client) {
		CallingApplication application = application(MigrationPhase.SHADOW,
				"migration.http.pricing.compare.sample-rate=1");
		RoutedMigration migration = application.migration();
		assertThat(application.call(client, HttpMethod.GET, "/a", null, Map.of())).contains("source");
		await().until(() -> !migration.comparisons().divergences().isEmpty());
		assertThat(migration.comparisons().divergences()).singleElement().satisfies((divergence) -> {
			assertThat(divergence.key()).isEqualTo("GET /a");
			assertThat(divergence.difference()).contains("body /by", "body /path").doesNotContain("target");
		});
		this.target.behave((request) -> Reply.json("{ \"price\": 1.0 }"));
		this.source.behave((request) -> Reply.json("{\"price\":1}"));
		application.call(client, HttpMethod.GET, "/a", null, Map.of());
		await().until(() -> migration.comparisons().total(Result.MATCH) == 1);
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void unsafeCallsAreNeverRepeatedInTheBackground(CallingApplication.Client client) {
		CallingApplication application = application(MigrationPhase.SHADOW,
				"migration.http.pricing.compare.sample-rate=1");
		for (HttpMethod method : List.of(HttpMethod.POST, HttpMethod.PUT, HttpMethod.DELETE)) {
			application.call(client, method, "/a", (method != HttpMethod.DELETE) ? "body" : null, Map.of());
		}
		application.call(client, HttpMethod.GET, "/last", null, Map.of());
		await().until(() -> this.target.count() > 0);
		assertThat(this.target.taken()).allMatch((request) -> request.path().equals("/v2/last"));
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void aTargetThatHangsInShadowTouchesNobodyAndIsShed(CallingApplication.Client client) {
		this.target.hang();
		CallingApplication application = application(MigrationPhase.SHADOW,
				"migration.http.pricing.compare.sample-rate=1", "migration.http.pricing.compare.max-parallel=2",
				"migration.http.pricing.compare.max-waiting=3", "migration.http.pricing.compare.timeout=60s");
		IntStream.range(0, 20)
			.forEach((i) -> assertThat(application.call(client, HttpMethod.GET, "/a", null, Map.of()))
				.contains("source"));
		await().until(() -> application.migration().shed() == 15);
		assertThat(this.target.count()).isLessThanOrEqualTo(2);
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void aTargetThatIsDownInShadowTouchesNobodyAndOpensTheCircuit(CallingApplication.Client client) {
		CallingApplication application = application(MigrationPhase.SHADOW,
				"migration.http.pricing.compare.sample-rate=1");
		this.target.close();
		await().until(() -> {
			assertThat(application.call(client, HttpMethod.GET, "/a", null, Map.of())).contains("source");
			return application.migration().circuitOpen();
		});
		assertThat(application.call(client, HttpMethod.GET, "/a", null, Map.of())).contains("source");
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void aRepetitionThatFailsIsSourcesAnswerOrIsRaised(CallingApplication.Client client) {
		this.target.behave((request) -> Reply.status(500));
		String[] repeat = { "migration.http.pricing.writes=repeat", "migration.http.pricing.on-failure=raise" };
		assertThat(application(MigrationPhase.DUAL_WRITE, repeat[0]).call(client, HttpMethod.PUT, "/a", "b", Map.of()))
			.contains("source");
		assertThat(this.applications.get(0).migration().comparisons().divergences()).singleElement()
			.satisfies((missed) -> {
				assertThat(missed.key()).isEqualTo("PUT /a");
				assertThat(missed.difference()).contains("not on target", "500");
			});
		assertThat(this.applications.get(0).migration().control().advance("operator", null, false))
			.isInstanceOf(StepOutcome.Refused.class);
		CallingApplication raising = application(MigrationPhase.DUAL_WRITE, repeat);
		assertThatThrownBy(() -> raising.call(client, HttpMethod.PUT, "/a", "b", Map.of()))
			.isInstanceOf(WriteNotMirroredException.class)
			.hasStackTraceContaining("the write is done on source");
		assertThat(this.source.taken()).hasSize(2);
		assertThat(this.target.taken()).hasSize(2);
	}

	@Test
	void aBodyThatCanBeReadOnceIsMissedOnTarget() throws IOException {
		CallingApplication application = application(MigrationPhase.DUAL_WRITE, "migration.http.pricing.writes=repeat");
		RestClient client = application.context().getBean(RestClient.class);
		client.put()
			.uri(this.source.url() + "/api/a")
			.body((out) -> out.write("once".getBytes(StandardCharsets.UTF_8)))
			.retrieve()
			.toBodilessEntity();
		assertThat(this.source.taken()).singleElement().extracting(Request::body).isEqualTo("once");
		assertThat(this.target.taken()).isEmpty();
		assertThat(application.migration().comparisons().divergences()).singleElement()
			.satisfies((missed) -> assertThat(missed.difference()).contains("only once"));
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void whatSourceRefusesIsNotRepeated(CallingApplication.Client client) {
		this.source.behave((request) -> Reply.status(409));
		CallingApplication application = application(MigrationPhase.DUAL_WRITE, "migration.http.pricing.writes=repeat");
		assertThatThrownBy(() -> application.call(client, HttpMethod.PUT, "/a", "b", Map.of()))
			.hasMessageContaining("409");
		assertThat(this.target.taken()).isEmpty();
	}

	@ParameterizedTest
	@EnumSource(CallingApplication.Client.class)
	void aPostIsRepeatedWithAnIdempotencyKeyAlone(CallingApplication.Client client) {
		CallingApplication application = application(MigrationPhase.DUAL_WRITE, "migration.http.pricing.writes=repeat",
				"migration.http.pricing.repeat-methods=POST");
		application.call(client, HttpMethod.POST, "/a", "one", Map.of());
		application.call(client, HttpMethod.POST, "/a", "two", Map.of("Idempotency-Key", "7"));
		assertThat(this.source.taken()).extracting(Request::body).containsExactly("one", "two");
		assertThat(this.target.taken()).extracting(Request::body).containsExactly("two");
	}

	@ParameterizedTest
	@EnumSource
	void anInterfaceOfAServiceIsRouted(MigrationPhase phase) {
		CallingApplication application = application(phase,
				"spring.http.serviceclient.pricing.base-url=" + this.source.url() + "/api");
		boolean onTarget = phase.ordinal() >= MigrationPhase.READ_NEW.ordinal();
		assertThat(application.item("7 8")).contains(onTarget ? "target" : "source")
			.contains(onTarget ? "/v2/items/7%208" : "/api/items/7%208");
	}

	@ParameterizedTest
	@EnumSource(names = { "REST_CLIENT", "HAND_MADE_REST_TEMPLATE", "WEB_CLIENT" })
	void aSideThatIsDownIsTheCallersProblemWhereItAnswers(CallingApplication.Client client) {
		CallingApplication application = application(MigrationPhase.READ_NEW);
		this.target.close();
		assertThatThrownBy(() -> application.call(client, HttpMethod.GET, "/a", null, Map.of()))
			.hasRootCauseInstanceOf(IOException.class);
		assertThat(this.source.taken()).isEmpty();
	}

	@Test
	void anOperatorWalksThereAndBack() {
		CallingApplication application = application(MigrationPhase.OFF,
				"migration.http.pricing.gates.max-mismatch-rate=off");
		RoutedMigration migration = application.migration();
		for (String by : List.of("source", "source", "source", "target", "target")) {
			for (CallingApplication.Client client : CallingApplication.Client.values()) {
				assertThat(application.call(client, HttpMethod.GET, "/a", null, Map.of())).contains(by);
			}
			migration.control().advance("operator", null, false);
		}
		assertThat(application.context().getBean(Migration.class).phase()).isEqualTo(MigrationPhase.CUTOVER);
		migration.control().walkTo(MigrationPhase.OFF, "operator", null, false);
		await().until(() -> migration.control().phase() == MigrationPhase.OFF);
		assertThat(application.call(CallingApplication.Client.REST_CLIENT, HttpMethod.GET, "/a", null, Map.of()))
			.contains("source");
	}

}
