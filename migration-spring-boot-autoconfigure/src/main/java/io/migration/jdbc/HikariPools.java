package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.function.Supplier;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.MetricsTrackerFactory;
import io.migration.Side;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.jdbc.DatabaseDriver;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Pools of HikariCP. Those to target lead where the configuration says, the one to source
 * where the application's own pool leads.
 * <p>
 * A side that is down costs whoever asks our own pools or the one for reads a wait as
 * long as the migration's timeout, and whoever asks {@link #target()} what its
 * configuration says.
 */
public final class HikariPools implements JdbcPools {

	private static final int OWN_SIZE = 10;

	/** Hikari takes no less. */
	private static final Duration LEAST_TIMEOUT = Duration.ofMillis(250);

	private final Supplier<DataSource> source;

	private final HikariConfig targetConfiguration;

	private final LazyPool ownSource;

	private final LazyPool ownTarget;

	private final LazyPool target;

	private final LazyPool targetReads;

	private HikariPools(String migration, Supplier<DataSource> source, HikariConfig target, Duration timeout,
			@Nullable MetricsTrackerFactory metrics) {
		this.source = source;
		this.targetConfiguration = target;
		this.ownSource = new LazyPool(() -> ownSource(migration, source.get(), timeout));
		this.ownTarget = new LazyPool(() -> pool(own(target, migration, Side.TARGET, timeout)));
		this.target = new LazyPool(() -> pool(forApplication(target, migration, metrics)));
		this.targetReads = new LazyPool(() -> pool(forReads(target, migration, timeout, metrics)));
	}

	/**
	 * Create the pools of a migration.
	 * @param migration its name
	 * @param source the application's own data source; asked for when it is first needed
	 * @param target where target is, and the pool that the application gets there
	 * @param timeout how long target may take for an answer
	 * @param metrics measures the pools that serve the application, {@code null} if
	 * nothing does
	 * @return the pools
	 */
	public static HikariPools create(String migration, Supplier<DataSource> source, HikariConfig target,
			Duration timeout, @Nullable MetricsTrackerFactory metrics) {
		return new HikariPools(migration, source, target, timeout, metrics);
	}

	@Override
	public DataSource own(Side side) {
		return (side == Side.SOURCE) ? this.ownSource : this.ownTarget;
	}

	@Override
	public String url(Side side) {
		if (side == Side.TARGET) {
			return url(this.targetConfiguration, this.ownTarget);
		}
		HikariDataSource pool = hikari(this.source.get());
		return (pool != null) ? url(pool, this.ownSource) : url(this.ownSource);
	}

	private static String url(HikariConfig config, DataSource dataSource) {
		return (config.getJdbcUrl() != null) ? config.getJdbcUrl() : url(dataSource);
	}

	private static String url(DataSource dataSource) {
		try (Connection connection = dataSource.getConnection()) {
			return connection.getMetaData().getURL();
		}
		catch (SQLException ex) {
			throw new IllegalStateException(
					"The address of %s cannot be told: %s".formatted(dataSource, ex.getMessage()), ex);
		}
	}

	@Override
	public DataSource target() {
		return this.target;
	}

	@Override
	public DataSource targetReads() {
		return this.targetReads;
	}

	@Override
	public void close() {
		List.of(this.targetReads, this.target, this.ownTarget, this.ownSource).forEach(LazyPool::close);
	}

	private static DataSource ownSource(String migration, DataSource source, Duration timeout) {
		HikariDataSource pool = hikari(source);
		return (pool != null) ? pool(own(pool, migration, Side.SOURCE, timeout)) : new PlainSessions(source);
	}

	private static @Nullable HikariDataSource hikari(DataSource source) {
		try {
			return source.isWrapperFor(HikariDataSource.class) ? source.unwrap(HikariDataSource.class) : null;
		}
		catch (SQLException ex) {
			return null;
		}
	}

