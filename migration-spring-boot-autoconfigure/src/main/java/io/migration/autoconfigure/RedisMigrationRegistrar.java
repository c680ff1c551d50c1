package io.migration.autoconfigure;

import io.migration.redis.RedisMigration;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.env.Environment;

/**
 * Registers Redis migrations.
 */
final class RedisMigrationRegistrar extends MigrationRegistrar<RedisMigration> {

	RedisMigrationRegistrar(Environment environment, BeanFactory beanFactory, ClassLoader classLoader) {
		super("redis", RedisMigration.class, environment, beanFactory, classLoader);
	}

	@Override
	RedisMigration migration(BeanFactory beanFactory, String name) {
		return beanFactory.getBean(RedisMigrationPostProcessor.class).migration(name);
	}

}
