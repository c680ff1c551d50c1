package io.migration.autoconfigure;

import java.beans.PropertyDescriptor;
import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import javax.sql.DataSource;

import io.migration.MigrationPhase;
import io.migration.client.ClientSettings;
import io.migration.jdbc.JdbcMigrationSettings;
import io.migration.mirror.MirrorSettings;
import io.migration.mirror.MirrorSettings.OnFailure;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.beans.BeanUtils;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ssl.SslAutoConfiguration;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.bind.handler.NoUnboundElementsBindHandler;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import org.springframework.boot.data.redis.autoconfigure.DataRedisAutoConfiguration;
import org.springframework.boot.grpc.client.autoconfigure.GrpcClientAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an editor shows. The processor writes it from Javadoc, and adds the hints that are
 * written by hand.
 */
class ConfigurationMetadataTests {

	/** What properties of a kind begin with; the star stands for the migration's name. */
	private static final String ANY = "migration.%s.*.";

	private static final List<String> WITH_DATA = List.of("data-source", "redis");

	private static final List<String> KINDS = List.of("client", "data-source", "grpc", "http", "redis");

	/** What a migration cannot do without. */
	private static final Map<String, String[]> REQUIRED = Map.of("client",
			new String[] { "migration.client.moved.read-share=100" }, "http",
			new String[] { "migration.http.moved.source.url=http://127.0.0.1:1",
					"migration.http.moved.target.url=http://127.0.0.1:2" },
			"redis", new String[] { "migration.redis.moved.target.port=1" }, "data-source",
			new String[] { "migration.data-source.moved.target.url=jdbc:postgresql://127.0.0.1:1/moved" }, "grpc",
			new String[] { "migration.grpc.moved.channel=moved", "migration.grpc.moved.target.address=127.0.0.1:1",
					"migration.grpc.moved.repeat-methods=shop.Balances/Put" });

	private static JsonNode metadata;

	@BeforeAll
	static void read() throws IOException {
		List<JsonNode> all = new ArrayList<>();
		for (URL url : Collections.list(MigrationProperties.class.getClassLoader()
			.getResources("META-INF/spring-configuration-metadata.json"))) {
			try (InputStream content = url.openStream()) {
				all.add(new JsonMapper().readTree(content));
			}
		}
		metadata = all.stream()
			.filter((candidate) -> names(candidate.get("properties")).contains("migration.enabled"))
			.findFirst()
			.orElseThrow();
	}

	@Test
	void everyPropertyIsDescribed() {
		assertThat(names(metadata.get("properties"))).contains("migration.enabled", "migration.client",
				"migration.redis", "migration.data-source", "migration.initialize-schema", "migration.fleet.lease",
				"migration.fleet.heartbeat", "migration.unleash.url", "management.endpoint.migrations.show-values",
				"management.health.migrations.enabled");
		for (JsonNode property : metadata.get("properties")) {
			String name = property.get("name").asString();
			assertThat(property.path("description").asString("")).as(name).matches("(?s)[A-Z].*\\S\\.");
			assertThat(property.path("type").asString("")).as(name).isNotBlank();
			assertThat(name).matches("migration\\..*|management\\.(endpoint|health)\\.migrations\\..*");
		}
	}

	@ParameterizedTest
	@MethodSource("kinds")
	void migrationsAreDescribedAsAMap(String kind, Class<?> type) {
		JsonNode described = named("properties", "migration." + kind);
		assertThat(described.get("type").asString())
			.isEqualTo("java.util.Map<java.lang.String,%s>".formatted(type.getName()));
		for (PropertyDescriptor property : BeanUtils.getPropertyDescriptors(type)) {
			if (!property.getName().equals("class")) {
				assertThat(described.get("description").asString()).contains(dashed(property.getName()));
			}
		}
	}

	static Stream<Arguments> kinds() {
		return Stream.of(Arguments.of("client", ClientMigrationProperties.class),
				Arguments.of("data-source", DataSourceMigrationProperties.class),
				Arguments.of("grpc", GrpcMigrationProperties.class),
				Arguments.of("http", HttpMigrationProperties.class),
				Arguments.of("redis", RedisMigrationProperties.class));
	}

	@ParameterizedTest
	@FieldSource("KINDS")
	void phasesAreAllOfThem(String kind) {
		assertThat(values(kind, "phase"))
			.isEqualTo(Arrays.stream(MigrationPhase.values()).map(MigrationPhase::wireName).toList());
	}

	@ParameterizedTest
	@FieldSource("WITH_DATA")
	void valuesOfAMirrorAreAllOfThem(String kind) {
		assertThat(values(kind, "mirror.on-failure"))
			.containsExactlyInAnyOrder(dashed(MirrorSettings.OnFailure.values()));
		assertThat(values(kind, "mirror.stale-reads"))
			.containsExactlyInAnyOrder(dashed(MirrorSettings.StaleReads.values()));
	}

	@Test
	void valuesOfAClientAreAllOfThem() {
		assertThat(values("client", "writes")).containsExactlyInAnyOrder(dashed(ClientSettings.Writes.values()));
		assertThat(values("client", "on-failure")).containsExactlyInAnyOrder(dashed(OnFailure.values()));
	}

	@Test
	void valuesOfADatabaseAreAllOfThem() {
		assertThat(values("data-source", "mirror.acknowledge"))
			.containsExactlyInAnyOrder(dashed(JdbcMigrationSettings.Acknowledge.values()));
	}

