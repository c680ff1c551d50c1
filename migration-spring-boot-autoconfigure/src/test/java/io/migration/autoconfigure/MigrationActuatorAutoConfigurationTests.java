package io.migration.autoconfigure;

import io.migration.actuate.MigrationsEndpoint;
import io.migration.actuate.MigrationsEndpointWebExtension;
import io.migration.actuate.MigrationsOperationAdvisor;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.web.WebEndpointsSupplier;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

class MigrationActuatorAutoConfigurationTests {

	private final WebApplicationContextRunner runner = new WebApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MigrationActuatorAutoConfiguration.class,
				EndpointAutoConfiguration.class, WebEndpointAutoConfiguration.class));

	private final WebApplicationContextRunner exposed = this.runner
		.withPropertyValues("management.endpoints.web.exposure.include=migrations");

	@Test
	void theEndpointExistsWhenItIsExposed() {
		this.exposed.run((context) -> assertThat(context).hasSingleBean(MigrationsEndpoint.class)
			.hasSingleBean(MigrationsEndpointWebExtension.class)
			.hasSingleBean(MigrationsOperationAdvisor.class));
	}

	@Test
	void byDefaultItIsNotExposed() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(MigrationsEndpoint.class)
			.doesNotHaveBean(MigrationsEndpointWebExtension.class)
			.doesNotHaveBean(MigrationsOperationAdvisor.class));
	}

	@Test
	void overJmxItOnlyReads() {
		this.runner
			.withPropertyValues("spring.jmx.enabled=true", "management.endpoints.jmx.exposure.include=migrations")
			.run((context) -> assertThat(context).hasSingleBean(MigrationsEndpoint.class)
				.doesNotHaveBean(MigrationsEndpointWebExtension.class)
				.doesNotHaveBean(MigrationsOperationAdvisor.class));
	}

	@Test
	void accessIsReadOnlyUnlessSaidOtherwise() {
		this.exposed.run((context) -> assertThat(operations(context.getBean(WebEndpointsSupplier.class))).isEqualTo(3));
		this.exposed.withPropertyValues("management.endpoint.migrations.access=UNRESTRICTED")
			.run((context) -> assertThat(operations(context.getBean(WebEndpointsSupplier.class))).isEqualTo(4));
		this.exposed.withPropertyValues("management.endpoint.migrations.access=NONE")
			.run((context) -> assertThat(context).doesNotHaveBean(MigrationsEndpoint.class));
	}

	private static int operations(WebEndpointsSupplier endpoints) {
		return endpoints.getEndpoints().iterator().next().getOperations().size();
	}

	@Test
	void withMigrationsDisabledThereIsNothing() {
		this.exposed.withPropertyValues("migration.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(MigrationsEndpoint.class)
				.doesNotHaveBean(MigrationsEndpointProperties.class)
				.doesNotHaveBean(MigrationsOperationAdvisor.class));
	}

	@Test
	void withoutActuatorThereIsNothing() {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(MigrationActuatorAutoConfiguration.class))
			.withClassLoader(new FilteredClassLoader(Endpoint.class))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MigrationsEndpoint.class));
	}

}
