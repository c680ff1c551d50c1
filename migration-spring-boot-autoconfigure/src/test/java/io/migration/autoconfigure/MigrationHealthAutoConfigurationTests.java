package io.migration.autoconfigure;

import io.migration.actuate.MigrationHealthGroupsPostProcessor;
import io.migration.actuate.MigrationsHealthContributor;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.health.actuate.endpoint.HealthEndpointGroups;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.health.contributor.HealthContributor;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.health.registry.HealthContributorRegistry;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class MigrationHealthAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("management.endpoints.jmx.exposure.include=health", "spring.jmx.enabled=true")
		.withConfiguration(AutoConfigurations.of(MigrationHealthAutoConfiguration.class,
				HealthContributorAutoConfiguration.class, HealthContributorRegistryAutoConfiguration.class,
				EndpointAutoConfiguration.class, HealthEndpointAutoConfiguration.class));

	@Test
	void theContributorIsNamedMigrations() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(MigrationsHealthContributor.class);
			assertThat(context.getBean(HealthContributorRegistry.class).getContributor("migrations"))
				.isSameAs(context.getBean(MigrationsHealthContributor.class));
		});
	}

	@Test
	void withoutMigrationsHealthIsWhatItWas() {
		this.runner.withBean("custom", HealthIndicator.class, () -> () -> Health.status("WARNING").build())
			.run((context) -> {
				assertThat(context.getBean(HealthEndpoint.class).health().getStatus()).isEqualTo(Status.UP);
				assertThat(context.getBean(HealthEndpointGroups.class)
					.getPrimary()
					.getStatusAggregator()
					.getAggregateStatus(Status.UP, MigrationsHealthContributor.WARNING)).isEqualTo(Status.UP);
			});
	}

	@Test
	void theIndicatorCanBeSwitchedOff() {
		this.runner.withPropertyValues("management.health.migrations.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(MigrationsHealthContributor.class)
				.doesNotHaveBean(MigrationHealthGroupsPostProcessor.class));
	}

	@Test
	void withMigrationsDisabledThereIsNothing() {
		this.runner.withPropertyValues("migration.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(MigrationsHealthContributor.class)
				.doesNotHaveBean(MigrationHealthGroupsPostProcessor.class));
	}

	@Test
	void withoutHealthThereIsNothing() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(MigrationHealthAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(HealthContributor.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean("migrationsHealthContributor"));
	}

	@Test
	void withoutActuatorThereIsNoGroupToTouch() {
		new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(MigrationHealthAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(Endpoint.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(MigrationsHealthContributor.class)
				.doesNotHaveBean(MigrationHealthGroupsPostProcessor.class));
	}

}
