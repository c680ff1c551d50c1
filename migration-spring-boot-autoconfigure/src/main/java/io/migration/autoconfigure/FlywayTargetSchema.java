package io.migration.autoconfigure;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import javax.sql.DataSource;

import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.Configuration;
import org.flywaydb.core.api.configuration.FluentConfiguration;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.jdbc.DatabaseDriver;
import org.springframework.core.env.Environment;

/**
 * Runs the application's Flyway on target.
 */
final class FlywayTargetSchema implements TargetSchema {

	static final String PROPERTY = "flyway";

	private static final String VENDOR = "{vendor}";

	private final ConfigurableListableBeanFactory beanFactory;

	private final Environment environment;

	private final ObjectProvider<Flyway> flyway;

	FlywayTargetSchema(ConfigurableListableBeanFactory beanFactory, Environment environment,
			ObjectProvider<Flyway> flyway) {
		this.beanFactory = beanFactory;
		this.environment = environment;
		this.flyway = flyway;
	}

	/**
	 * Return the configuration of a Flyway, to be changed.
	 */
	static FluentConfiguration of(Flyway flyway) {
		Configuration configuration = flyway.getConfiguration();
		return Flyway.configure(configuration.getClassLoader()).configuration(configuration);
	}

	@Override
	public String property() {
		return PROPERTY;
	}

	@Override
	public boolean available() {
		return this.beanFactory.getBeanNamesForType(Flyway.class, true, false).length > 0;
	}

	@Override
	public void migrate(DataSource target) {
		FluentConfiguration configuration = of(this.flyway.getObject()).dataSource(target);
		List<String> locations = Binder.get(this.environment)
			.bind("spring.flyway.locations", Bindable.listOf(String.class))
			.orElseGet(List::of);
		if (locations.stream().anyMatch((location) -> location.contains(VENDOR))) {
			// those of the configuration are of the vendor that source is from
			String vendor = vendor(target);
			configuration.locations(
					locations.stream().map((location) -> location.replace(VENDOR, vendor)).toArray(String[]::new));
		}
		configuration.load().migrate();
	}

	private static String vendor(DataSource target) {
		try (Connection connection = target.getConnection()) {
			return DatabaseDriver.fromProductName(connection.getMetaData().getDatabaseProductName()).getId();
		}
		catch (SQLException ex) {
			throw new IllegalStateException("Target does not answer: %s".formatted(ex.getMessage()), ex);
		}
	}

}
