package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
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
import org.junit.jupiter.params.provider.ValueSource;

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
			"COPY a b, b", "GETEX k PERSIST, k", "EXPIRE k 10, k", "SORT k STORE d, d",
			"SORT k BY STORE GET LIMIT LIMIT 0 1 DESC STORE d, d", "XREADGROUP GROUP STREAMS c STREAMS a b > >, a b",
			"XREADGROUP GROUP g c COUNT 1 BLOCK 1 STREAMS a 0, a", "MIGRATE host 1 k 0 10 COPY, k",
			"GEORADIUSBYMEMBER g m 1 m STOREDIST d, d" })
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

	@ParameterizedTest
	@ValueSource(strings = { "SORT k", "SORT k BY STORE", "SORT k LIMIT 0 STORE", "SORT k GET # GET w_* ALPHA",
			"GEORADIUS g 1 1 1 m WITHDIST", "GEORADIUSBYMEMBER g m 1 m" })
	void tellsThatACommandWhichCouldWriteOnlyReads(String command) {
		CommandCatalog.Entry entry = find(command);
		assertThat(entry).isNotNull();
		assertThat(entry.onlyReads(arguments(command))).isTrue();
	}

	@ParameterizedTest
	@ValueSource(strings = { "SORT k STORE d", "GEORADIUS g 1 1 1 m STORE d", "EVAL script 0", "EVALSHA sha 0 a",
			"XREADGROUP GROUP g c STREAMS s >", "FLUSHDB", "FUNCTION LOAD code", "DEL k" })
	void tellsThatACommandMayWrite(String command) {
		CommandCatalog.Entry entry = find(command);
		assertThat(entry).isNotNull();
		assertThat(entry.writes()).isTrue();
		assertThat(entry.onlyReads(arguments(command))).isFalse();
	}

	@Test
	void tellsThatWhatSortReadsCannotBeDetermined() {
		CommandCatalog.Entry entry = find("SORT_RO k BY w_*");
		assertThat(entry).isNotNull();
		assertThat(entry.readsUnnamedKeys()).isTrue();
		assertThat(entry.keys(arguments("SORT_RO k BY w_*"), false)).isNull();
		assertThat(keys(entry, "SORT_RO k BY nosort GET #", false)).isEqualTo("k");
	}

	@Test
	void findsTheKeysOfMigrateBehindItsPassword() {
		List<byte[]> arguments = new ArrayList<>(arguments("MIGRATE host 1 EMPTY 0 10 AUTH2 user keys KEYS a b"));
		arguments.set(3, new byte[0]);
		CommandCatalog.Entry entry = find("MIGRATE");
		assertThat(entry).isNotNull();
		assertThat(entry.keys(arguments, true)).extracting(String::new).containsExactly("a", "b");
	}

	@Test
	void tellsThatAChannelIsNoKey() {
		CommandCatalog.Entry entry = find("SPUBLISH channel message");
		assertThat(entry).isNotNull();
		assertThat(entry.writes()).isFalse();
	}

	/**
	 * A server with commands whose keys it cannot tell, other than those that are known,
	 * would make this fail: then {@link KeySyntax} may have to grow.
	 */
	@Test
	void knowsEveryCommandWhoseKeysTheServerCannotTell() {
		assertThat(catalog.entries()).filteredOn(CommandCatalog.Entry::readsUnnamedKeys)
			.extracting(CommandCatalog.Entry::name)
			.containsExactlyInAnyOrder("SORT", "SORT_RO", "MIGRATE");
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
