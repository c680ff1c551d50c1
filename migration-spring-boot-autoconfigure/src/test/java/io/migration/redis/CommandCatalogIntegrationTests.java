package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisURI;
import io.lettuce.core.resource.DefaultClientResources;
import io.migration.test.RedisServer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class CommandCatalogIntegrationTests {

	private static RedisServer server;

	private static CommandCatalog catalog;

	@BeforeAll
	static void readCatalog() {
		server = RedisServer.start();
		DefaultClientResources resources = DefaultClientResources.create();
		try (PlainConnection connection = new PlainConnection(new RedisEndpoint(List.of(RedisURI.create(server.uri())),
				false, 0, ClientOptions.create(), resources, resources), "test", Duration.ofSeconds(2))) {
			catalog = connection.catalog();
		}
		resources.shutdown();
	}

	@AfterAll
	static void stop() {
		server.close();
	}

	@ParameterizedTest
	@CsvSource({ "SET k v, k", "MSET a 1 b 2, a b", "DEL a b c, a b c", "HSET h f v, h", "RENAME a b, a b",
			"EVAL script 2 a b c, a b", "EVALSHA sha 1 a b, a", "EVAL script 0 a, ''", "SUNIONSTORE d a b, d",
			"ZUNIONSTORE d 2 a b, d", "XADD s * f v, s", "XGROUP CREATE s g $, s", "SMOVE a b m, a b",
			"GEORADIUS g 1 1 1 m STORE d, d", "LMOVE a b LEFT RIGHT, a b", "BITOP AND d a b, d", "PFMERGE d a b, d",
			"COPY a b, b", "GETEX k PERSIST, k", "EXPIRE k 10, k" })
	void namesTheKeysThatAreWritten(String command, String keys) {
		CommandCatalog.Entry entry = find(command);
		assertThat(entry).isNotNull();
		assertThat(entry.writes()).isTrue();
		assertThat(keys(entry, command, true)).isEqualTo(keys);
	}

	@ParameterizedTest
	@CsvSource({ "GET k, k", "MGET a b, a b", "ZRANGE z 0 -1, z", "SINTER a b, a b", "XREAD STREAMS a b 0 0, a b",
			"EVAL_RO s 1 k, k" })
	void namesTheKeysThatAreRead(String command, String keys) {
		CommandCatalog.Entry entry = find(command);
		assertThat(entry).isNotNull();
		assertThat(entry.reads()).isTrue();
		assertThat(keys(entry, command, false)).isEqualTo(keys);
	}

	@Test
	void knowsNothingOfOtherCommands() {
		assertThat(find("NOSUCHCOMMAND k")).isNull();
	}

	@Test
	void tellsThatTheKeysOfSortStoreCannotBeDetermined() {
		CommandCatalog.Entry entry = find("SORT k STORE d");
		assertThat(entry).isNotNull();
		assertThat(entry.keys(arguments("SORT k STORE d"), true)).isNull();
	}

	private static CommandCatalog.@Nullable Entry find(String command) {
		return catalog.find(arguments(command));
	}

	private static List<byte[]> arguments(String command) {
		return Arrays.stream(command.split(" ")).map((part) -> part.getBytes(StandardCharsets.UTF_8)).toList();
	}

	private static String keys(CommandCatalog.Entry entry, String command, boolean writtenOnly) {
		List<byte[]> keys = entry.keys(arguments(command), writtenOnly);
		return String.join(" ", keys.stream().map((key) -> new String(key, StandardCharsets.UTF_8)).toList());
	}

}
