package io.migration.autoconfigure;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.core.env.Environment;

/**
 * Registers migrations of services that are called over HTTP.
 */
final class HttpMigrationRegistrar extends RoutedMigrationRegistrar<HttpMigrationProperties> {

	static final String KIND = "http";

	HttpMigrationRegistrar(Environment environment, BeanFactory beanFactory, ClassLoader classLoader) {
		super(KIND, MigrationProperties::getHttp, HttpMigrationProperties::new, environment, beanFactory, classLoader);
	}

}
