package io.migration.jdbc;

import javax.sql.DataSource;

/**
 * A decorated {@link DataSource}. What has to reach source alone, in every phase, uses
 * its original.
 */
public interface MigratedDataSource extends DataSource {

	/**
	 * Return what was decorated.
	 * @return the application's own data source
	 */
	DataSource original();

}
