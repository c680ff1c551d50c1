package io.migration.jdbc;

/**
 * The tables are not what was read last.
 */
final class TablesChangedException extends RuntimeException {

	TablesChangedException() {
		super("columns have come or gone since the tables were read");
	}

}
