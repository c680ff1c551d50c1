package io.migration.autoconfigure;

import javax.sql.DataSource;

import liquibase.exception.LiquibaseException;
import liquibase.integration.spring.SpringLiquibase;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ReflectionUtils;

/**
 * Runs the application's Liquibase on target.
 */
final class LiquibaseTargetSchema implements TargetSchema {

	static final String PROPERTY = "liquibase";

	private final ConfigurableListableBeanFactory beanFactory;

	private final ObjectProvider<SpringLiquibase> liquibase;

	LiquibaseTargetSchema(ConfigurableListableBeanFactory beanFactory, ObjectProvider<SpringLiquibase> liquibase) {
		this.beanFactory = beanFactory;
		this.liquibase = liquibase;
	}

	@Override
	public String property() {
		return PROPERTY;
	}

	@Override
	public boolean available() {
		return this.beanFactory.getBeanNamesForType(SpringLiquibase.class, true, false).length > 0;
	}

	@Override
	public void migrate(DataSource target) {
		OnTarget liquibase = new OnTarget(this.liquibase.getObject());
		liquibase.setDataSource(target);
		try {
			liquibase.afterPropertiesSet();
		}
		catch (LiquibaseException ex) {
			throw new IllegalStateException("Liquibase failed on target: %s".formatted(ex.getMessage()), ex);
		}
	}

	/**
	 * As the application's own. Fields are copied because parameters have no getter.
	 */
	private static final class OnTarget extends SpringLiquibase {

		OnTarget(SpringLiquibase ofSource) {
			ReflectionUtils.doWithFields(SpringLiquibase.class, (field) -> {
				ReflectionUtils.makeAccessible(field);
				field.set(this, field.get(ofSource));
			}, ReflectionUtils.COPYABLE_FIELDS);
			// what the application may do to its own database is not meant for another
			setDropFirst(false);
		}

	}

}
