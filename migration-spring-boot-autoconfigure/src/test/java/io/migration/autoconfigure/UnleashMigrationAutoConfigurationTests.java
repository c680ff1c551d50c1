package io.migration.autoconfigure;

import java.util.List;

import io.getunleash.FakeUnleash;
import io.getunleash.Unleash;
import io.getunleash.variant.Variant;
import io.migration.MigrationPhase;
import io.migration.phase.PhaseFlags;
import io.migration.unleash.UnleashConnection;
import io.migration.unleash.UnleashPhaseFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

class UnleashMigrationAutoConfigurationTests {

	/** Nobody listens there. */
	private static final String URL = "migration.unleash.url=http://127.0.0.1:1/api";

	private final ApplicationContextRunner withoutMigrations = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(UnleashMigrationAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.withoutMigrations
		.withPropertyValues("migration.redis.a.target.host=localhost");

	@Test
	void withoutAddressAndClientThereIsNothing() {
		this.runner.run((context) -> assertThat(context).doesNotHaveBean(Unleash.class)
			.doesNotHaveBean(UnleashConnection.class)
			.doesNotHaveBean(PhaseFlags.class));
	}

	@Test
	void withoutMigrationsThereIsNothing() {
		this.withoutMigrations.withPropertyValues(URL)
			.withBean(FakeUnleash.class)
			.run((context) -> assertThat(context).hasSingleBean(Unleash.class)
				.doesNotHaveBean(PhaseFlags.class)
				.doesNotHaveBean(UnleashMigrationProperties.class));
	}

	@Test
	void withAnAddressThereIsAClientThoughNoServer() {
		this.runner.withPropertyValues(URL).run((context) -> {
			assertThat(context).hasNotFailed().hasSingleBean(Unleash.class).hasSingleBean(UnleashPhaseFlags.class);
			assertThat(context.getBean(Unleash.class)).isSameAs(context.getBean(UnleashConnection.class).client());
			assertThat(context.getBean(PhaseFlags.class).read("a")).isInstanceOf(PhaseFlags.Reading.Silent.class);
		});
	}

	@Test
	void theApplicationsOwnClientWins() {
		FakeUnleash own = new FakeUnleash();
		this.runner.withPropertyValues(URL).withBean(Unleash.class, () -> own).run((context) -> {
			assertThat(context).doesNotHaveBean(UnleashConnection.class).hasSingleBean(UnleashPhaseFlags.class);
			assertThat(context.getBean(Unleash.class)).isSameAs(own);
			own.enable("a");
			own.setVariant("a", new Variant("shadow", (String) null, true));
			assertThat(context.getBean(PhaseFlags.class).read("a"))
				.isEqualTo(new PhaseFlags.Reading.Wanted(MigrationPhase.SHADOW, null));
		});
	}

	@Test
	void theApplicationsOwnFlagsWin() {
		PhaseFlags own = mock();
		this.runner.withPropertyValues(URL)
			.withBean(PhaseFlags.class, () -> own)
			.run((context) -> assertThat(context.getBean(PhaseFlags.class)).isSameAs(own));
	}

	@Test
	void phasesCanBeWrittenWithAnAdminToken() {
		this.runner.withPropertyValues(URL)
			.run((context) -> assertThat(context.getBean(PhaseFlags.class).writable()).isFalse());
		this.runner.withPropertyValues(URL, "migration.unleash.admin.token=*:*.secret")
			.run((context) -> assertThat(context.getBean(PhaseFlags.class).writable()).isTrue());
		this.runner.withPropertyValues(URL, "migration.unleash.admin.token=*:*.secret")
			.withBean(FakeUnleash.class)
			.run((context) -> assertThat(context.getBean(PhaseFlags.class).writable()).isTrue());
	}

	@Test
	void everyPropertyArrives() {
		this.runner
			.withPropertyValues("migration.unleash.url=http://127.0.0.1:1/unleash/api/",
					"migration.unleash.api-token=payments:live.secret", "migration.unleash.environment=live",
					"migration.unleash.poll-interval=7s", "migration.unleash.admin.project=payments")
			.run((context) -> assertThat(context.getBean(PhaseFlags.class).whereToSet("a")).isEqualTo(
					"flag 'a' in Unleash at http://127.0.0.1:1/unleash/api, project 'payments', environment 'live'"));
	}

	@ParameterizedTest
	@CsvSource({ "url=unleash, migration.unleash.url", "api-token=default:live.secret, migration.unleash.environment",
			"poll-interval=0, migration.unleash.poll-interval", "environment=, migration.unleash.environment",
			"admin.project=, migration.unleash.admin.project" })
	void aWrongPropertyFailsTheStartAndIsNamed(String setting, String property) {
		this.runner.withPropertyValues(URL, "migration.unleash." + setting)
			.run((context) -> assertRefused(context, property));
	}

	@Test
	void anAdminTokenWithoutAnAddressFailsTheStart() {
		this.runner.withPropertyValues("migration.unleash.admin.token=*:*.secret")
			.withBean(FakeUnleash.class)
			.run((context) -> assertRefused(context, "migration.unleash.url"));
	}

	@Test
	void whenMigrationsAreSwitchedOffThereIsNothing() {
		this.runner.withPropertyValues(URL, "migration.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(Unleash.class)
				.doesNotHaveBean(PhaseFlags.class)
				.doesNotHaveBean(UnleashMigrationProperties.class));
	}

	@Test
	void withoutTheUnleashClientThereIsNothing() {
		this.runner.withPropertyValues(URL)
			.withClassLoader(new FilteredClassLoader("io.getunleash"))
			.run((context) -> assertThat(context).hasNotFailed().doesNotHaveBean(PhaseFlags.class));
	}

	@Test
	void theClientStopsWithTheApplication() {
		this.runner.withPropertyValues(URL).run((context) -> {
			assertThat(threads()).contains("migration-unleash-client", "migration-unleash-flags");
			context.close();
			await().untilAsserted(
					() -> assertThat(threads()).doesNotContain("migration-unleash-client", "migration-unleash-flags"));
		});
	}

	private static void assertRefused(AssertableApplicationContext context, String property) {
		assertThat(context).getFailure().rootCause().isInstanceOfSatisfying(InvalidMigrationException.class, (ex) -> {
			assertThat(ex.getDescription()).contains(property).doesNotContain("secret").endsWith(".");
			assertThat(ex.getAction()).isNotBlank();
		});
	}

	private static List<String> threads() {
		return Thread.getAllStackTraces().keySet().stream().map(Thread::getName).toList();
	}

}
