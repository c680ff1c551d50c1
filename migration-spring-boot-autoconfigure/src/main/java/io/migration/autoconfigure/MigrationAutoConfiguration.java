package io.migration.autoconfigure;

import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Auto-configuration for what migrations of all kinds have in common. It refuses what is
 * configured and cannot be had, which the auto-configuration of a kind could not: it does
 * not match when its libraries are missing.
 */
@AutoConfiguration
@ConditionalOnBooleanProperty(name = "migration.enabled", matchIfMissing = true)
@ConditionalOnMigration
@Import(MigrationAutoConfiguration.Check.class)
public final class MigrationAutoConfiguration {

	/**
	 * Registers nothing; it runs before anything is created.
	 */
	static class Check implements ImportBeanDefinitionRegistrar {

		private final Environment environment;

		private final ClassLoader classLoader;

		Check(Environment environment, ClassLoader classLoader) {
			this.environment = environment;
			this.classLoader = classLoader;
		}

		@Override
		public void registerBeanDefinitions(AnnotationMetadata metadata, BeanDefinitionRegistry registry) {
			ConfiguredMigrations.check(this.environment, this.classLoader);
		}

	}

}
