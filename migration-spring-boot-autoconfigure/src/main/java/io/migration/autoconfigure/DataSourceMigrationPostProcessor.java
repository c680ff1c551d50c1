package io.migration.autoconfigure;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import io.migration.jdbc.HikariPools;
import io.migration.jdbc.JdbcMigration;
import io.migration.jdbc.JdbcMigrationSettings;
import io.migration.jdbc.MigratedDataSource;
import io.migration.jdbc.RowTransformer;
import io.migration.jdbc.TableScope;
import io.migration.mirror.MirrorSettings;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.jdbc.DatabaseDriver;
import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.core.Ordered;
import org.springframework.util.StringUtils;

/**
 * Replaces the data sources that migrations name by their decorated selves, and keeps the
 * migrations that come of it.
 */
class DataSourceMigrationPostProcessor implements BeanPostProcessor, Ordered {

	static final String KIND = "data-source";

	private static final Log logger = LogFactory.getLog(DataSourceMigrationPostProcessor.class);

	private final MigrationContext context;

	private final ObjectProvider<RowTransformer> transformers;

	private final ObjectProvider<TargetSchema> targetSchemas;

	private final ObjectProvider<TargetPoolMetrics> metrics;

	private final Map<String, JdbcMigration> migrations = new HashMap<>();

	private final Map<String, DataSource> originals = new LinkedHashMap<>();

	private @Nullable Map<String, String> migrationOfBean;

	DataSourceMigrationPostProcessor(MigrationContext context, ObjectProvider<RowTransformer> transformers,
			ObjectProvider<TargetSchema> targetSchemas, ObjectProvider<TargetPoolMetrics> metrics) {
		this.context = context;
		this.transformers = transformers;
		this.targetSchemas = targetSchemas;
		this.metrics = metrics;
	}

