package io.migration.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import io.micrometer.observation.ObservationRegistry;
import io.migration.http.HttpClients;
import io.migration.http.HttpRoute;
import io.migration.http.HttpRouteSettings;
import io.migration.http.HttpRoutes;
import io.migration.http.MigratingRequestFactory;
import io.migration.mirror.RoutedMigration;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.ssl.SslBundle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.util.function.SingletonSupplier;

/**
 * The HTTP migrations of an application, for what decorates its clients. Clients are
 * created early, so the routes are made when the first request asks for them.
 */
final class HttpMigrations {

	private final MigrationContext context;

	private final ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builders;

	private final ObjectProvider<HttpClientSettings> settings;

	private final ObjectProvider<SslBundles> sslBundles;

	private final SingletonSupplier<HttpRoutes> routes = SingletonSupplier.of(this::createRoutes);

	private final SingletonSupplier<ObservationRegistry> registry;

	HttpMigrations(MigrationContext context, ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builders,
			ObjectProvider<HttpClientSettings> settings, ObjectProvider<SslBundles> sslBundles,
			ObjectProvider<ObservationRegistry> registry) {
		this.context = context;
		this.builders = builders;
		this.settings = settings;
		this.sslBundles = sslBundles;
		this.registry = SingletonSupplier.of(() -> registry.getIfAvailable(() -> ObservationRegistry.NOOP));
	}

	Supplier<HttpRoutes> routes() {
		return this.routes::obtain;
	}

	Supplier<ObservationRegistry> registry() {
		return this.registry::obtain;
	}

	MigratingRequestFactory decorate(ClientHttpRequestFactory original) {
		return new MigratingRequestFactory(original, routes(), registry());
	}

	/**
	 * Check what is configured, so that a mistake is found at the start.
	 */
	void check() {
		configured().forEach((name, properties) -> settings(name, properties));
	}

	private Map<String, HttpMigrationProperties> configured() {
		return this.context.migrations(HttpMigrationRegistrar.KIND, MigrationProperties::getHttp,
				HttpMigrationProperties::new);
	}

	private HttpRouteSettings settings(String name, HttpMigrationProperties properties) {
		return new HttpRouteSettingsFactory(new Checked("migration.http." + name)).create(properties);
	}

	private HttpRoutes createRoutes() {
		List<HttpRoute> routes = new ArrayList<>();
		configured().forEach((name, properties) -> {
			RoutedMigration migration = this.context.beanFactory()
				.getBean(MigrationRegistrar.beanName(HttpMigrationRegistrar.KIND, name), RoutedMigration.class);
			routes.add(new HttpRoute(settings(name, properties), migration,
					clients(properties, migration.settings().timeout())));
		});
		return new HttpRoutes(routes);
	}

	private HttpClients clients(HttpMigrationProperties properties, Duration timeout) {
		ClientHttpRequestFactoryBuilder<?> builder = this.builders
			.getIfAvailable(ClientHttpRequestFactoryBuilder::detect);
		if (builder instanceof MigratingRequestFactoryBuilder migrating) {
			builder = migrating.original();
		}
		HttpClientSettings common = this.settings.getIfAvailable(HttpClientSettings::defaults);
		SslBundle bundle = bundle(properties.getTarget().getSsl().getBundle());
		ClientHttpRequestFactory target = (bundle != null) ? builder.build(common.withSslBundle(bundle)) : null;
		HttpClientSettings bounded = common.withTimeouts(timeout, timeout);
		return new HttpClients(target, builder.build((bundle != null) ? bounded.withSslBundle(bundle) : bounded));
	}

	private @Nullable SslBundle bundle(@Nullable String name) {
		return (name != null) ? this.sslBundles.getObject().getBundle(name) : null;
	}

}
