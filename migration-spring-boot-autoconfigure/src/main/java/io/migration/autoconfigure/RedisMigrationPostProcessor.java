package io.migration.autoconfigure;

import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.function.Predicate;

import io.migration.MigrationPhaseChangedEvent;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorObservers;
import io.migration.mirror.MirrorSettings;
import io.migration.phase.PhaseChange;
import io.migration.phase.PhaseControl;
import io.migration.phase.PhaseFlags;
import io.migration.phase.PhaseSettings;
import io.migration.redis.MigratedConnectionFactory;
import io.migration.redis.RedisMigration;
import io.migration.redis.RedisMigrationSettings;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.beans.factory.support.AbstractBeanDefinition;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.boot.ssl.SslBundles;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.Ordered;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.util.ClassUtils;

/**
 * Replaces the connection factories that migrations name by their decorated selves, and
 * keeps the migrations that come of it.
 */
class RedisMigrationPostProcessor implements BeanPostProcessor, Ordered {

	private static final Log logger = LogFactory.getLog(RedisMigrationPostProcessor.class);

	private final ConfigurableListableBeanFactory beanFactory;

	private final Environment environment;

	private final ObjectProvider<PhaseFlags> flags;

	private final ObjectProvider<MirrorObservers> observers;

	private final ObjectProvider<SslBundles> sslBundles;

	private final ApplicationEventPublisher events;

	private final Map<String, RedisMigration> migrations = new HashMap<>();

	private @Nullable Map<String, String> migrationOfBean;

	private @Nullable MigrationProperties properties;

