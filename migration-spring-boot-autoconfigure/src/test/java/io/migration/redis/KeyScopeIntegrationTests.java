package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.List;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.migration.test.RedisServer;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class KeyScopeIntegrationTests {

	private static final List<String> KEYS = List.of("a", "b", "ab", "abc", "aXc", "a*c", "a?c", "a[c", "a\\c",
			"session:1", "session:12", "session:", "user:1:token", "user::token", "user:1", "^", "-", "]", "a-c", "é",
			"aaab", "aabab");

	private static final List<String> PATTERNS = List.of("*", "a", "a*", "*c", "a?c", "a*c", "a[bX]c", "a[^b]c",
			"a[a-c]c", "a[c-a]c", "a\\*c", "a\\?c", "a[\\[]c", "a\\\\c", "session:*", "session:?", "user:*:token", "?",
			"[^a]", "[a", "[", "a[", "**", "*a*b", "*?*", "a\\", "[a-]", "é", "?*?", "*aab", "*ab*ab", "[]]", "[\\]]");

	/**
	 * What a pattern matches is what the server says.
	 */
	@Test
	void matchesAsTheServerDoes() {
		try (RedisServer server = RedisServer.start(); RedisClient client = RedisClient.create(server.uri())) {
			RedisCommands<String, String> redis = client.connect().sync();
			KEYS.forEach((key) -> redis.set(key, "value"));
			for (String pattern : PATTERNS) {
				KeyScope scope = KeyScope.of(List.of(pattern));
				List<String> matched = KEYS.stream()
					.filter((key) -> scope.includes(key.getBytes(StandardCharsets.UTF_8)))
					.toList();
				assertThat(matched).as(pattern).containsExactlyInAnyOrderElementsOf(redis.keys(pattern));
			}
		}
	}

	@Test
	void takesAKeyThatOneOfThePatternsMatches() {
		KeyScope scope = KeyScope.of(List.of("a*", "b*"));
		assertThat(scope.restricted()).isTrue();
		assertThat(scope.relation(bytes("a", "b"))).isEqualTo(KeyScope.Relation.IN);
		assertThat(scope.relation(bytes("a", "c"))).isEqualTo(KeyScope.Relation.MIXED);
		assertThat(scope.relation(bytes("c", "d"))).isEqualTo(KeyScope.Relation.OUT);
		assertThat(scope.relation(bytes("migration:{tokens}:ledger"))).isEqualTo(KeyScope.Relation.IN);
		assertThat(KeyScope.of(List.of("*")).restricted()).isFalse();
	}

	private static List<byte[]> bytes(String... keys) {
		return List.of(keys).stream().map((key) -> key.getBytes(StandardCharsets.UTF_8)).toList();
	}

}
