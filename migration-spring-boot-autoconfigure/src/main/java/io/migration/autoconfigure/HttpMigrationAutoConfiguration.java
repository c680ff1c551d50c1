package io.migration.autoconfigure;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.micrometer.observation.ObservationRegistry;
import io.migration.http.MigratingExchangeFilter;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.HttpClientSettings;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.webclient.WebClientCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Role;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Auto-configuration for migrations of services that are called over HTTP: decorates the
 * application's clients.
 */
@AutoConfiguration(after = { MigrationAutoConfiguration.class, UnleashMigrationAutoConfiguration.class },
		afterName = "org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration")
@ConditionalOnClass({ ClientHttpRequestFactoryBuilder.class, CircuitBreaker.class })
@ConditionalOnBooleanProperty(name = "migration.enabled", matchIfMissing = true)
@ConditionalOnMigration("http")
@Import({ HttpMigrationRegistrar.class, RoutedMigrationConfiguration.class })
public final class HttpMigrationAutoConfiguration {

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static HttpMigrations httpMigrations(RoutedMigrationFactory factory,
			ObjectProvider<ClientHttpRequestFactoryBuilder<?>> builders, ObjectProvider<HttpClientSettings> settings,
			ObjectProvider<SslBundles> sslBundles, ObjectProvider<ObservationRegistry> registry) {
		HttpMigrations migrations = new HttpMigrations(factory.context(), builders, settings, sslBundles, registry);
		migrations.check();
		return migrations;
	}

	@Bean
	@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
	static HttpMigrationPostProcessor httpMigrationPostProcessor(HttpMigrations migrations) {
		return new HttpMigrationPostProcessor(migrations);
	}

	/**
	 * Apart, because WebFlux is optional.
	 */
	@Configuration(proxyBeanMethods = false)
	@ConditionalOnClass({ WebClient.class, WebClientCustomizer.class })
	static class WebClientConfiguration {

		@Bean
		@Role(BeanDefinition.ROLE_INFRASTRUCTURE)
		static WebClientMigrationPostProcessor webClientMigrationPostProcessor(HttpMigrations migrations) {
			return new WebClientMigrationPostProcessor(
					new MigratingExchangeFilter(migrations.routes(), migrations.registry()));
		}

	}

}
