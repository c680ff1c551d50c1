package io.migration.autoconfigure;

import java.util.Comparator;
import java.util.function.Supplier;

import io.migration.MigrationException;
import io.migration.client.ClientContract;
import io.migration.client.ClientMigration;
import io.migration.client.MigratedClient;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanNotOfRequiredTypeException;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.core.Ordered;

/**
 * Replaces the source beans that migrations name by proxies that call either side.
 */
class ClientMigrationPostProcessor implements BeanPostProcessor, Ordered {

	private static final Log logger = LogFactory.getLog(ClientMigrationPostProcessor.class);

	private final ClientBeans beans;

	private final BeanFactory beanFactory;

	ClientMigrationPostProcessor(ClientBeans beans, BeanFactory beanFactory) {
		this.beans = beans;
		this.beanFactory = beanFactory;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE - 10;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		ClientBeans.Joined joined = this.beans.joined().get(beanName);
		// what a factory makes comes here by the factory's name, as the factory does
		if (joined == null || bean instanceof FactoryBean || bean instanceof MigratedClient) {
			return bean;
		}
		String property = "migration.client.%s".formatted(joined.migration());
		if (!joined.type().isInstance(bean)) {
			throw new InvalidMigrationException(
					"The property '%s.source' names '%s', which is a %s and not a %s.".formatted(property, beanName,
							bean.getClass().getName(), joined.type().getName()),
					"Name a bean that implements the interface.");
		}
		ClientContract contract = new ClientContract(joined.type(), joined.reads(), comparator(property, joined));
		String problem = ClientMigration.problem(contract, bean);
		if (problem != null) {
			throw new InvalidMigrationException(
					"The migration '%s' cannot route a method: %s.".formatted(property, problem),
					"Let it return a value, CompletionStage, CompletableFuture, Mono or Flux, and have one annotation at most.");
		}
		Object decorated = this.beanFactory
			.getBean(ClientMigrationRegistrar.callsBeanName(joined.migration()), ClientMigration.class)
			.decorate(contract, bean, new Target(this.beanFactory, joined));
		logger.info("Migration '%s' (client): decorates the bean '%s'; target is the bean '%s'"
			.formatted(joined.migration(), beanName, joined.target()));
		return decorated;
	}

	private @Nullable Comparator<?> comparator(String property, ClientBeans.Joined joined) {
		if (joined.comparator() == null) {
			return null;
		}
		try {
			return this.beanFactory.getBean(joined.comparator(), Comparator.class);
		}
		catch (BeanNotOfRequiredTypeException ex) {
			throw new InvalidMigrationException(
					"The property '%s.comparator' names '%s', which is a %s and not a java.util.Comparator."
						.formatted(property, joined.comparator(), ex.getActualType().getName()),
					"Name a bean of type java.util.Comparator.", ex);
		}
	}

	/**
	 * The target bean, which is not looked up before a phase needs it.
	 */
	private record Target(BeanFactory beanFactory, ClientBeans.Joined joined) implements Supplier<Object> {

		@Override
		public Object get() {
			Object bean = this.beanFactory.getBean(this.joined.target());
			if (!this.joined.type().isInstance(bean)) {
				throw new MigrationException(this.joined.migration(),
						"the target bean '%s' is a %s and not a %s; name another one".formatted(this.joined.target(),
								bean.getClass().getName(), this.joined.type().getName()));
			}
			return bean;
		}

	}

}
