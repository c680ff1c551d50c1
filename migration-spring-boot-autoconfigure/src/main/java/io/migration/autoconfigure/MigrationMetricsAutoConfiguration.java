package io.migration.autoconfigure;

import io.micrometer.core.instrument.binder.MeterBinder;
import io.migration.actuate.MigrationMeters;
import io.migration.mirror.MirrorObservers;
import io.migration.mirror.ManagedMigration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration for the meters of migrations. Boot binds them to the registry when
 * there is one.
 */
@AutoConfiguration(beforeName = "org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration")
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBooleanProperty(name = "migration.enabled", matchIfMissing = true)
public final class MigrationMetricsAutoConfiguration {

	// static: it is asked for while the beans that migrations decorate are created
	@Bean
	@ConditionalOnMissingBean(MirrorObservers.class)
	static MigrationMeters migrationMeters(ObjectProvider<ManagedMigration> migrations) {
		return new MigrationMeters(migrations);
	}

}
