package io.migration.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Set;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.migration.Migration;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.jdbc.JdbcMigration;
import io.migration.jdbc.MigratedDataSource;
import io.migration.mirror.MirrorSettings;
import io.migration.mirror.MirroredMigration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What stands in an application's context.
 */
@ExtendWith(OutputCaptureExtension.class)
class DataSourceMigrationAutoConfigurationTests {

	private static final String TARGET = "migration.data-source.orders.target.url=jdbc:h2:mem:target";

	private static final String[] UNREACHABLE = { "spring.datasource.url=jdbc:postgresql://127.0.0.1:1/orders",
			"migration.data-source.orders.target.url=jdbc:postgresql://127.0.0.1:2/orders" };

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withPropertyValues("spring.datasource.generate-unique-name=true")
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				MigrationAutoConfiguration.class, UnleashMigrationAutoConfiguration.class,
				DataSourceMigrationAutoConfiguration.class));

	private final Set<Thread> threadsBefore = Thread.getAllStackTraces().keySet();

	@Test
	void withoutAMigrationTheDataSourceIsTheOneThatBootMakes() {
		this.runner.run((context) -> {
			assertThat(context.getBean(DataSource.class).getClass()).isSameAs(HikariDataSource.class);
			assertThat(context).doesNotHaveBean(DataSourceMigrationPostProcessor.class)
				.doesNotHaveBean(DataSourceMigrationLifecycle.class)
				.doesNotHaveBean(Migration.class);
		});
	}

	@Test
	void whenSwitchedOffNoBeanOfOursIsLeft() {
		this.runner.withPropertyValues(TARGET, "migration.enabled=false").run((context) -> {
			assertThat(context.getBean(DataSource.class).getClass()).isSameAs(HikariDataSource.class);
			for (String name : context.getBeanDefinitionNames()) {
				assertThat(String.valueOf(context.getType(name))).doesNotContain("io.migration.");
			}
			assertThat(threads()).isEmpty();
		});
	}

	@Test
	void theDecoratedBeanIsInjectedWhereTheDataSourceWas() {
		this.runner.withPropertyValues(TARGET).run((context) -> {
			assertThat(context).hasSingleBean(DataSource.class);
			DataSource decorated = context.getBean(DataSource.class);
			assertThat(decorated).isInstanceOf(MigratedDataSource.class);
			assertThat(context.getBean(JdbcTemplate.class).getDataSource()).isSameAs(decorated);
		});
	}

	@Test
	void theDecoratedBeanIsAWrapperOfTheApplicationsPool() {
		this.runner.withPropertyValues(TARGET, "spring.datasource.hikari.pool-name=shop").run((context) -> {
			MigratedDataSource decorated = context.getBean(MigratedDataSource.class);
			assertThat(decorated.isWrapperFor(HikariDataSource.class)).isTrue();
			assertThat(decorated.unwrap(HikariDataSource.class)).isSameAs(decorated.original());
			assertThat(decorated.unwrap(HikariDataSource.class).getPoolName()).isEqualTo("shop");
			assertThat(decorated.unwrap(MigratedDataSource.class)).isSameAs(decorated);
		});
	}

	@Test
	void thePoolOfTheApplicationIsClosedWithIt() {
		this.runner.withPropertyValues(TARGET).run((context) -> {
			HikariDataSource pool = context.getBean(DataSource.class).unwrap(HikariDataSource.class);
			context.close();
			assertThat(pool.isClosed()).isTrue();
		});
	}

	@Test
	void whoUsesTheDataSourceIsGoneBeforeTheMigrationCloses() {
		this.runner.withPropertyValues(TARGET)
			.run((context) -> assertThat(((ConfigurableListableBeanFactory) context.getAutowireCapableBeanFactory())
				.getDependentBeans("migration.data-source.orders")).contains("dataSource"));
	}

	@Test
	void aConnectionThatIsFetchedLazilyIsOneOfTheDecoratedBean() {
		this.runner.withPropertyValues(TARGET, "spring.datasource.connection-fetch=lazy").run((context) -> {
			DataSource dataSource = context.getBean(DataSource.class);
			assertThat(dataSource).isInstanceOf(LazyConnectionDataSourceProxy.class);
			assertThat(dataSource.isWrapperFor(MigratedDataSource.class)).isTrue();
			assertThat(dataSource.unwrap(MigratedDataSource.class).original()).isInstanceOf(HikariDataSource.class);
			assertThat(context.getBean(JdbcTemplate.class).queryForObject("select 1", Integer.class)).isOne();
		});
	}

	@Test
	void nothingIsDecoratedTwice() {
		this.runner.withPropertyValues(TARGET).run((context) -> {
			MigratedDataSource decorated = context.getBean(MigratedDataSource.class);
			assertThat(decorated.original().getClass()).isSameAs(HikariDataSource.class);
			assertThat(context.getBean(DataSourceMigrationPostProcessor.class)
				.postProcessAfterInitialization(decorated, "dataSource")).isSameAs(decorated);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { FactoryBeanConfiguration.class, AdvisedConfiguration.class })
	void aBeanThatIsMadeInAnotherWayIsDecorated(Class<?> configuration) {
		this.runner.withPropertyValues(TARGET).withUserConfiguration(configuration).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(context.getBean("made")).isInstanceOf(MigratedDataSource.class);
			assertThat(context.getBean(JdbcTemplate.class).queryForObject("select 1", Integer.class)).isOne();
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { PrimaryConfiguration.class, FallbackConfiguration.class, NoCandidateConfiguration.class,
			NotByDefaultConfiguration.class })
	void amongSeveralTheOneThatAnInjectionWouldGetIsDecorated(Class<?> configuration) {
		this.runner.withPropertyValues(TARGET).withUserConfiguration(configuration).run((context) -> {
			assertThat(context.getBean("chosen")).isInstanceOf(MigratedDataSource.class);
			assertThat(context.getBean("other").getClass()).isSameAs(HikariDataSource.class);
		});
	}

	@Test
	void amongSeveralTheOneThatIsNamedIsDecorated() {
		this.runner.withPropertyValues(TARGET, "migration.data-source.orders.bean=other")
			.withUserConfiguration(PrimaryConfiguration.class)
			.run((context) -> {
				assertThat(context.getBean("other")).isInstanceOf(MigratedDataSource.class);
				assertThat(context.getBean("chosen").getClass()).isSameAs(HikariDataSource.class);
			});
	}

	@Test
	void severalBeansCanBeOneMigration() {
		this.runner.withPropertyValues(TARGET, "migration.data-source.orders.bean=other,chosen")
			.withUserConfiguration(PrimaryConfiguration.class)
			.run((context) -> {
				assertThat(context.getBeansOfType(MigratedDataSource.class)).containsOnlyKeys("chosen", "other");
				assertThat(context).hasSingleBean(JdbcMigration.class).hasSingleBean(Migration.class);
				assertThat(context.getBean("chosen", MigratedDataSource.class).original())
					.isNotSameAs(context.getBean("other", MigratedDataSource.class).original());
			});
	}

	@Test
	void eachMigrationDecoratesItsOwnBeanAndCanBeInjected() {
		this.runner
			.withPropertyValues("migration.data-source.orders.bean=chosen",
					"migration.data-source.orders.target.url=jdbc:h2:mem:a", "migration.data-source.stock.bean=other",
					"migration.data-source.stock.target.url=jdbc:h2:mem:b")
			.withUserConfiguration(PrimaryConfiguration.class)
			.run((context) -> {
				Map<String, Migration> migrations = context.getBeansOfType(Migration.class);
				assertThat(migrations).containsOnlyKeys("ordersMigration", "stockMigration");
				migrations.forEach((bean, migration) -> assertThat(bean).isEqualTo(migration.name() + "Migration"));
				Migration orders = migrations.get("ordersMigration");
				assertThat(orders.kind()).isEqualTo("data-source");
				assertThat(orders.phase()).isEqualTo(MigrationPhase.OFF);
				assertThat(orders.authority()).isEqualTo(Side.SOURCE);
				assertThat(context.getBeansOfType(MirroredMigration.class))
					.containsOnlyKeys("migration.data-source.orders", "migration.data-source.stock");
			});
	}

	@Test
	void aMigrationIsConfiguredByItsProperties() {
		yaml("""
				migration:
				  data-source:
				    orders:
				      target: { url: "jdbc:h2:mem:target", hikari: { maximum-pool-size: 7 } }
				      mirror: { acknowledge: durable, timeout: 3s, journal: { max-size: 5 } }
				      read-share: 20
				      tables:
				        include: [orders, order_items]
				        exclude: "audit_*"
				        mappings:
				          order_items:
				            name: items
				            columns: { order_id: order_no }
				            exclude-columns: [search_text]
				""").run((context) -> {
			assertThat(context).hasNotFailed();
			MirrorSettings settings = context.getBean(JdbcMigration.class).settings();
			assertThat(settings.onFailure()).isEqualTo(MirrorSettings.OnFailure.CONTINUE);
			assertThat(settings.timeout()).hasSeconds(3);
			assertThat(settings.journalMaxSize()).isEqualTo(5);
			assertThat(context.getBean(JdbcMigration.class).control().readShare()).isEqualTo(20);
			DataSourceMigrationProperties properties = bound(context);
			assertThat(properties.getTarget().getHikari().getMaximumPoolSize()).isEqualTo(7);
			assertThat(properties.getTables().getInclude()).containsExactly("orders", "order_items");
			assertThat(properties.getTables().getExclude()).containsExactly("audit_*");
			DataSourceMigrationProperties.Mapping items = properties.getTables().getMappings().get("order_items");
			assertThat(items.getName()).isEqualTo("items");
			assertThat(items.getColumns()).isEqualTo(Map.of("order_id", "order_no"));
			assertThat(items.getExcludeColumns()).isEqualTo(List.of("search_text"));
		});
	}

	@Test
	void aVariableOfTheEnvironmentAddsToAMigration() {
		this.runner.withPropertyValues(TARGET)
			.withInitializer((context) -> addVariable(context, "MIGRATION_DATASOURCE_ORDERS_READSHARE", "17"))
			.run((context) -> assertThat(context.getBean(JdbcMigration.class).control().readShare()).isEqualTo(17));
	}

	@ParameterizedTest
	@EnumSource
	void everyPhaseIsUnderstoodUnquoted(MigrationPhase phase) {
		yaml("""
				migration:
				  data-source:
				    orders:
				      phase: %s
				      target: { url: "jdbc:postgresql://127.0.0.1:2/orders" }
				""".formatted(phase.wireName())).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(bound(context).getPhase()).isEqualTo(phase);
		});
	}

	@Test
	void anApplicationStartsThoughNeitherSideAnswers() {
		this.runner.withPropertyValues(UNREACHABLE).run((context) -> {
			assertThat(context).hasNotFailed();
			Migration migration = context.getBean(Migration.class);
			assertThat(migration.phase()).isEqualTo(MigrationPhase.OFF);
			assertThat(migration.epoch()).isZero();
			assertThat(context.getBean(JdbcMigration.class).running()).isTrue();
		});
	}

	@Test
	void whenBeansAreLazyAMigrationStartsAllTheSame() {
		this.runner.withPropertyValues(TARGET)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(context.getBeanFactory().containsSingleton("ordersMigration")).isFalse();
				assertThat(context.getBean(JdbcMigration.class).running()).isTrue();
			});
	}

	@Test
	void migrationsStartBeforeTheWebServerAndStopAfterIt() {
		this.runner.withPropertyValues(TARGET)
			.run((context) -> assertThat(context.getBean(DataSourceMigrationLifecycle.class).getPhase())
				.isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
				.isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE));
	}

	@Test
	void threadsAreDaemonsNamedAfterTheMigrationAndEndWithTheApplication() {
		this.runner.withPropertyValues(TARGET).run((context) -> {
			Awaitility.await().untilAsserted(() -> assertThat(threads()).isNotEmpty());
			assertThat(threads()).allMatch((thread) -> thread.isDaemon());
			context.close();
			Awaitility.await().untilAsserted(() -> assertThat(threads()).isEmpty());
		});
	}

	@Test
	void theStartIsToldInOneLine(CapturedOutput output) {
		this.runner.withPropertyValues(TARGET).run((context) -> {
			assertThat(output.toString().lines())
				.filteredOn((line) -> line.contains(DataSourceMigrationPostProcessor.class.getSimpleName()))
				.singleElement()
				.asString()
				.contains("Migration 'orders' (data-source): decorates the bean 'dataSource'");
			assertThat(output).doesNotContain("not eligible for getting processed");
		});
	}

	@Test
	void anotherBeanThatReachesTheSourceIsReported(CapturedOutput output) {
		this.runner.withPropertyValues(TARGET, "migration.data-source.orders.bean=chosen")
			.withUserConfiguration(SameDatabaseConfiguration.class)
			.run((context) -> {
				assertThat(output).containsOnlyOnce("the bean 'other' reaches source too")
					.doesNotContain("the bean 'chosen' reaches source too")
					.doesNotContain("the bean 'around' reaches source too")
					.doesNotContain("the bean 'elsewhere' reaches source too");
				assertThat(context.getBean(DataSourceMigrationPostProcessor.class)
					.outsideWriters("orders", context.getBeansOfType(DataSource.class))).containsExactly("other");
			});
	}

	private DataSourceMigrationProperties bound(ConfigurableApplicationContext context) {
		return Binder.get(context.getEnvironment())
			.bind("migration", MigrationProperties.class)
			.get()
			.getDataSource()
			.get("orders");
	}

	private ApplicationContextRunner yaml(String yaml) {
		return this.runner.withInitializer((context) -> {
			try {
				new YamlPropertySourceLoader()
					.load("yaml", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
					.forEach(context.getEnvironment().getPropertySources()::addLast);
			}
			catch (IOException ex) {
				throw new IllegalStateException(ex);
			}
		});
	}

	private static void addVariable(ConfigurableApplicationContext context, String name, String value) {
		context.getEnvironment()
			.getPropertySources()
			.addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", Map.of(name, value)));
	}

	private List<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("migration-") && !this.threadsBefore.contains(thread))
			.toList();
	}

	private static HikariDataSource pool(String database) {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:h2:mem:" + database);
		return pool;
	}

	@Configuration(proxyBeanMethods = false)
	static class FactoryBeanConfiguration {

		@Bean
		FactoryBean<DataSource> made() {
			return new FactoryBean<>() {

				@Override
				public DataSource getObject() {
					return pool("made");
				}

				@Override
				public Class<?> getObjectType() {
					return DataSource.class;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AdvisedConfiguration {

		@Bean
		DataSource made() {
			return (DataSource) new ProxyFactory(pool("made")).getProxy();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryConfiguration {

		@Bean
		@Primary
		HikariDataSource chosen() {
			return pool("chosen");
		}

		@Bean
		HikariDataSource other() {
			return pool("other");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FallbackConfiguration {

		@Bean
		HikariDataSource chosen() {
			return pool("chosen");
		}

		@Bean
		@Fallback
		HikariDataSource other() {
			return pool("other");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoCandidateConfiguration {

		@Bean
		HikariDataSource chosen() {
			return pool("chosen");
		}

		@Bean(autowireCandidate = false)
		HikariDataSource other() {
			return pool("other");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NotByDefaultConfiguration {

		@Bean
		HikariDataSource chosen() {
			return pool("chosen");
		}

		@Bean(defaultCandidate = false)
		HikariDataSource other() {
			return pool("other");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SameDatabaseConfiguration {

		@Bean
		@Primary
		HikariDataSource chosen() {
			return pool("same");
		}

		@Bean
		HikariDataSource other() {
			return pool("same;MODE=PostgreSQL");
		}

		@Bean
		HikariDataSource elsewhere() {
			return pool("elsewhere");
		}

		@Bean
		DataSource around(DataSource chosen) throws SQLException {
			return new LazyConnectionDataSourceProxy(chosen);
		}

	}

}
