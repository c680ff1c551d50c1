package io.migration.autoconfigure;

import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import io.migration.jdbc.JdbcMigration;

import org.springframework.beans.factory.ListableBeanFactory;

/**
 * Starts and stops migrations of databases.
 */
final class DataSourceMigrationLifecycle extends MigrationLifecycle {

	private final List<JdbcMigration> migrations;

	private final DataSourceMigrationPostProcessor postProcessor;

	private final ListableBeanFactory beanFactory;

	DataSourceMigrationLifecycle(List<JdbcMigration> migrations, DataSourceMigrationPostProcessor postProcessor,
			ListableBeanFactory beanFactory) {
		this.migrations = migrations;
		this.postProcessor = postProcessor;
		this.beanFactory = beanFactory;
	}

	@Override
	void startMigrations() {
		Map<String, DataSource> dataSources = this.beanFactory.getBeansOfType(DataSource.class, false, false);
		for (JdbcMigration migration : this.migrations) {
			migration.outsideWriters(this.postProcessor.outsideWriters(migration.control().name(), dataSources));
			migration.start();
		}
	}

	@Override
	void stopMigrations() {
		this.migrations.forEach(JdbcMigration::stop);
	}

}
