package io.migration.unleash;

import java.time.Duration;

import com.github.tomakehurst.wiremock.WireMockServer;
import com.github.tomakehurst.wiremock.client.ResponseDefinitionBuilder;
import com.github.tomakehurst.wiremock.core.WireMockConfiguration;
import com.github.tomakehurst.wiremock.http.Fault;
import io.migration.MigrationPhase;
import io.migration.phase.PhaseFlags.FlagConflictException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static com.github.tomakehurst.wiremock.client.WireMock.aResponse;
import static com.github.tomakehurst.wiremock.client.WireMock.anyUrl;
import static com.github.tomakehurst.wiremock.client.WireMock.equalTo;
import static com.github.tomakehurst.wiremock.client.WireMock.equalToJson;
import static com.github.tomakehurst.wiremock.client.WireMock.get;
import static com.github.tomakehurst.wiremock.client.WireMock.patch;
import static com.github.tomakehurst.wiremock.client.WireMock.patchRequestedFor;
import static com.github.tomakehurst.wiremock.client.WireMock.urlEqualTo;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

class UnleashAdminTests {

	private static final String TOKEN = "*:*.secret";

	private static final String FLAG = "migration.a b";

	private static final String FLAG_URL = "/api/admin/projects/de%20fault/features/migration.a%20b";

	private static final String STRATEGY_URL = FLAG_URL + "/environments/development/strategies/S1";

	private static final String VARIANT = """
			{"name": "shadow", "weight": 1000, "weightType": "variable", "stickiness": "default", \
			"payload": {"type": "json", "value": "{\\"readShare\\":25}"}}""";

	private final WireMockServer server = new WireMockServer(WireMockConfiguration.options().dynamicPort());

	private UnleashAdmin admin;

	@BeforeEach
	void start() {
		this.server.start();
		this.admin = new UnleashAdmin(new UnleashClientSettings(this.server.baseUrl() + "/api", null, "development",
				Duration.ofSeconds(1), TOKEN, "de fault", "app", "app-1"), TOKEN);
		flag(environment("development", true, strategy("S1", false, VARIANT)));
		this.server.stubFor(patch(anyUrl()).willReturn(aResponse().withBody("{}")));
	}

	@AfterEach
	void stop() {
		this.server.stop();
	}

	@Test
	void theVariantIsRenamedUnderATestOfItsOldStateAndKeepsAllElse() {
		this.admin.write(FLAG, MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE);
		String renamed = VARIANT.replace("shadow", "dual-write");
		this.server.verify(1, patchRequestedFor(urlEqualTo(STRATEGY_URL)).withHeader("Authorization", equalTo(TOKEN))
			.withRequestBody(equalToJson("""
					[{"op": "test", "path": "/variants", "value": [%s]},
					{"op": "replace", "path": "/variants", "value": [%s]}]""".formatted(VARIANT, renamed))));
	}

	@Test
	void anotherEnvironmentAndStrategiesWithoutVariantsOrSwitchedOffAreLeftAlone() {
		flag(environment("production", false, strategy("P1", false, VARIANT)) + ","
				+ environment("development", true, strategy("S0", false, "") + "," + strategy("S9", true, VARIANT) + ","
						+ strategy("S1", false, VARIANT)));
		this.admin.write(FLAG, MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE);
		this.server.verify(1, patchRequestedFor(anyUrl()));
		this.server.verify(1, patchRequestedFor(urlEqualTo(STRATEGY_URL)));
	}

	@Test
	void whatTheFlagSaysAlreadyIsNotWritten() {
		this.admin.write(FLAG, MigrationPhase.SHADOW, MigrationPhase.SHADOW);
		assertNothingWritten();
	}

	@Test
	void aFlagThatSaysNoPhaseIsSetWhenNoneIsExpected() {
		flag(environment("development", true, strategy("S1", false, VARIANT.replace("shadow", "shaddow"))));
		this.admin.write(FLAG, null, MigrationPhase.SHADOW);
		this.server.verify(1, patchRequestedFor(urlEqualTo(STRATEGY_URL)));
	}

	@ParameterizedTest
	@CsvSource({ "DUAL_WRITE, READ_NEW, not 'dual-write' as expected",
			"DUAL_WRITE, SHADOW, not 'dual-write' as expected", ", DUAL_WRITE, not 'no phase' as expected" })
	void aFlagThatSaysSomethingElseIsAConflict(@Nullable MigrationPhase expected, MigrationPhase phase,
			String message) {
		assertThatExceptionOfType(FlagConflictException.class).isThrownBy(() -> this.admin.write(FLAG, expected, phase))
			.withMessageContaining("says 'shadow'")
			.withMessageContaining(message);
		assertNothingWritten();
	}

	@Test
	void aTestThatFailsOnTheServerIsAConflict() {
		this.server.stubFor(patch(anyUrl()).willReturn(aResponse().withStatus(500)
			.withBody("{\"name\": \"UnknownError\", \"message\": \"Test operation failed\\nname: TEST\"}")));
		assertThatExceptionOfType(FlagConflictException.class).isThrownBy(this::write)
			.withMessageContaining("at the same moment");
	}

