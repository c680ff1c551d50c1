package io.migration.autoconfigure;

import io.migration.mirror.RoutedMigration;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.env.Environment;

/**
 * Registers migrations of gRPC services.
 */
final class GrpcMigrationRegistrar extends RoutedMigrationRegistrar<GrpcMigrationProperties> {

	GrpcMigrationRegistrar(Environment environment, BeanFactory beanFactory, ClassLoader classLoader) {
		super("grpc", MigrationProperties::getGrpc, GrpcMigrationProperties::new, environment, beanFactory,
				classLoader);
	}

	/**
	 * Create a migration, unless nothing could come of it: its channel may be created
	 * much later, or never.
	 */
	@Override
	RoutedMigration migration(BeanFactory beanFactory, String name) {
		beanFactory.getBean(GrpcMigrationPostProcessor.class).check();
		return super.migration(beanFactory, name);
	}

}
