package io.migration.client;

import io.migration.ReactiveMigrationTemplate;

/**
 * Makes templates for Reactor, apart from what can do without it.
 */
public final class ReactiveTemplates {

	private ReactiveTemplates() {
	}

	/**
	 * Return a template that compares by {@code equals}.
	 * @param migration the migration
	 * @return the template
	 */
	public static ReactiveMigrationTemplate of(ClientMigration migration) {
		return new ReactiveClientTemplate(migration.routes(), Answers::equal);
	}

}
