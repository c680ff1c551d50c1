package io.migration.autoconfigure;

import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.core.Ordered;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.util.ClassUtils;

/**
 * Decorates the factory that channels come from: the one that an injection would get,
 * which is the composite one where there are several.
 */
class GrpcMigrationPostProcessor implements BeanPostProcessor, Ordered {

	private final ConfigurableListableBeanFactory beanFactory;

	private @Nullable String factoryBean;

	private @Nullable Map<String, GrpcMigratedChannel> channels;

	GrpcMigrationPostProcessor(ConfigurableListableBeanFactory beanFactory) {
		this.beanFactory = beanFactory;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE - 10;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof GrpcChannelFactory factory) || !beanName.equals(factoryBean())) {
			return bean;
		}
		ProxyFactory proxy = new ProxyFactory(factory);
		proxy.setProxyTargetClass(!Modifier.isFinal(ClassUtils.getUserClass(bean).getModifiers()));
		proxy.addAdvice(new GrpcChannelInterceptor(factory, channels()));
		return proxy.getProxy(bean.getClass().getClassLoader());
	}

	/**
	 * Refuse what is configured and cannot work.
	 */
	void check() {
		this.beanFactory.getBean(factoryBean());
		channels().values().forEach(GrpcMigratedChannel::checkEncryption);
	}

	private String factoryBean() {
		String name = this.factoryBean;
		if (name == null) {
			List<String> candidates = List
				.of(this.beanFactory.getBeanNamesForType(GrpcChannelFactory.class, true, false));
			List<String> chosen = (candidates.size() <= 1) ? candidates
					: candidates.stream().filter(this::isPrimary).toList();
			if (chosen.size() != 1) {
				throw new InvalidMigrationException(
						"The migration 'migration.grpc.%s' decorates a channel, and there %s.".formatted(
								configured().keySet().iterator().next(),
								candidates.isEmpty() ? "is no GrpcChannelFactory"
										: "are several of type GrpcChannelFactory: %s"
											.formatted(String.join(", ", candidates))),
						candidates.isEmpty()
								? "Add spring-boot-starter-grpc-client, and do not switch it off (spring.grpc.client.enabled)."
								: "Make one of them primary.");
			}
			name = chosen.get(0);
			this.factoryBean = name;
		}
		return name;
	}

	private boolean isPrimary(String name) {
		return this.beanFactory.containsBeanDefinition(name)
				&& this.beanFactory.getMergedBeanDefinition(name).isPrimary();
	}

	private Map<String, GrpcMigrationProperties> configured() {
		return this.beanFactory.getBean(RoutedMigrationFactory.class)
			.context()
			.migrations("grpc", MigrationProperties::getGrpc, GrpcMigrationProperties::new);
	}

	private Map<String, GrpcMigratedChannel> channels() {
		Map<String, GrpcMigratedChannel> byName = this.channels;
		if (byName == null) {
			byName = new LinkedHashMap<>();
			for (Map.Entry<String, GrpcMigrationProperties> migration : configured().entrySet()) {
				GrpcMigratedChannel channel = GrpcMigratedChannel.of(migration.getKey(), migration.getValue(),
						this.beanFactory);
				GrpcMigratedChannel other = byName.putIfAbsent(channel.channel(), channel);
				if (other != null) {
					throw new InvalidMigrationException(
							"Two migrations decorate the channel '%s': 'migration.grpc.%s' and 'migration.grpc.%s'."
								.formatted(channel.channel(), other.name(), channel.name()),
							"Remove one of them, or name different channels by their property 'channel'.");
				}
			}
			this.channels = byName;
		}
		return byName;
	}

}
