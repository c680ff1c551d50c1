package io.migration.autoconfigure;

import io.migration.jdbc.JdbcMigration;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.env.Environment;

/**
 * Registers migrations of databases.
 */
final class DataSourceMigrationRegistrar extends MigrationRegistrar<JdbcMigration> {

	DataSourceMigrationRegistrar(Environment environment, BeanFactory beanFactory, ClassLoader classLoader) {
		super(DataSourceMigrationPostProcessor.KIND, JdbcMigration.class, environment, beanFactory, classLoader);
	}

	@Override
	JdbcMigration migration(BeanFactory beanFactory, String name) {
		return beanFactory.getBean(DataSourceMigrationPostProcessor.class).migration(name);
	}

}
