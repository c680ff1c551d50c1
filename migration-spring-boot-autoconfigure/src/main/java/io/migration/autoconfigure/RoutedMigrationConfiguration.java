package io.migration.autoconfigure;

import io.migration.mirror.MirrorObservers;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.PhaseFlags;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * What migrations without data share, whatever their kind; imported by each kind.
 */
@Configuration(proxyBeanMethods = false)
class RoutedMigrationConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static RoutedMigrationFactory routedMigrationFactory(ConfigurableListableBeanFactory beanFactory,
			Environment environment, ObjectProvider<PhaseFlags> flags, ObjectProvider<MirrorObservers> observers,
			ApplicationEventPublisher events) {
		return new RoutedMigrationFactory(new MigrationContext(beanFactory, environment, flags, observers, events));
	}

	@Bean
	RoutedMigrationLifecycle routedMigrationLifecycle(ObjectProvider<RoutedMigration> migrations) {
		return new RoutedMigrationLifecycle(migrations.orderedStream().toList());
	}

}
