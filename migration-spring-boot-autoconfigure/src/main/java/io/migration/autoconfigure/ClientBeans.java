package io.migration.autoconfigure;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/**
 * Which beans the migrations of any other client join. Whatever is wrong with them is
 * found when it is first asked, before any of them is created.
 */
final class ClientBeans {

	static final String KIND = "client";

	private final MigrationContext context;

	private @Nullable Map<String, Joined> joined;

	ClientBeans(MigrationContext context) {
		this.context = context;
	}

	ClientMigrationProperties properties(String name) {
		ClientMigrationProperties properties = configured().get(name);
		if (properties == null) {
			throw new IllegalStateException(name);
		}
		return properties;
	}

	/**
	 * Return what is joined, by the names of the source beans.
	 */
	Map<String, Joined> joined() {
		Map<String, Joined> resolved = this.joined;
		if (resolved == null) {
			resolved = resolve();
			this.joined = resolved;
		}
		return resolved;
	}

	private Map<String, ClientMigrationProperties> configured() {
		return this.context.migrations(KIND, MigrationProperties::getClient, ClientMigrationProperties::new);
	}

	private Map<String, Joined> resolve() {
		Map<String, Joined> resolved = new LinkedHashMap<>();
		Map<String, String> migrationOfBean = new HashMap<>();
		configured().forEach((name, properties) -> {
			Joined pair = resolve(name, properties);
			if (pair == null) {
				return;
			}
			for (String bean : List.of(pair.source(), pair.target())) {
				String other = migrationOfBean.putIfAbsent(bean, name);
				if (other != null) {
					throw new InvalidMigrationException(
							"Two migrations name the bean '%s': 'migration.client.%s' and 'migration.client.%s'."
								.formatted(bean, other, name),
							"Remove one of them, or name different beans by their properties 'source' and 'target'.");
				}
			}
			resolved.put(pair.source(), pair);
		});
		return resolved;
	}

	private @Nullable Joined resolve(String name, ClientMigrationProperties properties) {
		String prefix = "migration.client." + name;
		if (properties.getInterface() == null) {
			if (properties.getSource() != null || properties.getTarget() != null) {
				throw new InvalidMigrationException(
						"The migration '%s' names beans but not the interface that they have.".formatted(prefix),
						"Set '%1$s.interface', or remove '%1$s.source' and '%1$s.target' to use the template alone."
							.formatted(prefix));
			}
			return null;
		}
		Class<?> type = type(prefix, properties.getInterface());
		String source = bean(prefix, "source", properties.getSource(), type);
		String target = bean(prefix, "target", properties.getTarget(), type);
		if (source.equals(target)) {
			throw new InvalidMigrationException(
					"The source and the target of the migration '%s' are the same bean, '%s'.".formatted(prefix,
							source),
					"Name two beans of type %s by '%2$s.source' and '%2$s.target'.".formatted(type.getSimpleName(),
							prefix));
		}
		return new Joined(name, type, source, target, properties.getReads(), comparator(prefix, properties));
	}

	private Class<?> type(String prefix, String name) {
		Class<?> type;
		try {
			type = ClassUtils.forName(name, this.context.beanFactory().getBeanClassLoader());
		}
		catch (ClassNotFoundException | LinkageError ex) {
			throw new InvalidMigrationException(
					"The property '%s.interface' has the value '%s', which is not on the classpath.".formatted(prefix,
							name),
					"Use the full name of the interface that both beans have.", ex);
		}
		if (!type.isInterface() || type.isAnnotation()) {
			throw new InvalidMigrationException(
					"The property '%s.interface' has the value '%s', which is not an interface.".formatted(prefix,
							name),
					"Use the full name of the interface that both beans have.");
		}
		return type;
	}

	private String bean(String prefix, String property, @Nullable String name, Class<?> type) {
		String action = use(type);
		if (name == null) {
			throw new InvalidMigrationException("The migration '%s' has no %s.".formatted(prefix, property),
					"Name a bean by '%s.%s'. %s".formatted(prefix, property, action));
		}
		String defined = defined(name);
		if (defined == null) {
			throw new InvalidMigrationException(
					"The property '%s.%s' names '%s', but there is no such bean.".formatted(prefix, property, name),
					action);
		}
		Class<?> known = this.context.beanFactory().getType(defined, false);
		if (known != null && !type.isAssignableFrom(known)) {
			throw new InvalidMigrationException("The property '%s.%s' names '%s', which is a %s and not a %s."
				.formatted(prefix, property, name, known.getName(), type.getName()), action);
		}
		return defined;
	}

	private String use(Class<?> type) {
		List<String> candidates = Arrays.asList(this.context.beanFactory().getBeanNamesForType(type, true, false));
		return candidates.isEmpty() ? "Define a bean of type %s.".formatted(type.getSimpleName())
				: "Use one of: %s.".formatted(String.join(", ", candidates));
	}

	/**
	 * Return the name of the definition; others may be aliases of it. What has no
	 * definition here is not decorated.
	 */
	private @Nullable String defined(String name) {
		ConfigurableListableBeanFactory beanFactory = this.context.beanFactory();
		if (beanFactory.containsBeanDefinition(name)) {
			return name;
		}
		return Arrays.stream(beanFactory.getAliases(name))
			.filter(beanFactory::containsBeanDefinition)
			.findFirst()
			.orElse(null);
	}

	private @Nullable String comparator(String prefix, ClientMigrationProperties properties) {
		String name = properties.getComparator();
		if (name != null && !this.context.beanFactory().containsBean(name)) {
			throw new InvalidMigrationException(
					"The property '%s.comparator' names '%s', but there is no such bean.".formatted(prefix, name),
					"Define a bean of type java.util.Comparator with this name.");
		}
		return name;
	}

	/**
	 * Two beans of one interface.
	 *
	 * @param migration the migration's name
	 * @param type the interface
	 * @param source name of the source bean
	 * @param target name of the target bean
	 * @param reads patterns of methods that read
	 * @param comparator name of the bean that compares answers
	 */
	record Joined(String migration, Class<?> type, String source, String target, List<String> reads,
			@Nullable String comparator) {

	}

}
