package io.migration.autoconfigure;

import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

import io.migration.mirror.RoutedMigration;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.env.Environment;

/**
 * Registers migrations of one kind without data. They depend on no bean that they
 * decorate: what is decorated asks for them.
 *
 * @param <P> the kind's properties
 */
abstract class RoutedMigrationRegistrar<P extends RoutedMigrationProperties>
		extends MigrationRegistrar<RoutedMigration> {

	private final String kind;

	private final Function<MigrationProperties, Map<String, P>> part;

	private final Supplier<P> unset;

	RoutedMigrationRegistrar(String kind, Function<MigrationProperties, Map<String, P>> part, Supplier<P> unset,
			Environment environment, BeanFactory beanFactory, ClassLoader classLoader) {
		super(kind, RoutedMigration.class, environment, beanFactory, classLoader);
		this.kind = kind;
		this.part = part;
		this.unset = unset;
	}

	@Override
	RoutedMigration migration(BeanFactory beanFactory, String name) {
		RoutedMigrationFactory factory = beanFactory.getBean(RoutedMigrationFactory.class);
		P properties = factory.context().migrations(this.kind, this.part, this.unset).get(name);
		if (properties == null) {
			throw new IllegalStateException(name);
		}
		return factory.create(this.kind, name, properties);
	}

}