	@Test
	void valuesOfAServiceAreAllOfThem() {
		assertThat(values("grpc", "writes")).containsExactlyInAnyOrder(dashed(GrpcMigrationProperties.Writes.values()));
		assertThat(values("grpc", "on-failure")).containsExactlyInAnyOrder(dashed(MirrorSettings.OnFailure.values()));
	}

	@ParameterizedTest
	@MethodSource("gates")
	void everyGateCanBeSwitchedOff(String kind, Class<?> type) {
		for (PropertyDescriptor gate : BeanUtils.getPropertyDescriptors(type)) {
			if (!gate.getName().equals("class")) {
				assertThat(values(kind, "gates." + dashed(gate.getName()))).contains("off");
			}
		}
	}

	static Stream<Arguments> gates() {
		return Stream.of(Arguments.of("client", ClientMigrationProperties.Gates.class),
				Arguments.of("data-source", DataSourceMigrationProperties.Gates.class),
				Arguments.of("grpc", RoutedMigrationProperties.Gates.class),
				Arguments.of("http", RoutedMigrationProperties.Gates.class),
				Arguments.of("redis", RedisMigrationProperties.Gates.class));
	}

	@ParameterizedTest
	@MethodSource("beans")
	void theBeanIsLookedForByType(String kind, Class<?> type) throws ClassNotFoundException {
		JsonNode provider = named("hints", ANY.formatted(kind) + "bean").get("providers").get(0);
		assertThat(provider.get("name").asString()).isEqualTo("spring-bean-reference");
		assertThat(ClassUtils.forName(provider.get("parameters").get("target").asString(), null)).isSameAs(type);
	}

	static Stream<Arguments> beans() {
		return Stream.of(Arguments.of("data-source", DataSource.class),
				Arguments.of("redis", RedisConnectionFactory.class));
	}

	static Stream<String> hinted() throws IOException {
		read();
		return metadata.get("hints")
			.valueStream()
			.flatMap((hint) -> hint.path("values")
				.valueStream()
				.map((value) -> hint.get("name").asString() + "=" + value.get("value").asString()));
	}

	@ParameterizedTest
	@MethodSource("hinted")
	void everyHintIsForAPropertyThatExists(String setting) {
		String[] parts = setting.replace("*", "moved").split("=", 2);
		new Binder(new MapConfigurationPropertySource(Map.of(parts[0], parts[1]))).bind("migration",
				Bindable.of(MigrationProperties.class), new NoUnboundElementsBindHandler(BindHandler.DEFAULT));
	}

	/** The first values of all properties together, then the second ones. */
	static Stream<Arguments> turns() throws IOException {
		Map<String, List<String>> values = hinted().map((setting) -> setting.replace("*", "moved").split("=", 2))
			.collect(Collectors.groupingBy((parts) -> parts[0],
					Collectors.mapping((parts) -> parts[1], Collectors.toList())));
		int most = values.values().stream().mapToInt(List::size).max().orElseThrow();
		return KINDS.stream()
			.flatMap((kind) -> IntStream.range(0, most)
				.mapToObj((turn) -> Arguments.of(kind,
						values.entrySet()
							.stream()
							.filter((entry) -> entry.getKey().startsWith("migration." + kind))
							.map((entry) -> entry.getKey() + "="
									+ entry.getValue().get(Math.min(turn, entry.getValue().size() - 1)))
							.toArray(String[]::new))));
	}

	@ParameterizedTest
	@MethodSource("turns")
	void everyHintIsTaken(String kind, String[] settings) {
		new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(ClientMigrationAutoConfiguration.class,
					HttpMigrationAutoConfiguration.class, DataRedisAutoConfiguration.class,
					RedisMigrationAutoConfiguration.class, DataSourceAutoConfiguration.class,
					DataSourceMigrationAutoConfiguration.class, SslAutoConfiguration.class,
					GrpcClientAutoConfiguration.class, GrpcMigrationAutoConfiguration.class))
			.withPropertyValues(REQUIRED.get(kind))
			.withPropertyValues("spring.datasource.generate-unique-name=true")
			.withPropertyValues(settings)
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void everyHintIsDescribed() {
		assertThat(names(metadata.get("hints")))
			.allMatch((name) -> KINDS.stream().anyMatch((kind) -> name.startsWith(ANY.formatted(kind))));
		for (JsonNode hint : metadata.get("hints")) {
			for (JsonNode value : hint.path("values")) {
				assertThat(value.path("description").asString("")).as(hint.get("name").asString()).endsWith(".");
			}
		}
	}

	private static List<String> values(String kind, String property) {
		return named("hints", ANY.formatted(kind) + property).get("values")
			.valueStream()
			.map((value) -> value.get("value").asString())
			.toList();
	}

	private static JsonNode named(String kind, String name) {
		return metadata.get(kind)
			.valueStream()
			.filter((item) -> item.get("name").asString().equals(name))
			.findFirst()
			.orElseThrow(() -> new AssertionError("Nothing is said about " + name));
	}

	private static List<String> names(JsonNode items) {
		return items.valueStream().map((item) -> item.get("name").asString()).toList();
	}

	private static String[] dashed(Enum<?>[] values) {
		return Arrays.stream(values)
			.map((value) -> value.name().toLowerCase(Locale.ROOT).replace('_', '-'))
			.toArray(String[]::new);
	}

	private static String dashed(String property) {
		return property.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
	}

}
