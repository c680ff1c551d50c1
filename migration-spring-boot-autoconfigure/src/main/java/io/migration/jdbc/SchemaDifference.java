package io.migration.jdbc;

/**
 * Something in which the schemas of the two sides differ, so that rows cannot be copied.
 *
 * @param table the table's name on source
 * @param text what differs, and what to do where that is not plain
 */
record SchemaDifference(String table, String text) {

	@Override
	public String toString() {
		return this.table + ": " + this.text;
	}

}
