package io.migration.jdbc;

import java.util.List;
import java.util.Map;

/**
 * Which tables move, and how they are called on target.
 *
 * @param include patterns of the tables that move, with {@code *} for any characters:
 * {@code orders}, {@code audit_*}, {@code sales.*}; without a schema, the schema that
 * connections begin in
 * @param exclude patterns of those that do not
 * @param mappings what differs on target, by the name of the table on source
 */
public record TableScope(List<String> include, List<String> exclude, Map<String, Mapping> mappings) {

	public TableScope {
		include = List.copyOf(include);
		exclude = List.copyOf(exclude);
		mappings = Map.copyOf(mappings);
	}

	/**
	 * How one table differs on target.
	 *
	 * @param name its name on target, empty if it is the same
	 * @param columns names of columns on target, by those on source; others keep theirs
	 * @param excludeColumns columns of source that do not move
	 */
	public record Mapping(String name, Map<String, String> columns, List<String> excludeColumns) {

		public Mapping {
			columns = Map.copyOf(columns);
			excludeColumns = List.copyOf(excludeColumns);
		}

	}

}
