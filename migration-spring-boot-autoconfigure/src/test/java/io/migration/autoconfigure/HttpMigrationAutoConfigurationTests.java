package io.migration.autoconfigure;

import java.util.List;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.migration.Migration;
import io.migration.MigrationTemplate;
import io.migration.http.MigratingRequestFactory;
import io.migration.mirror.RoutedMigration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.boot.http.client.autoconfigure.HttpClientAutoConfiguration;
import org.springframework.boot.http.client.autoconfigure.imperative.ImperativeHttpClientAutoConfiguration;
import org.springframework.boot.restclient.autoconfigure.RestClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.webclient.autoconfigure.WebClientAutoConfiguration;
import org.springframework.web.client.RestTemplate;
import org.springframework.web.reactive.function.client.WebClient;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link HttpMigrationAutoConfiguration}: what is decorated, and what is
 * refused.
 */
class HttpMigrationAutoConfigurationTests {

	private static final String PREFIX = "migration.http.pricing.";

	private final ApplicationContextRunner unconfigured = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MigrationAutoConfiguration.class, HttpClientAutoConfiguration.class,
				ImperativeHttpClientAutoConfiguration.class, RestClientAutoConfiguration.class,
				WebClientAutoConfiguration.class, HttpMigrationAutoConfiguration.class))
		.withBean(RestTemplate.class, RestTemplate::new);

	private final ApplicationContextRunner runner = this.unconfigured
		.withPropertyValues(PREFIX + "source.url=http://old.example/api", PREFIX + "target.url=http://new.example/v2");

	@Test
	void withoutAMigrationNothingIsDecorated() {
		for (ApplicationContextRunner without : List.of(this.unconfigured,
				this.runner.withPropertyValues("migration.enabled=false"))) {
			without.run((context) -> {
				assertThat(context).doesNotHaveBean(RoutedMigration.class)
					.doesNotHaveBean(HttpMigrationPostProcessor.class);
				assertThat(context.getBean(ClientHttpRequestFactoryBuilder.class))
					.isNotInstanceOf(MigratingRequestFactoryBuilder.class);
				assertThat(context.getBean(RestTemplate.class).getRequestFactory())
					.isNotInstanceOf(MigratingRequestFactory.class);
			});
		}
	}

	@Test
	void clientsAreDecoratedOnce() {
		this.runner.run((context) -> {
			assertThat(context).hasSingleBean(RoutedMigration.class)
				.hasBean("pricingMigration")
				.doesNotHaveBean(MigrationTemplate.class);
			assertThat(context.getBean(Migration.class).kind()).isEqualTo("http");
			RestTemplate template = context.getBean(RestTemplate.class);
			assertThat(template.getRequestFactory()).isInstanceOf(MigratingRequestFactory.class);
			Object again = new HttpMigrationPostProcessor(context.getBean(HttpMigrations.class))
				.postProcessAfterInitialization(template, "again");
			assertThat(((RestTemplate) again).getRequestFactory()).isSameAs(template.getRequestFactory());
		});
	}

	@Test
	void worksWithoutWebClient() {
		this.runner.withClassLoader(new FilteredClassLoader(WebClient.class))
			.run((context) -> assertThat(context).hasNotFailed().hasSingleBean(HttpMigrationPostProcessor.class));
	}

	@Test
	void needsTheLibraryOfTheCircuitBreaker() {
		this.runner.withClassLoader(new FilteredClassLoader(CircuitBreaker.class))
			.run((context) -> assertThat(context).getFailure()
				.isInstanceOf(InvalidMigrationException.class)
				.hasMessageContaining("resilience4j-circuitbreaker"));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "source.url= | source.url' is not set",
			"target.url= | target.url' is not set", "source.url=old.example | not an absolute URL",
			"target.url=ftp://new.example | not an absolute URL",
			"target.url=http://user:secret@new.example | contains a user",
			"target.url=http://old.example/api/ | is where source is", "repeat-methods=PUSH | is not a method of HTTP",
			"compare.ignore=time | is not a JSON pointer", "compare.max-size=65MB | is not between 0 and 64",
			"compare.max-size=-1B | is not between 0 and", "compare.sample-rate=2 | is not between 0 and 1",
			"compare.timeout=0s | is not a positive duration", "compare.max-parallel=0 | is not a positive number",
			"read-share=101 | is not between 0 and 100", "gates.max-error-rate=2 | is not between 0 and 1",
			"rules[0].path=/a | side' is not set", "rules[0].path=/{a | is not a pattern of paths" })
	void whatCannotBeMeantFailsTheStart(String property, String problem) {
		this.runner
			.withPropertyValues(PREFIX + "writes=repeat",
					property.startsWith("rules[0].path=/{") ? PREFIX + "rules[0].side=target" : PREFIX + "phase=shadow")
			.withPropertyValues(PREFIX + property)
			.run((context) -> {
				assertThat(context).hasFailed();
				assertThat(context.getStartupFailure()).rootCause()
					.isInstanceOf(InvalidMigrationException.class)
					.hasMessageContaining(PREFIX)
					.hasMessageContaining(problem)
					.hasMessageNotContaining("secret");
				assertThat(((InvalidMigrationException) rootCause(context.getStartupFailure())).getAction())
					.isNotBlank();
			});
	}

	private static Throwable rootCause(Throwable failure) {
		Throwable cause = failure;
		while (cause.getCause() != null) {
			cause = cause.getCause();
		}
		return cause;
	}

}
