package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import io.migration.MigrationPhase;
import io.migration.autoconfigure.RedisMigrationAutoConfiguration;
import io.migration.phase.PhaseControl;
import io.migration.phase.StepOutcome;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;
import org.awaitility.Awaitility;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.data.redis.core.StringRedisTemplate;

/**
 * An application with Spring Data Redis and a migration named "tokens", as a user would
 * configure it.
 */
final class MigratedApplication implements AutoCloseable {

	private final ConfigurableApplicationContext context;

	private MigratedApplication(ConfigurableApplicationContext context) {
		this.context = context;
	}

	static MigratedApplication start(String source, String... properties) {
		return start(App.class, source, properties);
	}

	static MigratedApplication startCluster(RedisClusterServer source, String... properties) {
		List<String> all = new ArrayList<>(
				List.of("spring.data.redis.cluster.nodes=" + String.join(",", source.nodes())));
		all.addAll(List.of(properties));
		return start(App.class, all);
	}

	static MigratedApplication start(Class<?> configuration, String source, String... properties) {
		List<String> all = new ArrayList<>(List.of("spring.data.redis.url=" + source));
		all.addAll(List.of(properties));
		return start(configuration, all);
	}

	/**
	 * Start with properties that say where source and target are.
	 */
	static MigratedApplication start(Class<?> configuration, List<String> properties) {
		List<String> all = new ArrayList<>(List.of("--spring.main.banner-mode=off", "--migration.fleet.heartbeat=100ms",
				"--migration.fleet.lease=1s", "--migration.redis.tokens.gates.verification=off",
				"--migration.redis.tokens.gates.backfill=off"));
		// what pools there are is a test's own choice, not that of the class path
		if (properties.stream().noneMatch((property) -> property.contains(".pool."))) {
			all.add("--spring.data.redis.lettuce.pool.enabled=false");
		}
		for (String property : properties) {
			all.removeIf((given) -> given.startsWith("--" + property.substring(0, property.indexOf('=') + 1)));
			all.add("--" + property);
		}
		return new MigratedApplication(new SpringApplicationBuilder(configuration).web(WebApplicationType.NONE)
			.run(all.toArray(String[]::new)));
	}

	static String target(RedisServer server) {
		return "migration.redis.tokens.target.url=" + server.uri();
	}

	static String target(int port) {
		return "migration.redis.tokens.target.url=redis://127.0.0.1:" + port;
	}

	static String target(RedisClusterServer cluster) {
		return "migration.redis.tokens.target.cluster.nodes=" + String.join(",", cluster.nodes());
	}

	ConfigurableApplicationContext context() {
		return this.context;
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
	 * Walk to a phase, and wait until it is reached.
	 */
	void walkTo(MigrationPhase phase) {
		StepOutcome outcome = control().walkTo(phase, "test", null, false);
		if (outcome instanceof StepOutcome.Refused refused) {
			throw new AssertionError(refused.reason());
		}
		awaitPhase(phase);
	}

	void awaitPhase(MigrationPhase phase) {
		Awaitility.await()
			.atMost(Duration.ofSeconds(20))
			.pollInterval(Duration.ofMillis(5))
			.until(() -> control().phase() == phase
					&& control().state().name().toUpperCase(Locale.ROOT).equals("STEADY"));
	}

	void awaitEmptyJournal() {
		Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> migration().journal().depth() == 0);
	}

	/**
	 * Wait until the relay has passed every write that was acknowledged before.
	 */
	void awaitDrained() {
		Awaitility.await()
			.atMost(Duration.ofSeconds(30))
			.until(() -> migration().catchUp().reached() && migration().journal().depth() == 0);
	}

	@Override
	public void close() {
		this.context.close();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ DataRedisAutoConfiguration.class, RedisMigrationAutoConfiguration.class })
	static class App {

	}

}
