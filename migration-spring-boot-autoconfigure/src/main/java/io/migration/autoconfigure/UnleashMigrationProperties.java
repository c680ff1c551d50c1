package io.migration.autoconfigure;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Where the flags are that say which phase of a migration is desired.
 */
@ConfigurationProperties("migration.unleash")
public class UnleashMigrationProperties {

	/**
	 * Address of the Unleash API, such as http://unleash:4242/api. A client for it is
	 * created unless the application has an Unleash bean of its own.
	 */
	private @Nullable String url;

	/**
	 * Token of an Unleash backend client. It decides which environment and which projects
	 * the flags are read from. The application's own Unleash bean does not need it.
	 */
	private @Nullable String apiToken;

	/**
	 * Unleash environment in which flags are set, and which operators are told to look
	 * at. Has to be the one of the API token.
	 */
	private String environment = "development";

	/**
	 * How often the flags are fetched, in whole seconds. A change of phase is seen about
	 * as late. The application's own Unleash bean has its own interval.
	 */
	private Duration pollInterval = Duration.ofSeconds(1);

	/**
	 * Access to the Admin API of Unleash, by which the Actuator can set the phase for the
	 * whole fleet. Needs the URL too.
	 */
	private final Admin admin = new Admin();

	public @Nullable String getUrl() {
		return this.url;
	}

	public void setUrl(@Nullable String url) {
		this.url = url;
	}

	public @Nullable String getApiToken() {
		return this.apiToken;
	}

	public void setApiToken(@Nullable String apiToken) {
		this.apiToken = apiToken;
	}

	public String getEnvironment() {
		return this.environment;
	}

	public void setEnvironment(String environment) {
		this.environment = environment;
	}

	public Duration getPollInterval() {
		return this.pollInterval;
	}

	public void setPollInterval(Duration pollInterval) {
		this.pollInterval = pollInterval;
	}

	public Admin getAdmin() {
		return this.admin;
	}

	/**
	 * Access to the Admin API.
	 */
	public static class Admin {

		/**
		 * Token for the Admin API of Unleash. Without it the Actuator does not set
		 * phases, but says which flag to set.
		 */
		private @Nullable String token;

		/**
		 * Unleash project in which the flags are.
		 */
		private String project = "default";

		public @Nullable String getToken() {
			return this.token;
		}

		public void setToken(@Nullable String token) {
			this.token = token;
		}

		public String getProject() {
			return this.project;
		}

		public void setProject(String project) {
			this.project = project;
		}

	}

}
