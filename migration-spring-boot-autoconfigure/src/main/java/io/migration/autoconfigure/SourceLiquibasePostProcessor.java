package io.migration.autoconfigure;

import liquibase.integration.spring.SpringLiquibase;

import org.springframework.beans.factory.config.BeanPostProcessor;

/**
 * Makes Liquibase run on source itself.
 */
final class SourceLiquibasePostProcessor implements BeanPostProcessor {

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof SpringLiquibase liquibase) {
			liquibase.setDataSource(OriginalDataSources.of(liquibase.getDataSource()));
		}
		return bean;
	}

}
