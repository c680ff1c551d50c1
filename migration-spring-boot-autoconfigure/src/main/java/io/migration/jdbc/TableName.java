package io.migration.jdbc;

/**
 * The name of a table, as the database has it.
 *
 * @param schema its schema; on MySQL and MariaDB the database
 * @param name its name within the schema
 */
record TableName(String schema, String name) {

	/**
	 * Return the name of another table in the same schema.
	 * @param name its name
	 * @return the name
	 */
	TableName sibling(String name) {
		return new TableName(this.schema, name);
	}

	@Override
	public String toString() {
		return this.schema + "." + this.name;
	}

}