	private static HikariDataSource pool(HikariConfig config) {
		// this constructor connects to nothing, the one with an argument might
		HikariDataSource pool = new HikariDataSource();
		config.copyStateTo(pool);
		return pool;
	}

	private static HikariConfig own(HikariConfig like, String migration, Side side, Duration timeout) {
		HikariConfig config = like(like, "migration-%s-%s".formatted(migration, side.wireName()));
		config.setMaximumPoolSize(OWN_SIZE);
		config.setMinimumIdle(0);
		config.setAutoCommit(true);
		config.setReadOnly(false);
		config.setInitializationFailTimeout(-1);
		bound(config, timeout);
		plainText(config, "migration-" + migration);
		return config;
	}

	private static HikariConfig forApplication(HikariConfig target, String migration,
			@Nullable MetricsTrackerFactory metrics) {
		HikariConfig config = like(target, migration + "-target");
		if (target.getPoolName() != null) {
			config.setPoolName(target.getPoolName());
		}
		if (target.getMaximumPoolSize() > 0) {
			config.setMaximumPoolSize(target.getMaximumPoolSize());
		}
		if (target.getMinimumIdle() >= 0) {
			config.setMinimumIdle(target.getMinimumIdle());
		}
		config.setIdleTimeout(target.getIdleTimeout());
		config.setAutoCommit(target.isAutoCommit());
		config.setReadOnly(target.isReadOnly());
		config.setTransactionIsolation(target.getTransactionIsolation());
		config.setLeakDetectionThreshold(target.getLeakDetectionThreshold());
		config.setRegisterMbeans(target.isRegisterMbeans());
		config.setInitializationFailTimeout(-1);
		config.setMetricsTrackerFactory(metrics);
		return config;
	}

	private static HikariConfig forReads(HikariConfig target, String migration, Duration timeout,
			@Nullable MetricsTrackerFactory metrics) {
		HikariConfig config = forApplication(target, migration, metrics);
		config.setPoolName(config.getPoolName() + "-reads");
		config.setReadOnly(true);
		refuseWrites(config);
		bound(config, timeout);
		return config;
	}

	/**
	 * Make sessions refuse to write even where they are told not to be read-only any
	 * more. H2 knows no such session; there it is a hint.
	 */
	private static void refuseWrites(HikariConfig config) {
		String own = config.getConnectionInitSql();
		switch (driver(config)) {
			case POSTGRESQL -> {
				String refuse = "set session characteristics as transaction read only";
				config.setConnectionInitSql((own != null) ? own + "; " + refuse : refuse);
			}
			case MYSQL, MARIADB -> {
				if (own == null) {
					config.setConnectionInitSql("set session transaction read only");
				}
				else if (driver(config) == DatabaseDriver.MARIADB) {
					// one statement only; its driver then sends the other
					config.addDataSourceProperty("assureReadOnly", "true");
				}
			}
			default -> {
			}
		}
	}

	/**
	 * Values travel as text and take the type of their column: only so do values of
	 * another engine arrive in types that the driver does not know.
	 */
	private static void plainText(HikariConfig config, String applicationName) {
		if (driver(config) != DatabaseDriver.POSTGRESQL) {
			return;
		}
		if (config.getDataSourceClassName() != null) {
			config.addDataSourceProperty("binaryTransfer", "false");
			config.addDataSourceProperty("stringType", "unspecified");
			config.addDataSourceProperty("reWriteBatchedInserts", "false");
			config.addDataSourceProperty("applicationName", applicationName);
		}
		else if (config.getJdbcUrl() != null) {
			// parameters of the URL win over properties
			config.setJdbcUrl(withParameters(config.getJdbcUrl(), Map.of("binaryTransfer", "false", "stringtype",
					"unspecified", "reWriteBatchedInserts", "false", "ApplicationName", applicationName)));
		}
	}