	@Test
	void aFlagThatIsSwitchedOffIsNotWritten() {
		flag(environment("development", false, strategy("S1", false, VARIANT)));
		assertRefused("kill switch is on");
		assertNothingWritten();
	}

	@Test
	void anEnvironmentThatIsNotThereIsNamedWithThoseThatAre() {
		flag(environment("live", true, strategy("S1", false, VARIANT)));
		assertRefused("no environment 'development'", "[live]");
	}

	@Test
	void aFlagWithSeveralStrategiesOrVariantsOrNoneIsNotGuessedAt() {
		flag(environment("development", true, strategy("S1", false, VARIANT + "," + VARIANT)));
		assertRefused("one strategy with one variant", "1 with 2 variants");
		flag(environment("development", true, strategy("S1", false, VARIANT) + "," + strategy("S2", false, VARIANT)));
		assertRefused("one strategy with one variant", "2 with 2 variants");
		flag(environment("development", true, ""));
		assertRefused("one strategy with one variant", "0 with 0 variants");
		assertNothingWritten();
	}

	@ParameterizedTest
	@CsvSource({ "401, does not know the token in migration.unleash.admin.token",
			"403, 'migration.unleash.admin.token may not do that in project ''de fault'', environment ''development'''",
			"404, migration.unleash.admin.project", "302, status 302", "500, status 500" })
	void whenTheServerRefusesItsWordIsPassedOn(int status, String hint) {
		ResponseDefinitionBuilder refusal = aResponse().withStatus(status)
			.withHeader("Location", this.server.baseUrl() + "/elsewhere")
			.withBody("{\"message\": \"Sorry, %s.\"}".formatted(TOKEN));
		this.server.stubFor(patch(anyUrl()).willReturn(refusal));
		assertRefused("Sorry, <token>.", "status " + status, hint);
		this.server.stubFor(get(anyUrl()).willReturn(refusal));
		assertRefused("Sorry, <token>.", "status " + status, hint);
		assertThat(this.server.getAllServeEvents())
			.noneMatch((event) -> event.getRequest().getUrl().contains("elsewhere"));
	}

	@ParameterizedTest
	@ValueSource(strings = { "<html>", "", "[]", "17", "{}", "{\"environments\": [null]}",
			"{\"environments\": [{\"name\": \"development\", \"enabled\": true}]}",
			"{\"environments\": [{\"name\": \"development\", \"enabled\": true, \"strategies\": [{\"id\": \"S1\"}]}]}",
			"{\"environments\": [{\"name\": \"development\", \"enabled\": true, \"strategies\": [{\"id\": \"S1\", \"variants\": [17]}]}]}" })
	void anAnswerFromSomethingElseIsRefused(String body) {
		this.server.stubFor(get(anyUrl()).willReturn(aResponse().withBody(body)));
		assertRefused("check migration.unleash.url");
	}

	@Test
	void aServerThatIsDownIsSaidToBe() {
		this.server.stop();
		assertRefused("nothing was changed", "cannot be reached", "ConnectException");
	}

	@Test
	void aServerThatDoesNotAnswerIsGivenUpAndTheOutcomeIsUnknown() {
		this.server.stubFor(patch(anyUrl()).willReturn(aResponse().withFixedDelay(10_000)));
		assertRefused("whether it was changed is not known", "no answer within 3 s");
	}

	@Test
	void aServerThatDribblesIsGivenUp() {
		this.server.stubFor(
				get(anyUrl()).willReturn(aResponse().withBody(" ".repeat(1000)).withChunkedDribbleDelay(100, 20_000)));
		assertRefused("nothing was changed", "no answer within 3 s");
	}

	@Test
	void aConnectionThatBreaksWhileWritingLeavesTheOutcomeUnknown() {
		this.server.stubFor(patch(anyUrl()).willReturn(aResponse().withFault(Fault.CONNECTION_RESET_BY_PEER)));
		assertRefused("whether it was changed is not known");
	}

	@Test
	void whoIsInterruptedStaysInterrupted() {
		Thread.currentThread().interrupt();
		assertRefused("nothing was changed");
		assertThat(Thread.interrupted()).isTrue();
	}

	private void write() {
		this.admin.write(FLAG, MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE);
	}

	private void assertRefused(String... message) {
		assertThatIllegalStateException().isThrownBy(this::write)
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(FLAG).contains(message).doesNotContain("secret"));
	}

	private void assertNothingWritten() {
		this.server.verify(0, patchRequestedFor(anyUrl()));
	}

	private void flag(String environments) {
		this.server.stubFor(get(urlEqualTo(FLAG_URL)).willReturn(aResponse()
			.withBody("{\"name\": \"a\", \"archived\": false, \"environments\": [%s]}".formatted(environments))));
	}

	private static String environment(String name, boolean enabled, String strategies) {
		return "{\"name\": \"%s\", \"enabled\": %s, \"strategies\": [%s]}".formatted(name, enabled, strategies);
	}

	private static String strategy(String id, boolean disabled, String variants) {
		return "{\"id\": \"%s\", \"name\": \"flexibleRollout\", \"disabled\": %s, \"variants\": [%s]}".formatted(id,
				disabled, variants);
	}

}
