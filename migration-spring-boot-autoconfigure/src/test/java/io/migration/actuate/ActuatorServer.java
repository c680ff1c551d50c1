package io.migration.actuate;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.Principal;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.migration.autoconfigure.MigrationActuatorAutoConfiguration;
import io.migration.autoconfigure.MigrationHealthAutoConfiguration;
import io.migration.mirror.ManagedMigration;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.actuate.autoconfigure.endpoint.EndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.jackson.JacksonEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementContextAutoConfiguration;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.availability.ApplicationAvailabilityAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.AvailabilityProbesAutoConfiguration;
import org.springframework.boot.health.autoconfigure.actuate.endpoint.HealthEndpointAutoConfiguration;
import org.springframework.boot.health.autoconfigure.contributor.HealthContributorAutoConfiguration;
import org.springframework.boot.health.autoconfigure.registry.HealthContributorRegistryAutoConfiguration;
import org.springframework.boot.http.converter.autoconfigure.HttpMessageConvertersAutoConfiguration;
import org.springframework.boot.jackson.autoconfigure.JacksonAutoConfiguration;
import org.springframework.boot.servlet.autoconfigure.actuate.web.ServletManagementContextAutoConfiguration;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.DispatcherServletAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.WebMvcAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.actuate.endpoint.web.WebMvcHealthEndpointExtensionAutoConfiguration;
import org.springframework.boot.webmvc.autoconfigure.error.ErrorMvcAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * An application whose Actuator answers on a port of its own choice. Who asks is what the
 * headers {@code X-User} and {@code X-Role} say.
 */
final class ActuatorServer implements AutoCloseable {

	private static final JsonMapper JSON = new JsonMapper();

	private final ConfigurableApplicationContext context;

	private final HttpClient client = HttpClient.newHttpClient();

	private ActuatorServer(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start an application.
	 * @param migrations its migrations
	 * @param properties its properties
	 * @return the application
	 */
	static ActuatorServer start(List<? extends Supplier<? extends ManagedMigration>> migrations, String... properties) {
		String[] arguments = Stream
			.concat(Stream.of("server.port=0", "spring.main.banner-mode=off",
					"management.endpoints.web.exposure.include=*"), Stream.of(properties))
			.map((property) -> "--" + property)
			.toArray(String[]::new);
		return new ActuatorServer(new SpringApplicationBuilder(Application.class).web(WebApplicationType.SERVLET)
			.initializers((context) -> {
				for (int i = 0; i < migrations.size(); i++) {
					Supplier<? extends ManagedMigration> migration = migrations.get(i);
					((GenericApplicationContext) context).registerBean("migration" + i, ManagedMigration.class,
							migration::get);
				}
			})
			.run(arguments));
	}

	Answer get(String path, String... headers) {
		return send(request(path, headers).GET());
	}

	/**
	 * Post as {@code curl -X POST} does: neither body nor type.
	 */
	Answer post(String path, String... headers) {
		return send(request(path, headers).POST(BodyPublishers.noBody()));
	}

	Answer postJson(String path, String body, String... headers) {
		return send(
				request(path, headers).header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)));
	}

	private HttpRequest.Builder request(String path, String... headers) {
		HttpRequest.Builder request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:%s/actuator%s"
			.formatted(this.context.getEnvironment().getProperty("local.server.port"), path)));
		return (headers.length != 0) ? request.headers(headers) : request;
	}

	private Answer send(HttpRequest.Builder request) {
		try {
			HttpResponse<String> response = this.client.send(request.build(), BodyHandlers.ofString());
			String body = response.body();
			return new Answer(response.statusCode(), body,
					body.startsWith("{") ? JSON.readValue(body, new TypeReference<Map<String, Object>>() {
					}) : Map.of());
		}
		catch (IOException ex) {
			throw new IllegalStateException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * What came back.
	 *
	 * @param status the HTTP status
	 * @param text the body
	 * @param json the body as an object, empty if it is none
	 */
	record Answer(int status, String text, Map<String, Object> json) {

		/**
		 * Return a value from within the body.
		 * @param path names and indices, separated by slashes
		 * @return the value, {@code null} if there is none
		 */
		@Nullable Object at(String path) {
			Object at = this.json;
			for (String name : path.split("/")) {
				if (at instanceof Map<?, ?> map) {
					at = map.get(name);
				}
				else if (at instanceof List<?> list) {
					at = list.get(Integer.parseInt(name));
				}
				else {
					return null;
				}
			}
			return at;
		}

		/**
		 * Return the names within an object of the body.
		 * @param path as for {@link #at(String)}
		 * @return the names, none if there is no such object
		 */
		Set<String> names(String path) {
			return (at(path) instanceof Map<?, ?> map)
					? map.keySet().stream().map(String::valueOf).collect(Collectors.toSet()) : Set.of();
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ TomcatServletWebServerAutoConfiguration.class, DispatcherServletAutoConfiguration.class,
			WebMvcAutoConfiguration.class, ErrorMvcAutoConfiguration.class, JacksonAutoConfiguration.class,
			HttpMessageConvertersAutoConfiguration.class, EndpointAutoConfiguration.class,
			WebEndpointAutoConfiguration.class, JacksonEndpointAutoConfiguration.class,
			ManagementContextAutoConfiguration.class, ServletManagementContextAutoConfiguration.class,
			ApplicationAvailabilityAutoConfiguration.class, HealthContributorAutoConfiguration.class,
			HealthContributorRegistryAutoConfiguration.class, HealthEndpointAutoConfiguration.class,
			AvailabilityProbesAutoConfiguration.class, WebMvcHealthEndpointExtensionAutoConfiguration.class,
			MigrationActuatorAutoConfiguration.class, MigrationHealthAutoConfiguration.class })
	static class Application {

		@Bean
		Authentication authentication() {
			return new Authentication();
		}

	}

	/**
	 * Believes what a request says of itself.
	 */
	static final class Authentication extends OncePerRequestFilter {

		@Override
		protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
				throws ServletException, IOException {
			String user = request.getHeader("X-User");
			chain.doFilter(new HttpServletRequestWrapper(request) {

				@Override
				public @Nullable Principal getUserPrincipal() {
					return (user != null) ? () -> user : null;
				}

				@Override
				public boolean isUserInRole(String role) {
					return role.equals(request.getHeader("X-Role"));
				}

			}, response);
		}

	}

}
