package io.migration.autoconfigure;

import io.migration.actuate.MigrationHealthGroupsPostProcessor;
import io.migration.actuate.MigrationsHealthContributor;
import io.migration.mirror.ManagedMigration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Auto-configuration for the health of migrations. Without migrations it contributes
 * nothing.
 */
@AutoConfiguration(beforeName = {
		"org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration",
		"org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration" })
@ConditionalOnClass({ HealthContributor.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBooleanProperty(name = "migration.enabled", matchIfMissing = true)
@ConditionalOnEnabledHealthIndicator("migrations")
public final class MigrationHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = "migrationsHealthIndicator")
	MigrationsHealthContributor migrationsHealthContributor(ObjectProvider<ManagedMigration> migrations) {
		return new MigrationsHealthContributor(migrations);
	}

	/**
	 * How a warning shows in what contains it.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(name = "org.springframework.boot.actuate.endpoint.annotation.Endpoint")
	static class GroupsConfiguration {

		@Bean
		@ConditionalOnMissingBean
		MigrationHealthGroupsPostProcessor migrationHealthGroupsPostProcessor(
				ObjectProvider<ManagedMigration> migrations) {
			return new MigrationHealthGroupsPostProcessor(migrations);
		}

	}

}
