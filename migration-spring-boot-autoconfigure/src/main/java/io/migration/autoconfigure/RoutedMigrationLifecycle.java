package io.migration.autoconfigure;

import java.util.List;

import io.migration.mirror.RoutedMigration;

/**
 * Starts and stops migrations without data.
 */
final class RoutedMigrationLifecycle extends MigrationLifecycle {

	private final List<RoutedMigration> migrations;

	RoutedMigrationLifecycle(List<RoutedMigration> migrations) {
		this.migrations = migrations;
	}

	@Override
	void startMigrations() {
		this.migrations.forEach(RoutedMigration::start);
	}

	@Override
	void stopMigrations() {
		this.migrations.forEach(RoutedMigration::stop);
	}

}
