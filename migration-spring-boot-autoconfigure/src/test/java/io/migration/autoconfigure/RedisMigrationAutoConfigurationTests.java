package io.migration.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import io.getunleash.FakeUnleash;
import io.getunleash.Unleash;
import io.migration.Migration;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.phase.PhaseFlags;
import io.migration.redis.MigratedConnectionFactory;
import io.migration.redis.RedisMigration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.aop.framework.ProxyFactory;
import org.springframework.beans.factory.FactoryBean;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.data.redis.autoconfigure.DataRedisReactiveAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.tomcat.autoconfigure.servlet.TomcatServletWebServerAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.web.server.context.WebServerGracefulShutdownLifecycle;
import org.springframework.boot.web.server.servlet.context.AnnotationConfigServletWebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Primary;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.data.redis.connection.ReactiveRedisConnectionFactory;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.ReactiveStringRedisTemplate;
import org.springframework.data.redis.core.StringRedisTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What stands in an application's context. Nobody listens at any of the addresses: an
 * application starts without its Redis, and so it does with a migration.
 */
@ExtendWith(OutputCaptureExtension.class)
class RedisMigrationAutoConfigurationTests {

	private static final String SOURCE = "spring.data.redis.url=redis://127.0.0.1:1";

	private static final String TARGET = "migration.redis.tokens.target.url=redis://127.0.0.1:2";

