package io.migration.autoconfigure;

import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;

/**
 * Keeps an injection by type unambiguous: it gets the source bean, which is decorated,
 * and the target bean is still there by its name.
 */
final class ClientTargetPostProcessor implements BeanFactoryPostProcessor {

	private final ClientBeans beans;

	ClientTargetPostProcessor(ClientBeans beans) {
		this.beans = beans;
	}

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		for (ClientBeans.Joined joined : this.beans.joined().values()) {
			if (beanFactory.getBeanDefinition(joined.target()) instanceof AbstractBeanDefinition plain) {
				plain.setDefaultCandidate(false);
			}
		}
	}

}
