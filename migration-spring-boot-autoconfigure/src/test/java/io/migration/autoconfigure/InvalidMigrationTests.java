package io.migration.autoconfigure;

import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.lettuce.core.RedisClient;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.config.CustomScopeConfigurer;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.boot.jdbc.DataSourceUnwrapper;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Scope;
import org.springframework.context.annotation.ScopedProxyMode;
import org.springframework.context.support.SimpleThreadScope;
import org.springframework.core.env.Environment;
import org.springframework.core.io.support.SpringFactoriesLoader;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisClusterConfiguration;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisSentinelConnection;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.RedisStaticMasterReplicaConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.StringUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.fail;

/**
 * Whatever is wrong, the application does not start, and says what is wrong and what to
 * do, in the way of Boot: as description and action, without a stack trace.
 */
@ExtendWith(OutputCaptureExtension.class)
class InvalidMigrationTests {

	private static final String TARGET = "migration.redis.tokens.target.url=redis://127.0.0.1:2";

	private static final String DATABASE = "migration.data-source.orders.target.url=jdbc:postgresql://127.0.0.1:2/shop";

	private final ApplicationContextRunner withoutRedis = new ApplicationContextRunner().withConfiguration(
			AutoConfigurations.of(MigrationAutoConfiguration.class, UnleashMigrationAutoConfiguration.class,
					RedisMigrationAutoConfiguration.class, SslAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.withoutRedis
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
		.withPropertyValues("spring.data.redis.url=redis://127.0.0.1:1");

	private final ApplicationContextRunner withoutDatabase = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MigrationAutoConfiguration.class,
				UnleashMigrationAutoConfiguration.class, DataSourceMigrationAutoConfiguration.class));

