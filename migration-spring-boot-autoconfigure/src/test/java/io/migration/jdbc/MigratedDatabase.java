package io.migration.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.migration.MigrationPhase;
import io.migration.autoconfigure.DataSourceMigrationAutoConfiguration;
import io.migration.mirror.MirroredMigration;
import io.migration.phase.GateStatus;
import io.migration.phase.PhaseControl;
import io.migration.phase.StepOutcome;
import org.awaitility.Awaitility;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application with a database and a migration named "orders", as a user would
 * configure it.
 */
final class MigratedDatabase implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private MigratedDatabase(ConfigurableApplicationContext context) {
		this.context = context;
	}

	/**
	 * Start the application.
	 * @param source the address of source
	 * @param target the address of target
	 * @param properties what is different, below {@code migration.data-source.orders.},
	 * or whole names
	 */
	static MigratedDatabase start(String source, String target, String... properties) {
		return start(App.class, source, target, properties);
	}

	/**
	 * Start the application with beans of its own.
	 * @param more their configuration
	 * @param source the address of source
	 * @param target the address of target
	 * @param properties what is different
	 */
	static MigratedDatabase start(Class<?> more, String source, String target, String... properties) {
		List<String> all = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--migration.fleet.heartbeat=100ms",
				"--migration.fleet.lease=2s", "--spring.datasource.url=" + source,
				"--migration.data-source.orders.target.url=" + target,
				"--migration.data-source.orders.gates.verification=off",
				"--migration.data-source.orders.gates.journal=off",
				"--migration.data-source.orders.mirror.timeout=10s"));
		for (String property : properties) {
			String whole = property.matches("(spring|migration|logging)\\..*") ? property
					: "migration.data-source.orders." + property;
			all.removeIf((given) -> given.startsWith("--" + whole.substring(0, whole.indexOf('=') + 1)));
			all.add("--" + whole);
		}
		return new MigratedDatabase(new SpringApplicationBuilder(App.class, more).web(WebApplicationType.NONE)
			.run(all.toArray(String[]::new)));
	}

	ConfigurableApplicationContext context() {
		return this.context;
	}

	DataSource dataSource() {
		return this.context.getBean(DataSource.class);
	}

	JdbcTemplate jdbc() {
		return this.context.getBean(JdbcTemplate.class);
	}

	TransactionTemplate transactions() {
		return new TransactionTemplate(this.context.getBean(PlatformTransactionManager.class));
	}

	TransactionTemplate readOnly() {
		TransactionTemplate template = transactions();
		template.setReadOnly(true);
		return template;
	}

	JdbcMigration migration() {
		return this.context.getBean(JdbcMigration.class);
	}

	MirroredMigration mirrored() {
		return migration();
	}

	PhaseControl control() {
		return migration().control();
	}

	/**
	 * Walk to a phase, and wait until it is reached.
	 */
	void walkTo(MigrationPhase phase) {
		StepOutcome outcome = control().walkTo(phase, "test", null, false);
		if (outcome instanceof StepOutcome.Refused refused) {
			throw new AssertionError(refused.reason());
		}
		awaitPhase(phase);
	}

	/**
	 * Wait until this instance serves a phase.
	 */
	void awaitPhase(MigrationPhase phase) {
		try {
			Awaitility.await()
				.atMost(Duration.ofSeconds(30))
				.pollInterval(Duration.ofMillis(5))
				.until(() -> control().phase() == phase && control().state().name().equals("STEADY"));
		}
		catch (RuntimeException ex) {
			throw new AssertionError(
					"%s instead of %s: %s %s".formatted(control().phase(), phase, control().note(), control().unmet()),
					ex);
		}
	}

	/**
	 * Ask for a phase, and wait until the migration says that it stands still.
	 * @return why it does
	 */
	String refusal(MigrationPhase phase) {
		StepOutcome outcome = control().walkTo(phase, "test", null, false);
		if (outcome instanceof StepOutcome.Refused refused) {
			return refused.reason();
		}
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> control().state().name().equals("BLOCKED") && control().note() != null);
		return String.valueOf(control().note());
	}

	/**
	 * Return whether a gate is met.
	 */
	boolean met(String gate) {
		return control().gates().stream().filter((one) -> one.gate().equals(gate)).allMatch(GateStatus::met);
	}

	/**
	 * Wait until the relay has passed every write that was acknowledged before.
	 */
	void awaitDrained() {
		Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> migration().catchUp().reached());
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataSourceAutoConfiguration.class, DataSourceTransactionManagerAutoConfiguration.class,
			JdbcTemplateAutoConfiguration.class, JdbcClientAutoConfiguration.class, TransactionAutoConfiguration.class,
			DataSourceMigrationAutoConfiguration.class })
	static class App {

	}

}
