package io.migration.autoconfigure;

import javax.sql.DataSource;

/**
 * Brings the schema of target up to date, by the tool and the changes that the
 * application has for source.
 */
interface TargetSchema {

	/**
	 * Return the property by which it is asked for.
	 */
	String property();

	/**
	 * Return whether the application has it.
	 */
	boolean available();

	/**
	 * Make what changes are missing.
	 * @param target the database
	 */
	void migrate(DataSource target);

}
