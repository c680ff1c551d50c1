package io.migration.autoconfigure;

import io.migration.mirror.RoutedMigration;

/**
 * Creates migrations without data.
 */
final class RoutedMigrationFactory {

	private final MigrationContext context;

	RoutedMigrationFactory(MigrationContext context) {
		this.context = context;
	}

	MigrationContext context() {
		return this.context;
	}

	RoutedMigration create(String kind, String name, RoutedMigrationProperties properties) {
		return new RoutedMigration(this.context.route(kind, name, properties), this.context.flags(),
				this.context.observer(name), this.context::publish, this.context.threads(name));
	}

}
