package io.migration.autoconfigure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.grpc.stub.AbstractStub;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.core.NestedExceptionUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Whatever is wrong, the application does not start, and says what is wrong and what to
 * do.
 */
class InvalidGrpcMigrationTests {

	private static final String P = "migration.grpc.balances.";

	private static final String CHANNEL = P + "channel=balances";

	private static final String TARGET = P + "target.address=127.0.0.1:1";

	private static final String NAME_METHODS = "Use the full name of a method, such as pkg.Service/Method, pkg.Service/Get* or pkg.Service/*.";

	private static final String NAME_A_HEADER = "Use letters, digits, '-', '_' and '.', and no header that ends with -bin.";

	private final ApplicationContextRunner withoutGrpc = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, MigrationAutoConfiguration.class,
				UnleashMigrationAutoConfiguration.class, GrpcMigrationAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.withoutGrpc
		.withConfiguration(AutoConfigurations.of(GrpcClientAutoConfiguration.class));

	@Test
	void whatIsRightIsNotRefused() {
		this.runner.withPropertyValues(CHANNEL, TARGET).run((context) -> assertThat(context).hasNotFailed());
	}

	static Stream<Arguments> wrong() {
		String target = "Say where the new service is by 'migration.grpc.balances.target.address', or name a channel that leads to it by 'migration.grpc.balances.target.channel'.";
		String range = "Use a value in that range.";
		return Stream.of(wrong("The migration 'migration.grpc.balances' names no channel.",
				"Name the channel to decorate by 'migration.grpc.balances.channel', as the application gives it to Spring gRPC.",
				TARGET), wrong("The migration 'migration.grpc.balances' has no target.", target, CHANNEL),
				wrong("The migration 'migration.grpc.balances' has two targets.", target, CHANNEL, TARGET,
						P + "target.channel=balances-new"),
				wrong("The property 'migration.grpc.balances.target.channel' has the value 'balances', which is the channel that is decorated.",
						"Use the new service.", CHANNEL, P + "target.channel=balances"),
				wrong("Two migrations decorate the channel 'balances': 'migration.grpc.balances' and 'migration.grpc.again'.",
						"Remove one of them, or name different channels by their property 'channel'.", CHANNEL, TARGET,
						"migration.grpc.again.channel=balances", "migration.grpc.again.target.address=127.0.0.1:2"),
				with("The property 'migration.grpc.balances.safe-methods' has the value 'Get*', which names no methods.",
						NAME_METHODS, P + "safe-methods=shop.Balances/Get,Get*"),
				with("The property 'migration.grpc.balances.repeat-methods' has the value '*', which names no methods.",
						NAME_METHODS, P + "writes=repeat", P + "repeat-methods=*"),
				with("The property 'migration.grpc.balances.writes' has the value 'repeat', which needs methods that may be called on both sides.",
						"Name them by 'migration.grpc.balances.repeat-methods', or use route.", P + "writes=repeat"),
				with("The property 'migration.grpc.balances.sticky-by' has the value 'customer id', which names no header of text.",
						NAME_A_HEADER, P + "sticky-by=customer id"),
				with("The property 'migration.grpc.balances.sticky-by' has the value 'trace-bin', which names no header of text.",
						NAME_A_HEADER, P + "sticky-by=trace-bin"),
				with("The rule 'migration.grpc.balances.rules[0]' names no side.",
						"Set 'migration.grpc.balances.rules[0].side' to source or target.",
						P + "rules[0].method=shop.Balances/Get"),
				with("The rule 'migration.grpc.balances.rules[1]' names neither a method nor a header.",
						"Say which calls are meant by 'method', 'header' or both; for a share of all calls use 'migration.grpc.balances.read-share'.",
						P + "rules[0].method=shop.Balances/Get", P + "rules[0].side=source",
						P + "rules[1].side=target"),
				with("The property 'migration.grpc.balances.rules[0].method' has the value 'Get', which names no methods.",
						NAME_METHODS, P + "rules[0].method=Get", P + "rules[0].side=source"),
				with("The property 'migration.grpc.balances.rules[0].header' has the value 'tenant', which is not a header with a value.",
						"Use name=value.", P + "rules[0].header=tenant", P + "rules[0].side=source"),
				with("The property 'migration.grpc.balances.rules[0].header' has the value 'ten ant=eu', which names no header of text.",
						NAME_A_HEADER, P + "rules[0].header=ten ant=eu", P + "rules[0].side=source"),
				with("The property 'migration.grpc.balances.write-timeout' has the value 'PT0S', which is not a positive duration.",
						"Use a duration such as 2s.", P + "write-timeout=0s"),
				with("The property 'migration.grpc.balances.read-share' has the value '101', which is not between 0 and 100.",
						range, P + "read-share=101"),
				with("The property 'migration.grpc.balances.compare.sample-rate' has the value '2', which is not between 0 and 1.",
						range, P + "compare.sample-rate=2"),
				with("The migration 'migration.grpc.balances' would leave TLS: the channel 'balances' is encrypted, and its target '127.0.0.1:1' is not.",
						"Configure a channel of its own for the target, by 'spring.grpc.client.channel.<name>', and name it by 'migration.grpc.balances.target.channel'.",
						"spring.grpc.client.channel.balances.target=static://127.0.0.1:3",
						"spring.grpc.client.channel.balances.ssl.enabled=true"));
	}

