package io.migration.autoconfigure;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanFactoryPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;

/**
 * Leaves migrations alone whose data source a test has replaced by an embedded database:
 * that is not the source which the properties speak of, and their target is no place for
 * what a test writes.
 */
final class ReplacedDataSources implements BeanFactoryPostProcessor {

	private static final Log logger = LogFactory.getLog(ReplacedDataSources.class);

	private static final String REPLACEMENTS = "org.springframework.boot.jdbc.test.autoconfigure.";

	@Override
	public void postProcessBeanFactory(ConfigurableListableBeanFactory beanFactory) {
		String[] dataSources = beanFactory.getBeanNamesForType(DataSource.class, true, false);
		if (Arrays.stream(dataSources).noneMatch((name) -> isReplaced(beanFactory, name))) {
			return;
		}
		DataSourceMigrationPostProcessor postProcessor = beanFactory.getBean(DataSourceMigrationPostProcessor.class);
		Set<String> left = new LinkedHashSet<>();
		postProcessor.migrationOfBean().forEach((bean, migration) -> {
			if (isReplaced(beanFactory, bean)) {
				left.add(migration);
			}
		});
		for (String migration : left) {
			logger.info(
					"Migration '%s' (data-source): a test has replaced its data source by an embedded database, which is not decorated"
						.formatted(migration));
			postProcessor.leaveAlone(migration);
			BeanDefinitionRegistry registry = (BeanDefinitionRegistry) beanFactory;
			registry.removeBeanDefinition(MigrationRegistrar.beanName(migration));
			registry
				.removeBeanDefinition(MigrationRegistrar.beanName(DataSourceMigrationPostProcessor.KIND, migration));
		}
	}

	private static boolean isReplaced(ConfigurableListableBeanFactory beanFactory, String name) {
		if (!beanFactory.containsBeanDefinition(name)) {
			return false;
		}
		BeanDefinition definition = beanFactory.getMergedBeanDefinition(name);
		return startsWith(definition.getBeanClassName()) || startsWith(definition.getFactoryBeanName());
	}

	private static boolean startsWith(@Nullable String type) {
		return type != null && type.startsWith(REPLACEMENTS);
	}

}
