package io.migration.redis;

import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.migration.test.Certificate;
import io.migration.test.RedisServer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Whatever kind of server source and target are, a walk there and back under load ends
 * with equal sides.
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
		return Stream.of(pair("database 2 to database 5", () -> TestStore.database(2), () -> TestStore.database(5)),
				pair("password to none", () -> TestStore.withPassword("secret"), TestStore::server),
				pair("none to password", TestStore::server, () -> TestStore.withPassword("secret")),
				pair("TLS to none", () -> TestStore.tls(certificate, BUNDLE), TestStore::server),
				pair("none to TLS", TestStore::server, () -> TestStore.tls(certificate, BUNDLE)),
				pair("sentinel to none", TestStore::sentinel, TestStore::server),
				pair("none to sentinel", TestStore::server, TestStore::sentinel));
	}

	private static Arguments pair(String description, Supplier<TestStore> source, Supplier<TestStore> target) {
		return arguments(description, source, target);
	}

	@ParameterizedTest(name = "{0}")
	@MethodSource("topologies")
	void walksThereAndBackUnderLoad(String description, Supplier<TestStore> source, Supplier<TestStore> target)
			throws Exception {
		try (TestStore from = source.get(); TestStore to = target.get()) {
			PhaseWalk.underLoad(from, to,
					"spring.ssl.bundle.pem." + BUNDLE + ".truststore.certificate=file:" + certificate.file());
		}
	}

	@Test
	void otherDatabasesAreLeftAlone() throws Exception {
		try (RedisServer both = RedisServer.start()) {
			List<TestStore> databases = IntStream.range(0, 4)
				.mapToObj((index) -> TestStore.database(both, index))
				.toList();
			databases.forEach((database) -> database.put("here before", database.toString()));
			PhaseWalk.underLoad(databases.get(1), databases.get(2), "migration.redis.tokens.target.adopt=true");
			assertThat(databases.get(0).read()).containsOnlyKeys("here before");
			assertThat(databases.get(3).read()).containsOnlyKeys("here before");
			assertThat(databases.get(1).read().get("here before")).contains("database 1");
		}
	}

}
