package io.migration.autoconfigure;

import java.util.List;

import io.migration.redis.RedisMigration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * Starts and stops Redis migrations.
 */
final class RedisMigrationLifecycle extends MigrationLifecycle {

	private static final Log logger = LogFactory.getLog(RedisMigrationLifecycle.class);

	private final List<RedisMigration> migrations;

	private final ConfigurableListableBeanFactory beanFactory;

	RedisMigrationLifecycle(List<RedisMigration> migrations, ConfigurableListableBeanFactory beanFactory) {
		this.migrations = migrations;
		this.beanFactory = beanFactory;
	}

	@Override
	void startMigrations() {
		reportBypasses();
		this.migrations.forEach(RedisMigration::start);
	}

	/**
	 * Report other connection factories that reach a migration's source past the
	 * decoration: what they write is not journaled.
	 */
	private void reportBypasses() {
		this.beanFactory.getBeansOfType(RedisConnectionFactory.class, false, false)
			.forEach((name, factory) -> this.migrations
				.forEach((migration) -> migration.reportIfBypassed(name, factory)));
		for (String name : this.beanFactory.getBeanDefinitionNames()) {
			Class<?> type = this.beanFactory.getType(name, false);
			String client = (type != null) ? otherClient(type) : null;
			if (client != null) {
				logger.warn(
						"The bean '%s' is %s, which is not decorated; if it reaches the source of a migration, what it writes is not journaled and will be missing on target"
							.formatted(name, client));
			}
		}
	}

	/**
	 * Recognize other clients by their names, so that none of them need be there.
	 */
	private static @Nullable String otherClient(Class<?> type) {
		for (Class<?> at : ClassUtils.getAllInterfacesForClassAsSet(type)) {
			if (at.getName().startsWith("org.redisson.api.Redisson")) {
				return "a Redisson client";
			}
		}
		for (Class<?> at = type; at != null; at = at.getSuperclass()) {
			String name = at.getName();
			if (name.equals("org.springframework.data.redis.connection.jedis.JedisConnectionFactory")) {
				return "a Jedis connection factory";
			}
			if (name.startsWith("redis.clients.jedis.")) {
				return "a Jedis client";
			}
			if (name.equals("io.lettuce.core.AbstractRedisClient")) {
				return "a Lettuce client of its own";
			}
		}
		return null;
	}

	@Override
	void stopMigrations() {
		this.migrations.forEach(RedisMigration::stop);
	}

}
