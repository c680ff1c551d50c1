package io.migration.unleash;

import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class UnleashClientSettingsTests {

	private static final String URL = "http://unleash:4242/api";

	@ParameterizedTest
	@ValueSource(
			strings = { "http://unleash:4242/api", "https://unleash.example.com/hosted/api/", " http://[::1]/api// " })
	void anAddressMayEndInSlashes(String url) {
		assertThat(settings(url, null, "development").url()).isEqualTo(url.strip().replaceAll("/+$", ""));
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "unleash", "unleash:4242/api", "ftp://unleash/api", "http:///api",
			"http://un leash/api", "http://unleash/api?x=1", "http://unleash/api#x", "http://user:secret@unleash/api" })
	void anAddressThatIsNoneIsRefusedWithoutRepeatingIt(String url) {
		assertThatIllegalArgumentException().isThrownBy(() -> settings(url, null, "development"))
			.withMessageStartingWith("migration.unleash.url ")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secret"))
			.withNoCause();
	}

	@ParameterizedTest
	@CsvSource({ "PT0S", "PT-1S" })
	void aPollIntervalIsPositive(Duration interval) {
		assertThatIllegalArgumentException().isThrownBy(() -> settings(interval))
			.withMessageContaining("migration.unleash.poll-interval");
	}

	@ParameterizedTest
	@CsvSource({ "PT0.001S,1", "PT0.5S,1", "PT1S,1", "PT1.001S,2", "PT15S,15" })
	void aPollIntervalIsRoundedUpToSeconds(Duration interval, long seconds) {
		assertThat(settings(interval).pollSeconds()).isEqualTo(seconds);
	}

	@Test
	void tokensDoNotShow() {
		UnleashClientSettings settings = new UnleashClientSettings(URL, "default:development.secret", "development",
				Duration.ofSeconds(1), "*:*.secret", "default", "app", "app-1");
		assertThat(settings).asString().doesNotContain("secret").contains(URL, "development", "default");
	}

	@Test
	void aTokenFromAFileWithANewlineIsAToken() {
		assertThat(settings(URL, "default:development.secret\n", "development").apiToken())
			.isEqualTo("default:development.secret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "sec\nret", "sec ret", "secr\u00e9t" })
	void aTokenThatCannotBeOneIsRefusedWithoutRepeatingIt(String token) {
		assertThatIllegalArgumentException().isThrownBy(() -> settings(URL, token, "development"))
			.withMessageStartingWith("migration.unleash.api-token ")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("sec"));
	}

	@Test
	void aBlankTokenIsNone() {
		assertThat(settings(URL, " ", "development").apiToken()).isNull();
	}

	@ParameterizedTest
	@CsvSource({ "default:production.secret, development", "*:production.secret, development",
			"[]:development2.secret, development" })
	void aTokenForAnotherEnvironmentIsRefused(String token, String environment) {
		assertThatIllegalArgumentException().isThrownBy(() -> settings(URL, token, environment))
			.withMessageContaining("migration.unleash.environment is 'development'")
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain("secret"));
	}

	@ParameterizedTest
	@CsvSource({ "default:development.secret, development", "default:eu.live.secret, eu.live", "secret, development",
			"secret.with.dots, development", "user:secret, development" })
	void aTokenForTheEnvironmentOrWithoutOneIsAccepted(String token, String environment) {
		assertThat(settings(URL, token, environment).apiToken()).isEqualTo(token);
	}

	@Test
	void applicationsEnvironmentsAndServersDoNotShareABackupFile() {
		assertThat(settings(URL, null, "a").backupFile()).isEqualTo(settings(URL, null, "a").backupFile())
			.isNotEqualTo(settings(URL, null, "b").backupFile())
			.isNotEqualTo(settings(URL + "2", null, "a").backupFile());
		assertThat(settings(URL, null, "../../a/b").backupFile().getParent())
			.isEqualTo(settings(URL, null, "a").backupFile().getParent());
	}

	private static UnleashClientSettings settings(Duration pollInterval) {
		return new UnleashClientSettings(URL, null, "development", pollInterval, null, "default", "app", "app-1");
	}

	private static UnleashClientSettings settings(String url, @Nullable String apiToken, String environment) {
		return new UnleashClientSettings(url, apiToken, environment, Duration.ofSeconds(1), null, "default", "app",
				"app-1");
	}

}
