package io.migration.autoconfigure;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.Environment;

/**
 * Which migrations the environment names, of every kind, and whether their names will do.
 */
final class ConfiguredMigrations {

	private static final List<String> KINDS = List.of("data-source", "redis", "http", "grpc", "client");

	private static final Set<String> AVAILABLE = Set.of("redis");

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?");

	private ConfiguredMigrations() {
	}

	static Set<String> names(Environment environment, String kind) {
		return new TreeSet<>(Binder.get(environment)
			.bind("migration." + kind, Bindable.mapOf(String.class, Object.class))
			.orElseGet(Map::of)
			.keySet());
	}

	/**
	 * Refuse names that occur twice or cannot be carried by keys, tables, flags and
	 * meters, and kinds that this version does not have.
	 */
	static void check(Environment environment) {
		Map<String, String> kindOfName = new TreeMap<>();
		for (String kind : KINDS) {
			for (String name : names(environment, kind)) {
				String property = "migration.%s.%s".formatted(kind, name);
				if (!AVAILABLE.contains(kind)) {
					throw new InvalidMigrationException(
							"The property '%s' configures a migration of kind '%s', which this version does not have."
								.formatted(property, kind),
							"Remove it, or use a version that has it.");
				}
				if (!NAME.matcher(name).matches()) {
					throw new InvalidMigrationException(
							"The property '%s' names a migration '%s'; such a name cannot be carried by keys, tables, flags and meters."
								.formatted(property, name),
							"Use 1 to 63 letters, digits, '-' and '_', beginning and ending with a letter or a digit.");
				}
				String other = kindOfName.putIfAbsent(name.toLowerCase(Locale.ROOT), kind);
				if (other != null) {
					throw new InvalidMigrationException(
							"Two migrations are named '%s': one of kind '%s', one of kind '%s'.".formatted(name, other,
									kind),
							"Rename one of them; a name is unique over all kinds.");
				}
			}
		}
	}

}
