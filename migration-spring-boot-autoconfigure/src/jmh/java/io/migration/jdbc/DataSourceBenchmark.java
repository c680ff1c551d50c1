package io.migration.jdbc;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import com.p6spy.engine.spy.P6DataSource;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.migration.MigrationPhase;
import net.ttddyy.dsproxy.support.ProxyDataSourceBuilder;
import org.apache.shardingsphere.driver.api.ShardingSphereDataSourceFactory;
import org.apache.shardingsphere.single.config.SingleRuleConfiguration;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/**
 * What the decoration adds to a transaction over a pool, in time and, by
 * {@code -prof gc}, in allocation; beside it what others add that stand in the same
 * place, with nothing configured that they would do. The database is a
 * {@link NoOpDriver}.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 3, jvmArgsAppend = "-Dp6spy.config.modulelist=com.p6spy.engine.spy.P6SpyFactory")
public class DataSourceBenchmark {

	private static final String URL = "jdbc:h2:mem:benchmark;DB_CLOSE_DELAY=-1;DATABASE_TO_UPPER=false";

	private static final String QUERY = "select id, balance from account where id = ?";

	private static final String UPDATE = "update account set balance = ? where id = ?";

	/** The pool alone, in three phases, and the peers. */
	@Param({ "raw", "off", "shadow", "cutover", "datasource-proxy", "p6spy", "shardingsphere" })
	private String variant = "raw";

	private HikariDataSource source;

	private HikariDataSource target;

	private DataSource dataSource;

	/**
	 * Open the pools.
	 * @throws SQLException if a peer does not start
	 */
	@Setup(Level.Trial)
	public void open() throws SQLException {
		this.source = pool(new NoOpDriver());
		this.target = pool(new NoOpDriver());
		this.dataSource = switch (this.variant) {
			case "raw" -> this.source;
			case "datasource-proxy" -> ProxyDataSourceBuilder.create(this.source).build();
			case "p6spy" -> new P6DataSource(this.source);
			case "shardingsphere" -> shardingSphere();
			default -> new MigratingDataSource(this.source,
					new BenchmarkRouting(MigrationPhase.of(this.variant), this.source, this.target));
		};
	}

	private static HikariDataSource pool(DataSource database) {
		HikariConfig config = new HikariConfig();
		config.setDataSource(database);
		// only ShardingSphere looks at it
		config.setJdbcUrl(URL);
		config.setMaximumPoolSize(4);
		return new HikariDataSource(config);
	}

	/**
	 * It reads the tables when it starts: from a real database, which is then replaced
	 * below the pool.
	 */
	private DataSource shardingSphere() throws SQLException {
		this.source.close();
		try (Connection connection = DriverManager.getConnection(URL, "sa", "");
				Statement statement = connection.createStatement()) {
			statement.execute("create table account (id bigint primary key, balance bigint)");
		}
		ReplacedDatabase database = new ReplacedDatabase();
		this.source = pool(database);
		DataSource created = ShardingSphereDataSourceFactory.createDataSource("benchmark",
				null, Map.of("only", this.source),
				List.of(new SingleRuleConfiguration(List.of("*.*"), null)), new Properties());
		database.replace();
		this.source.getHikariPoolMXBean().softEvictConnections();
		return created;
	}

	/**
	 * Close the pools.
	 */
	@TearDown(Level.Trial)
	public void close() {
		this.source.close();
		this.target.close();
	}

	/**
	 * Take a connection, read a row, write a row, commit.
	 * @return what was read
	 * @throws SQLException never
	 */
	@Benchmark
	public long transaction() throws SQLException {
		try (Connection connection = this.dataSource.getConnection()) {
			connection.setAutoCommit(false);
			long balance;
			try (PreparedStatement query = connection.prepareStatement(QUERY)) {
				query.setLong(1, 1);
				try (ResultSet rows = query.executeQuery()) {
					rows.next();
					balance = rows.getLong(2);
				}
			}
			try (PreparedStatement update = connection.prepareStatement(UPDATE)) {
				update.setLong(1, balance + 1);
				update.setLong(2, 1);
				update.executeUpdate();
			}
			connection.commit();
			return balance;
		}
	}

	/**
	 * A database in whose place a {@link NoOpDriver} can be put.
	 */
	private static final class ReplacedDatabase extends DelegatingDataSource {

		private final NoOpDriver replacement = new NoOpDriver();

		private volatile boolean replaced;

		ReplacedDatabase() {
			super(new DriverManagerDataSource(URL, "sa", ""));
		}

		void replace() {
			this.replaced = true;
		}

		@Override
		public Connection getConnection() throws SQLException {
			return this.replaced ? this.replacement.getConnection() : super.getConnection();
		}

	}

}
