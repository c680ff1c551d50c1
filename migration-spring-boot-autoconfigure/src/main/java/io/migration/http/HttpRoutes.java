package io.migration.http;

import java.net.URI;
import java.util.Comparator;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The routes of an application. Immutable.
 */
public final class HttpRoutes {

	private final HttpRoute[] routes;

	/**
	 * Create the routes.
	 * @param routes the routes, in any order
	 */
	public HttpRoutes(List<HttpRoute> routes) {
		// of two that cover a URL the one with the longer path
		this.routes = routes.stream()
			.sorted(Comparator.comparingInt((HttpRoute route) -> route.settings().source().depth()).reversed())
			.toArray(HttpRoute[]::new);
	}

	/**
	 * Return the route of a URL.
	 * @param url the URL
	 * @return the route, {@code null} if no migration has to do with it
	 */
	@Nullable HttpRoute find(URI url) {
		for (HttpRoute route : this.routes) {
			if (route.settings().source().covers(url)) {
				return route;
			}
		}
		return null;
	}

}
