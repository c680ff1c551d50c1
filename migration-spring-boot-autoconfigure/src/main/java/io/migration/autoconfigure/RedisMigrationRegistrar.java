package io.migration.autoconfigure;

import io.migration.Migration;
import io.migration.redis.RedisMigration;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Registers a {@link RedisMigration} and a {@link Migration} for each configured name.
 */
class RedisMigrationRegistrar implements ImportBeanDefinitionRegistrar {

	private final Environment environment;

	private final BeanFactory beanFactory;

	private final ClassLoader classLoader;

	RedisMigrationRegistrar(Environment environment, BeanFactory beanFactory, ClassLoader classLoader) {
		this.environment = environment;
		this.beanFactory = beanFactory;
		this.classLoader = classLoader;
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		ConfiguredMigrations.check(this.environment, this.classLoader);
		for (String name : ConfiguredMigrations.names(this.environment, "redis")) {
			String beanName = "migration.redis." + name;
			RootBeanDefinition redis = new RootBeanDefinition(RedisMigration.class,
					() -> this.beanFactory.getBean(RedisMigrationPostProcessor.class).migration(name));
			redis.setDestroyMethodName("close");
			registry.registerBeanDefinition(beanName, redis);
			RootBeanDefinition migration = new RootBeanDefinition(Migration.class,
					() -> this.beanFactory.getBean(beanName, RedisMigration.class).control());
			registry.registerBeanDefinition(name + "Migration", migration);
		}
	}

}