	private static Arguments wrong(String description, String action, String... properties) {
		return Arguments.of(description, action, properties);
	}

	private static Arguments with(String description, String action, String... properties) {
		List<String> all = new ArrayList<>(List.of(CHANNEL, TARGET));
		all.addAll(Arrays.asList(properties));
		return wrong(description, action, all.toArray(String[]::new));
	}

	@ParameterizedTest
	@MethodSource("wrong")
	void whatIsWrongIsRefused(String description, String action, String[] properties) {
		refused(this.runner.withPropertyValues(properties), description, action);
	}

	@Test
	void aSideThatDoesNotExist() {
		this.runner.withPropertyValues(CHANNEL, TARGET, P + "rules[0].method=shop.Balances/*", P + "rules[0].side=left")
			.run((context) -> assertThat(context.getStartupFailure()).rootCause()
				.hasMessageContaining("left")
				.hasMessageContaining("Side"));
	}

	@Test
	void aTargetThatMayBeInTheClearOnPurpose() {
		this.runner
			.withPropertyValues(CHANNEL, P + "target.channel=balances-new",
					"spring.grpc.client.channel.balances.target=static://127.0.0.1:3",
					"spring.grpc.client.channel.balances.ssl.enabled=true",
					"spring.grpc.client.channel.balances-new.target=static://127.0.0.1:4")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void aTargetThatCannotBeHad() {
		this.runner
			.withPropertyValues(CHANNEL, P + "target.channel=balances-new",
					"spring.grpc.client.channel.balances-new.target=static://127.0.0.1:4",
					"spring.grpc.client.channel.balances-new.ssl.bundle=missing")
			.run((context) -> assertThatExceptionOfType(InvalidMigrationException.class)
				.isThrownBy(() -> context.getBean(GrpcChannelFactory.class).createChannel("balances"))
				.satisfies((ex) -> {
					assertThat(ex.getDescription())
						.startsWith("The target of the migration 'migration.grpc.balances' cannot be had: ")
						.contains("missing");
					assertThat(ex.getAction())
						.isEqualTo("Correct 'migration.grpc.balances.target', or the settings of that channel.");
				}));
	}

	@Test
	void noFactoryOfChannels() {
		String description = "The migration 'migration.grpc.balances' decorates a channel, and there is no GrpcChannelFactory.";
		String action = "Add spring-boot-starter-grpc-client, and do not switch it off (spring.grpc.client.enabled).";
		refused(this.withoutGrpc.withPropertyValues(CHANNEL, TARGET), description, action);
		refused(this.runner.withPropertyValues(CHANNEL, TARGET, "spring.grpc.client.enabled=false"), description,
				action);
	}

	@Test
	void severalFactoriesOfChannels() {
		refused(this.runner.withUserConfiguration(GrpcMigrationAutoConfigurationTests.TwoFactories.class)
			.withPropertyValues(CHANNEL, TARGET),
				"The migration 'migration.grpc.balances' decorates a channel, and there are several of type GrpcChannelFactory: first, second.",
				"Make one of them primary.");
	}

	@ParameterizedTest
	@ValueSource(classes = { GrpcChannelFactory.class, AbstractStub.class, CircuitBreaker.class })
	void aLibraryThatIsMissing(Class<?> type) {
		this.withoutGrpc.withPropertyValues(CHANNEL, TARGET)
			.withClassLoader(new FilteredClassLoader(type))
			.run((context) -> assertThat(failure(context.getStartupFailure()).getDescription())
				.startsWith("The migration 'migration.grpc.balances' needs ")
				.endsWith(", which is not on the classpath."));
	}

	private static void refused(ApplicationContextRunner runner, String description, String action) {
		runner.run((context) -> {
			assertThat(context).hasFailed();
			InvalidMigrationException failure = failure(context.getStartupFailure());
			assertThat(failure.getDescription()).isEqualTo(description);
			assertThat(failure.getAction()).isEqualTo(action);
		});
	}

	private static InvalidMigrationException failure(Throwable thrown) {
		assertThat(NestedExceptionUtils.getMostSpecificCause(thrown)).isInstanceOf(InvalidMigrationException.class);
		return (InvalidMigrationException) NestedExceptionUtils.getMostSpecificCause(thrown);
	}

}
