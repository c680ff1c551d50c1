package io.migration.jdbc;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The patterns of a {@link TableScope}, in the eyes of a connection. Tables of ours and
 * of tools that keep their own books in each database are never in scope. Thread safe.
 */
final class TablePatterns {

	private static final List<NamePattern> ALWAYS_OUT = List.of(NamePattern.of("*", "migration_*"),
			NamePattern.of("*", "flyway_schema_history"), NamePattern.of("*", "databasechangelog*"));

	private static final Set<String> SPRING_BATCH = Set.of("batch_job_instance", "batch_job_execution",
			"batch_job_execution_params", "batch_job_execution_context", "batch_step_execution",
			"batch_step_execution_context", "batch_job_seq", "batch_job_instance_seq", "batch_job_execution_seq",
			"batch_step_execution_seq");

	private final String currentSchema;

	private final List<NamePattern> include;

	private final List<NamePattern> exclude;

	/**
	 * Create patterns.
	 * @param scope what they say
	 * @param currentSchema the schema that is meant where they name none
	 */
	TablePatterns(TableScope scope, String currentSchema) {
		this.currentSchema = currentSchema;
		List<String> include = scope.include().isEmpty() ? List.of("*") : scope.include();
		this.include = include.stream().map((pattern) -> NamePattern.parse(pattern, currentSchema)).toList();
		this.exclude = scope.exclude().stream().map((pattern) -> NamePattern.parse(pattern, currentSchema)).toList();
	}

	/**
	 * Return the schemas that can be told without asking the database.
	 * @return their names
	 */
	Set<String> schemas() {
		Set<String> schemas = this.include.stream()
			.map(NamePattern::schema)
			.filter((schema) -> !schema.contains("*"))
			.collect(Collectors.toSet());
		schemas.add(this.currentSchema);
		return schemas;
	}

	/**
	 * Return whether a pattern may mean further schemas.
	 * @return whether the database has to be asked for all
	 */
	boolean needAllSchemas() {
		return this.include.stream().anyMatch((pattern) -> pattern.schema().contains("*"));
	}

	/**
	 * Return whether a table is in scope.
	 * @param table the table's name
	 * @return whether it moves
	 */
	boolean include(TableName table) {
		return this.include.stream().anyMatch((pattern) -> pattern.matches(table))
				&& this.exclude.stream().noneMatch((pattern) -> pattern.matches(table))
				&& ALWAYS_OUT.stream().noneMatch((pattern) -> pattern.matches(table))
				&& !SPRING_BATCH.contains(table.name().toLowerCase(Locale.ROOT));
	}

	private record NamePattern(String schema, Pattern schemas, Pattern names) {

		static NamePattern of(String schema, String name) {
			return new NamePattern(schema, compile(schema), compile(name));
		}

		static NamePattern parse(String pattern, String currentSchema) {
			int dot = pattern.indexOf('.');
			return (dot < 0) ? of(currentSchema, pattern) : of(pattern.substring(0, dot), pattern.substring(dot + 1));
		}

		private static Pattern compile(String pattern) {
			String regex = Pattern.compile("*", Pattern.LITERAL)
				.splitAsStream(pattern + "\n")
				.map((part) -> Pattern.quote(part.replace("\n", "")))
				.collect(Collectors.joining(".*"));
			return Pattern.compile(regex, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.DOTALL);
		}

		boolean matches(TableName table) {
			return this.schemas.matcher(table.schema()).matches() && this.names.matcher(table.name()).matches();
		}

	}

}
