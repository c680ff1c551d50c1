package io.migration.jdbc;

import java.sql.Types;
import java.util.Locale;

/**
 * The catalog of MySQL and MariaDB.
 */
final class MySqlCatalog implements Catalog {

	private static final String OWN_SCHEMAS = "('information_schema', 'mysql', 'performance_schema', 'sys')";

	@Override
	public String currentSchema() {
		return "select database()";
	}

	@Override
	public String schemas() {
		return "select schema_name from information_schema.schemata where schema_name not in " + OWN_SCHEMAS;
	}

	@Override
	public String tables() {
		return """
				select table_schema, table_name from information_schema.tables
				where table_schema in (%s) and table_type in ('BASE TABLE', 'SYSTEM VERSIONED')""";
	}

	@Override
	public String columns() {
		return """
				select table_schema, table_name, column_name, column_type, column_type,
					is_nullable = 'YES',
					coalesce(generation_expression, '') <> '',
					extra like '%%auto_increment%%' or coalesce(column_default like 'nextval(%%', false),
					column_default is not null
				from information_schema.columns
				where table_schema in (%s)
				order by table_schema, table_name, ordinal_position""";
	}

	@Override
	public String keys() {
		return """
				select table_schema, table_name, index_name, sub_part is null, column_name
				from information_schema.statistics
				where table_schema in (%s) and non_unique = 0
				order by index_name <> 'PRIMARY', index_name, seq_in_index""";
	}

	@Override
	public String references() {
		return """
				select constraint_schema, table_name, constraint_name, unique_constraint_schema, referenced_table_name,
					delete_rule in ('CASCADE', 'SET NULL', 'SET DEFAULT')
						or update_rule in ('CASCADE', 'SET NULL', 'SET DEFAULT')
				from information_schema.referential_constraints
				where constraint_schema in (%s)
				order by constraint_name""";
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
		return """
				select routine_name from information_schema.routines
				where sql_data_access not in ('NO SQL', 'READS SQL DATA') and routine_schema not in
				""" + OWN_SCHEMAS;
	}

	/*
	 * The unsigned types are those that hold all their values.
	 */
	@Override
	public int jdbcType(String type) {
		String lower = type.toLowerCase(Locale.ROOT);
		String name = lower.replaceFirst("[( ].*", "");
		boolean unsigned = lower.contains(" unsigned");
		return switch (name) {
			case "tinyint" -> unsigned ? Types.SMALLINT : Types.TINYINT;
			case "smallint" -> unsigned ? Types.INTEGER : Types.SMALLINT;
			case "int" -> unsigned ? Types.BIGINT : Types.INTEGER;
			case "bigint" -> unsigned ? Types.NUMERIC : Types.BIGINT;
			case "float" -> Types.REAL;
			case "bit" -> Types.BIT;
			case "datetime", "timestamp" -> Types.TIMESTAMP;
			case "tinytext", "mediumtext", "longtext" -> Types.LONGVARCHAR;
			case "tinyblob", "blob", "mediumblob", "longblob" -> Types.LONGVARBINARY;
			default -> {
				Integer common = Catalog.commonType(name);
				yield (common != null) ? common : Types.OTHER;
			}
		};
	}

}
