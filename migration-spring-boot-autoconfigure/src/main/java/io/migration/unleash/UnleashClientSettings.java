package io.migration.unleash;

import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * How to reach an Unleash server. What is wrong in it is refused by the constructor with
 * an {@link IllegalArgumentException} that names the property.
 *
 * @param url address of the Unleash API, ends in {@code /api}; without user, query and
 * fragment
 * @param apiToken token of a backend client, {@code null} when something in front of the
 * server authenticates
 * @param environment the Unleash environment; if the API token names one, the same
 * @param pollInterval how often flags are fetched; in whole seconds, rounded up
 * @param adminToken token for the Admin API, {@code null} when phases are not to be
 * written from here
 * @param project the Unleash project of the flags
 * @param appName name of the application, as Unleash is told
 * @param instanceId name of this instance, as Unleash is told
 */
public record UnleashClientSettings(String url, @Nullable String apiToken, String environment, Duration pollInterval,
		@Nullable String adminToken, String project, String appName, String instanceId) {

	private static final Pattern TOKEN = Pattern.compile("[\\x21-\\x7e]+");

	private static final Pattern CONTROL_CHARACTERS = Pattern.compile("\\p{Cntrl}");

	/**
	 * Create settings.
	 */
	public UnleashClientSettings {
		url = checkedUrl(url);
		apiToken = checkedToken("migration.unleash.api-token", apiToken);
		adminToken = checkedToken("migration.unleash.admin.token", adminToken);
		environment = checkedName("migration.unleash.environment", environment);
		project = checkedName("migration.unleash.admin.project", project);
		appName = checkedName("spring.application.name", appName);
		if (pollInterval.isNegative() || pollInterval.isZero()) {
			throw new IllegalArgumentException(
					"migration.unleash.poll-interval must be positive, but is " + pollInterval);
		}
		checkEnvironment(environment, apiToken);
	}

	long pollSeconds() {
		return this.pollInterval.plusNanos(999_999_999).toSeconds();
	}

	/**
	 * Return the file in which the client keeps what it fetched last; not shared with
	 * other applications, environments and servers.
	 * @return the file, in the directory for temporary files
	 */
	Path backupFile() {
		String name = (this.appName + "-" + this.environment).replaceAll("[^A-Za-z0-9.-]", "_");
		int rest = Objects.hash(this.url, this.appName, this.environment);
		return Path.of(System.getProperty("java.io.tmpdir"), "migration-unleash-%s-%08x.json".formatted(name, rest));
	}

	/**
	 * Describe the settings without the tokens.
	 */
	@Override
	public String toString() {
		return "Unleash at %s, project '%s', environment '%s'".formatted(this.url, this.project, this.environment);
	}

	private static String checkedUrl(String url) {
		String text = url.strip().replaceAll("/+$", "");
		try {
			URI uri = new URI(text);
			boolean http = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
			if (http && uri.getHost() != null && uri.getUserInfo() == null && uri.getQuery() == null
					&& uri.getFragment() == null) {
				return text;
			}
		}
		catch (URISyntaxException ex) {
			// same answer; the exception would repeat a password
		}
		throw new IllegalArgumentException("migration.unleash.url must be the http or https address of the Unleash API"
				+ " without user, query and fragment, like http://unleash:4242/api");
	}

	/**
	 * A token goes into a header. Whatever cannot be in one would come back in the text
	 * of an exception.
	 */
	private static @Nullable String checkedToken(String property, @Nullable String token) {
		if (token == null || token.isBlank()) {
			return null;
		}
		String stripped = token.strip();
		if (!TOKEN.matcher(stripped).matches()) {
			throw new IllegalArgumentException(property + " contains characters that no Unleash token has");
		}
		return stripped;
	}

	private static String checkedName(String property, String name) {
		String stripped = name.strip();
		if (stripped.isEmpty() || CONTROL_CHARACTERS.matcher(stripped).find()) {
			throw new IllegalArgumentException(property + " must be a name, but is '"
					+ CONTROL_CHARACTERS.matcher(stripped).replaceAll("?") + "'");
		}
		return stripped;
	}

	/**
	 * The token alone decides which environment is read, the setting which one is
	 * written: they must not be two.
	 */
	private static void checkEnvironment(String environment, @Nullable String apiToken) {
		if (apiToken == null) {
			return;
		}
		String scope = apiToken.substring(apiToken.indexOf(':') + 1);
		if (apiToken.indexOf(':') > 0 && scope.indexOf('.') > 0 && !scope.startsWith(environment + ".")) {
			throw new IllegalArgumentException(
					"migration.unleash.environment is '%s', but migration.unleash.api-token is a token for '%s'"
						.formatted(environment, scope.substring(0, scope.indexOf('.'))));
		}
	}

}
