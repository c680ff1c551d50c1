package io.migration.autoconfigure;

import io.migration.http.MigratingExchangeFilter;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;
import org.springframework.web.reactive.function.client.WebClient;

/**
 * Gives each {@code WebClient} and each builder of one the filter that routes, as the
 * innermost of those it has by then.
 */
class WebClientMigrationPostProcessor implements BeanPostProcessor, Ordered {

	private final MigratingExchangeFilter filter;

	WebClientMigrationPostProcessor(MigratingExchangeFilter filter) {
		this.filter = filter;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE - 10;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (bean instanceof WebClient client) {
			return isDecorated(client) ? client : client.mutate().filter(this.filter).build();
		}
		if (bean instanceof WebClient.Builder builder) {
			builder.filters((filters) -> {
				if (!filters.contains(this.filter)) {
					filters.add(this.filter);
				}
			});
		}
		return bean;
	}

	private boolean isDecorated(WebClient client) {
		boolean[] decorated = new boolean[1];
		client.mutate().filters((filters) -> decorated[0] = filters.contains(this.filter));
		return decorated[0];
	}

}