	private final ApplicationContextRunner runner = new ApplicationContextRunner().withPropertyValues(SOURCE)
		.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class,
				DataRedisReactiveAutoConfiguration.class, MigrationAutoConfiguration.class,
				UnleashMigrationAutoConfiguration.class, RedisMigrationAutoConfiguration.class));

	private final Set<Thread> threadsBefore = Thread.getAllStackTraces().keySet();

	/** With everything that this class path configures by itself. */
	private final ApplicationContextRunner application = new ApplicationContextRunner()
		.withPropertyValues(SOURCE, "management.endpoints.web.exposure.include=*",
				"spring.datasource.generate-unique-name=true", "spring.liquibase.enabled=false")
		.withUserConfiguration(EverythingConfiguration.class);

	@Test
	void withoutAMigrationTheConnectionFactoryIsTheOneThatBootMakes() {
		new ApplicationContextRunner().withPropertyValues(SOURCE)
			.withConfiguration(AutoConfigurations.of(DataRedisAutoConfiguration.class))
			.run((plain) -> this.application.withUserConfiguration(WatchingConfiguration.class).run((context) -> {
				assertThat(context.getBeanNamesForType(RedisConnectionFactory.class))
					.isEqualTo(plain.getBeanNamesForType(RedisConnectionFactory.class));
				RedisConnectionFactory factory = context.getBean(RedisConnectionFactory.class);
				assertThat(factory.getClass()).isSameAs(plain.getBean(RedisConnectionFactory.class).getClass())
					.isSameAs(LettuceConnectionFactory.class);
				assertThat(context.getBean(Watcher.class).made).containsOnly(factory);
			}));
	}

	@Test
	void withAMigrationTheConnectionFactoryIsNotTheOneThatBootMakes() {
		this.application.withUserConfiguration(WatchingConfiguration.class)
			.withPropertyValues(TARGET)
			.run((context) -> assertThat(context.getBean(Watcher.class).made)
				.doesNotContain(context.getBean(RedisConnectionFactory.class)));
	}

	@Test
	void withoutAMigrationOnlyWhatReportsThatThereIsNoneExists() {
		this.application.withBean(Unleash.class, FakeUnleash::new).run((context) -> {
			assertThat(ours(context)).isSubsetOf("MigrationActuatorAutoConfiguration", "MigrationsEndpoint",
					"MigrationsEndpointProperties", "MigrationsEndpointWebExtension", "MigrationsOperationAdvisor",
					"MigrationHealthAutoConfiguration", "GroupsConfiguration", "MigrationsHealthContributor",
					"MigrationHealthGroupsPostProcessor", "MigrationMetricsAutoConfiguration", "MigrationMeters");
			assertThat(context).doesNotHaveBean(PhaseFlags.class)
				.doesNotHaveBean(Migration.class)
				.doesNotHaveBean(RedisMigrationLifecycle.class)
				.doesNotHaveBean(RedisMigrationPostProcessor.class);
			assertThat(context.getBeansOfType(BeanPostProcessor.class).values())
				.noneMatch(RedisMigrationAutoConfigurationTests::isOurs);
			assertThat(context.getBeansOfType(SmartLifecycle.class).values())
				.noneMatch(RedisMigrationAutoConfigurationTests::isOurs);
			assertThat(threads()).isEmpty();
		});
	}

	@Test
	void whenSwitchedOffNoBeanOfOursIsLeft() {
		String[] settings = { TARGET, "migration.unleash.url=http://127.0.0.1:1/api", "migration.fleet.lease=1ms",
				"migration.http.pricing.target.url=http://127.0.0.1:3" };
		this.application.withPropertyValues(settings).withPropertyValues("migration.enabled=false").run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(ours(context)).isEmpty();
			assertThat(context.getBean(RedisConnectionFactory.class).getClass())
				.isSameAs(LettuceConnectionFactory.class);
			assertThat(threads()).isEmpty();
		});
	}

	@Test
	void aSectionWithoutEntriesIsNoMigration() {
		yaml("""
				migration:
				  redis:
				  http:
				""").run((context) -> assertThat(context).hasNotFailed()
			.doesNotHaveBean(RedisMigrationPostProcessor.class)
			.doesNotHaveBean(MigrationAutoConfiguration.class));
	}

	@Test
	void theDecoratedBeanIsInjectedWhereTheConnectionFactoryWas() {
		this.runner.withPropertyValues(TARGET).withBean(Consumer.class).run((context) -> {
			assertThat(context).hasSingleBean(RedisConnectionFactory.class)
				.hasSingleBean(LettuceConnectionFactory.class)
				.hasSingleBean(ReactiveRedisConnectionFactory.class)
				.hasSingleBean(MigratedConnectionFactory.class);
			LettuceConnectionFactory decorated = context.getBean(LettuceConnectionFactory.class);
			assertThat(decorated).isInstanceOf(MigratedConnectionFactory.class)
				.hasToString("migration 'tokens' of LettuceConnectionFactory");
			Consumer consumer = context.getBean(Consumer.class);
			assertThat(Stream.of(consumer.byClass, consumer.byInterface, consumer.reactive,
					context.getBean(StringRedisTemplate.class).getConnectionFactory(),
					context.getBean(ReactiveStringRedisTemplate.class).getConnectionFactory()))
				.allMatch((injected) -> injected == decorated);
		});
	}

	@Test
	void theDecoratedBeanHasTheSettingsOfTheApplicationsOwn() {
		this.runner.withPropertyValues(TARGET, "spring.data.redis.timeout=7s", "spring.data.redis.client-name=shop")
			.run((context) -> {
				LettuceConnectionFactory decorated = context.getBean(LettuceConnectionFactory.class);
				assertThat(decorated.getPort()).isEqualTo(1);
				assertThat(decorated.getClientConfiguration().getClientName()).hasValue("shop");
				assertThat(decorated.getClientConfiguration().getCommandTimeout()).hasSeconds(7);
			});
	}

	@Test
	void aBeanOfAnOwnSubclassStaysOne() {
		this.runner.withPropertyValues(TARGET)
			.withBean(AuditedConnectionFactory.class, () -> new AuditedConnectionFactory("audit log"))
			.run((context) -> {
				AuditedConnectionFactory decorated = context.getBean(AuditedConnectionFactory.class);
				assertThat(decorated).isInstanceOf(MigratedConnectionFactory.class);
				assertThat(decorated.log()).isEqualTo("audit log");
				assertThat(decorated.getClass().getSuperclass()).isSameAs(AuditedConnectionFactory.class);
			});
	}

	@Test
	void aBeanThatIsAProxyAlreadyStaysOne() {
		this.runner.withPropertyValues(TARGET).withUserConfiguration(AdvisedConfiguration.class).run((context) -> {
			assertThat(context).hasNotFailed();
			LettuceConnectionFactory decorated = context.getBean(LettuceConnectionFactory.class);
			assertThat(decorated).isInstanceOf(MigratedConnectionFactory.class);
			assertThat(decorated.getPort()).isEqualTo(3);
		});
	}

	@Test
	void aBeanThatAFactoryBeanMakesIsDecorated() {
		this.runner.withPropertyValues(TARGET)
			.withUserConfiguration(FactoryBeanConfiguration.class)
			.run((context) -> assertThat(context.getBean(LettuceConnectionFactory.class))
				.isInstanceOf(MigratedConnectionFactory.class));
	}

	@Test
	void nothingIsDecoratedTwice() {
		this.runner.withPropertyValues(TARGET).run((context) -> {
			Object decorated = context.getBean("redisConnectionFactory");
			assertThat(decorated.getClass().getSuperclass()).isSameAs(LettuceConnectionFactory.class);
			assertThat(context.getBean(RedisMigrationPostProcessor.class)
				.postProcessAfterInitialization(decorated, "redisConnectionFactory")).isSameAs(decorated);
		});
	}

	@ParameterizedTest
	@ValueSource(classes = { PrimaryConfiguration.class, FallbackConfiguration.class, NoCandidateConfiguration.class,
			NotByDefaultConfiguration.class })
	void amongSeveralTheOneThatAnInjectionWouldGetIsDecorated(Class<?> configuration) {
		this.runner.withPropertyValues(TARGET).withUserConfiguration(configuration).run((context) -> {
			assertThat(context.getBean("chosen")).isInstanceOf(MigratedConnectionFactory.class);
			assertThat(context.getBean("other").getClass()).isSameAs(LettuceConnectionFactory.class);
		});
	}

	@Test
	void amongSeveralTheOneThatIsNamedIsDecorated() {
		this.runner.withPropertyValues(TARGET, "migration.redis.tokens.bean=other")
			.withUserConfiguration(PrimaryConfiguration.class)
			.run((context) -> {
				assertThat(context.getBean("other")).isInstanceOf(MigratedConnectionFactory.class);
				assertThat(context.getBean("chosen").getClass()).isSameAs(LettuceConnectionFactory.class);
			});
	}

	@Test
	void eachMigrationDecoratesItsOwnBeanAndCanBeInjected() {
		this.runner
			.withPropertyValues("migration.redis.tokens.bean=chosen", "migration.redis.tokens.target.port=5",
					"migration.redis.limits.bean=other", "migration.redis.limits.target.port=6")
			.withUserConfiguration(PrimaryConfiguration.class)
			.run((context) -> {
				assertThat(context.getBeansOfType(MigratedConnectionFactory.class)).containsOnlyKeys("chosen", "other");
				Map<String, Migration> migrations = context.getBeansOfType(Migration.class);
				assertThat(migrations).containsOnlyKeys("tokensMigration", "limitsMigration");
				migrations.forEach((bean, migration) -> assertThat(bean).isEqualTo(migration.name() + "Migration"));
				Migration tokens = migrations.get("tokensMigration");
				assertThat(tokens.kind()).isEqualTo("redis");
				assertThat(tokens.phase()).isEqualTo(MigrationPhase.OFF);
				assertThat(tokens.authority()).isEqualTo(Side.SOURCE);
			});
	}

	@Test
	void namesThatEndLikeBeansOfOursDoNotCollide() {
		this.runner
			.withPropertyValues("migration.redis.tokens.bean=chosen", "migration.redis.tokens.target.port=5",
					"migration.redis.tokensRedis.bean=other", "migration.redis.tokensRedis.target.port=6")
			.withUserConfiguration(PrimaryConfiguration.class)
			.run((context) -> assertThat(context.getBeansOfType(Migration.class)).hasSize(2));
	}

	@ParameterizedTest
	@ValueSource(strings = { "tokens", "order-tokens", "order_tokens", "orderTokens", "T", "7", "a-b_c-D9" })
	void everyNameThatIsAllowedWorks(String name) {
		this.runner.withPropertyValues("migration.redis." + name + ".target.port=5")
			.run((context) -> assertThat(context.getBean(Migration.class).name()).isEqualTo(name));
	}

	@Test
	void aVariableOfTheEnvironmentAddsToTheMigrationThatItCannotSpell() {
		this.runner.withPropertyValues("migration.redis.order-tokens.target.port=5")
			.withInitializer((context) -> addVariable(context, "MIGRATION_REDIS_ORDERTOKENS_READSHARE", "17"))
			.run((context) -> assertThat(context.getBean(RedisMigration.class).control().readShare()).isEqualTo(17));
	}

	@Test
	void aMigrationCanStandInTheEnvironmentAlone() {
		this.runner.withInitializer((context) -> addVariable(context, "MIGRATION_REDIS_TOKENS_TARGET_PORT", "5"))
			.run((context) -> assertThat(context.getBean(Migration.class).name()).isEqualTo("tokens"));
	}

	@ParameterizedTest
	@EnumSource
	void everyPhaseIsUnderstoodUnquoted(MigrationPhase phase) {
		yaml("""
				migration:
				  redis:
				    tokens:
				      phase: %s
				      target: { host: 127.0.0.1, port: 2 }
				""".formatted(phase.wireName())).run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(Binder.get(context.getEnvironment())
				.bind("migration", MigrationProperties.class)
				.get()
				.getRedis()
				.get("tokens")
				.getPhase()).isEqualTo(phase);
		});
	}

	@Test
	void offMayStandUnquotedWhereverItMeansSomething() {
		yaml("""
				migration:
				  redis:
				    tokens:
				      target: { host: 127.0.0.1, port: 2 }
				      gates:
				        min-time-in-phase: off
				        min-comparisons: off
				        max-mismatch-rate: off
				        max-error-rate: off
				        ttl: off
				        journal: off
				        unsupported: off
				        backfill: off
				        verification: off
				""").run(
				(context) -> assertThat(context.getBean(RedisMigration.class).gates()).extracting((gate) -> gate.name())
					.containsExactly("read-share"));
	}

	@Test
	void gatesAreThoseThatAreConfigured() {
		this.runner
			.withPropertyValues(TARGET, "migration.redis.tokens.gates.min-time-in-phase=1m",
					"migration.redis.tokens.gates.min-comparisons=1000", "migration.redis.tokens.gates.ttl=24h")
			.run((context) -> assertThat(context.getBean(RedisMigration.class).gates())
				.extracting((gate) -> gate.name())
				.containsExactlyInAnyOrder("min-time-in-phase", "min-comparisons", "max-mismatch-rate", "journal",
						"unsupported", "ttl", "verification", "read-share"));
	}

	@Test
	void anApplicationStartsThoughNeitherSideAnswers() {
		this.application.withPropertyValues(TARGET, "migration.redis.tokens.phase=off").run((context) -> {
			assertThat(context).hasNotFailed();
			Migration migration = context.getBean(Migration.class);
			assertThat(migration.phase()).isEqualTo(MigrationPhase.OFF);
			assertThat(migration.epoch()).isZero();
			assertThat(migration.state()).isEqualTo(Migration.State.BLOCKED);
			assertThat(context.getBean(RedisMigration.class).running()).isTrue();
		});
	}

	@Test
	void whenBeansAreLazyAMigrationStartsAllTheSame() {
		this.runner.withPropertyValues(TARGET)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertThat(context.getBeanFactory().containsSingleton("tokensMigration")).isFalse();
				assertThat(context.getBean(RedisMigration.class).running()).isTrue();
			});
	}

	@Test
	void migrationsStartBeforeTheWebServerAndStopAfterIt() {
		assertThat(RedisMigrationLifecycle.PHASE).isLessThan(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
			.isLessThan(WebServerApplicationContext.GRACEFUL_SHUTDOWN_PHASE);
		new WebApplicationContextRunner(AnnotationConfigServletWebServerApplicationContext::new)
			.withPropertyValues(SOURCE, TARGET, "server.port=0")
			.withConfiguration(AutoConfigurations.of(TomcatServletWebServerAutoConfiguration.class,
					DataRedisAutoConfiguration.class, RedisMigrationAutoConfiguration.class))
			.run((context) -> {
				Map<String, SmartLifecycle> lifecycles = context.getBeansOfType(SmartLifecycle.class);
				assertThat(lifecycles.values()).hasAtLeastOneElementOfType(WebServerGracefulShutdownLifecycle.class);
				List<Integer> ofServer = lifecycles.values()
					.stream()
					.filter((lifecycle) -> lifecycle.getClass().getSimpleName().startsWith("WebServer"))
					.map(SmartLifecycle::getPhase)
					.toList();
				assertThat(ofServer).hasSize(2)
					.allMatch((phase) -> context.getBean(RedisMigrationLifecycle.class).getPhase() < phase)
					.allMatch((phase) -> ((SmartLifecycle) context.getBean("redisConnectionFactory"))
						.getPhase() < context.getBean(RedisMigrationLifecycle.class).getPhase());
			});
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
	@EnabledForJreRange(min = JRE.JAVA_21)
	void threadsAreVirtualWhenTheApplicationsAre() {
		this.runner.withPropertyValues(TARGET, "spring.threads.virtual.enabled=true").run((context) -> {
			assertThat(context.getBean(LettuceConnectionFactory.class)).isInstanceOf(MigratedConnectionFactory.class);
			assertThat(context.getBean(RedisMigration.class).running()).isTrue();
			// a virtual thread is in no stack dump
			assertThat(threads()).isEmpty();
		});
	}

	@Test
	@EnabledForJreRange(max = JRE.JAVA_20)
	void whereThereAreNoVirtualThreadsThePropertyChangesNothing() {
		this.runner.withPropertyValues(TARGET, "spring.threads.virtual.enabled=true").run((context) -> {
			assertThat(context.getBean(LettuceConnectionFactory.class)).isInstanceOf(MigratedConnectionFactory.class);
			assertThat(threads()).isNotEmpty();
		});
	}

	@Test
	void theStartIsToldInOneLine(CapturedOutput output) {
		this.runner.withPropertyValues(TARGET).run((context) -> {
			assertThat(output.toString().lines())
				.filteredOn((line) -> line.contains(RedisMigrationPostProcessor.class.getSimpleName()))
				.singleElement()
				.asString()
				.contains("Migration 'tokens' (redis): decorates the bean 'redisConnectionFactory'");
			assertThat(output).doesNotContain("not eligible for getting processed");
		});
	}

	@Test
	void anotherBeanThatReachesTheSourceIsReported(CapturedOutput output) {
		this.runner
			.withPropertyValues("migration.redis.tokens.bean=chosen", "migration.redis.tokens.target.port=5",
					"migration.redis.tokens.target.host=127.0.0.1")
			.withUserConfiguration(SameServerConfiguration.class)
			.run((context) -> assertThat(output).containsOnlyOnce("the bean 'other' reaches source too")
				.doesNotContain("the bean 'chosen' reaches source too"));
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

	private static TreeSet<String> ours(AssertableApplicationContext context) {
		TreeSet<String> ours = new TreeSet<>();
		for (String name : context.getBeanDefinitionNames()) {
			Class<?> type = context.getType(name);
			if (type != null && isOurs(type)) {
				ours.add(type.getSimpleName());
			}
		}
		return ours;
	}

	private static boolean isOurs(Object bean) {
		return isOurs(bean.getClass());
	}

	private static boolean isOurs(Class<?> type) {
		return type.getName().startsWith("io.migration.")
				&& !type.getName().startsWith(RedisMigrationAutoConfigurationTests.class.getName());
	}

	private List<Thread> threads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith("migration-") && !this.threadsBefore.contains(thread))
			.toList();
	}

	private static LettuceConnectionFactory factory(int port) {
		return new LettuceConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", port));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class EverythingConfiguration {

	}

	static class Consumer {

		private final LettuceConnectionFactory byClass;

		private final RedisConnectionFactory byInterface;

		private final ReactiveRedisConnectionFactory reactive;

		Consumer(LettuceConnectionFactory byClass, RedisConnectionFactory byInterface,
				ReactiveRedisConnectionFactory reactive) {
			this.byClass = byClass;
			this.byInterface = byInterface;
			this.reactive = reactive;
		}

	}

	/**
	 * Sees connection factories before anybody else has touched them.
	 */
	static class Watcher implements BeanPostProcessor {

		private final List<Object> made = new ArrayList<>();

		@Override
		public Object postProcessBeforeInitialization(Object bean, String beanName) {
			if (bean instanceof RedisConnectionFactory) {
				this.made.add(bean);
			}
			return bean;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class WatchingConfiguration {

		@Bean
		static Watcher watcher() {
			return new Watcher();
		}

	}

	static class AuditedConnectionFactory extends LettuceConnectionFactory {

		private final String log;

		AuditedConnectionFactory(String log) {
			super(new RedisStandaloneConfiguration("127.0.0.1", 3));
			this.log = log;
		}

		public String log() {
			return this.log;
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AdvisedConfiguration {

		@Bean
		LettuceConnectionFactory advised() {
			LettuceConnectionFactory original = factory(3);
			original.afterPropertiesSet();
			ProxyFactory proxies = new ProxyFactory(original);
			proxies.setProxyTargetClass(true);
			return (LettuceConnectionFactory) proxies.getProxy();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FactoryBeanConfiguration {

		@Bean
		FactoryBean<LettuceConnectionFactory> made() {
			return new FactoryBean<>() {

				@Override
				public LettuceConnectionFactory getObject() {
					LettuceConnectionFactory made = factory(3);
					made.afterPropertiesSet();
					return made;
				}

				@Override
				public Class<?> getObjectType() {
					return LettuceConnectionFactory.class;
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class PrimaryConfiguration {

		@Bean
		@Primary
		LettuceConnectionFactory chosen() {
			return factory(3);
		}

		@Bean
		LettuceConnectionFactory other() {
			return factory(4);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class FallbackConfiguration {

		@Bean
		LettuceConnectionFactory chosen() {
			return factory(3);
		}

		@Bean
		@Fallback
		LettuceConnectionFactory other() {
			return factory(4);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NoCandidateConfiguration {

		@Bean
		LettuceConnectionFactory chosen() {
			return factory(3);
		}

		@Bean(autowireCandidate = false)
		LettuceConnectionFactory other() {
			return factory(4);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class NotByDefaultConfiguration {

		@Bean
		LettuceConnectionFactory chosen() {
			return factory(3);
		}

		@Bean(defaultCandidate = false)
		LettuceConnectionFactory other() {
			return factory(4);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SameServerConfiguration {

		@Bean
		@Primary
		LettuceConnectionFactory chosen() {
			return factory(3);
		}

		@Bean
		LettuceConnectionFactory other() {
			return factory(3);
		}

	}

}
