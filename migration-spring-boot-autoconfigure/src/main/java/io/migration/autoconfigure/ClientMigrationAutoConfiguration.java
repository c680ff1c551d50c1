package io.migration.autoconfigure;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.migration.mirror.MirrorObservers;
import io.migration.phase.PhaseFlags;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration for migrations of any other client: provides templates, and
 * decorates the beans that are named by {@code migration.client}.
 */
@AutoConfiguration(after = { MigrationAutoConfiguration.class, UnleashMigrationAutoConfiguration.class })
@ConditionalOnClass({ CircuitBreaker.class, ProxyFactory.class })
@ConditionalOnBooleanProperty(name = "migration.enabled", matchIfMissing = true)
@ConditionalOnMigration("client")
@Import({ RoutedMigrationConfiguration.class, ClientMigrationRegistrar.class })
public final class ClientMigrationAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ClientBeans clientBeans(ConfigurableListableBeanFactory beanFactory, Environment environment,
			ObjectProvider<PhaseFlags> flags, ObjectProvider<MirrorObservers> observers,
			ApplicationEventPublisher events) {
		return new ClientBeans(new MigrationContext(beanFactory, environment, flags, observers, events));
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ClientTargetPostProcessor clientTargetPostProcessor(ClientBeans beans) {
		return new ClientTargetPostProcessor(beans);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ClientMigrationPostProcessor clientMigrationPostProcessor(ClientBeans beans,
			ConfigurableListableBeanFactory beanFactory) {
		return new ClientMigrationPostProcessor(beans, beanFactory);
	}

}
