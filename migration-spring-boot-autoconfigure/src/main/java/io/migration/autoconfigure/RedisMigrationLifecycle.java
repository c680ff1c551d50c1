package io.migration.autoconfigure;

import java.util.List;

import io.migration.redis.RedisMigration;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Starts migrations before the web server takes requests, and stops them after it has
 * drained.
 */
class RedisMigrationLifecycle implements SmartLifecycle {

	/** Below the phases of the web server's start and of its graceful shutdown. */
	static final int PHASE = DEFAULT_PHASE - 4096;

	private final List<RedisMigration> migrations;

	private final ConfigurableListableBeanFactory beanFactory;

	private volatile boolean running;

	RedisMigrationLifecycle(List<RedisMigration> migrations, ConfigurableListableBeanFactory beanFactory) {
		this.migrations = migrations;
		this.beanFactory = beanFactory;
	}

	@Override
	public void start() {
		reportBypasses();
		this.migrations.forEach(RedisMigration::start);
		this.running = true;
	}

	/**
	 * Report other connection factories that reach a migration's source past the
	 * decoration: what they write is not journaled.
	 */
	private void reportBypasses() {
		this.beanFactory.getBeansOfType(RedisConnectionFactory.class, false, false)
			.forEach((name, factory) -> this.migrations
				.forEach((migration) -> migration.reportIfBypassed(name, factory)));
	}

	@Override
	public void stop() {
		this.migrations.forEach(RedisMigration::stop);
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return PHASE;
	}

}
