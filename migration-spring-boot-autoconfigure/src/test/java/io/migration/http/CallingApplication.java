package io.migration.http;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import io.migration.autoconfigure.HttpMigrationAutoConfiguration;
import io.migration.mirror.RoutedMigration;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.Banner;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.service.HttpServiceClientPropertiesAutoConfiguration;
import org.springframework.boot.restclient.RestTemplateBuilder;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestTemplateAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.service.HttpServiceClientAutoConfiguration;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.http.HttpEntity;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;
import org.springframework.web.service.annotation.GetExchange;
import org.springframework.web.service.annotation.HttpExchange;
import org.springframework.web.service.registry.ImportHttpServices;
import org.springframework.web.util.DefaultUriBuilderFactory;
import org.springframework.web.util.DefaultUriBuilderFactory.EncodingMode;

/**
 * An application that calls a service by every client there is: by those that Spring Boot
 * makes and by some that it made itself. It knows nothing of migrations.
 */
final class CallingApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private final String base;

	private CallingApplication(ConfigurableApplicationContext context, String base) {
		this.context = context;
		this.base = base;
	}

	static CallingApplication start(String base, List<String> properties) {
		ConfigurableApplicationContext started = new SpringApplicationBuilder(App.class).web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.logStartupInfo(false)
			.run(properties.stream().map((property) -> "--" + property).toArray(String[]::new));
		return new CallingApplication(started, base);
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	RoutedMigration migration() {
		return this.context.getBean(RoutedMigration.class);
	}

	/** By the interface, which knows the service's address from a property. */
	String item(String id) {
		return this.context.getBean(Items.class).item(id);
	}

	String get(Client client, String url) {
		return client.call(this.context, HttpMethod.GET, url, null, Map.of());
	}

	String call(Client client, HttpMethod method, String path, @Nullable String body, Map<String, String> headers) {
		return client.call(this.context, method, this.base + path, body, headers);
	}

	@Override
	public void close() {
		this.context.close();
	}

	private static DefaultUriBuilderFactory asItIs() {
		DefaultUriBuilderFactory factory = new DefaultUriBuilderFactory();
		factory.setEncodingMode(EncodingMode.NONE);
		return factory;
	}

	/**
	 * How it calls.
	 */
	enum Client {

		REST_CLIENT {

			@Override
			String call(ConfigurableApplicationContext context, HttpMethod method, String url, @Nullable String body,
					Map<String, String> headers) {
				return call(context.getBean(RestClient.Builder.class).uriBuilderFactory(asItIs()).build(), method, url,
						body, headers);
			}

		},

		HAND_MADE_REST_CLIENT {

			@Override
			String call(ConfigurableApplicationContext context, HttpMethod method, String url, @Nullable String body,
					Map<String, String> headers) {
				return call(context.getBean(RestClient.class), method, url, body, headers);
			}

		},

		REST_TEMPLATE {

			@Override
			String call(ConfigurableApplicationContext context, HttpMethod method, String url, @Nullable String body,
					Map<String, String> headers) {
				return call(context.getBean(RestTemplateBuilder.class).uriTemplateHandler(asItIs()).build(), method,
						url, body, headers);
			}

		},

		HAND_MADE_REST_TEMPLATE {

			@Override
			String call(ConfigurableApplicationContext context, HttpMethod method, String url, @Nullable String body,
					Map<String, String> headers) {
				return call(context.getBean(RestTemplate.class), method, url, body, headers);
			}

		},

		WEB_CLIENT {

			@Override
			String call(ConfigurableApplicationContext context, HttpMethod method, String url, @Nullable String body,
					Map<String, String> headers) {
				return call(context.getBean(WebClient.Builder.class).uriBuilderFactory(asItIs()).build(), method, url,
						body, headers);
			}

		},

		HAND_MADE_WEB_CLIENT {

			@Override
			String call(ConfigurableApplicationContext context, HttpMethod method, String url, @Nullable String body,
					Map<String, String> headers) {
				return call(context.getBean(WebClient.class), method, url, body, headers);
			}

		};

		abstract String call(ConfigurableApplicationContext context, HttpMethod method, String url,
				@Nullable String body, Map<String, String> headers);

		static String call(RestClient client, HttpMethod method, String url, @Nullable String body,
				Map<String, String> headers) {
			RestClient.RequestBodySpec request = client.method(method)
				.uri(url)
				.headers((all) -> headers.forEach(all::set));
			if (body != null) {
				request.body(body);
			}
			return Objects.requireNonNullElse(request.retrieve().body(String.class), "");
		}

		static String call(RestTemplate client, HttpMethod method, String url, @Nullable String body,
				Map<String, String> headers) {
			HttpHeaders all = new HttpHeaders();
			headers.forEach(all::set);
			return Objects.requireNonNullElse(
					client.exchange(url, method, new HttpEntity<>(body, all), String.class).getBody(), "");
		}

		static String call(WebClient client, HttpMethod method, String url, @Nullable String body,
				Map<String, String> headers) {
			WebClient.RequestBodySpec request = client.method(method)
				.uri(url)
				.headers((all) -> headers.forEach(all::set));
			if (body != null) {
				request.bodyValue(body);
			}
			return Objects.requireNonNullElse(request.retrieve().bodyToMono(String.class).block(Duration.ofSeconds(30)),
					"");
		}

	}

	/**
	 * The service, as an interface.
	 */
	@HttpExchange(accept = "application/json")
	interface Items {

		@GetExchange("/items/{id}")
		String item(@PathVariable String id);

	}

	/**
	 * The application.
	 */
	@SpringBootConfiguration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ HttpClientAutoConfiguration.class, ImperativeHttpClientAutoConfiguration.class,
			RestClientAutoConfiguration.class, RestTemplateAutoConfiguration.class, WebClientAutoConfiguration.class,
			HttpServiceClientPropertiesAutoConfiguration.class, HttpServiceClientAutoConfiguration.class,
			HttpMigrationAutoConfiguration.class })
	@ImportHttpServices(group = "pricing", types = Items.class)
	static class App {

		@Bean
		RestClient handMadeClient() {
			return RestClient.builder().uriBuilderFactory(asItIs()).build();
		}

		@Bean
		RestTemplate handMadeTemplate() {
			RestTemplate template = new RestTemplate(new SimpleClientHttpRequestFactory());
			template.setUriTemplateHandler(asItIs());
			template.getInterceptors().add((request, body, execution) -> execution.execute(request, body));
			return template;
		}

		@Bean
		WebClient handMadeWebClient() {
			return WebClient.builder().uriBuilderFactory(asItIs()).build();
		}

	}

}
