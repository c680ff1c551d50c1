package io.migration.autoconfigure;

import java.util.function.UnaryOperator;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.http.client.ClientHttpRequestFactory;

/**
 * Stands in for the builder from which Spring Boot makes the request factories of its
 * builders and of groups of HTTP services: each of them is decorated.
 */
final class MigratingRequestFactoryBuilder implements ClientHttpRequestFactoryBuilder<ClientHttpRequestFactory> {

	private final ClientHttpRequestFactoryBuilder<?> original;

	private final UnaryOperator<ClientHttpRequestFactory> decoration;

	MigratingRequestFactoryBuilder(ClientHttpRequestFactoryBuilder<?> original,
			UnaryOperator<ClientHttpRequestFactory> decoration) {
		this.original = original;
		this.decoration = decoration;
	}

	ClientHttpRequestFactoryBuilder<?> original() {
		return this.original;
	}

	@Override
	public ClientHttpRequestFactory build(@Nullable HttpClientSettings settings) {
		return this.decoration.apply(this.original.build(settings));
	}

	@Override
	public String toString() {
		return "migrating " + this.original;
	}

}
