package io.migration.jdbc;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import io.migration.jdbc.MirroredTable.ColumnPair;
import org.jspecify.annotations.Nullable;

/**
 * Which table and column of source is which of target, and what keeps rows from being
 * copied. Names that are not mapped are looked for as they are, then without regard to
 * case.
 */
final class TableMapping {

	private final SqlDialect sourceDialect;

	private final SqlDialect targetDialect;

	private final List<MirroredTable> tables = new ArrayList<>();

	private final List<SchemaDifference> differences = new ArrayList<>();

	private final Set<TableName> taken = new HashSet<>();

	private TableMapping(SqlDialect sourceDialect, SqlDialect targetDialect) {
		this.sourceDialect = sourceDialect;
		this.targetDialect = targetDialect;
	}

	/**
	 * Map the tables of two databases.
	 * @param source the tables in scope on source
	 * @param target tables on target, at least those that {@link #onTarget} describes
	 * @param mappings what differs on target, by the name of the table on source
	 * @return the mapping
	 */
	static TableMapping of(Schema source, Schema target, Map<String, TableScope.Mapping> mappings) {
		TableMapping mapping = new TableMapping(source.dialect(), target.dialect());
		Set<String> unused = new LinkedHashSet<>(mappings.keySet());
		for (Table table : source.tables()) {
			String key = mappingKey(table.name(), source, mappings);
			unused.remove(key);
			TableScope.Mapping own = (key != null) ? mappings.get(key) : null;
			mapping.add(table, (own != null) ? own : new TableScope.Mapping("", Map.of(), List.of()), source, target);
		}
		unused.stream()
			.sorted()
			.forEach((key) -> mapping.differ(key, "is mapped, but no table in scope on source has this name"));
		return mapping;
	}

	private static @Nullable String mappingKey(TableName name, Schema source,
			Map<String, TableScope.Mapping> mappings) {
		List<String> spellings = name.schema().equals(source.name()) ? List.of(name.name(), name.toString())
				: List.of(name.toString());
		for (String spelling : spellings) {
			String key = find(mappings.keySet(), Function.identity(), spelling);
			if (key != null) {
				return key;
			}
		}
		return null;
	}

	/**
	 * Return what has to be read on target: everything in the schemas where a table in
	 * scope may be.
	 * @param scope what is in scope on source
	 * @return the scope on target
	 */
	static TableScope onTarget(TableScope scope) {
		Set<String> include = new LinkedHashSet<>(List.of("*"));
		for (String pattern : scope.include()) {
			int dot = pattern.indexOf('.');
			if (dot >= 0) {
				include.add(pattern.substring(0, dot) + ".*");
			}
		}
		for (TableScope.Mapping mapping : scope.mappings().values()) {
			int dot = mapping.name().indexOf('.');
			if (dot >= 0) {
				include.add(mapping.name().substring(0, dot) + ".*");
			}
		}
		return new TableScope(List.copyOf(include), List.of(), Map.of());
	}

	/**
	 * Return the tables that both sides have, with a key, and with those of their columns
	 * that move.
	 * @return the tables, in the order of source's
	 */
	List<MirroredTable> tables() {
		return List.copyOf(this.tables);
	}

	/**
	 * Return what keeps rows from being copied.
	 * @return the differences, empty if there are none
	 */
	List<SchemaDifference> differences() {
		return List.copyOf(this.differences);
	}

	private void add(Table source, TableScope.Mapping mapping, Schema sourceSchema, Schema targetSchema) {
		String name = source.name().schema().equals(sourceSchema.name()) ? source.name().name()
				: source.name().toString();
		TableName wanted = targetName(source.name(), mapping.name(), sourceSchema, targetSchema);
		Table target = find(
				targetSchema.tables().stream().filter((one) -> one.name().schema().equals(wanted.schema())).toList(),
				(one) -> one.name().name(), wanted.name());
		if (target == null) {
			differ(name, "target has no table " + wanted);
			return;
		}
		if (!this.taken.add(target.name())) {
			differ(name, "another table is mapped to target's %s already".formatted(target.name()));
			return;
		}
		addColumns(name, source, target, mapping);
	}

	private static TableName targetName(TableName source, String mapped, Schema sourceSchema, Schema targetSchema) {
		int dot = mapped.indexOf('.');
		if (dot >= 0) {
			return new TableName(mapped.substring(0, dot), mapped.substring(dot + 1));
		}
		String schema = source.schema().equals(sourceSchema.name()) ? targetSchema.name() : source.schema();
		return new TableName(schema, mapped.isEmpty() ? source.name() : mapped);
	}

