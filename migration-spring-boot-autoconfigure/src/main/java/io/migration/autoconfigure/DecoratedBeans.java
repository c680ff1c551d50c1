package io.migration.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;

/**
 * Which beans the migrations of one kind decorate.
 *
 * @param beanFactory where the beans are
 * @param kind the kind, as in the properties
 * @param type what the beans are
 * @param without what to do where there is no such bean
 */
record DecoratedBeans(ConfigurableListableBeanFactory beanFactory, String kind, Class<?> type, String without) {

	/**
	 * Return which migration decorates a bean.
	 * @param configured the names of beans that each migration names, none for the bean
	 * that an injection would get
	 * @return the migrations by their beans, in the order in which they name them
	 */
	Map<String, String> migrations(Map<String, List<String>> configured) {
		Map<String, String> resolved = new LinkedHashMap<>();
		configured.forEach((migration, beans) -> {
			for (String bean : resolve(migration, beans)) {
				String other = resolved.putIfAbsent(bean, migration);
				if (other != null && !other.equals(migration)) {
					throw new InvalidMigrationException(
							"Two migrations decorate the bean '%1$s': 'migration.%2$s.%3$s' and 'migration.%2$s.%4$s'."
								.formatted(bean, this.kind, other, migration),
							"Remove one of them, or name different beans by their property 'bean'.");
				}
			}
		});
		return resolved;
	}

	private List<String> resolve(String migration, List<String> configured) {
		List<String> candidates = Arrays.asList(this.beanFactory.getBeanNamesForType(this.type, true, false));
		if (!configured.isEmpty()) {
			return named(migration, configured, candidates);
		}
		List<String> chosen = onlyOrPrimary(candidates);
		if (chosen.size() != 1) {
			throw new InvalidMigrationException(
					"The migration 'migration.%s.%s' names no bean, and %s.".formatted(this.kind, migration,
							candidates.isEmpty() ? "there is no " + this.type.getSimpleName()
									: "there are several of type %s: %s".formatted(this.type.getSimpleName(),
											String.join(", ", candidates))),
					candidates.isEmpty() ? this.without
							: "Name one by 'migration.%s.%s.bean'.".formatted(this.kind, migration));
		}
		return chosen;
	}

	private List<String> named(String migration, List<String> configured, List<String> candidates) {
		List<String> found = new ArrayList<>();
		for (String name : configured) {
			if (!candidates.contains(name)) {
				throw new InvalidMigrationException(
						"The property 'migration.%s.%s.bean' names '%s', but there is no such bean of type %s."
							.formatted(this.kind, migration, name, this.type.getSimpleName()),
						candidates.isEmpty() ? this.without
								: "Use one of: %s.".formatted(String.join(", ", candidates)));
			}
			found.add(name);
		}
		return found;
	}

	/**
	 * Choose as the injection of a single bean does.
	 */
	private List<String> onlyOrPrimary(List<String> candidates) {
		List<String> injectable = only(candidates, (definition) -> definition.isAutowireCandidate()
				&& !(definition instanceof AbstractBeanDefinition bean && !bean.isDefaultCandidate()));
		List<String> primary = only(injectable, BeanDefinition::isPrimary);
		List<String> noFallback = only(injectable, (definition) -> !definition.isFallback());
		return (injectable.size() == 1) ? injectable : (primary.isEmpty() ? noFallback : primary);
	}

	private List<String> only(List<String> names, Predicate<BeanDefinition> wanted) {
		return names.stream().filter((name) -> wanted.test(definition(name))).toList();
	}

	/**
	 * Return how a bean is defined.
	 */
	BeanDefinition definition(String name) {
		return this.beanFactory.containsBeanDefinition(name) ? this.beanFactory.getMergedBeanDefinition(name)
				: new RootBeanDefinition();
	}

}
