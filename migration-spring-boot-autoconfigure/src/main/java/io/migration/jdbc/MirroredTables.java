package io.migration.jdbc;

import java.util.List;

/**
 * The tables that move, for who works with them again and again. Thread safe.
 */
interface MirroredTables {

	/**
	 * Return the tables that move, as they were read last.
	 * @return the tables
	 * @throws io.migration.MigrationException if the sides do not fit
	 */
	List<MirroredTable> get();

	/**
	 * Say that they are not any more what was read, so that they are read anew.
	 */
	void changed();

}