	private void addColumns(String name, Table source, Table target, TableScope.Mapping mapping) {
		Set<String> excluded = new HashSet<>();
		for (String column : mapping.excludeColumns()) {
			excluded.add(existing(name, source, column, "excluded"));
		}
		Map<String, String> renamed = new HashMap<>();
		mapping.columns().forEach((from, to) -> renamed.put(existing(name, source, from, "mapped"), to));
		Set<Column> fed = new HashSet<>();
		Map<String, ColumnPair> pairs = new HashMap<>();
		List<ColumnPair> others = new ArrayList<>();
		for (Column column : source.columns()) {
			if (excluded.contains(column.name())) {
				continue;
			}
			String wanted = renamed.getOrDefault(column.name(), column.name());
			Column other = find(target.columns(), Column::name, wanted);
			if (other == null) {
				differ(name,
						"target's %s has no column %s; add it, or exclude source's".formatted(target.name(), wanted));
			}
			else if (!fed.add(other)) {
				differ(name, "two columns are mapped to target's " + wanted);
			}
			else if (compare(name, column, other)) {
				ColumnPair pair = new ColumnPair(column, other);
				pairs.put(column.name(), pair);
				if (!source.key().contains(column.name())) {
					others.add(pair);
				}
			}
		}
		for (Column column : target.columns()) {
			if (!column.defaulted() && !fed.contains(column)) {
				differ(name, "target's column %s takes no NULL, has no default, and nothing on source that feeds it"
					.formatted(column.name()));
			}
		}
		List<ColumnPair> key = key(name, source, target, excluded, pairs);
		if (!key.isEmpty()) {
			this.tables.add(new MirroredTable(source, target, key, others));
		}
	}

	private String existing(String name, Table source, String column, String what) {
		Column found = find(source.columns(), Column::name, column);
		if (found == null) {
			differ(name, "column %s is %s, but source has none of this name".formatted(column, what));
			return column;
		}
		return found.name();
	}

	/** Returns whether the column moves. */
	private boolean compare(String name, Column source, Column target) {
		if (source.computed() && target.computed()) {
			return false;
		}
		if (source.computed() || target.computed()) {
			differ(name, "column %s is computed on %s alone; exclude it, or make it the same on both sides"
				.formatted(source.name(), source.computed() ? "source" : "target"));
			return false;
		}
		if (source.nullable() && !target.nullable()) {
			differ(name, "column %s takes NULL on source, and %s does not on target".formatted(source.name(),
					target.name()));
		}
		if (source.type().equals("oid")) {
			differ(name,
					"column %s is of type oid, and large objects are not captured; change it to bytea, or exclude it"
						.formatted(source.name()));
		}
		else if (!fits(source, target)) {
			differ(name, "column %s is %s on source, and %s on target, which does not hold all its values"
				.formatted(source.name(), source.type(), target.type()));
		}
		return true;
	}

	private boolean fits(Column source, Column target) {
		if (this.sourceDialect == this.targetDialect && source.type().equals(target.type())) {
			return true;
		}
		return ColumnType.of(source, this.sourceDialect).fits(ColumnType.of(target, this.targetDialect));
	}

	private List<ColumnPair> key(String name, Table source, Table target, Set<String> excluded,
			Map<String, ColumnPair> pairs) {
		if (source.key().isEmpty()) {
			differ(name, "source has neither a primary key nor a unique key without NULL");
			return List.of();
		}
		List<ColumnPair> key = new ArrayList<>();
		Set<String> onTarget = new HashSet<>();
		for (String column : source.key()) {
			ColumnPair pair = pairs.get(column);
			if (excluded.contains(column)) {
				differ(name, "column %s is excluded, but belongs to the key".formatted(column));
			}
			if (pair == null) {
				return List.of();
			}
			key.add(pair);
			onTarget.add(pair.target().name());
		}
		if (!onTarget.equals(Set.copyOf(target.key()))) {
			differ(name, "target's %s has no primary key, or else unique key without NULL, of exactly the columns %s"
				.formatted(target.name(), key.stream().map((pair) -> pair.target().name()).toList()));
			return List.of();
		}
		return key;
	}

	private void differ(String table, String text) {
		this.differences.add(new SchemaDifference(table, text));
	}

	private static <T> @Nullable T find(Iterable<T> all, Function<T, String> name, String wanted) {
		T found = null;
		for (T one : all) {
			if (name.apply(one).equals(wanted)) {
				return one;
			}
			if (name.apply(one).equalsIgnoreCase(wanted)) {
				found = one;
			}
		}
		return found;
	}

	/**
	 * The tables of one side.
	 *
	 * @param dialect the dialect of the database
	 * @param name the schema that connections begin in
	 * @param tables the tables
	 */
	record Schema(SqlDialect dialect, String name, List<Table> tables) {

		Schema {
			tables = List.copyOf(tables);
		}

	}

}
