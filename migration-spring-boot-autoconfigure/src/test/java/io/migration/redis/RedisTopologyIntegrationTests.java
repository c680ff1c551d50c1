package io.migration.redis;

import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.migration.test.Certificate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Whatever source and target are, a walk there and back under load ends with equal sides.
 */
class RedisTopologyIntegrationTests {

	private static final String BUNDLE = "loopback";

	private static Certificate certificate;

	@BeforeAll
	static void makeCertificate() {
		certificate = Certificate.create();
	}

	@AfterAll
	static void dropCertificate() {
		certificate.close();
	}

	static Stream<Arguments> topologies() {
		return Stream.of(pair("cluster to cluster", TestStore::cluster, TestStore::cluster),
				pair("cluster to server", TestStore::cluster, TestStore::server),
				pair("server to cluster", TestStore::server, TestStore::cluster),
				pair("database 2 to database 5", () -> TestStore.database(2), () -> TestStore.database(5)),
				pair("password to none", () -> TestStore.withPassword("secret"), TestStore::server),
				pair("none to password", TestStore::server, () -> TestStore.withPassword("secret")),
				pair("TLS to none", () -> TestStore.tls(certificate, BUNDLE), TestStore::server),
				pair("none to TLS", TestStore::server, () -> TestStore.tls(certificate, BUNDLE)),
				pair("TLS to TLS cluster", () -> TestStore.tls(certificate, BUNDLE),
						() -> TestStore.tlsCluster(certificate, BUNDLE)));
	}

	private static Arguments pair(String description, Supplier<TestStore> source, Supplier<TestStore> target) {
		return arguments(description, source, target);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("topologies")
	void walksThereAndBackUnderLoad(String description, Supplier<TestStore> source, Supplier<TestStore> target)
			throws Exception {
		try (TestStore from = source.get();
				TestStore to = target.get();
				MigratedApplication application = TestStore.migrate(App.class, from, to,
						"spring.ssl.bundle.pem." + BUNDLE + ".truststore.certificate=file:" + certificate.file(),
						"migration.redis.tokens.gates.journal=off", "migration.redis.tokens.mirror.timeout=5s")) {
			application.walkTo(PhaseWalk.THERE_AND_BACK.get(0));
			int keys;
			try (Load load = Load.start(application.redis(), 2, 20)) {
				keys = PhaseWalk.thereAndBack(application);
				load.stop();
				assertThat(load.failures()).isEmpty();
				assertThat(load.operations()).isGreaterThan(100);
			}
			application.awaitDrained();
			Map<String, String> onSource = from.read();
			assertThat(onSource).hasSizeGreaterThan(keys + 20);
			assertThat(StoreReader.differences(onSource, to.read())).isEmpty();
			assertThat(application.control().history()).hasSize(7);
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(SslAutoConfiguration.class)
	static class App extends MigratedApplication.App {

	}

}
