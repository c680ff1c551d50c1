package io.migration.autoconfigure;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisClient;
import io.migration.mirror.MirrorObservers;
import io.migration.phase.PhaseFlags;
import io.migration.redis.RedisMigration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Auto-configuration for Redis migrations: decorates the connection factories that are
 * named by {@code migration.redis}.
 */
@AutoConfiguration(after = { MigrationAutoConfiguration.class, UnleashMigrationAutoConfiguration.class },
		afterName = "org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration")
@ConditionalOnClass({ LettuceConnectionFactory.class, RedisClient.class, CircuitBreaker.class,
		DataRedisProperties.class })
@ConditionalOnBooleanProperty(name = "migration.enabled", matchIfMissing = true)
@ConditionalOnMigration("redis")
@Import(RedisMigrationRegistrar.class)
public final class RedisMigrationAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static RedisMigrationPostProcessor redisMigrationPostProcessor(ConfigurableListableBeanFactory beanFactory,
			Environment environment, ObjectProvider<PhaseFlags> flags, ObjectProvider<MirrorObservers> observers,
			ObjectProvider<SslBundles> sslBundles, ApplicationEventPublisher events) {
		return new RedisMigrationPostProcessor(new MigrationContext(beanFactory, environment, flags, observers, events),
				sslBundles);
	}

	@Bean
	RedisMigrationLifecycle redisMigrationLifecycle(ObjectProvider<RedisMigration> migrations,
			ConfigurableListableBeanFactory beanFactory) {
		return new RedisMigrationLifecycle(migrations.orderedStream().toList(), beanFactory);
	}

}