	RedisMigrationPostProcessor(ConfigurableListableBeanFactory beanFactory, Environment environment,
			ObjectProvider<PhaseFlags> flags, ObjectProvider<MirrorObservers> observers,
			ObjectProvider<SslBundles> sslBundles, ApplicationEventPublisher events) {
		this.beanFactory = beanFactory;
		this.environment = environment;
		this.flags = flags;
		this.observers = observers;
		this.sslBundles = sslBundles;
		this.events = events;
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
				this.beanFactory.getBean(bean);
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

	private MigrationProperties properties() {
		MigrationProperties bound = this.properties;
		if (bound == null) {
			bound = Binder.get(this.environment).bindOrCreate("migration", MigrationProperties.class);
			Set<String> names = ConfiguredMigrations.names(this.environment, "redis");
			bound.getRedis().keySet().retainAll(names);
			// nothing is bound for a name below which no property is known
			for (String name : names) {
				bound.getRedis().putIfAbsent(name, new RedisMigrationProperties());
			}
			this.properties = bound;
		}
		return bound;
	}

	private Map<String, String> migrationOfBean() {
		Map<String, String> resolved = this.migrationOfBean;
		if (resolved == null) {
			resolved = new LinkedHashMap<>();
			for (Map.Entry<String, RedisMigrationProperties> entry : properties().getRedis().entrySet()) {
				String bean = beanName(entry.getKey(), entry.getValue());
				String other = resolved.putIfAbsent(bean, entry.getKey());
				if (other != null) {
					throw new InvalidMigrationException(
							"Two migrations decorate the bean '%s': 'migration.redis.%s' and 'migration.redis.%s'."
								.formatted(bean, other, entry.getKey()),
							"Remove one of them, or name different beans by their property 'bean'.");
				}
			}
			this.migrationOfBean = resolved;
		}
		return resolved;
	}

	private String beanName(String name, RedisMigrationProperties migration) {
		List<String> candidates = Arrays
			.asList(this.beanFactory.getBeanNamesForType(RedisConnectionFactory.class, true, false));
		String configured = migration.getBean();
		if (configured != null) {
			if (!candidates.contains(configured)) {
				throw new InvalidMigrationException(
						"The property 'migration.redis.%s.bean' names '%s', but there is no such bean of type RedisConnectionFactory."
							.formatted(name, configured),
						candidates.isEmpty() ? "Configure a Redis connection factory (spring.data.redis.*)."
								: "Use one of: %s.".formatted(String.join(", ", candidates)));
			}
			return configured;
		}
		List<String> chosen = onlyOrPrimary(candidates);
		if (chosen.size() != 1) {
			throw new InvalidMigrationException(
					"The migration 'migration.redis.%s' names no bean, and %s.".formatted(name,
							candidates.isEmpty() ? "there is no RedisConnectionFactory"
									: "there are several of type RedisConnectionFactory: "
											+ String.join(", ", candidates)),
					candidates.isEmpty() ? "Configure a Redis connection factory (spring.data.redis.*)."
							: "Name one by 'migration.redis.%s.bean'.".formatted(name));
		}
		return chosen.get(0);
	}

	/**
	 * Choose as the injection of a single bean does.
	 */
	private List<String> onlyOrPrimary(List<String> candidates) {
		List<String> injectable = only(candidates, (definition) -> definition.isAutowireCandidate()
				&& !(definition instanceof AbstractBeanDefinition bean && !bean.isDefaultCandidate()));
		List<String> primary = only(injectable, BeanDefinition::isPrimary);
		List<String> noFallback = only(injectable, (definition) -> !definition.isFallback());
		return (injectable.size() == 1) ? injectable : (primary.isEmpty() ? noFallback : primary);
	}

	private List<String> only(List<String> names, Predicate<BeanDefinition> wanted) {
		return names.stream().filter((name) -> wanted.test(definition(name))).toList();
	}

	private BeanDefinition definition(String name) {
		return this.beanFactory.containsBeanDefinition(name) ? this.beanFactory.getMergedBeanDefinition(name)
				: new RootBeanDefinition();
	}

	private RedisMigration create(String name, LettuceConnectionFactory source) {
		String prefix = "migration.redis." + name;
		RedisMigrationProperties migration = properties().getRedis().get(name);
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
		MirrorObservers meters = this.observers.getIfAvailable();
		return RedisMigration.create(settings, source, target, this.flags.getIfAvailable(),
				(meters != null) ? meters.of(name) : MirrorObserver.NONE, this::publish, threads(name));
	}

	/**
	 * What the application does with the news must not hold the walk.
	 */
	private void publish(PhaseControl control, PhaseChange change) {
		try {
			this.events
				.publishEvent(new MigrationPhaseChangedEvent(control, change.from(), change.to(), change.epoch()));
		}
		catch (RuntimeException ex) {
			logger.warn("Migration '%s': a listener failed at the change from %s to %s".formatted(control.name(),
					change.from().wireName(), change.to().wireName()), ex);
		}
	}

	private ThreadFactory threads(String name) {
		String threadName = "migration-" + name + "-";
		if (Threading.VIRTUAL.isActive(this.environment)) {
			return new VirtualThreadTaskExecutor(threadName).getVirtualThreadFactory();
		}
		CustomizableThreadFactory threads = new CustomizableThreadFactory(threadName);
		threads.setDaemon(true);
		return threads;
	}

	private RedisMigrationSettings settings(String name, RedisMigrationProperties migration) {
		Checked checked = new Checked("migration.redis." + name);
		MigrationProperties.Fleet fleet = properties().getFleet();
		Checked ofFleet = new Checked("migration.fleet");
		Duration heartbeat = ofFleet.positive("heartbeat", fleet.getHeartbeat());
		Duration lease = ofFleet.positive("lease", fleet.getLease());
		if (lease.compareTo(heartbeat.multipliedBy(3)) < 0) {
			throw ofFleet.invalid("lease", lease, "is shorter than three heartbeats",
					"Use at least three times migration.fleet.heartbeat (%s).".formatted(heartbeat));
		}
		List<String> keys = migration.getKeys();
		if (keys.isEmpty() || keys.stream().anyMatch(String::isBlank)) {
			throw checked.invalid("keys", String.join(",", keys), "names no keys",
					"Use patterns as for the command KEYS, such as \"session:*\", or \"*\" for all keys.");
		}
		int readShare = (int) checked.within("read-share", migration.getReadShare(), 0, 100);
		Duration cutover = checked.positive("cutover.timeout", migration.getCutover().getTimeout());
		Duration maxPark = migration.getCutover().getMaxPark();
		PhaseSettings phase = new PhaseSettings(name, "redis",
				(migration.getFlag() != null) ? migration.getFlag() : "migration." + name, migration.getPhase(),
				readShare, cutover, lease, heartbeat);
		RedisMigrationProperties.Mirror mirror = migration.getMirror();
		return new RedisMigrationSettings(phase,
				new MirrorSettings(mirror.getOnFailure(), checked.positive("mirror.timeout", mirror.getTimeout()),
						mirror.getStaleReads(),
						checked.within("compare.sample-rate", migration.getCompare().getSampleRate(), 0, 1),
						checked.positive("mirror.journal.max-size", mirror.getJournal().getMaxSize())),
				gates(checked, migration.getGates()), (maxPark != null) ? checked.positive("cutover.max-park", maxPark)
						: cutover.multipliedBy(3).dividedBy(2),
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

	/**
	 * Checks values, and names the offending property.
	 *
	 * @param prefix what the properties begin with
	 */
	private record Checked(String prefix) {

		private InvalidMigrationException invalid(String property, Object value, String problem, String action) {
			return new InvalidMigrationException("The property '%s.%s' has the value '%s', which %s."
				.formatted(this.prefix, property, value, problem), action);
		}

		Duration positive(String property, Duration value) {
			if (value.isNegative() || value.isZero()) {
				throw invalid(property, value, "is not a positive duration", "Use a duration such as 2s.");
			}
			return value;
		}

		double within(String property, double value, double least, double most) {
			if (!(value >= least && value <= most)) {
				throw invalid(property, plain(value), "is not between %s and %s".formatted(plain(least), plain(most)),
						"Use a value in that range.");
			}
			return value;
		}

		long positive(String property, long value) {
			if (value <= 0) {
				throw invalid(property, value, "is not a positive number", "Use a whole number from 1.");
			}
			return value;
		}

		private static String plain(double number) {
			return (number == Math.rint(number)) ? String.valueOf((long) number) : String.valueOf(number);
		}

		private static boolean isOff(@Nullable String value) {
			return value == null || value.equalsIgnoreCase("off") || value.equalsIgnoreCase("false");
		}

		boolean on(String property, String value) {
			if (isOff(value)) {
				return false;
			}
			if (value.equalsIgnoreCase("on") || value.equalsIgnoreCase("true")) {
				return true;
			}
			throw invalid(property, value, "is neither on nor off", "Use on or off.");
		}

		@Nullable Duration duration(String property, @Nullable String value) {
			return parse(property, value, DurationStyle::detectAndParse, (duration) -> !duration.isNegative(),
					"is not a duration", "Use a duration such as 24h, or off.");
		}

		@Nullable Long count(String property, @Nullable String value) {
			return parse(property, value, Long::valueOf, (count) -> count >= 0, "is not a count",
					"Use a whole number from 0, or off.");
		}

		@Nullable Double rate(String property, @Nullable String value) {
			return parse(property, value, Double::valueOf, (rate) -> rate >= 0 && rate <= 1, "is not between 0 and 1",
					"Use a share from 0 to 1, or off.");
		}

		private <T> @Nullable T parse(String property, @Nullable String value, Function<String, T> parser,
				Predicate<T> valid, String problem, String action) {
			if (value == null || isOff(value)) {
				return null;
			}
			try {
				T parsed = parser.apply(value);
				if (valid.test(parsed)) {
					return parsed;
				}
			}
			catch (IllegalArgumentException ex) {
				throw invalid(property, value, problem, action);
			}
			throw invalid(property, value, problem, action);
		}

	}

}
