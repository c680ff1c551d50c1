package io.migration.autoconfigure;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ChannelCredentials;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.InsecureChannelCredentials;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.AbstractBlockingStub;
import io.grpc.stub.ClientCalls;
import io.migration.Migration;
import io.migration.MigrationPhase;
import io.migration.grpc.Balances;
import io.migration.grpc.BalancesServer;
import io.migration.grpc.MigratingChannel;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.RoutedMigration;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.CompositeChannelFactoryAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.grpc.client.ChannelBuilderOptions;
import org.springframework.grpc.client.ClientInterceptorsConfigurer;
import org.springframework.grpc.client.CompositeGrpcChannelFactory;
import org.springframework.grpc.client.GlobalClientInterceptor;
import org.springframework.grpc.client.GrpcChannelBuilderCustomizer;
import org.springframework.grpc.client.GrpcChannelFactory;
import org.springframework.grpc.client.ImportGrpcClients;
import org.springframework.grpc.client.NettyGrpcChannelFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with the channel factory of Spring gRPC, and two servers.
 */
@ExtendWith(OutputCaptureExtension.class)
class GrpcMigrationAutoConfigurationTests {

	private final BalancesServer source = BalancesServer.start("source");

	private final BalancesServer target = BalancesServer.start("target");

	private final ApplicationContextRunner plain = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(SslAutoConfiguration.class, GrpcClientAutoConfiguration.class,
				CompositeChannelFactoryAutoConfiguration.class, MigrationAutoConfiguration.class,
				UnleashMigrationAutoConfiguration.class, GrpcMigrationAutoConfiguration.class))
		.withPropertyValues("spring.grpc.client.channel.balances.target=static://" + this.source.address());

	private final ApplicationContextRunner runner = this.plain.withPropertyValues(
			"migration.grpc.balances.channel=balances",
			"migration.grpc.balances.target.address=static://" + this.target.address());

	@AfterEach
	void stop() {
		this.source.close();
		this.target.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "spring.application.name=shop", "migration.enabled=false" })
	void withoutAMigrationTheFactoryIsTheOneThatBootMakes(String property) {
		ApplicationContextRunner without = property.startsWith("migration") ? this.runner : this.plain;
		without.withPropertyValues(property).run((context) -> {
			GrpcChannelFactory factory = context.getBean(GrpcChannelFactory.class);
			assertThat(factory.getClass()).isSameAs(NettyGrpcChannelFactory.class);
			assertThat(factory.createChannel("balances")).isNotInstanceOf(MigratingChannel.class);
			assertThat(context).doesNotHaveBean(Migration.class);
			assertThat(context.getBeanNamesForType(Object.class)).noneMatch((name) -> name.contains("igration."));
		});
	}

	@Test
	void theFactoryKeepsItsClassAndOtherChannelsAreLeftAlone(CapturedOutput output) {
		this.runner.run((context) -> {
			GrpcChannelFactory factory = context.getBean(NettyGrpcChannelFactory.class);
			assertThat(factory.createChannel("balances")).isInstanceOf(MigratingChannel.class);
			assertThat(factory.createChannel("balances", ChannelBuilderOptions.defaults()))
				.isInstanceOf(MigratingChannel.class);
			assertThat(factory.createChannel("other")).isNotInstanceOf(MigratingChannel.class);
			assertThat(factory.supports("balances")).isTrue();
			assertThat(context).hasBean("balancesMigration");
		});
		assertThat(output).contains("Migration 'balances' (grpc): decorates the channel 'balances'");
	}

	@ParameterizedTest
	@EnumSource(MigrationPhase.class)
	void aClientThatSpringMakesIsRoutedByThePhaseOfTheProperty(MigrationPhase phase) {
		this.runner.withUserConfiguration(Client.class)
			.withPropertyValues("migration.grpc.balances.phase=" + phase.wireName(),
					"migration.grpc.balances.compare.sample-rate=1", "migration.grpc.balances.writes=repeat",
					"migration.grpc.balances.repeat-methods=shop.Balances/Put",
					"migration.grpc.balances.safe-methods=shop.Balances/Find")
			.run((context) -> {
				BalancesGrpc.BalancesBlockingStub client = context.getBean(BalancesGrpc.BalancesBlockingStub.class);
				RoutedMigration migration = context.getBean(RoutedMigration.class);
				assertThat(context.getBean(Migration.class).phase()).isEqualTo(phase);
				assertThat(client.call(Balances.FIND, "a")).isEqualTo("answer to a");
				boolean compared = phase != MigrationPhase.OFF && phase != MigrationPhase.CUTOVER;
				if (compared) {
					Awaitility.await().until(() -> migration.comparisons().total(Result.MATCH) == 1);
				}
				assertThat(this.source.methods())
					.isEqualTo((phase != MigrationPhase.CUTOVER) ? List.of("Find") : List.of());
				assertThat(this.target.methods())
					.isEqualTo((phase != MigrationPhase.OFF) ? List.of("Find") : List.of());
				assertThat(client.call(Balances.PUT, "b")).isEqualTo("answer to b");
				boolean both = phase == MigrationPhase.DUAL_WRITE || phase == MigrationPhase.READ_NEW;
				assertThat(this.source.methods().contains("Put")).isEqualTo(phase != MigrationPhase.CUTOVER);
				assertThat(this.target.methods().contains("Put")).isEqualTo(both || phase == MigrationPhase.CUTOVER);
				assertThat(this.target.connections()).isEqualTo((phase != MigrationPhase.OFF) ? 1 : 0);
			});
	}

	@Test
	void anOperatorWalksItForwardAndBack() {
		this.runner.withUserConfiguration(Client.class)
			.withPropertyValues("migration.grpc.balances.gates.max-mismatch-rate=off")
			.run((context) -> {
				BalancesGrpc.BalancesBlockingStub client = context.getBean(BalancesGrpc.BalancesBlockingStub.class);
				RoutedMigration migration = context.getBean(RoutedMigration.class);
				for (MigrationPhase phase : List.of(MigrationPhase.SHADOW, MigrationPhase.DUAL_WRITE,
						MigrationPhase.READ_NEW, MigrationPhase.CUTOVER, MigrationPhase.READ_NEW,
						MigrationPhase.DUAL_WRITE, MigrationPhase.SHADOW, MigrationPhase.OFF)) {
					migration.control().walkTo(phase, "test", null, false);
					Awaitility.await().until(() -> migration.rules().phase() == phase);
					int before = this.target.methods().size();
					client.call(Balances.DELETE, "a");
					assertThat(this.target.methods().size() - before).as(phase.wireName())
						.isEqualTo((phase.compareTo(MigrationPhase.READ_NEW) >= 0) ? 1 : 0);
				}
			});
	}

	@Test
	void everyPropertyCounts() {
		this.runner
			.withPropertyValues("migration.grpc.balances.phase=read-new", "migration.grpc.balances.read-share=0",
					"migration.grpc.balances.sticky-by=customer",
					"migration.grpc.balances.rules[0].method=shop.Balances/Get",
					"migration.grpc.balances.rules[0].header=tenant = eu",
					"migration.grpc.balances.rules[0].side=target", "migration.grpc.balances.forward-credentials=true")
			.run((context) -> {
				ManagedChannel channel = context.getBean(GrpcChannelFactory.class)
					.createChannel("balances", ChannelBuilderOptions.defaults()
						.withInterceptors(
								List.of(new Adding("tenant", "eu"), new Adding("authorization", "Bearer secret"))));
				// what interceptors of a channel add is added behind the decision
				call(channel, Balances.GET);
				assertThat(this.source.methods()).containsExactly("Get");
				call(ClientInterceptors.intercept(channel, new Adding("tenant", "eu")), Balances.GET);
				assertThat(this.target.last().header("authorization")).isEqualTo("Bearer secret");
				call(ClientInterceptors.intercept(channel, new Adding("tenant", "eu")), Balances.DELETE);
				assertThat(this.source.methods()).containsExactly("Get", "Delete");
			});
	}

	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void credentialsThatInterceptorsAddStayOnSource(boolean merged) {
		this.runner.withUserConfiguration(Authenticating.class)
			.withPropertyValues("migration.grpc.balances.phase=shadow", "migration.grpc.balances.compare.sample-rate=1")
			.run((context) -> {
				ManagedChannel channel = context.getBean(GrpcChannelFactory.class)
					.createChannel("balances",
							ChannelBuilderOptions.defaults()
								.withInterceptors(
										List.of(new Adding("cookie", "session=secret"), new Adding("region", "eu")))
								.withInterceptorsMerge(merged));
				call(channel, Balances.GET);
				Awaitility.await().until(() -> !this.target.methods().isEmpty());
				assertThat(this.source.last().header("authorization")).isEqualTo("Bearer secret");
				assertThat(this.source.last().header("cookie")).isEqualTo("session=secret");
				assertThat(this.target.last().header("authorization")).isNull();
				assertThat(this.target.last().header("cookie")).isNull();
				assertThat(this.target.last().header("region")).isEqualTo("eu");
			});
	}

	@Test
	void targetMayBeAChannelWithSettingsOfItsOwn() {
		this.plain.withUserConfiguration(Customizing.class)
			.withPropertyValues("migration.grpc.balances.channel=balances", "migration.grpc.balances.phase=cutover",
					"migration.grpc.balances.target.channel=balances-new",
					"spring.grpc.client.channel.balances-new.target=static://" + this.target.address(),
					"spring.grpc.client.channel.balances-new.default.deadline=30s")
			.run((context) -> {
				ManagedChannel channel = context.getBean(GrpcChannelFactory.class).createChannel("balances");
				assertThat(context.getBean(Customizing.class).customized).contains("balances", "balances-new");
				call(channel, Balances.GET);
				assertThat(this.target.last().deadline()).isNotNull();
				assertThat(this.target.last().deadline().timeRemaining(TimeUnit.SECONDS)).isBetween(1L, 30L);
			});
	}

	@Test
	void whereThereAreSeveralFactoriesTheirChannelsAreDecoratedOnce() {
		this.runner.withUserConfiguration(TwoFactories.class)
			.withPropertyValues("migration.grpc.balances.target.address=" + this.target.address())
			.run((context) -> {
				GrpcChannelFactory factory = context.getBean(GrpcChannelFactory.class);
				assertThat(factory).isInstanceOf(CompositeGrpcChannelFactory.class);
				assertThat(factory.createChannel(this.source.address())).isNotInstanceOf(MigratingChannel.class);
				assertThat(factory.createChannel("balances").toString()).containsOnlyOnce("MigratingChannel");
				assertThat(context.getBean("first", GrpcChannelFactory.class).createChannel("balances"))
					.isNotInstanceOf(MigratingChannel.class);
			});
	}

	@Test
	void aFactoryOfAFinalClassIsDecoratedByItsInterface() {
		this.runner.withBean(GrpcChannelFactory.class, FinalFactory::new)
			.withPropertyValues("migration.grpc.balances.phase=cutover",
					"migration.grpc.balances.target.address=" + this.target.address())
			.run((context) -> {
				ManagedChannel channel = context.getBean(GrpcChannelFactory.class).createChannel(this.source.address());
				assertThat(channel).isNotInstanceOf(MigratingChannel.class);
				channel.shutdownNow();
				ManagedChannel migrating = context.getBean(GrpcChannelFactory.class).createChannel("balances");
				assertThat(migrating).isInstanceOf(MigratingChannel.class);
				call(migrating, Balances.GET);
				assertThat(this.target.methods()).containsExactly("Get");
				migrating.shutdownNow();
			});
	}

	@Test
	void theEndOfTheApplicationEndsTheChannelsOfBothSides() {
		this.runner.withUserConfiguration(Client.class)
			.withPropertyValues("migration.grpc.balances.phase=shadow", "migration.grpc.balances.compare.sample-rate=1")
			.run((context) -> {
				context.getBean(BalancesGrpc.BalancesBlockingStub.class).call(Balances.GET, "a");
				Awaitility.await().until(() -> this.target.connected() == 1 && this.source.connected() == 1);
			});
		Awaitility.await().until(() -> this.target.connected() == 0 && this.source.connected() == 0);
	}

	private static void call(Channel channel, MethodDescriptor<String, String> method) {
		ClientCalls.blockingUnaryCall(channel, method, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS),
				"a");
	}

	/** As the compiler of protocol buffers makes them. */
	public static final class BalancesGrpc {

		private BalancesGrpc() {
		}

		public static BalancesBlockingStub newBlockingStub(Channel channel) {
			return new BalancesBlockingStub(channel, CallOptions.DEFAULT);
		}

		public static final class BalancesBlockingStub extends AbstractBlockingStub<BalancesBlockingStub> {

			BalancesBlockingStub(Channel channel, CallOptions options) {
				super(channel, options);
			}

			@Override
			protected BalancesBlockingStub build(Channel channel, CallOptions options) {
				return new BalancesBlockingStub(channel, options);
			}

			String call(MethodDescriptor<String, String> method, String request) {
				return ClientCalls.blockingUnaryCall(getChannel(), method,
						getCallOptions().withDeadlineAfter(20, TimeUnit.SECONDS), request);
			}

		}

	}

	@Configuration(proxyBeanMethods = false)
	@ImportGrpcClients(target = "balances", types = BalancesGrpc.BalancesBlockingStub.class)
	static class Client {

	}

	@Configuration(proxyBeanMethods = false)
	static class Authenticating {

		@Bean
		@GlobalClientInterceptor
		@Order(Integer.MAX_VALUE)
		ClientInterceptor authentication() {
			return new Adding("authorization", "Bearer secret");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizing {

		private final List<String> customized = new CopyOnWriteArrayList<>();

		@Bean
		GrpcChannelBuilderCustomizer<NettyChannelBuilder> names() {
			return (name, builder) -> this.customized.add(name);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class TwoFactories {

		@Bean
		NettyGrpcChannelFactory first(ClientInterceptorsConfigurer interceptors) {
			return new NettyGrpcChannelFactory(List.of(), interceptors);
		}

		@Bean
		NettyGrpcChannelFactory second(ClientInterceptorsConfigurer interceptors) {
			return new NettyGrpcChannelFactory(List.of(), interceptors);
		}

	}

	static final class FinalFactory implements GrpcChannelFactory {

		@Override
		public boolean supports(String target) {
			return true;
		}

		@Override
		public ManagedChannel createChannel(String target, ChannelBuilderOptions options) {
			return NettyChannelBuilder.forTarget(target, insecure()).build();
		}

		private static ChannelCredentials insecure() {
			return InsecureChannelCredentials.create();
		}

	}

	/** Adds a header. */
	record Adding(String header, String value) implements ClientInterceptor {

		@Override
		public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options, Channel next) {
			return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

				@Override
				public void start(Listener<R> listener, Metadata headers) {
					headers.put(Metadata.Key.of(Adding.this.header, Metadata.ASCII_STRING_MARSHALLER),
							Adding.this.value);
					super.start(listener, headers);
				}

			};
		}

	}

}
