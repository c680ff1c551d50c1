package io.migration.jdbc;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Changes rows on their way to target. A bean of this type is used by the migrations
 * whose tables it {@link #handles}. Must be pure: equal rows give equal rows, at any time
 * and in any process, because a row is copied as often as it is touched. Thread safe.
 * <p>
 * Values are text in the form that docs/mapping.md describes, {@code null} for NULL, by
 * the names of columns <em>on the side they come from</em>. The columns of the key must
 * stay what they are.
 */
public interface RowTransformer {

	/**
	 * Return whether this transformer changes the rows of a table.
	 * @param table the table's name on source, without its schema
	 * @return whether it does
	 */
	boolean handles(String table);

	/**
	 * Change a row on its way to target.
	 * @param table the table's name on source, without its schema
	 * @param row its values by column; may be changed and returned
	 * @return the values for target
	 */
	Map<String, @Nullable String> toTarget(String table, Map<String, @Nullable String> row);

	/**
	 * Change a row on its way back to source, after cutover. Needed while the migration
	 * is reversible.
	 * @param table the table's name on source, without its schema
	 * @param row its values by column; may be changed and returned
	 * @return the values for source
	 */
	default Map<String, @Nullable String> toSource(String table, Map<String, @Nullable String> row) {
		throw new UnsupportedOperationException(
				"%s has no way back; implement toSource, or set cutover.reversible=false".formatted(getClass()));
	}

}
