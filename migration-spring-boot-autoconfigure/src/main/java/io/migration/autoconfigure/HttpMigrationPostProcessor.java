package io.migration.autoconfigure;

import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.List;

import io.migration.http.MigratingRequestFactory;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.http.client.ClientHttpRequestFactoryBuilder;
import org.springframework.core.Ordered;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.util.ReflectionUtils;
import org.springframework.web.client.RestClient;
import org.springframework.web.client.RestTemplate;

/**
 * Decorates the blocking HTTP clients of an application at their request factories: those
 * that Spring Boot's builders and groups of HTTP services make, and beans that were made
 * by hand. An interceptor in their place would keep every body in memory.
 */
class HttpMigrationPostProcessor implements BeanPostProcessor, Ordered {

	private static final Log logger = LogFactory.getLog(HttpMigrationPostProcessor.class);

	private final HttpMigrations migrations;

	HttpMigrationPostProcessor(HttpMigrations migrations) {
		this.migrations = migrations;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE - 10;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof ClientHttpRequestFactoryBuilder<?> builder) {
			return (builder instanceof MigratingRequestFactoryBuilder) ? builder
					: new MigratingRequestFactoryBuilder(builder, this.migrations::decorate);
		}
		if (bean instanceof RestTemplate template) {
			decorate(template, beanName);
			return template;
		}
		if (bean instanceof RestClient client) {
			return decorated(client, beanName);
		}
		if (bean instanceof RestClient.Builder builder) {
			decorate(builder);
			return builder;
		}
		return bean;
	}

	private void decorate(RestTemplate template, String beanName) {
		List<ClientHttpRequestInterceptor> interceptors = new ArrayList<>(template.getInterceptors());
		template.setInterceptors(List.of());
		ClientHttpRequestFactory original = template.getRequestFactory();
		if (!(original instanceof MigratingRequestFactory)) {
			template.setRequestFactory(this.migrations.decorate(original));
			logger.debug("The bean '%s' calls what HTTP migrations route".formatted(beanName));
		}
		template.setInterceptors(interceptors);
	}

	private RestClient decorated(RestClient client, String beanName) {
		ClientHttpRequestFactory original = requestFactory(client, "clientRequestFactory");
		if (original instanceof MigratingRequestFactory) {
			return client;
		}
		if (original == null) {
			throw new InvalidMigrationException(
					"HTTP migrations cannot decorate the bean '%s', which is a %s.".formatted(beanName,
							client.getClass().getName()),
					"Build it by Spring's RestClient.Builder, or inject Spring Boot's builder.");
		}
		logger.debug("The bean '%s' calls what HTTP migrations route".formatted(beanName));
		return client.mutate().requestFactory(this.migrations.decorate(original)).build();
	}

	/**
	 * A builder that has no request factory of its own makes one when it builds; the bean
	 * that comes of it is decorated then.
	 */
	private void decorate(RestClient.Builder builder) {
		ClientHttpRequestFactory original = requestFactory(builder, "requestFactory");
		if (original != null && !(original instanceof MigratingRequestFactory)) {
			builder.requestFactory(this.migrations.decorate(original));
		}
	}

	/**
	 * Neither the client nor its builder tells, so the field is read.
	 */
	private static @Nullable ClientHttpRequestFactory requestFactory(Object client, String name) {
		Field field = ReflectionUtils.findField(client.getClass(), name, ClientHttpRequestFactory.class);
		if (field == null) {
			return null;
		}
		ReflectionUtils.makeAccessible(field);
		return (ClientHttpRequestFactory) ReflectionUtils.getField(field, client);
	}

}
