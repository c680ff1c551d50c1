package io.migration.autoconfigure;

import io.migration.actuate.MigrationsEndpoint;
import io.migration.actuate.MigrationsEndpointWebExtension;
import io.migration.actuate.MigrationsOperationAdvisor;
import io.migration.mirror.ManagedMigration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.autoconfigure.endpoint.expose.EndpointExposure;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Role;

/**
 * Auto-configuration for the Actuator endpoint of migrations. It exists without
 * migrations too.
 */
@AutoConfiguration(
		beforeName = "org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration")
@ConditionalOnClass({ Endpoint.class, ConditionalOnAvailableEndpoint.class })
@ConditionalOnBooleanProperty(name = "migration.enabled", matchIfMissing = true)
@ConditionalOnAvailableEndpoint(MigrationsEndpoint.class)
@EnableConfigurationProperties(MigrationsEndpointProperties.class)
public final class MigrationActuatorAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	MigrationsEndpoint migrationsEndpoint(ObjectProvider<ManagedMigration> migrations,
			MigrationsEndpointProperties properties) {
		return new MigrationsEndpoint(migrations, properties.getShowValues());
	}

	@Bean
	@ConditionalOnMissingBean
	@ConditionalOnBean(MigrationsEndpoint.class)
	@ConditionalOnAvailableEndpoint(exposure = EndpointExposure.WEB)
	MigrationsEndpointWebExtension migrationsEndpointWebExtension(MigrationsEndpoint migrationsEndpoint,
			MigrationsEndpointProperties properties) {
		return new MigrationsEndpointWebExtension(migrationsEndpoint, properties.getShowValues(),
				properties.getRoles());
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	@ConditionalOnMissingBean
	@ConditionalOnBean(MigrationsEndpointWebExtension.class)
	static MigrationsOperationAdvisor migrationsOperationAdvisor() {
		return new MigrationsOperationAdvisor();
	}

}
