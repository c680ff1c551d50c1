package io.migration.autoconfigure;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.PropertySourcesPlaceholdersResolver;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.ConfigurationPropertyState;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.util.ClassUtils;

/**
 * Which migrations the environment names, of every kind, and whether their names will do.
 */
final class ConfiguredMigrations {

	private static final List<String> KINDS = List.of("data-source", "redis", "http", "grpc", "client");

	private static final String CIRCUIT_BREAKER = "io.github.resilience4j.circuitbreaker.CircuitBreaker";

	private static final String CIRCUIT_BREAKER_LIBRARY = "io.github.resilience4j:resilience4j-circuitbreaker";

	/** What each kind needs. */
	private static final Map<String, Map<String, String>> LIBRARIES = Map.of("data-source",
			Map.of("org.springframework.boot.jdbc.DataSourceUnwrapper", "spring-boot-starter-jdbc",
					"org.springframework.jdbc.core.simple.JdbcClient", "spring-boot-starter-jdbc",
					"com.zaxxer.hikari.HikariDataSource", "HikariCP (com.zaxxer:HikariCP)", CIRCUIT_BREAKER,
					CIRCUIT_BREAKER_LIBRARY),
			"redis",
			Map.of("org.springframework.boot.data.redis.autoconfigure.DataRedisProperties",
					"spring-boot-starter-data-redis", "io.lettuce.core.RedisClient",
					"Lettuce (io.lettuce:lettuce-core)", CIRCUIT_BREAKER, CIRCUIT_BREAKER_LIBRARY),
			"http",
			Map.of("org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder",
					"spring-boot-starter-restclient or spring-boot-starter-webclient", CIRCUIT_BREAKER,
					CIRCUIT_BREAKER_LIBRARY),
			"grpc",
			Map.of("org.springframework.grpc.client.GrpcChannelFactory", "spring-boot-starter-grpc-client",
					"io.grpc.stub.AbstractStub", "spring-boot-starter-grpc-client", CIRCUIT_BREAKER,
					CIRCUIT_BREAKER_LIBRARY),
			"client", Map.of("org.springframework.aop.framework.ProxyFactory",
					"Spring AOP (org.springframework:spring-aop)", CIRCUIT_BREAKER, CIRCUIT_BREAKER_LIBRARY));

	private static final Pattern NAME = Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?");

	private ConfiguredMigrations() {
	}

	/**
	 * Return whether any migration is configured, of a kind that this version has or not.
	 */
	static boolean any(Environment environment) {
		return KINDS.stream().anyMatch((kind) -> !names(environment, kind).isEmpty());
	}

	/**
	 * Return the names of the migrations of a kind.
	 * <p>
	 * A variable of the system's environment cannot spell every name: one that sets a
	 * property of {@code order-tokens} seems to be of {@code ordertokens}. It names no
	 * migration of its own when another source has such a name.
	 */
	static Set<String> names(Environment environment, String kind) {
		Set<String> names = new TreeSet<>();
		Set<String> spelled = new HashSet<>();
		for (String name : names(environment, kind, false)) {
			names.add(name);
			spelled.add(letters(name));
		}
		for (String name : names(environment, kind, true)) {
			if (spelled.add(letters(name))) {
				names.add(name);
			}
		}
		return names;
	}

	private static Set<String> names(Environment environment, String kind, boolean variables) {
		List<ConfigurationPropertySource> sources = new ArrayList<>();
		for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
			if (variables == source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource) {
				sources.add(source);
			}
		}
		ConfigurationPropertyName root = ConfigurationPropertyName.of("migration." + kind);
		// a section without entries, as YAML has it when all of them are comments
		boolean section = sources.stream().anyMatch((source) -> isBlank(source.getConfigurationProperty(root)));
		if (section && sources.stream()
			.noneMatch((source) -> source.containsDescendantOf(root) == ConfigurationPropertyState.PRESENT)) {
			return Set.of();
		}
		return new Binder(sources, new PropertySourcesPlaceholdersResolver(environment))
			.bind(root, Bindable.mapOf(String.class, Object.class))
			.orElseGet(Map::of)
			.keySet();
	}

	private static boolean isBlank(@Nullable ConfigurationProperty property) {
		return property != null && property.getValue() instanceof CharSequence text && text.toString().isBlank();
	}

	private static String letters(String name) {
		return name.replaceAll("[-_]", "").toLowerCase(Locale.ROOT);
	}

	/**
	 * Refuse names that occur twice or cannot be carried by keys, tables, flags and
	 * meters, and kinds whose libraries are missing.
	 */
	static void check(Environment environment, @Nullable ClassLoader classLoader) {
		Map<String, String> propertyOfName = new HashMap<>();
		for (String kind : KINDS) {
			for (String name : names(environment, kind)) {
				String property = "migration.%s.%s".formatted(kind, name);
				if (!NAME.matcher(name).matches()) {
					throw new InvalidMigrationException(
							"The property '%s' names a migration '%s'; such a name cannot be carried by keys, tables, flags and meters."
								.formatted(property, name),
							"Use 1 to 63 letters, digits, '-' and '_', beginning and ending with a letter or a digit.");
				}
				String other = propertyOfName.putIfAbsent(letters(name), property);
				if (other != null) {
					throw new InvalidMigrationException(
							"Two migrations have the same name: '%s' and '%s'.".formatted(other, property),
							"Rename one of them; a name is unique over all kinds, and case, '-' and '_' make no difference.");
				}
			}
		}
		for (String kind : KINDS) {
			for (String name : names(environment, kind)) {
				checkKind(kind, name, classLoader);
			}
		}
	}

	private static void checkKind(String kind, String name, @Nullable ClassLoader classLoader) {
		LIBRARIES.getOrDefault(kind, Map.of()).forEach((type, library) -> {
			if (!ClassUtils.isPresent(type, classLoader)) {
				throw new InvalidMigrationException(
						"The migration 'migration.%s.%s' needs %s, which is not on the classpath.".formatted(kind, name,
								library),
						"Add %s, or remove the migration.".formatted(library));
			}
		});
	}

}
