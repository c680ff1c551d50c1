package io.migration.autoconfigure;

import io.migration.MigrationTemplate;
import io.migration.ReactiveMigrationTemplate;
import io.migration.client.ClientMigration;
import io.migration.client.ClientSettings;
import io.migration.client.ReactiveTemplates;
import io.migration.mirror.RoutedMigration;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;
import org.springframework.util.ClassUtils;

/**
 * Registers migrations of any other client, and their templates.
 */
final class ClientMigrationRegistrar extends RoutedMigrationRegistrar<ClientMigrationProperties> {

	private final Environment environment;

	private final BeanFactory beanFactory;

	private final ClassLoader classLoader;

	ClientMigrationRegistrar(Environment environment, BeanFactory beanFactory, ClassLoader classLoader) {
		super(ClientBeans.KIND, MigrationProperties::getClient, ClientMigrationProperties::new, environment,
				beanFactory, classLoader);
		this.environment = environment;
		this.beanFactory = beanFactory;
		this.classLoader = classLoader;
	}

	/**
	 * Return the name of the bean that templates and proxies come from.
	 */
	static String callsBeanName(String name) {
		return beanName(ClientBeans.KIND, name) + ".calls";
	}

	@Override
	public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
		super.registerBeanDefinitions(metadata, registry);
		boolean reactive = ClassUtils.isPresent("reactor.core.publisher.Flux", this.classLoader);
		for (String name : ConfiguredMigrations.names(this.environment, ClientBeans.KIND)) {
			registry.registerBeanDefinition(callsBeanName(name),
					new RootBeanDefinition(ClientMigration.class, () -> calls(name)));
			registry.registerBeanDefinition(name + "MigrationTemplate",
					new RootBeanDefinition(MigrationTemplate.class, () -> bean(name).template()));
			if (reactive) {
				Reactive.register(name, this, registry);
			}
		}
	}

	private ClientMigration calls(String name) {
		ClientMigrationProperties properties = this.beanFactory.getBean(ClientBeans.class).properties(name);
		return new ClientMigration(this.beanFactory.getBean(beanName(ClientBeans.KIND, name), RoutedMigration.class),
				new ClientSettings(properties.getWrites(), properties.getOnFailure()));
	}

	private ClientMigration bean(String name) {
		return this.beanFactory.getBean(callsBeanName(name), ClientMigration.class);
	}

	/**
	 * What can only be had with Reactor.
	 */
	private static final class Reactive {

		private Reactive() {
		}

		static void register(String name, ClientMigrationRegistrar registrar, BeanDefinitionRegistry registry) {
			registry.registerBeanDefinition(name + "ReactiveMigrationTemplate", new RootBeanDefinition(
					ReactiveMigrationTemplate.class, () -> ReactiveTemplates.of(registrar.bean(name))));
		}

	}

}