	private final ApplicationContextRunner databaseRunner = this.withoutDatabase
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class))
		.withPropertyValues("spring.datasource.url=jdbc:postgresql://127.0.0.1:1/shop");

	@Test
	void whatIsRightIsNotRefused() {
		this.runner.withPropertyValues(TARGET).run((context) -> assertThat(context).hasNotFailed());
		this.databaseRunner.withPropertyValues(DATABASE).run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void aBeanThatDoesNotExist() {
		refused(this.runner.withPropertyValues(TARGET, "migration.redis.tokens.bean=sessions"),
				"The property 'migration.redis.tokens.bean' names 'sessions', but there is no such bean of type RedisConnectionFactory.",
				"Use one of: redisConnectionFactory.");
	}

	@Test
	void aBeanThatDoesNotExistWhereThereIsNone() {
		refused(this.withoutRedis.withPropertyValues(TARGET, "migration.redis.tokens.bean=sessions"),
				"The property 'migration.redis.tokens.bean' names 'sessions', but there is no such bean of type RedisConnectionFactory.",
				"Configure a Redis connection factory (spring.data.redis.*).");
	}

	@Test
	void aBeanOfAnotherType() {
		refused(this.runner.withPropertyValues(TARGET, "migration.redis.tokens.bean=lettuceClientResources"),
				"The property 'migration.redis.tokens.bean' names 'lettuceClientResources', but there is no such bean of type RedisConnectionFactory.",
				"Use one of: redisConnectionFactory.");
	}

	@Test
	void noConnectionFactoryAtAll() {
		refused(this.withoutRedis.withPropertyValues(TARGET),
				"The migration 'migration.redis.tokens' names no bean, and there is no RedisConnectionFactory.",
				"Configure a Redis connection factory (spring.data.redis.*).");
	}

	@Test
	void severalConnectionFactoriesOfWhichNoneIsNamed() {
		refused(this.runner.withPropertyValues(TARGET).withUserConfiguration(TwoFactories.class),
				"The migration 'migration.redis.tokens' names no bean, and there are several of type RedisConnectionFactory: first, second.",
				"Name one by 'migration.redis.tokens.bean'.");
	}

	@Test
	void twoMigrationsOfOneBean() {
		FailureAnalysis analysis = refused(
				this.runner.withPropertyValues(TARGET, "migration.redis.limits.target.port=3"));
		assertThat(analysis.getDescription()).startsWith("Two migrations decorate the bean 'redisConnectionFactory': ")
			.contains("'migration.redis.limits'", "'migration.redis.tokens'");
		assertThat(analysis.getAction())
			.isEqualTo("Remove one of them, or name different beans by their property 'bean'.");
	}

	@Test
	void aConnectionFactoryOfJedis() {
		refused(this.runner.withPropertyValues(TARGET).withBean("jedis", JedisLike.class),
				"The migration 'migration.redis.tokens' decorates the bean 'jedis', which is a %s; only LettuceConnectionFactory can be decorated."
					.formatted(JedisLike.class.getName()),
				"Use Lettuce as the Redis client (spring.data.redis.client-type=lettuce), or remove the migration.");
	}

	@Test
	void aConnectionFactoryOfAFinalClass() {
		refused(this.runner.withPropertyValues(TARGET).withBean("sealed", FinalConnectionFactory.class),
				"The migration 'migration.redis.tokens' decorates the bean 'sealed', which is of the final class %s."
					.formatted(FinalConnectionFactory.class.getName()),
				"Make the class open to subclasses: the decorated bean is one of them.");
	}

	@Test
	void aSourceThatIsAFixedListOfMasterAndReplicas() {
		refused(this.runner.withPropertyValues(TARGET).withUserConfiguration(MasterAndReplicas.class),
				"The source of the migration 'migration.redis.tokens' is a fixed list of a master and its replicas.",
				"Let the application connect to the master, to a cluster or by sentinels.");
	}

	@ParameterizedTest
	@CsvSource({ "redis://127.0.0.1:1, redis://127.0.0.1:1", "redis://127.0.0.1:1, redis://localhost:1",
			"redis://localhost:1, redis://127.0.0.1:1", "redis://localhost:1/0, redis://user:secret@127.0.0.1:1",
			"redis://localhost:1/3, redis://127.0.0.1:1/3" })
	void aTargetThatIsTheSource(String source, String target) {
		refused(this.runner.withPropertyValues("spring.data.redis.url=" + source,
				"migration.redis.tokens.target.url=" + target),
				"The target of the migration 'migration.redis.tokens' is the server and database that its source is.",
				"Set 'migration.redis.tokens.target' to the new Redis.");
	}

	@Test
	void aTargetClusterOfWhichTheSourceIsANode() {
		refused(this.runner.withPropertyValues("migration.redis.tokens.target.cluster.nodes=127.0.0.1:9,localhost:1"),
				"The target of the migration 'migration.redis.tokens' is the server and database that its source is.",
				"Set 'migration.redis.tokens.target' to the new Redis.");
	}

	@Test
	void anotherDatabaseOfTheServerIsNotTheSource() {
		this.runner.withPropertyValues("migration.redis.tokens.target.url=redis://127.0.0.1:1/2")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@ValueSource(strings = { "phase=off", "target.adopt=true", "target.password=secret", "tagret.port=5" })
	void noTarget(String setting) {
		refused(this.runner.withPropertyValues("migration.redis.tokens." + setting),
				"The migration 'migration.redis.tokens' has no target.",
				"Say where the new Redis is by 'migration.redis.tokens.target', with the same keys as spring.data.redis: url, host, port, cluster or sentinel.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "127.0.0.1:2", "http://127.0.0.1:2", "redis://", "redis://:2", "redis://127.0.0.1:99999",
			"redis://127.0.0.1:2/first", "redis://us er:secret@127.0.0.1", "" })
	void aTargetUrlThatIsNone(String url) {
		FailureAnalysis analysis = refused(this.runner.withPropertyValues("migration.redis.tokens.target.url=" + url),
				"The property 'migration.redis.tokens.target.url' is not a Redis URL.",
				"Use a URL such as redis://user:password@host:6379/0, or rediss:// for TLS.");
		assertThat(analysis.getDescription()).doesNotContain("secret");
	}

	@ParameterizedTest
	@ValueSource(strings = { "port=99999", "port=-5", "database=-1", "host=", "cluster.nodes=127.0.0.1:port",
			"cluster.nodes=127.0.0.1:99999", "sentinel.master=main,sentinel.nodes=127.0.0.1:port" })
	void aTargetThatCannotBe(String settings) {
		String prefix = "migration.redis.tokens.target.";
		FailureAnalysis analysis = refused(this.runner.withPropertyValues(prefix + "host=other")
			.withPropertyValues((prefix + settings.replace(",", "," + prefix)).split(",")));
		assertThat(analysis.getDescription())
			.startsWith("The properties 'migration.redis.tokens.target' describe no Redis: ");
		assertThat(analysis.getAction()).isEqualTo("Use the values that spring.data.redis would take.");
	}

	@Test
	void aTargetClusterWithoutNodes() {
		refused(this.runner.withPropertyValues("migration.redis.tokens.target.cluster.max-redirects=3"),
				"The property 'migration.redis.tokens.target.cluster.nodes' is empty.",
				"List at least one node as host:port.");
	}

	@Test
	void aTargetBySentinelsWithoutTheNameOfTheMaster() {
		refused(this.runner.withPropertyValues("migration.redis.tokens.target.sentinel.nodes=127.0.0.1:5"),
				"The property 'migration.redis.tokens.target.sentinel.master' is not set.",
				"Set it to the name by which the sentinels know the master.");
	}

	@Test
	void aTargetThatIsAFixedListOfMasterAndReplicas() {
		refused(this.runner.withPropertyValues(TARGET,
				"migration.redis.tokens.target.masterreplica.nodes=127.0.0.1:5,127.0.0.1:6"),
				"The property 'migration.redis.tokens.target.masterreplica' is set; target cannot be a fixed list of a master and its replicas.",
				"Set 'migration.redis.tokens.target' to the master, to a cluster or to sentinels.");
	}

	@Test
	void anSslBundleThatDoesNotExist() {
		refused(this.runner.withPropertyValues(TARGET, "migration.redis.tokens.target.ssl.bundle=new-redis"),
				"The property 'migration.redis.tokens.target.ssl.bundle' names 'new-redis', but there is no such SSL bundle.",
				"Configure the bundle under spring.ssl.bundle.");
	}

	@Test
	void anSslBundleWhereThereAreNone() {
		refused(new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(DataRedisAutoConfiguration.class, RedisMigrationAutoConfiguration.class))
			.withPropertyValues(TARGET, "migration.redis.tokens.target.ssl.bundle=new-redis"),
				"The property 'migration.redis.tokens.target.ssl.bundle' names 'new-redis', but there are no SSL bundles.",
				"Configure the bundle under spring.ssl.bundle.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "my tokens", "{tokens}", "tokens!", "tokens.new", "-tokens", "tokens_", "t\u00f6kens", "*",
			"a234567890123456789012345678901234567890123456789012345678901234" })
	void aNameThatCannotBeCarried(String name) {
		refused(this.runner.withPropertyValues("migration.redis[" + name + "].target.port=5"),
				"The property 'migration.redis.%1$s' names a migration '%1$s'; such a name cannot be carried by keys, tables, flags and meters."
					.formatted(name),
				"Use 1 to 63 letters, digits, '-' and '_', beginning and ending with a letter or a digit.");
	}

	@ParameterizedTest
	@CsvSource({ "redis.Tokens, redis.tokens", "redis.my-tokens, redis.my_tokens", "redis.myTokens, redis.my-tokens",
			"redis.tokens, http.tokens", "redis.tokens, client.Tokens" })
	void aNameThatIsUsedTwice(String one, String other) {
		FailureAnalysis analysis = refused(this.runner.withPropertyValues("migration." + one + ".target.port=5",
				"migration." + other + ".target.port=6"));
		assertThat(analysis.getDescription()).startsWith("Two migrations have the same name: ")
			.contains("'migration." + one + "'", "'migration." + other + "'");
		assertThat(analysis.getAction()).isEqualTo(
				"Rename one of them; a name is unique over all kinds, and case, '-' and '_' make no difference.");
	}

	@ParameterizedTest
	@ValueSource(classes = { RedisClient.class, CircuitBreaker.class, DataRedisProperties.class })
	void aLibraryThatIsMissing(Class<?> type) {
		FailureAnalysis analysis = refused(
				this.withoutRedis.withPropertyValues(TARGET).withClassLoader(new FilteredClassLoader(type)));
		assertThat(analysis.getDescription()).startsWith("The migration 'migration.redis.tokens' needs ")
			.endsWith(", which is not on the classpath.");
		assertThat(analysis.getAction()).startsWith("Add ").endsWith(", or remove the migration.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "dual-wriet", "on", "true", "4" })
	void aPhaseThatDoesNotExist(String phase) {
		FailureAnalysis analysis = refused(
				this.runner.withPropertyValues(TARGET, "migration.redis.tokens.phase=" + phase));
		assertThat(analysis.getDescription()).contains("migration.redis.tokens.phase", phase);
		assertThat(analysis.getAction()).contains("OFF", "SHADOW", "DUAL_WRITE", "READ_NEW", "CUTOVER");
	}

	@ParameterizedTest
	@CsvSource({ "mirror.on-failure, ignore, RAISE", "mirror.stale-reads, maybe, DENY" })
	void aChoiceThatDoesNotExist(String property, String value, String choice) {
		FailureAnalysis analysis = refused(
				this.runner.withPropertyValues(TARGET, "migration.redis.tokens." + property + "=" + value));
		assertThat(analysis.getDescription()).contains("migration.redis.tokens." + property, value);
		assertThat(analysis.getAction()).contains(choice);
	}

	@ParameterizedTest
	@CsvSource({ "mirror.timeout", "cutover.timeout", "cutover.max-park", "read-share", "compare.sample-rate",
			"mirror.journal.max-size", "target.port", "target.timeout" })
	void aValueThatIsNone(String property) {
		FailureAnalysis analysis = refused(
				this.runner.withPropertyValues(TARGET, "migration.redis.tokens." + property + "=abc"));
		assertThat(analysis.getDescription()).contains("migration.redis.tokens." + property, "abc");
		assertThat(analysis.getAction()).isNotBlank();
	}

	@ParameterizedTest
	@CsvSource({ "migration.redis.tokens.mirror.timeout", "migration.redis.tokens.cutover.timeout",
			"migration.redis.tokens.cutover.max-park", "migration.fleet.lease", "migration.fleet.heartbeat" })
	void aDurationThatIsNotPositive(String property) {
		refused(this.runner.withPropertyValues(TARGET, property + "=-2s"),
				"The property '%s' has the value 'PT-2S', which is not a positive duration.".formatted(property),
				"Use a duration such as 2s.");
		refused(this.runner.withPropertyValues(TARGET, property + "=0"),
				"The property '%s' has the value 'PT0S', which is not a positive duration.".formatted(property),
				"Use a duration such as 2s.");
	}

	@ParameterizedTest
	@CsvSource({ "compare.sample-rate, 2, 0 and 1", "compare.sample-rate, -0.1, 0 and 1",
			"compare.sample-rate, NaN, 0 and 1", "read-share, 101, 0 and 100", "read-share, -1, 0 and 100" })
	void aNumberOutOfItsRange(String property, String value, String range) {
		refused(this.runner.withPropertyValues(TARGET, "migration.redis.tokens." + property + "=" + value),
				"The property 'migration.redis.tokens.%s' has the value '%s', which is not between %s."
					.formatted(property, value, range),
				"Use a value in that range.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a,,b" })
	void keysThatAreNone(String keys) {
		FailureAnalysis analysis = refused(
				this.runner.withPropertyValues(TARGET, "migration.redis.tokens.keys=" + keys));
		assertThat(analysis.getDescription()).contains("'migration.redis.tokens.keys'").contains("names no keys");
	}

	@Test
	void aJournalThatMayHoldNothing() {
		FailureAnalysis analysis = refused(
				this.runner.withPropertyValues(TARGET, "migration.redis.tokens.mirror.journal.max-size=0"));
		assertThat(analysis.getDescription())
			.startsWith("The property 'migration.redis.tokens.mirror.journal.max-size' has the value '0'");
	}

	@Test
	void aLeaseShorterThanThreeHeartbeats() {
		refused(this.runner.withPropertyValues(TARGET, "migration.fleet.lease=5s", "migration.fleet.heartbeat=2s"),
				"The property 'migration.fleet.lease' has the value 'PT5S', which is shorter than three heartbeats.",
				"Use at least three times migration.fleet.heartbeat (PT2S).");
	}

	@Test
	void aLeaseOfExactlyThreeHeartbeatsIsLongEnough() {
		this.runner.withPropertyValues(TARGET, "migration.fleet.lease=6s", "migration.fleet.heartbeat=2s")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@ParameterizedTest
	@CsvSource({ "min-time-in-phase, abc, is not a duration", "min-time-in-phase, -1m, is not a duration",
			"ttl, abc, is not a duration", "ttl, -24h, is not a duration", "min-comparisons, many, is not a count",
			"min-comparisons, 1.5, is not a count", "min-comparisons, -1, is not a count",
			"max-mismatch-rate, 2, is not between 0 and 1", "max-mismatch-rate, -1, is not between 0 and 1",
			"max-mismatch-rate, NaN, is not between 0 and 1", "max-mismatch-rate, 5%, is not between 0 and 1",
			"max-error-rate, 1.01, is not between 0 and 1", "journal, short, is not a count",
			"unsupported, maybe, is neither on nor off", "backfill, 1h, is neither on nor off",
			"verification, clean, is neither on nor off" })
	void aGateThatCannotBe(String gate, String value, String problem) {
		FailureAnalysis analysis = refused(
				this.runner.withPropertyValues(TARGET, "migration.redis.tokens.gates." + gate + "=" + value));
		assertThat(analysis.getDescription())
			.isEqualTo("The property 'migration.redis.tokens.gates.%s' has the value '%s', which %s.".formatted(gate,
					value, problem));
		assertThat(analysis.getAction()).endsWith("off.");
	}

	@Test
	void noDatabaseAtAll() {
		refused(this.withoutDatabase.withPropertyValues(DATABASE),
				"The migration 'migration.data-source.orders' names no bean, and there is no DataSource.",
				"Configure a data source (spring.datasource.*).");
	}

	@Test
	void aDataSourceBeanThatDoesNotExist() {
		refused(this.databaseRunner.withPropertyValues(DATABASE, "migration.data-source.orders.bean=dataSource,reader"),
				"The property 'migration.data-source.orders.bean' names 'reader', but there is no such bean of type DataSource.",
				"Use one of: dataSource.");
	}

	@Test
	void twoMigrationsOfOneDatabaseBean() {
		FailureAnalysis analysis = refused(this.databaseRunner.withPropertyValues(DATABASE,
				"migration.data-source.stock.target.url=jdbc:postgresql://127.0.0.1:3/shop"));
		assertThat(analysis.getDescription()).startsWith("Two migrations decorate the bean 'dataSource': ")
			.contains("'migration.data-source.orders'", "'migration.data-source.stock'");
	}

	@ParameterizedTest
	@ValueSource(classes = { PrototypeDataSource.class, ScopedDataSource.class })
	void aDataSourceThatIsNoSingleton(Class<?> configuration) {
		refused(this.withoutDatabase.withUserConfiguration(configuration, DataSourceUser.class)
			.withPropertyValues(DATABASE, "migration.data-source.orders.bean=scoped"),
				"The migration 'migration.data-source.orders' decorates the bean 'scoped', which is not a singleton.",
				"Make it a singleton: a migration keeps what it has decorated for as long as the application runs.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "phase=off", "target.adopt=true", "target.username=shop", "tagret.url=jdbc:h2:mem:a" })
	void noTargetDatabase(String setting) {
		refused(this.databaseRunner.withPropertyValues("migration.data-source.orders." + setting),
				"The migration 'migration.data-source.orders' has no target.",
				"Say where the new database is by 'migration.data-source.orders.target.url', 'migration.data-source.orders.target.username' and 'migration.data-source.orders.target.password'.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "url=jdbc:postgresql://127.0.0.1:1/shop", "url=jdbc:postgresql://localhost:1/shop?user=a",
			"hikari.jdbc-url=jdbc:postgresql://localhost:1/shop" })
	void aTargetDatabaseThatIsTheSource(String target) {
		refused(this.databaseRunner.withPropertyValues("migration.data-source.orders.target." + target),
				"The target of the migration 'migration.data-source.orders' is the server and database that its source is.",
				"Set 'migration.data-source.orders.target' to the new database.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "postgresql://127.0.0.1/shop", "jdbc:nothing://127.0.0.1/shop", "http://127.0.0.1", "" })
	void aTargetDatabaseThatNoDriverKnows(String url) {
		refused(this.databaseRunner.withPropertyValues("migration.data-source.orders.target.url=" + url),
				"No JDBC driver accepts the property 'migration.data-source.orders.target.url'.",
				"Use a URL such as jdbc:postgresql://host:5432/database, and add the driver.");
	}

	@Test
	void aTargetDatabaseOfAProductThatIsNotSupported() {
		refused(this.databaseRunner
			.withPropertyValues("migration.data-source.orders.target.url=jdbc:oracle:thin:@127.0.0.1:1521:shop"),
				"The property 'migration.data-source.orders.target.url' is a database of ORACLE, which this version cannot migrate to.",
				"Use PostgreSQL, MySQL, MariaDB or H2.");
	}

	@Test
	void aDriverThatDoesNotExist() {
		refused(this.databaseRunner.withPropertyValues(DATABASE,
				"migration.data-source.orders.target.driver-class-name=com.example.Driver"),
				"The property 'migration.data-source.orders.target.driver-class-name' has the value 'com.example.Driver', which is no JDBC driver that can be loaded.",
				"Add the driver, or correct the name.");
	}

	@ParameterizedTest
	@CsvSource({ "strategy, replicated, mirror", "capture, log, trigger", "cutover.mode, reject, park",
			"cutover.mode, read-only, park", "cutover.mode, timed, park", "cutover.fence, deny-writes, none",
			"auto-rollback, true, false" })
	void whatComesLater(String property, String value, String present) {
		refused(this.databaseRunner.withPropertyValues(DATABASE,
				"migration.data-source.orders." + property + "=" + value),
				"The property 'migration.data-source.orders.%s' has the value '%s', which this version does not have."
					.formatted(property, value),
				"Use %s, which is the default.".formatted(present));
	}

	@Test
	void tablesOfWhichOnlySomeRowsMove() {
		refused(this.databaseRunner.withPropertyValues(DATABASE,
				"migration.data-source.orders.tables.where.orders=region = 'EU'"),
				"The property 'migration.data-source.orders.tables.where' is set; in this version a table moves with all of its rows.",
				"Remove it, or keep the tables on source by 'migration.data-source.orders.tables.exclude'.");
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "a,,b" })
	void tablesThatAreNone(String tables) {
		FailureAnalysis analysis = refused(this.databaseRunner.withPropertyValues(DATABASE,
				"migration.data-source.orders.tables.include=" + tables));
		assertThat(analysis.getDescription()).contains("'migration.data-source.orders.tables.include'")
			.contains("names no tables");
	}

	@ParameterizedTest
	@ValueSource(strings = { "flyway", "liquibase" })
	void aToolForTargetThatTheApplicationDoesNotHave(String tool) {
		refused(this.databaseRunner.withPropertyValues(DATABASE,
				"migration.data-source.orders.target.%s=true".formatted(tool)),
				"The property 'migration.data-source.orders.target.%s' is set, but the application has no %s."
					.formatted(tool, StringUtils.capitalize(tool)),
				"Add it (spring-boot-starter-%s), or remove the property.".formatted(tool));
	}

	@ParameterizedTest
	@ValueSource(
			classes = { HikariDataSource.class, CircuitBreaker.class, JdbcClient.class, DataSourceUnwrapper.class })
	void aLibraryThatADatabaseNeeds(Class<?> type) {
		FailureAnalysis analysis = refused(
				this.withoutDatabase.withPropertyValues(DATABASE).withClassLoader(new FilteredClassLoader(type)));
		assertThat(analysis.getDescription()).startsWith("The migration 'migration.data-source.orders' needs ")
			.endsWith(", which is not on the classpath.");
		assertThat(analysis.getAction()).startsWith("Add ").endsWith(", or remove the migration.");
	}

	@ParameterizedTest
	@CsvSource({ "mirror.acknowledge, soon, DURABLE", "mirror.on-failure, ignore, RAISE", "strategy, dump, MIRROR",
			"capture, poll, TRIGGER", "cutover.mode, stop, PARK", "phase, dual, DUAL_WRITE" })
	void aChoiceThatADatabaseDoesNotHave(String property, String value, String choice) {
		FailureAnalysis analysis = refused(this.databaseRunner.withPropertyValues(DATABASE,
				"migration.data-source.orders." + property + "=" + value));
		assertThat(analysis.getDescription()).contains("migration.data-source.orders." + property, value);
		assertThat(analysis.getAction()).contains(choice);
	}

	@ParameterizedTest
	@CsvSource({ "mirror.timeout, -2s, PT-2S, is not a positive duration",
			"cutover.timeout, 0, PT0S, is not a positive duration",
			"cutover.max-park, 0, PT0S, is not a positive duration", "read-share, 101, 101, is not between 0 and 100",
			"compare.sample-rate, 2, 2, is not between 0 and 1",
			"mirror.journal.max-size, 0, 0, is not a positive number", "gates.ttl, abc, abc, is not a duration",
			"gates.min-comparisons, many, many, is not a count",
			"gates.max-mismatch-rate, 2, 2, is not between 0 and 1",
			"gates.schema, maybe, maybe, is neither on nor off",
			"gates.outside-writers, known, known, is neither on nor off",
			"gates.backfill, 1h, 1h, is neither on nor off",
			"gates.verification, clean, clean, is neither on nor off" })
	void aValueThatADatabaseCannotHave(String property, String value, String shown, String problem) {
		FailureAnalysis analysis = refused(this.databaseRunner.withPropertyValues(DATABASE,
				"migration.data-source.orders." + property + "=" + value));
		assertThat(analysis.getDescription())
			.isEqualTo("The property 'migration.data-source.orders.%s' has the value '%s', which %s."
				.formatted(property, shown, problem));
		assertThat(analysis.getAction()).isNotBlank();
	}

	@Test
	void aWayOfInitializingTheSchemaThatDoesNotExist() {
		FailureAnalysis analysis = refused(
				this.databaseRunner.withPropertyValues(DATABASE, "migration.initialize-schema=sometimes"));
		assertThat(analysis.getDescription()).contains("migration.initialize-schema", "sometimes");
		assertThat(analysis.getAction()).contains("ALWAYS", "EMBEDDED", "NEVER");
	}

	@Test
	void anAddressOfUnleashThatIsNone() {
		FailureAnalysis analysis = refused(this.runner.withPropertyValues(TARGET, "migration.unleash.url=unleash"));
		assertThat(analysis.getDescription()).contains("migration.unleash.url");
		assertThat(analysis.getAction()).isNotBlank();
	}

	@Test
	void theApplicationDoesNotStartAndPrintsNoStackTrace(CapturedOutput output) {
		SpringApplication application = new SpringApplication(Application.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		assertThatExceptionOfType(Exception.class)
			.isThrownBy(() -> application.run("--migration.redis.tokens.read-share=101", "--" + TARGET));
		assertThat(output).contains("APPLICATION FAILED TO START")
			.containsSubsequence("Description:",
					"The property 'migration.redis.tokens.read-share' has the value '101', which is not between 0 and 100.",
					"Action:", "Use a value in that range.")
			.doesNotContain("\tat ");
	}

	private static FailureAnalysis refused(ApplicationContextRunner runner, String description, String action) {
		FailureAnalysis analysis = refused(runner);
		assertThat(analysis.getDescription()).isEqualTo(description);
		assertThat(analysis.getAction()).isEqualTo(action);
		return analysis;
	}

	/**
	 * Return what the first analyzer that knows the failure says, as Boot would print it.
	 */
	private static FailureAnalysis refused(ApplicationContextRunner runner) {
		AtomicReference<ConfigurableApplicationContext> failed = new AtomicReference<>();
		AtomicReference<FailureAnalysis> result = new AtomicReference<>();
		runner.withInitializer(failed::set).run((context) -> {
			assertThat(context).hasFailed();
			result.set(analyze(failed.get(), context.getStartupFailure()));
		});
		return result.get();
	}

	private static FailureAnalysis analyze(ConfigurableApplicationContext context, Throwable failure) {
		SpringFactoriesLoader.ArgumentResolver arguments = SpringFactoriesLoader.ArgumentResolver
			.of(BeanFactory.class, context.getBeanFactory())
			.and(Environment.class, context.getEnvironment());
		return SpringFactoriesLoader.forDefaultResourceLocation()
			// as Boot does: some need libraries that are not there
			.load(FailureAnalyzer.class, arguments,
					SpringFactoriesLoader.FailureHandler.handleMessage((message, cause) -> {
					}))
			.stream()
			.map((analyzer) -> analyzer.analyze(failure))
			.filter((analysis) -> analysis != null)
			.findFirst()
			.orElseGet(() -> fail("Nobody can tell what is wrong", failure));
	}

	/** Of another client than Lettuce. */
	static class JedisLike implements RedisConnectionFactory {

		@Override
		public RedisConnection getConnection() {
			throw new UnsupportedOperationException();
		}

		@Override
		public RedisClusterConnection getClusterConnection() {
			throw new UnsupportedOperationException();
		}

		@Override
		public RedisSentinelConnection getSentinelConnection() {
			throw new UnsupportedOperationException();
		}

		@Override
		public boolean getConvertPipelineAndTxResults() {
			return true;
		}

		@Override
		public @Nullable DataAccessException translateExceptionIfPossible(RuntimeException ex) {
			return null;
		}

	}

	static final class FinalConnectionFactory extends LettuceConnectionFactory {

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoFactories {

		@Bean
		LettuceConnectionFactory first() {
			return new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", 3));
		}

		@Bean
		LettuceConnectionFactory second() {
			return new LettuceConnectionFactory(new RedisClusterConfiguration());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrototypeDataSource {

		@Bean
		@Scope("prototype")
		DataSource scoped() {
			return new HikariDataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ScopedDataSource {

		@Bean
		static CustomScopeConfigurer scopes() {
			CustomScopeConfigurer scopes = new CustomScopeConfigurer();
			scopes.addScope("tenant", new SimpleThreadScope());
			return scopes;
		}

		@Bean
		@Scope(scopeName = "tenant", proxyMode = ScopedProxyMode.INTERFACES)
		DataSource scoped() {
			return new HikariDataSource();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class DataSourceUser {

		@Bean
		JdbcTemplate template(DataSource dataSource) {
			return new JdbcTemplate(dataSource);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class MasterAndReplicas {

		@Bean
		RedisStaticMasterReplicaConfiguration replicated() {
			RedisStaticMasterReplicaConfiguration replicated = new RedisStaticMasterReplicaConfiguration("127.0.0.1",
					3);
			replicated.addNode("127.0.0.1", 4);
			return replicated;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataRedisAutoConfiguration.class, MigrationAutoConfiguration.class,
			RedisMigrationAutoConfiguration.class })
	static class Application {

	}

}
