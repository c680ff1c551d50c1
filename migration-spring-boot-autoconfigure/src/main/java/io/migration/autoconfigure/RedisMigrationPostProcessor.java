package io.migration.autoconfigure;

import java.lang.reflect.Modifier;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.migration.phase.PhaseSettings;
import io.migration.redis.MigratedConnectionFactory;
import io.migration.redis.RedisMigration;
import io.migration.redis.RedisMigrationSettings;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.core.Ordered;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.util.ClassUtils;

/**
 * Replaces the connection factories that migrations name by their decorated selves, and
 * keeps the migrations that come of it.
 */
class RedisMigrationPostProcessor implements BeanPostProcessor, Ordered {

	private static final Log logger = LogFactory.getLog(RedisMigrationPostProcessor.class);

	private final MigrationContext context;

	private final ObjectProvider<SslBundles> sslBundles;

	private final Map<String, RedisMigration> migrations = new HashMap<>();

	private @Nullable Map<String, String> migrationOfBean;

	RedisMigrationPostProcessor(MigrationContext context, ObjectProvider<SslBundles> sslBundles) {
		this.context = context;
		this.sslBundles = sslBundles;
	}

	@Override
	public int getOrder() {
		return Ordered.LOWEST_PRECEDENCE - 10;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof RedisConnectionFactory) || bean instanceof MigratedConnectionFactory) {
			return bean;
		}
		String name = migrationOfBean().get(beanName);
		if (name == null) {
			return bean;
		}
		if (!(bean instanceof LettuceConnectionFactory factory)) {
			throw new InvalidMigrationException(
					"The migration 'migration.redis.%s' decorates the bean '%s', which is a %s; only LettuceConnectionFactory can be decorated."
						.formatted(name, beanName, bean.getClass().getName()),
					"Use Lettuce as the Redis client (spring.data.redis.client-type=lettuce), or remove the migration.");
		}
		if (Modifier.isFinal(ClassUtils.getUserClass(bean).getModifiers())) {
			throw new InvalidMigrationException(
					"The migration 'migration.redis.%s' decorates the bean '%s', which is of the final class %s."
						.formatted(name, beanName, bean.getClass().getName()),
					"Make the class open to subclasses: the decorated bean is one of them.");
		}
		RedisMigration migration = create(name, factory);
		this.migrations.put(name, migration);
		logger.info("Migration '%s' (redis): decorates the bean '%s'".formatted(name, beanName));
		return migration.decorated();
	}

	/**
	 * Return a migration; its bean is created if it was not yet.
	 */
	RedisMigration migration(String name) {
		migrationOfBean().forEach((bean, migration) -> {
			if (migration.equals(name)) {
				this.context.beanFactory().getBean(bean);
			}
		});
		RedisMigration created = this.migrations.get(name);
		if (created == null) {
			throw new InvalidMigrationException(
					"The migration 'migration.redis.%s' has decorated nothing.".formatted(name),
					"Name a bean of type LettuceConnectionFactory by 'migration.redis.%s.bean'.".formatted(name));
		}
		return created;
	}

	private Map<String, RedisMigrationProperties> configured() {
		return this.context.migrations("redis", MigrationProperties::getRedis, RedisMigrationProperties::new);
	}

	private Map<String, String> migrationOfBean() {
		Map<String, String> resolved = this.migrationOfBean;
		if (resolved == null) {
			Map<String, List<String>> named = new LinkedHashMap<>();
			configured().forEach((name, migration) -> named.put(name,
					(migration.getBean() != null) ? List.of(migration.getBean()) : List.of()));
			resolved = new DecoratedBeans(this.context.beanFactory(), "redis", RedisConnectionFactory.class,
					"Configure a Redis connection factory (spring.data.redis.*).")
				.migrations(named);
			this.migrationOfBean = resolved;
		}
		return resolved;
	}

	private RedisMigration create(String name, LettuceConnectionFactory source) {
		String prefix = "migration.redis." + name;
		RedisMigrationProperties migration = configured().get(name);
		if (migration == null) {
			throw new IllegalStateException(prefix);
		}
		if (!migration.getTarget().hasAddress()) {
			throw new InvalidMigrationException("The migration '%s' has no target.".formatted(prefix),
					"Say where the new Redis is by '%s.target', with the same keys as spring.data.redis: url, host, port, cluster or sentinel."
						.formatted(prefix));
		}
		RedisTarget.checkSource(prefix, source);
		RedisMigrationSettings settings = settings(name, migration);
		LettuceConnectionFactory target = new RedisTarget(prefix, migration.getTarget(), source,
				this.sslBundles.getIfAvailable())
			.connectionFactory();
		if (RedisMigration.sameServer(source, target)) {
			throw new InvalidMigrationException(
					"The target of the migration '%s' is the server and database that its source is.".formatted(prefix),
					"Set '%s.target' to the new Redis.".formatted(prefix));
		}
		return RedisMigration.create(settings, source, target, this.context.flags(), this.context.observer(name),
				this.context::publish, this.context.threads(name));
	}

	private RedisMigrationSettings settings(String name, RedisMigrationProperties migration) {
		Checked checked = new Checked("migration.redis." + name);
		PhaseSettings phase = this.context.phase("redis", name, migration);
		List<String> keys = migration.getKeys();
		if (keys.isEmpty() || keys.stream().anyMatch(String::isBlank)) {
			throw checked.invalid("keys", String.join(",", keys), "names no keys",
					"Use patterns as for the command KEYS, such as \"session:*\", or \"*\" for all keys.");
		}
		return new RedisMigrationSettings(phase, MigrationContext.mirror(checked, migration),
				gates(checked, migration.getGates()), MigrationContext.maxPark(checked, migration.getCutover()),
				List.copyOf(keys), migration.getTarget().isAdopt());
	}

	private static RedisMigrationSettings.Gates gates(Checked checked, RedisMigrationProperties.Gates gates) {
		return new RedisMigrationSettings.Gates(checked.duration("gates.min-time-in-phase", gates.getMinTimeInPhase()),
				checked.count("gates.min-comparisons", gates.getMinComparisons()),
				checked.rate("gates.max-mismatch-rate", gates.getMaxMismatchRate()),
				checked.rate("gates.max-error-rate", gates.getMaxErrorRate()),
				checked.duration("gates.ttl", gates.getTtl()), checked.count("gates.journal", gates.getJournal()), true,
				checked.on("gates.unsupported", gates.getUnsupported()),
				checked.on("gates.backfill", gates.getBackfill()),
				checked.on("gates.verification", gates.getVerification()));
	}

}
