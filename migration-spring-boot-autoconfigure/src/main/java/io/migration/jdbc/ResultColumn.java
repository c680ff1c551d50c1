package io.migration.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * A column of a query's result.
 *
 * @param label its name in the result
 * @param telling whether the label is a name, and cannot be a value that stands in the
 * query
 * @param kind what its values are
 * @param typeName its type as the engine calls it
 * @param scale how many digits of a second its type holds
 * @param element the elements of an array, {@code null} if it is none, or none is known
 */
record ResultColumn(String label, boolean telling, ValueKind kind, String typeName, int scale,
		@Nullable ResultColumn element) {

	/**
	 * Return the same column with other elements.
	 * @param element the elements
	 * @return the column
	 */
	ResultColumn of(ResultColumn element) {
		return new ResultColumn(this.label, this.telling, this.kind, this.typeName, this.scale, element);
	}

}
