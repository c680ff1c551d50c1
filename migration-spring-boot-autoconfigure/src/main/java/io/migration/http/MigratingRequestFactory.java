package io.migration.http;

import java.io.IOException;
import java.net.URI;
import java.util.function.Supplier;

import io.micrometer.observation.ObservationRegistry;
import io.migration.MigrationPhase;
import io.migration.phase.PinnedPhase;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * Stands in for the request factory of a client: requests for what migrations move are
 * routed, all others, and all in off, are the original's. Thread safe.
 */
public final class MigratingRequestFactory implements ClientHttpRequestFactory {

	private final ClientHttpRequestFactory original;

	private final Supplier<HttpRoutes> routes;

	private final Supplier<ObservationRegistry> registry;

	/**
	 * Create a request factory.
	 * @param original the application's
	 * @param routes the routes, asked for with each request
	 * @param registry the registry of observations, asked for with each routed request
	 */
	public MigratingRequestFactory(ClientHttpRequestFactory original, Supplier<HttpRoutes> routes,
			Supplier<ObservationRegistry> registry) {
		this.original = original;
		this.routes = routes;
		this.registry = registry;
	}

	@Override
	public ClientHttpRequest createRequest(URI uri, HttpMethod httpMethod) throws IOException {
		HttpRoute route = this.routes.get().find(uri);
		if (route == null) {
			return this.original.createRequest(uri, httpMethod);
		}
		PinnedPhase rules = route.migration().rules();
		return (rules.phase() == MigrationPhase.OFF) ? this.original.createRequest(uri, httpMethod)
				: new RoutedRequest(route, rules, this.original, this.registry.get(), uri, httpMethod);
	}

	@Override
	public String toString() {
		return "migrating " + this.original;
	}

}
