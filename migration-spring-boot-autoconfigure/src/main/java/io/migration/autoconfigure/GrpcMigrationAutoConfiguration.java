package io.migration.autoconfigure;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.grpc.stub.AbstractStub;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.grpc.client.GrpcChannelFactory;

/**
 * Auto-configuration for migrations of gRPC services: decorates the channels that are
 * named by {@code migration.grpc}.
 */
@AutoConfiguration(after = { MigrationAutoConfiguration.class, UnleashMigrationAutoConfiguration.class },
		afterName = { "org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration",
				"org.springframework.boot.grpc.client.autoconfigure.CompositeChannelFactoryAutoConfiguration" })
@ConditionalOnClass({ GrpcChannelFactory.class, AbstractStub.class, CircuitBreaker.class })
@ConditionalOnBooleanProperty(name = "migration.enabled", matchIfMissing = true)
@ConditionalOnMigration("grpc")
@Import({ GrpcMigrationRegistrar.class, RoutedMigrationConfiguration.class })
public final class GrpcMigrationAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static GrpcMigrationPostProcessor grpcMigrationPostProcessor(ConfigurableListableBeanFactory beanFactory) {
		return new GrpcMigrationPostProcessor(beanFactory);
	}

}
