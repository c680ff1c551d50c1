package io.migration.unleash;

import io.getunleash.event.ClientFeaturesResponse;
import io.getunleash.util.UnleashConfig;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class PollingFetcherTests {

	private static final String FLAGS = StubUnleash.features(StubUnleash.flag("a", StubUnleash.variant("shadow")));

	private final StubUnleash server = new StubUnleash();

	private final PollingFetcher fetcher = new PollingFetcher(
			UnleashConfig.builder().appName("fetcher").unleashAPI(this.server.url()).build());

	@AfterEach
	void stop() {
		this.server.close();
	}

	@Test
	void anAnswerIsNotSentTwice() {
		this.server.serve(200, FLAGS);
		assertThat(this.fetcher.fetchFeatures().getClientFeatures()).contains(FLAGS);
		assertThat(this.fetcher.fetchFeatures().getStatus()).isEqualTo(ClientFeaturesResponse.Status.NOT_CHANGED);
		assertThat(this.fetcher.fetchFeatures().getStatus()).isEqualTo(ClientFeaturesResponse.Status.NOT_CHANGED);
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "<html>Welcome to the hotel</html>", "", "[]", "null", "{\"features\": []}", "{\"version\": 2}",
					"{\"version\": 2, \"features\": 17}", "{\"version\": 2, \"features\": [{\"enabled\": true}]}",
					"{\"version\": 2, \"features\": [{\"name\": \"a\", \"enabled\": \"yes\"}]}" })
	void whatIsNotFlagsIsAFailure(String garbage) {
		this.server.serve(200, garbage);
		assertFailure("not a set of flags");
	}

	@Test
	void noFlagsAreFlags() {
		this.server.serve(200, StubUnleash.features());
		assertThat(this.fetcher.fetchFeatures().getStatus()).isEqualTo(ClientFeaturesResponse.Status.CHANGED);
	}

	@Test
	void anAnswerThatBrokeOffIsAskedForAgainInWhole() {
		this.server.serveHalf(StubUnleash.flag("a", StubUnleash.variant("shadow")));
		assertFailure("not all of one");
		// the same answer, with the same ETag
		this.server.serve(StubUnleash.flag("a", StubUnleash.variant("shadow")));
		assertThat(this.fetcher.fetchFeatures().getClientFeatures()).contains(FLAGS);
	}

	@ParameterizedTest
	@ValueSource(ints = { 400, 401, 403, 404, 500, 503 })
	void anErrorStatusIsAFailureAndSoSkipsNoPolls(int status) {
		this.server.serve(status, FLAGS);
		assertFailure(String.valueOf(status));
	}

	@Test
	void aServerThatHasTooMuchToDoIsLeftToTheClientWhichSkipsPolls() {
		this.server.serve(429, "{}");
		ClientFeaturesResponse response = this.fetcher.fetchFeatures();
		assertThat(response.getStatus()).isEqualTo(ClientFeaturesResponse.Status.UNAVAILABLE);
		assertThat(response.getHttpStatusCode()).isEqualTo(429);
	}

	@Test
	void aServerThatIsDownIsAFailure() {
		this.server.close();
		assertFailure("Connection refused");
	}

	private void assertFailure(String message) {
		assertThatExceptionOfType(UnavailableException.class).isThrownBy(this.fetcher::fetchFeatures)
			.withMessageContaining(message);
	}

}
