package io.migration.redis;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

import io.lettuce.core.RedisException;
import io.migration.MigrationPhase;
import io.migration.autoconfigure.RedisMigrationAutoConfiguration;
import io.migration.phase.PhaseControl;
import io.migration.phase.PhaseSubject;
import io.migration.phase.StepOutcome;
import org.awaitility.Awaitility;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * An application with Spring Data Redis, with or without a migration. The migration has
 * its default settings, but for the gates that ask for a verification or a backfill.
 */
final class BenchmarkApplication implements AutoCloseable {

	static final String MIGRATION = "load";

	/** What the main method prints when its instance takes part in the migration. */
	static final String READY = "ready";

	private final ConfigurableApplicationContext context;

	private BenchmarkApplication(Class<?> configuration, List<String> properties) {
		List<String> arguments = new ArrayList<>(List.of("--spring.main.banner-mode=off"));
		properties.forEach((property) -> arguments.add("--" + property));
		this.context = new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.logStartupInfo(false)
			.run(arguments.toArray(String[]::new));
	}

	/**
	 * Start an application without the starter.
	 * @param source the store it uses
	 * @return the application
	 */
	static BenchmarkApplication plain(BenchmarkStore source) {
		return new BenchmarkApplication(Plain.class, List.of(source.asSource()));
	}

	/**
	 * Start an application with a migration, in off.
	 * @param source the store it uses
	 * @param target the store it shall use
	 * @param properties more properties
	 * @return the application
	 */
	static BenchmarkApplication migrated(BenchmarkStore source, BenchmarkStore target, String... properties) {
		return migrated(properties(source, target, properties));
	}

	private static BenchmarkApplication migrated(List<String> properties) {
		BenchmarkApplication application = new BenchmarkApplication(Migrated.class, properties);
		application.control().join();
		return application;
	}

	/**
	 * Return the properties of an application with a migration.
	 * @param source the store it uses
	 * @param target the store it shall use
	 * @param more more properties
	 * @return the properties
	 */
	static List<String> properties(BenchmarkStore source, BenchmarkStore target, String... more) {
		String migration = "migration.redis." + MIGRATION;
		List<String> properties = new ArrayList<>(List.of(source.asSource(), target.asTarget(migration + ".target"),
				migration + ".gates.verification=off", migration + ".gates.backfill=off"));
		properties.addAll(Arrays.asList(more));
		return properties;
	}

	StringRedisTemplate redis() {
		return this.context.getBean(StringRedisTemplate.class);
	}

	RedisMigration migration() {
		return this.context.getBean(RedisMigration.class);
	}

	PhaseControl control() {
		return migration().control();
	}

	/**
	 * Walk to a phase, and return when it is reached.
	 * @param phase the phase
	 */
	void walkTo(MigrationPhase phase) {
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.pollInterval(Duration.ofMillis(50))
			.until(() -> !(control().walkTo(phase, "benchmark", null, false) instanceof StepOutcome.Refused));
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.pollInterval(Duration.ofMillis(10))
			.until(() -> control().phase() == phase && control().state().name().equalsIgnoreCase("steady"));
	}

	/**
	 * Wait, in a phase that journals, until target is known to hold nothing that source
	 * lacks.
	 * @param target the target
	 */
	void awaitReconciled(BenchmarkStore target) {
		if (control().phase().journals()) {
			String reconciled = new String(new RedisKeys(MIGRATION).reconciled(), StandardCharsets.US_ASCII);
			Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> target.commands().exists(reconciled) == 1);
		}
	}

	/**
	 * Wait until target has every write that was journaled until now. A source that is
	 * too busy to tell is asked again.
	 */
	void awaitRelay() {
		PhaseSubject.CatchUp target = awaitAnswer(migration()::catchUp, Objects::nonNull);
		awaitAnswer(target::reached, Boolean::booleanValue);
	}

	private static <T> T awaitAnswer(Callable<T> question, Predicate<T> wanted) {
		return Awaitility.await()
			.atMost(Duration.ofMinutes(5))
			.pollDelay(Duration.ZERO)
			.pollInterval(Duration.ofMillis(5))
			.ignoreExceptionsInstanceOf(RedisException.class)
			.until(question, wanted);
	}

	@Override
	public void close() {
		this.context.close();
	}

	/**
	 * Run an instance with a migration until the input ends.
	 * @param properties its properties
	 * @throws IOException if the input cannot be read
	 */
	public static void main(String[] properties) throws IOException {
		try (BenchmarkApplication application = migrated(Arrays.asList(properties))) {
			System.out.println(READY);
			System.in.readAllBytes();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(DataRedisAutoConfiguration.class)
	static class Plain {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataRedisAutoConfiguration.class, RedisMigrationAutoConfiguration.class })
	static class Migrated {

	}

}
