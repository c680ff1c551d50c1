package io.migration.autoconfigure;

import io.migration.Migration;
import io.migration.mirror.ManagedMigration;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Registers a migration of one kind and a {@link Migration} for each configured name.
 *
 * @param <M> the kind's type
 */
abstract class MigrationRegistrar<M extends ManagedMigration> implements ImportBeanDefinitionRegistrar {

	private final String kind;

	private final Class<M> type;

	private final Environment environment;

	private final BeanFactory beanFactory;

	private final ClassLoader classLoader;

	MigrationRegistrar(String kind, Class<M> type, Environment environment, BeanFactory beanFactory,
			ClassLoader classLoader) {
		this.kind = kind;
		this.type = type;
		this.environment = environment;
		this.beanFactory = beanFactory;
		this.classLoader = classLoader;
	}

	/**
	 * Return what decorating the beans of a migration has made.
	 */
	abstract M migration(BeanFactory beanFactory, String name);

	/**
	 * Return the name of the bean that is a migration of a kind.
	 */
	static String beanName(String kind, String name) {
		return "migration.%s.%s".formatted(kind, name);
	}

	/**
	 * Return the name of the {@link Migration} bean.
	 */
	static String beanName(String name) {
		return name + "Migration";
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		ConfiguredMigrations.check(this.environment, this.classLoader);
		for (String name : ConfiguredMigrations.names(this.environment, this.kind)) {
			String beanName = beanName(this.kind, name);
			RootBeanDefinition ofKind = new RootBeanDefinition(this.type, () -> migration(this.beanFactory, name));
			ofKind.setDestroyMethodName("close");
			registry.registerBeanDefinition(beanName, ofKind);
			RootBeanDefinition migration = new RootBeanDefinition(Migration.class,
					() -> this.beanFactory.getBean(beanName, this.type).control());
			registry.registerBeanDefinition(beanName(name), migration);
		}
	}

}
