package io.migration.jdbc;

import java.sql.Types;
import java.util.Locale;

/**
 * The catalog of H2.
 */
final class H2Catalog implements Catalog {

	@Override
	public String currentSchema() {
		return "select current_schema";
	}

	@Override
	public String schemas() {
		return "select schema_name from information_schema.schemata where schema_name <> 'INFORMATION_SCHEMA'";
	}

	@Override
	public String tables() {
		return """
				select table_schema, table_name from information_schema.tables
				where table_schema in (%s) and table_type = 'BASE TABLE'""";
	}

	@Override
	public String columns() {
		return """
				select c.table_schema, c.table_name, c.column_name,
					case when c.data_type = 'ARRAY' then e.data_type || ' array'
						when c.data_type in ('CHARACTER VARYING', 'CHARACTER', 'BINARY VARYING', 'BINARY')
							then c.data_type || '(' || c.character_maximum_length || ')'
						when c.data_type in ('NUMERIC', 'DECFLOAT')
							then c.data_type || '(' || c.numeric_precision || coalesce(', ' || c.numeric_scale, '') || ')'
						when c.data_type like 'TIME%%'
							then regexp_replace(c.data_type, '^([A-Z]+)', '$1(' || c.datetime_precision || ')')
						else c.data_type end,
					c.data_type,
					c.is_nullable = 'YES',
					c.is_generated = 'ALWAYS',
					c.is_identity = 'YES' or coalesce(upper(c.column_default) like 'NEXT VALUE FOR%%', false),
					c.column_default is not null
				from information_schema.columns c
					left join information_schema.element_types e on e.object_schema = c.table_schema
						and e.object_name = c.table_name and e.object_type = 'TABLE'
						and e.collection_type_identifier = c.dtd_identifier
				where c.table_schema in (%s)
				order by c.table_schema, c.table_name, c.ordinal_position""";
	}

	@Override
	public String keys() {
		return """
				select c.table_schema, c.table_name, c.index_name, true, c.column_name
				from information_schema.index_columns c
					join information_schema.indexes i on i.index_schema = c.index_schema and i.index_name = c.index_name
				where c.table_schema in (%s) and c.is_unique
				order by i.index_type_name <> 'PRIMARY KEY', c.index_name, c.ordinal_position""";
	}

	@Override
	public String references() {
		return """
				select t.table_schema, t.table_name, r.constraint_name, o.table_schema, o.table_name,
					r.delete_rule in ('CASCADE', 'SET NULL', 'SET DEFAULT')
						or r.update_rule in ('CASCADE', 'SET NULL', 'SET DEFAULT')
				from information_schema.referential_constraints r
					join information_schema.table_constraints t on t.constraint_schema = r.constraint_schema
						and t.constraint_name = r.constraint_name
					join information_schema.table_constraints o on o.constraint_schema = r.unique_constraint_schema
						and o.constraint_name = r.unique_constraint_name
				where t.table_schema in (%s)
				order by r.constraint_name""";
	}

	@Override
	public String triggers() {
		return """
				select event_object_schema, event_object_table, trigger_name
				from information_schema.triggers
				where event_object_schema in (%s)
				order by trigger_name""";
	}

	@Override
	public String volatileFunctions() {
		return "select routine_name from information_schema.routines where routine_schema <> 'INFORMATION_SCHEMA'";
	}

	@Override
	public int jdbcType(String type) {
		return switch (type.toLowerCase(Locale.ROOT)) {
			case "array" -> Types.ARRAY;
			case "timestamp" -> Types.TIMESTAMP;
			case "character large object" -> Types.CLOB;
			case "binary large object" -> Types.BLOB;
			default -> {
				Integer common = Catalog.commonType(type);
				yield (common != null) ? common : Types.OTHER;
			}
		};
	}

}
