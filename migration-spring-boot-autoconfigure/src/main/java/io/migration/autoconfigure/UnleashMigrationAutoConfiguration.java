package io.migration.autoconfigure;

import java.util.UUID;

import io.getunleash.Unleash;
import io.migration.phase.PhaseFlags;
import io.migration.unleash.UnleashClientSettings;
import io.migration.unleash.UnleashConnection;
import io.migration.unleash.UnleashPhaseFlags;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Auto-configuration for phases from Unleash: with the application's own {@link Unleash}
 * bean, else with a client of ours when {@code migration.unleash.url} is set. Without
 * migrations there is nothing to ask for.
 */
@AutoConfiguration
@ConditionalOnClass(Unleash.class)
@ConditionalOnBooleanProperty(name = "migration.enabled", matchIfMissing = true)
@ConditionalOnMigration
@EnableConfigurationProperties(UnleashMigrationProperties.class)
public final class UnleashMigrationAutoConfiguration {

	@Bean(destroyMethod = "close")
	@ConditionalOnBean(Unleash.class)
	@ConditionalOnMissingBean(PhaseFlags.class)
	UnleashPhaseFlags migrationPhaseFlags(Unleash unleash, ObjectProvider<UnleashConnection> connection,
			UnleashMigrationProperties properties, Environment environment) {
		UnleashConnection own = connection.getIfAvailable();
		return (own != null) ? UnleashPhaseFlags.of(own)
				: UnleashPhaseFlags.of(unleash, settingsIfAny(properties, environment));
	}

	private static @Nullable UnleashClientSettings settingsIfAny(UnleashMigrationProperties properties,
			Environment environment) {
		if (properties.getUrl() != null) {
			return settings(properties.getUrl(), properties, environment);
		}
		if (StringUtils.hasText(properties.getAdmin().getToken())) {
			throw new InvalidMigrationException(
					"migration.unleash.admin.token is set and migration.unleash.url is not."
							+ " The address of an application's own Unleash client is not known.",
					"Set migration.unleash.url to the address of the Unleash API.");
		}
		return null;
	}

	private static UnleashClientSettings settings(String url, UnleashMigrationProperties properties,
			Environment environment) {
		String application = environment.getProperty("spring.application.name", "application");
		try {
			return new UnleashClientSettings(url, properties.getApiToken(), properties.getEnvironment(),
					properties.getPollInterval(), properties.getAdmin().getToken(), properties.getAdmin().getProject(),
					application, application + "-" + UUID.randomUUID());
		}
		catch (IllegalArgumentException ex) {
			throw new InvalidMigrationException(ex.getMessage() + ".",
					"Correct the property. Without migration.unleash.url Unleash is not used.");
		}
	}

	/**
	 * Our own client.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnProperty("migration.unleash.url")
	@ConditionalOnMissingBean(Unleash.class)
	static class ClientConfiguration {

		@Bean
		UnleashConnection migrationUnleashConnection(UnleashMigrationProperties properties, Environment environment) {
			return UnleashConnection.open(settings(String.valueOf(properties.getUrl()), properties, environment));
		}

		// closed with its connection
		@Bean(destroyMethod = "")
		Unleash migrationUnleash(UnleashConnection connection) {
			return connection.client();
		}

	}

}