	/**
	 * Close to the pool: what others decorate a data source with (a lazy connection,
	 * tracing) then surrounds both sides.
	 */
	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE + 10;
	}

	@Override
	public Object postProcessAfterInitialization(Object bean, String beanName) {
		if (!(bean instanceof DataSource original) || bean instanceof MigratedDataSource) {
			return bean;
		}
		String name = migrationOfBean().get(beanName);
		if (name == null) {
			return bean;
		}
		checkBean(name, beanName, original);
		this.originals.put(beanName, original);
		JdbcMigration migration = this.migrations.get(name);
		if (migration == null) {
			migration = create(name);
			this.migrations.put(name, migration);
		}
		// pools of target serve whoever uses the bean until he is gone
		this.context.beanFactory().registerDependentBean(MigrationRegistrar.beanName(KIND, name), beanName);
		logger.info("Migration '%s' (data-source): decorates the bean '%s'".formatted(name, beanName));
		return migration.decorate(original);
	}

	/**
	 * Return a migration; its beans are created if they were not yet.
	 */
	JdbcMigration migration(String name) {
		beansOf(name).forEach(this.context.beanFactory()::getBean);
		JdbcMigration created = this.migrations.get(name);
		if (created == null) {
			throw new InvalidMigrationException("The migration '%s' has decorated nothing.".formatted(prefix(name)),
					"Name a bean of type DataSource by '%s.bean'.".formatted(prefix(name)));
		}
		return created;
	}

	/**
	 * Return which of some beans reach a migration's source past the decoration.
	 * @param name the migration's name
	 * @param dataSources all beans
	 */
	Collection<String> outsideWriters(String name, Map<String, DataSource> dataSources) {
		List<JdbcAddress> sources = beansOf(name).stream()
			.map((bean) -> JdbcAddress.of(original(bean)))
			.filter((address) -> address != null)
			.toList();
		Set<String> outside = new LinkedHashSet<>();
		dataSources.forEach((bean, dataSource) -> {
			if (!isDecorated(dataSource)
					&& sources.stream().anyMatch((source) -> source.overlaps(JdbcAddress.of(dataSource)))) {
				logger.warn(
						"Migration '%s': the bean '%s' reaches source too and is not decorated; after cutover, what it writes is missing on target"
							.formatted(name, bean));
				outside.add(bean);
			}
		});
		return outside;
	}

	private static boolean isDecorated(DataSource dataSource) {
		try {
			return dataSource.isWrapperFor(MigratedDataSource.class);
		}
		catch (SQLException | RuntimeException ex) {
			return false;
		}
	}

	private static String prefix(String name) {
		return MigrationRegistrar.beanName(KIND, name);
	}

	private Map<String, DataSourceMigrationProperties> configured() {
		return this.context.migrations(KIND, MigrationProperties::getDataSource, DataSourceMigrationProperties::new);
	}

	/**
	 * Return which migration decorates a bean, by the beans' names.
	 */
	Map<String, String> migrationOfBean() {
		Map<String, String> resolved = this.migrationOfBean;
		if (resolved == null) {
			Map<String, List<String>> named = new LinkedHashMap<>();
			configured().forEach((name, migration) -> named.put(name, migration.getBean()));
			resolved = beans().migrations(named);
			this.migrationOfBean = resolved;
		}
		return resolved;
	}

	/**
	 * Do not decorate what a migration names.
	 */
	void leaveAlone(String name) {
		migrationOfBean().values().removeIf(name::equals);
	}

	private DecoratedBeans beans() {
		return new DecoratedBeans(this.context.beanFactory(), KIND, DataSource.class,
				"Configure a data source (spring.datasource.*).");
	}

	private List<String> beansOf(String name) {
		return migrationOfBean().entrySet()
			.stream()
			.filter((entry) -> entry.getValue().equals(name))
			.map(Map.Entry::getKey)
			.toList();
	}

	private DataSource original(String beanName) {
		DataSource original = this.originals.get(beanName);
		if (original == null) {
			this.context.beanFactory().getBean(beanName);
			original = this.originals.get(beanName);
		}
		if (original == null) {
			throw new IllegalStateException("The bean '%s' is not decorated".formatted(beanName));
		}
		return original;
	}

	private void checkBean(String name, String beanName, DataSource original) {
		ConfigurableListableBeanFactory beanFactory = this.context.beanFactory();
		if (!beans().definition(beanName).isSingleton() || beanFactory.containsBean("scopedTarget." + beanName)) {
			throw new InvalidMigrationException(
					"The migration '%s' decorates the bean '%s', which is not a singleton.".formatted(prefix(name),
							beanName),
					"Make it a singleton: a migration keeps what it has decorated for as long as the application runs.");
		}
		JdbcAddress target = JdbcAddress.ofPool(target(name));
		if (target != null && target.overlaps(JdbcAddress.of(original))) {
			throw new InvalidMigrationException(
					"The target of the migration '%s' is the server and database that its source is."
						.formatted(prefix(name)),
					"Set '%s.target' to the new database.".formatted(prefix(name)));
		}
	}

	private DataSourceMigrationProperties properties(String name) {
		DataSourceMigrationProperties migration = configured().get(name);
		if (migration == null) {
			throw new IllegalStateException(prefix(name));
		}
		return migration;
	}

	private JdbcMigration create(String name) {
		DataSourceMigrationProperties migration = properties(name);
		JdbcMigrationSettings settings = settings(name, migration);
		TargetPoolMetrics metrics = this.metrics.getIfAvailable();
		String first = beansOf(name).get(0);
		HikariPools pools = HikariPools.create(name, () -> original(first), target(name), settings.mirror().timeout(),
				(metrics != null) ? metrics.trackers() : null);
		return JdbcMigration.create(settings, pools, this.transformers.orderedStream().toList(),
				targetSchema(name, migration.getTarget()), this.context.flags(), this.context.observer(name),
				this.context::publish, this.context.threads(name));
	}

	private Consumer<DataSource> targetSchema(String name, DataSourceMigrationProperties.Target target) {
		List<String> wanted = new ArrayList<>();
		if (target.isFlyway()) {
			wanted.add(FlywayTargetSchema.PROPERTY);
		}
		if (target.isLiquibase()) {
			wanted.add(LiquibaseTargetSchema.PROPERTY);
		}
		List<TargetSchema> found = new ArrayList<>();
		for (String property : wanted) {
			found.add(this.targetSchemas.stream()
				.filter((schema) -> schema.property().equals(property) && schema.available())
				.findFirst()
				.orElseThrow(() -> new InvalidMigrationException(
						"The property '%1$s.target.%2$s' is set, but the application has no %3$s."
							.formatted(prefix(name), property, StringUtils.capitalize(property)),
						"Add it (spring-boot-starter-%s), or remove the property.".formatted(property))));
		}
		return (dataSource) -> found.forEach((schema) -> schema.migrate(dataSource));
	}

	private HikariConfig target(String name) {
		DataSourceMigrationProperties.Target target = properties(name).getTarget();
		HikariConfig config = target.getHikari();
		if (target.getUrl() != null) {
			config.setJdbcUrl(target.getUrl());
		}
		if (target.getUsername() != null) {
			config.setUsername(target.getUsername());
		}
		if (target.getPassword() != null) {
			config.setPassword(target.getPassword());
		}
		if (config.getJdbcUrl() == null && config.getDataSourceClassName() == null
				&& config.getDataSourceJNDI() == null) {
			throw new InvalidMigrationException("The migration '%s' has no target.".formatted(prefix(name)),
					"Say where the new database is by '%1$s.target.url', '%1$s.target.username' and '%1$s.target.password'."
						.formatted(prefix(name)));
		}
		checkDriver(name, target, config);
		return config;
	}

	private static void checkDriver(String name, DataSourceMigrationProperties.Target target, HikariConfig config) {
		String url = config.getJdbcUrl();
		if (target.getDriverClassName() != null) {
			try {
				config.setDriverClassName(target.getDriverClassName());
			}
			catch (RuntimeException ex) {
				throw new Checked(prefix(name)).invalid("target.driver-class-name", target.getDriverClassName(),
						"is no JDBC driver that can be loaded", "Add the driver, or correct the name.");
			}
		}
		if (url == null) {
			return;
		}
		DatabaseDriver driver = url.startsWith("jdbc:") ? DatabaseDriver.fromJdbcUrl(url) : DatabaseDriver.UNKNOWN;
		switch (driver) {
			case POSTGRESQL, MYSQL, MARIADB, H2, UNKNOWN, TESTCONTAINERS, AWS_WRAPPER -> {
			}
			default -> throw new InvalidMigrationException(
					"The property '%s.target.url' is a database of %s, which this version cannot migrate to."
						.formatted(prefix(name), driver),
					"Use PostgreSQL, MySQL, MariaDB or H2.");
		}
		if (config.getDriverClassName() == null && config.getDataSourceClassName() == null) {
			try {
				DriverManager.getDriver(url);
			}
			catch (SQLException ex) {
				throw new InvalidMigrationException(
						"No JDBC driver accepts the property '%s.target.url'.".formatted(prefix(name)),
						"Use a URL such as jdbc:postgresql://host:5432/database, and add the driver.");
			}
		}
	}

	private JdbcMigrationSettings settings(String name, DataSourceMigrationProperties migration) {
		Checked checked = new Checked(prefix(name));
		refuseWhatComesLater(checked, migration);
		MirrorSettings mirror = MigrationContext.mirror(checked, migration);
		return new JdbcMigrationSettings(this.context.phase(KIND, name, migration), mirror,
				migration.getMirror().getAcknowledge(), gates(checked, migration.getGates()),
				MigrationContext.maxPark(checked, migration.getCutover()), tables(checked, migration.getTables()),
				migration.getTarget().isAdopt(), migration.getCutover().isReversible(),
				DatabaseInitializationMode.valueOf(this.context.properties().getInitializeSchema().name()));
	}

	private static void refuseWhatComesLater(Checked checked, DataSourceMigrationProperties migration) {
		if (migration.getStrategy() != DataSourceMigrationProperties.Strategy.MIRROR) {
			throw checked.later("strategy", migration.getStrategy(), "Use mirror, which is the default.");
		}
		if (migration.getCapture() != DataSourceMigrationProperties.Capture.TRIGGER) {
			throw checked.later("capture", migration.getCapture(), "Use trigger, which is the default.");
		}
		DataSourceMigrationProperties.Cutover cutover = migration.getCutover();
		if (cutover.getMode() != DataSourceMigrationProperties.Cutover.Mode.PARK) {
			throw checked.later("cutover.mode", cutover.getMode(), "Use park, which is the default.");
		}
		if (cutover.getFence() != DataSourceMigrationProperties.Cutover.Fence.NONE) {
			throw checked.later("cutover.fence", cutover.getFence(), "Use none, which is the default.");
		}
		if (migration.isAutoRollback()) {
			throw checked.invalid("auto-rollback", true, Checked.LATER, "Use false, which is the default.");
		}
		if (!migration.getTables().getWhere().isEmpty()) {
			throw new InvalidMigrationException(
					"The property '%s.tables.where' is set; in this version a table moves with all of its rows."
						.formatted(checked.prefix()),
					"Remove it, or keep the tables on source by '%s.tables.exclude'.".formatted(checked.prefix()));
		}
	}

	private static TableScope tables(Checked checked, DataSourceMigrationProperties.Tables tables) {
		if (tables.getInclude().isEmpty() || tables.getInclude().stream().anyMatch(String::isBlank)) {
			throw checked.invalid("tables.include", String.join(",", tables.getInclude()), "names no tables",
					"Use patterns such as \"orders\" or \"sales.*\", or \"*\" for all tables.");
		}
		Map<String, TableScope.Mapping> mappings = new LinkedHashMap<>();
		tables.getMappings()
			.forEach((table, mapping) -> mappings.put(table,
					new TableScope.Mapping(mapping.getName(), mapping.getColumns(), mapping.getExcludeColumns())));
		return new TableScope(tables.getInclude(), tables.getExclude(), mappings);
	}

	private static JdbcMigrationSettings.Gates gates(Checked checked, DataSourceMigrationProperties.Gates gates) {
		return new JdbcMigrationSettings.Gates(checked.duration("gates.min-time-in-phase", gates.getMinTimeInPhase()),
				checked.count("gates.min-comparisons", gates.getMinComparisons()),
				checked.rate("gates.max-mismatch-rate", gates.getMaxMismatchRate()),
				checked.rate("gates.max-error-rate", gates.getMaxErrorRate()),
				checked.duration("gates.ttl", gates.getTtl()), checked.count("gates.journal", gates.getJournal()),
				checked.on("gates.backfill", gates.getBackfill()),
				checked.on("gates.verification", gates.getVerification()),
				checked.on("gates.schema", gates.getSchema()),
				checked.on("gates.outside-writers", gates.getOutsideWriters()));
	}

}
