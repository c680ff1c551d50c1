package io.migration.jdbc;

/**
 * A column of a table.
 *
 * @param name its name
 * @param type its type as a statement would write it in a cast or a table definition:
 * with length, precision, schema where it needs one
 * @param jdbcType its type as one of {@link java.sql.Types}
 * @param nullable whether it takes NULL
 * @param computed whether the database computes it from other columns, so that it cannot
 * be written
 * @param generated whether the database gives it a value (identity, sequence, auto
 * increment) when an insert does not
 * @param defaulted whether it has a default, or takes NULL, or is generated, so that an
 * insert may leave it out
 */
record Column(String name, String type, int jdbcType, boolean nullable, boolean computed, boolean generated,
		boolean defaulted) {

}
