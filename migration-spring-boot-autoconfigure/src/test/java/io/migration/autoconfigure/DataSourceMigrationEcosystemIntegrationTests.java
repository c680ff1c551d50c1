package io.migration.autoconfigure;

import java.math.BigDecimal;
import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.migration.Migration;
import io.migration.MigrationPhase;
import io.migration.StepRefusedException;
import io.migration.jdbc.JdbcMigration;
import io.migration.jdbc.MigratedDataSource;
import io.migration.test.PostgresServer;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Table;
import liquibase.integration.spring.SpringLiquibase;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.data.jdbc.autoconfigure.DataJdbcRepositoriesAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.DataSourceBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceInitializationAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.health.DataSourceHealthContributorAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.metrics.DataSourcePoolMetricsAutoConfiguration;
import org.springframework.boot.liquibase.autoconfigure.LiquibaseAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.annotation.Id;
import org.springframework.data.jdbc.core.JdbcAggregateTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What Boot builds on a data source works on a decorated one, on PostgreSQL.
 */
class DataSourceMigrationEcosystemIntegrationTests {

	private final PostgresServer server = PostgresServer.shared();

	private final String source = this.server.createDatabase();

	private final String target = this.server.createDatabase();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("spring.datasource.url=" + this.server.jdbcUrl(this.source),
				"spring.datasource.hikari.maximum-pool-size=4",
				"migration.data-source.orders.target.url=" + this.server.jdbcUrl(this.target),
				"migration.data-source.orders.target.hikari.maximum-pool-size=4", "migration.fleet.heartbeat=100ms")
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				JdbcClientAutoConfiguration.class, TransactionAutoConfiguration.class, MigrationAutoConfiguration.class,
				UnleashMigrationAutoConfiguration.class, DataSourceMigrationAutoConfiguration.class));

	private final JdbcTemplate onSource = new JdbcTemplate(this.server.dataSource(this.source));

	private final JdbcTemplate onTarget = new JdbcTemplate(this.server.dataSource(this.target));

	@Test
	void flywayRunsOnSourceItself() {
		this.runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("spring.flyway.locations=classpath:ecosystem/flyway/{vendor}")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(DataSource.class)).isInstanceOf(MigratedDataSource.class);
				assertThat(context.getBean(Flyway.class).getConfiguration().getDataSource())
					.isInstanceOf(HikariDataSource.class);
				assertThat(count(this.onSource, "purchase")).isZero();
				assertThat(exists(this.onTarget, "purchase")).isFalse();
				assertThat(context.getBean(JdbcTemplate.class).update("insert into purchase (item) values ('book')"))
					.isOne();
			});
	}

	@Test
	void flywayOfALazyDataSourceRunsOnSourceItself() {
		this.runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("spring.flyway.locations=classpath:ecosystem/flyway/postgresql",
					"spring.datasource.connection-fetch=lazy")
			.run((context) -> assertThat(context.getBean(Flyway.class).getConfiguration().getDataSource())
				.isInstanceOf(HikariDataSource.class));
	}

	@Test
	void flywayThatIsAskedToRunsOnTargetToo() {
		this.runner.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("spring.flyway.locations=classpath:ecosystem/flyway/{vendor}",
					"migration.data-source.orders.target.flyway=true")
			.run((context) -> {
				toShadow(context.getBean(JdbcMigration.class));
				assertThat(count(this.onTarget, "purchase")).isZero();
				assertThat(count(this.onTarget, "flyway_schema_history")).isOne();
			});
	}

	@Test
	void whatALaterVersionBringsForFlywayComesToTargetToo() {
		ApplicationContextRunner flyway = this.runner
			.withConfiguration(AutoConfigurations.of(FlywayAutoConfiguration.class))
			.withPropertyValues("spring.flyway.locations=classpath:ecosystem/flyway/{vendor}",
					"migration.data-source.orders.target.flyway=true");
		flyway.run((context) -> toShadow(context.getBean(JdbcMigration.class)));
		flyway
			.withPropertyValues(
					"spring.flyway.locations=classpath:ecosystem/flyway/{vendor},classpath:ecosystem/flyway-later")
			.run((context) -> {
				context.getBean(JdbcTemplate.class).update("insert into purchase (item, price) values ('book', 12)");
				await().ignoreExceptions()
					.untilAsserted(
							() -> assertThat(this.onTarget.queryForList("select price from purchase", BigDecimal.class))
								.containsExactly(new BigDecimal("12.00")));
			});
	}

	@Test
	void liquibaseRunsOnSourceItself() {
		this.runner.withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
			.withPropertyValues("spring.liquibase.change-log=classpath:ecosystem/liquibase/changes.sql",
					"spring.liquibase.parameters.table=purchase")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(SpringLiquibase.class).getDataSource()).isInstanceOf(HikariDataSource.class);
				assertThat(count(this.onSource, "purchase")).isZero();
				assertThat(exists(this.onTarget, "purchase")).isFalse();
			});
	}

	@Test
	void liquibaseThatIsAskedToRunsOnTargetToo() {
		this.runner.withConfiguration(AutoConfigurations.of(LiquibaseAutoConfiguration.class))
			.withPropertyValues("spring.liquibase.change-log=classpath:ecosystem/liquibase/changes.sql",
					"spring.liquibase.parameters.table=purchase", "spring.liquibase.drop-first=true",
					"migration.data-source.orders.target.liquibase=true")
			.run((context) -> {
				this.onTarget.execute("create table kept (id int primary key)");
				toShadow(context.getBean(JdbcMigration.class));
				assertThat(count(this.onTarget, "purchase")).isZero();
				assertThat(exists(this.onTarget, "kept")).isTrue();
				assertThat(count(this.onTarget, "databasechangelog")).isOne();
			});
	}

	@Test
	void jpaReadsAndWrites() {
		this.runner.withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
			.withUserConfiguration(EntityConfiguration.class)
			.withPropertyValues("spring.jpa.hibernate.ddl-auto=create-drop")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				EntityManagerFactory entities = context.getBean(EntityManagerFactory.class);
				Purchase purchase = new Purchase("book");
				try (EntityManager manager = entities.createEntityManager()) {
					manager.getTransaction().begin();
					manager.persist(purchase);
					manager.getTransaction().commit();
				}
				assertThat(purchase.id).isNotNull();
				assertThat(count(this.onSource, "purchase")).isOne();
				try (EntityManager manager = entities.createEntityManager()) {
					assertThat(manager.find(Purchase.class, purchase.id).item).isEqualTo("book");
				}
			});
		assertThat(exists(this.onSource, "purchase")).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "eager", "lazy" })
	void springDataJdbcReadsAndWrites(String fetch) {
		this.onSource.execute("create table purchase (id bigserial primary key, item text)");
		this.runner.withConfiguration(AutoConfigurations.of(DataJdbcRepositoriesAutoConfiguration.class))
			.withUserConfiguration(EntityConfiguration.class)
			.withPropertyValues("spring.datasource.connection-fetch=" + fetch)
			.run((context) -> {
				assertThat(context).hasNotFailed();
				JdbcAggregateTemplate aggregates = context.getBean(JdbcAggregateTemplate.class);
				Purchased saved = context.getBean(TransactionTemplate.class)
					.execute((status) -> aggregates.save(new Purchased(null, "book")));
				assertThat(saved.id()).isNotNull();
				assertThat(aggregates.findAll(Purchased.class)).containsExactly(saved);
				assertThat(
						context.getBean(JdbcClient.class).sql("select item from purchase").query(String.class).list())
					.containsExactly("book");
			});
	}

	@Test
	void scriptsInitializeTheSchema() {
		this.runner.withConfiguration(AutoConfigurations.of(DataSourceInitializationAutoConfiguration.class))
			.withPropertyValues("spring.sql.init.mode=always",
					"spring.sql.init.schema-locations=classpath:ecosystem/flyway/postgresql/V1__purchase.sql")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(count(this.onSource, "purchase")).isZero();
			});
	}

	@Test
	void healthIsThatOfTheDecoratedBeanAndOfNoOther() {
		this.runner.withConfiguration(AutoConfigurations.of(DataSourceHealthContributorAutoConfiguration.class))
			.run((context) -> {
				assertThat(context.getBeansOfType(HealthIndicator.class)).containsOnlyKeys("dbHealthContributor");
				assertThat(context.getBean(HealthIndicator.class).health().getStatus()).isEqualTo(Status.UP);
			});
	}

	@Test
	void healthIsUpThoughTargetIsDown() {
		this.runner.withConfiguration(AutoConfigurations.of(DataSourceHealthContributorAutoConfiguration.class))
			.withPropertyValues("migration.data-source.orders.target.url=jdbc:postgresql://127.0.0.1:1/target",
					"migration.data-source.orders.phase=shadow", "migration.data-source.orders.mirror.timeout=300ms")
			.run((context) -> assertThat(context.getBean(HealthIndicator.class).health().getStatus())
				.isEqualTo(Status.UP));
	}

	@Test
	void thePoolIsMeasuredAsWithoutAMigration() {
		this.runner.withConfiguration(AutoConfigurations.of(DataSourcePoolMetricsAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.run((context) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				context.getBeansOfType(MeterBinder.class).values().forEach((binder) -> binder.bindTo(registry));
				context.getBean(JdbcTemplate.class).queryForObject("select 1", Integer.class);
				assertThat(registry.get("jdbc.connections.max").tag("name", "dataSource").gauge().value()).isEqualTo(4);
			});
	}

	@Test
	void theDatabaseCanBeDerivedFromTheDecoratedBean() {
		this.runner.run((context) -> {
			SimpleDriverDataSource derived = DataSourceBuilder.derivedFrom(context.getBean(DataSource.class))
				.type(SimpleDriverDataSource.class)
				.build();
			assertThat(derived.getUrl()).isEqualTo(this.server.jdbcUrl(this.source));
		});
	}

	@Test
	void theLedgerIsOnSource() {
		this.runner.run((context) -> {
			Awaitility.await().untilAsserted(() -> assertThat(context.getBean(Migration.class).epoch()).isPositive());
			assertThat(exists(this.onSource, "migration_phase")).isTrue();
			assertThat(exists(this.onTarget, "migration_phase")).isFalse();
		});
	}

	@Test
	void anApplicationThatInitializesItsSchemaItselfGetsNoTables() {
		this.runner.withPropertyValues("migration.initialize-schema=never").run((context) -> {
			assertThat(context).hasNotFailed();
			Awaitility.await()
				.untilAsserted(() -> assertThat(context.getBean(JdbcMigration.class).control().note()).isNotBlank());
			assertThat(exists(this.onSource, "migration_phase")).isFalse();
		});
	}

	private static void toShadow(JdbcMigration migration) {
		Awaitility.await().ignoreExceptionsMatching((ex) -> !(ex instanceof StepRefusedException)).untilAsserted(() -> {
			assertThat(migration.control().joined()).isTrue();
			migration.control().walkTo(MigrationPhase.SHADOW, "test", null, false);
			assertThat(migration.control().phase()).isEqualTo(MigrationPhase.SHADOW);
		});
	}

	private static Long count(JdbcTemplate template, String table) {
		return template.queryForObject("select count(*) from " + table, Long.class);
	}

	private static boolean exists(JdbcTemplate template, String table) {
		return Boolean.TRUE
			.equals(template.queryForObject("select to_regclass(?) is not null", Boolean.class, "public." + table));
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage(basePackageClasses = DataSourceMigrationEcosystemIntegrationTests.class)
	static class EntityConfiguration {

	}

	@Entity(name = "purchase")
	@Table(name = "purchase")
	static class Purchase {

		@jakarta.persistence.Id
		@GeneratedValue(strategy = GenerationType.IDENTITY)
		private Long id;

		private String item;

		Purchase() {
		}

		Purchase(String item) {
			this.item = item;
		}

	}

	@org.springframework.data.relational.core.mapping.Table("purchase")
	record Purchased(@Id Long id, String item) {
	}

}
