package io.migration.autoconfigure;

import javax.sql.DataSource;

import org.flywaydb.core.Flyway;

import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Makes Flyway run on source itself.
 */
final class SourceFlywayPostProcessor implements BeanPostProcessor {

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (!(bean instanceof Flyway flyway)) {
			return bean;
		}
		DataSource configured = flyway.getConfiguration().getDataSource();
		DataSource original = OriginalDataSources.of(configured);
		return (original != configured) ? FlywayTargetSchema.of(flyway).dataSource(original).load() : bean;
	}

}