	static String withParameters(String url, Map<String, String> parameters) {
		int query = url.indexOf('?');
		StringBuilder result = new StringBuilder((query < 0) ? url : url.substring(0, query));
		char separator = '?';
		if (query >= 0) {
			for (String parameter : url.substring(query + 1).split("&")) {
				String name = parameter.split("=", 2)[0];
				if (!name.isEmpty() && !parameters.containsKey(name)) {
					result.append(separator).append(parameter);
					separator = '&';
				}
			}
		}
		for (Map.Entry<String, String> parameter : parameters.entrySet()) {
			result.append(separator).append(parameter.getKey()).append('=').append(parameter.getValue());
			separator = '&';
		}
		return result.toString();
	}

	private static DatabaseDriver driver(HikariConfig config) {
		if (config.getJdbcUrl() != null) {
			return DatabaseDriver.fromJdbcUrl(config.getJdbcUrl());
		}
		String type = String.valueOf(config.getDataSourceClassName()).toLowerCase(Locale.ROOT);
		for (DatabaseDriver driver : List.of(DatabaseDriver.POSTGRESQL, DatabaseDriver.MARIADB, DatabaseDriver.MYSQL,
				DatabaseDriver.H2)) {
			if (type.contains(driver.getId())) {
				return driver;
			}
		}
		return DatabaseDriver.UNKNOWN;
	}

	private static void bound(HikariConfig config, Duration timeout) {
		Duration wait = (timeout.compareTo(LEAST_TIMEOUT) < 0) ? LEAST_TIMEOUT : timeout;
		config.setConnectionTimeout(Math.min(wait.toMillis(), config.getConnectionTimeout()));
		config.setValidationTimeout(Math.min(config.getValidationTimeout(), config.getConnectionTimeout()));
	}

	/**
	 * Return a configuration that reaches the same place in the same way.
	 */
	private static HikariConfig like(HikariConfig original, String poolName) {
		HikariConfig config = new HikariConfig();
		config.setPoolName(poolName);
		config.setDataSource(original.getDataSource());
		config.setDataSourceClassName(original.getDataSourceClassName());
		config.setDataSourceJNDI(original.getDataSourceJNDI());
		if (original.getDriverClassName() != null) {
			config.setDriverClassName(original.getDriverClassName());
		}
		config.setJdbcUrl(original.getJdbcUrl());
		config.setDataSourceProperties(copy(original.getDataSourceProperties()));
		config.setCatalog(original.getCatalog());
		config.setSchema(original.getSchema());
		// a password may be changed while the application runs
		config.setCredentialsProvider((original.getCredentialsProvider() != null) ? original.getCredentialsProvider()
				: original::getCredentials);
		config.setConnectionInitSql(original.getConnectionInitSql());
		config.setConnectionTestQuery(original.getConnectionTestQuery());
		config.setConnectionTimeout(original.getConnectionTimeout());
		config.setValidationTimeout(original.getValidationTimeout());
		config.setMaxLifetime(original.getMaxLifetime());
		config.setKeepaliveTime(original.getKeepaliveTime());
		config.setThreadFactory(original.getThreadFactory());
		config.setScheduledExecutor(original.getScheduledExecutor());
		if (original.getExceptionOverride() != null) {
			config.setExceptionOverride(original.getExceptionOverride());
		}
		return config;
	}

	private static Properties copy(Properties properties) {
		Properties copy = new Properties();
		copy.putAll(properties);
		return copy;
	}

	/**
	 * Sessions of a pool that is not ours, in the state in which ours are.
	 */
	private static final class PlainSessions extends DelegatingDataSource {

		PlainSessions(DataSource source) {
			super(source);
		}

		@Override
		public Connection getConnection() throws SQLException {
			Connection connection = obtainTargetDataSource().getConnection();
			if (connection.isReadOnly()) {
				connection.setReadOnly(false);
			}
			if (!connection.getAutoCommit()) {
				connection.setAutoCommit(true);
			}
			return connection;
		}

	}

}
