package io.migration.autoconfigure;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.migration.MigrationPhase;
import io.migration.MigrationPhaseChangedEvent;
import io.migration.actuate.MigrationMeters;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorObservers;
import io.migration.phase.CurrentPhase;
import io.migration.phase.PhaseScenario;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class MigrationMetricsAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(MigrationMetricsAutoConfiguration.class));

	private final ApplicationContextRunner metered = this.runner.withBean(MeterRegistry.class, SimpleMeterRegistry::new)
		.withConfiguration(
				AutoConfigurations.of(MetricsAutoConfiguration.class, CompositeMeterRegistryAutoConfiguration.class));

	@Test
	void metersAreBoundToTheRegistry() {
		this.metered.run((context) -> {
			context.getBean(MirrorObservers.class).of("tokens").shed();
			assertThat(context.getBean(MeterRegistry.class)
				.get("migration.shed")
				.tags("migration", "tokens")
				.counter()
				.count()).isEqualTo(1);
		});
	}

	@Test
	void changesOfPhaseAreHeardOf() {
		this.metered.run((context) -> {
			try (PhaseScenario scenario = new PhaseScenario()) {
				context.publishEvent(
						new MigrationPhaseChangedEvent(scenario.create(scenario.subject(), new CurrentPhase()),
								MigrationPhase.OFF, MigrationPhase.SHADOW, 2));
			}
			assertThat(context.getBean(MeterRegistry.class).get("migration.transitions").counter().count())
				.isEqualTo(1);
		});
	}

	@Test
	void anObserverCanBeAskedForWhileOtherBeansAreCreated(CapturedOutput output) {
		this.metered.withUserConfiguration(EarlyConfiguration.class).run((context) -> {
			assertThat(context).hasNotFailed();
			context.getBean(Early.class).observer.shed();
			assertThat(context.getBean(MeterRegistry.class).get("migration.shed").counter().count()).isEqualTo(1);
			assertThat(output).doesNotContain("not eligible for getting processed");
		});
	}

	@Test
	void withoutRegistryObserversDoNothing() {
		this.runner.run((context) -> context.getBean(MirrorObservers.class).of("tokens").shed());
	}

	@Test
	void theApplicationsOwnObserversWin() {
		MirrorObservers own = (migration) -> MirrorObserver.NONE;
		this.runner.withBean(MirrorObservers.class, () -> own)
			.run((context) -> assertThat(context.getBean(MirrorObservers.class)).isSameAs(own));
	}

	@Test
	void withMigrationsDisabledThereIsNothing() {
		this.metered.withPropertyValues("migration.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(MirrorObservers.class));
	}

	@Test
	void withoutMicrometerThereIsNothing() {
		this.runner.withClassLoader(new FilteredClassLoader("io.micrometer"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(MigrationMeters.class));
	}

	/**
	 * Asks for observers as a migration does: from a post-processor, when the bean that
	 * it decorates comes by.
	 */
	@Configuration(proxyBeanMethods = false)
	static class EarlyConfiguration {

		@Bean
		static BeanPostProcessor decorating(ObjectProvider<MirrorObservers> observers) {
			return new BeanPostProcessor() {

				@Override
				public Object postProcessAfterInitialization(Object bean, String beanName) {
					if (bean instanceof Early early) {
						early.observer = observers.getObject().of("tokens");
					}
					return bean;
				}

			};
		}

		@Bean
		Early early() {
			return new Early();
		}

	}

	static final class Early {

		private MirrorObserver observer = MirrorObserver.NONE;

	}

}
