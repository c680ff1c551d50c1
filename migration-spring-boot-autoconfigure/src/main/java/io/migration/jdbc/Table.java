package io.migration.jdbc;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A table as one database has it.
 *
 * @param name its name
 * @param columns its columns, in their order
 * @param key the columns of its primary key, or else of a unique key without columns that
 * take NULL; empty if it has neither
 * @param otherUnique whether it has a further unique key or index, or one by exclusion
 * @param references its foreign keys
 * @param userTriggers names of triggers which are not ours and would run when the relay
 * writes
 */
record Table(TableName name, List<Column> columns, List<String> key, boolean otherUnique, List<ForeignKey> references,
		List<String> userTriggers) {

	Table {
		columns = List.copyOf(columns);
		key = List.copyOf(key);
		references = List.copyOf(references);
		userTriggers = List.copyOf(userTriggers);
	}

	/**
	 * Return a column.
	 * @param column its name
	 * @return the column, {@code null} if there is none
	 */
	@Nullable Column column(String column) {
		return this.columns.stream().filter((one) -> one.name().equals(column)).findFirst().orElse(null);
	}

	/**
	 * A foreign key.
	 *
	 * @param name its name
	 * @param referenced the table it refers to
	 * @param cascades whether the database changes or deletes rows of this table by
	 * itself when a row of the other is deleted or its key changed
	 */
	record ForeignKey(String name, TableName referenced, boolean cascades) {

	}

}
