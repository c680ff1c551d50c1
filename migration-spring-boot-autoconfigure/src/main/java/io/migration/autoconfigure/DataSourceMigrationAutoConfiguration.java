package io.migration.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.core.instrument.MeterRegistry;
import io.migration.jdbc.JdbcMigration;
import io.migration.jdbc.RowTransformer;
import io.migration.mirror.MirrorObservers;
import io.migration.phase.PhaseFlags;
import liquibase.integration.spring.SpringLiquibase;
import org.flywaydb.core.Flyway;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * Auto-configuration for migrations of databases: decorates the data sources that are
 * named by {@code migration.data-source}.
 */
@AutoConfiguration(after = { MigrationAutoConfiguration.class, UnleashMigrationAutoConfiguration.class },
		afterName = "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration")
@ConditionalOnClass({ HikariDataSource.class, JdbcClient.class, CircuitBreaker.class, DataSourceUnwrapper.class })
@ConditionalOnBooleanProperty(name = "migration.enabled", matchIfMissing = true)
@ConditionalOnMigration("data-source")
@Import(DataSourceMigrationRegistrar.class)
public final class DataSourceMigrationAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static DataSourceMigrationPostProcessor dataSourceMigrationPostProcessor(
			ConfigurableListableBeanFactory beanFactory, Environment environment, ObjectProvider<PhaseFlags> flags,
			ObjectProvider<MirrorObservers> observers, ObjectProvider<RowTransformer> transformers,
			ObjectProvider<TargetSchema> targetSchemas, ObjectProvider<TargetPoolMetrics> metrics,
			ApplicationEventPublisher events) {
		return new DataSourceMigrationPostProcessor(
				new MigrationContext(beanFactory, environment, flags, observers, events), transformers, targetSchemas,
				metrics);
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static ReplacedDataSources migrationReplacedDataSources() {
		return new ReplacedDataSources();
	}

	@Bean
	DataSourceMigrationLifecycle dataSourceMigrationLifecycle(ObjectProvider<JdbcMigration> migrations,
			DataSourceMigrationPostProcessor postProcessor, ListableBeanFactory beanFactory) {
		return new DataSourceMigrationLifecycle(migrations.orderedStream().toList(), postProcessor, beanFactory);
	}

	/**
	 * Flyway runs on source itself, and on target if it is told to.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(Flyway.class)
	static class FlywayConfiguration {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static SourceFlywayPostProcessor migrationSourceFlywayPostProcessor() {
			return new SourceFlywayPostProcessor();
		}

		@Bean
		FlywayTargetSchema migrationFlywayTargetSchema(ConfigurableListableBeanFactory beanFactory,
				Environment environment, ObjectProvider<Flyway> flyway) {
			return new FlywayTargetSchema(beanFactory, environment, flyway);
		}

	}

	/**
	 * Liquibase runs on source itself, and on target if it is told to.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(SpringLiquibase.class)
	static class LiquibaseConfiguration {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static SourceLiquibasePostProcessor migrationSourceLiquibasePostProcessor() {
			return new SourceLiquibasePostProcessor();
		}

		@Bean
		LiquibaseTargetSchema migrationLiquibaseTargetSchema(ConfigurableListableBeanFactory beanFactory,
				ObjectProvider<SpringLiquibase> liquibase) {
			return new LiquibaseTargetSchema(beanFactory, liquibase);
		}

	}

	/**
	 * The pools of target are measured.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass(MeterRegistry.class)
	static class MetricsConfiguration {

		@Bean
		TargetPoolMetrics migrationTargetPoolMetrics(ObjectProvider<MeterRegistry> registry) {
			return new TargetPoolMetrics(registry);
		}

	}

}
