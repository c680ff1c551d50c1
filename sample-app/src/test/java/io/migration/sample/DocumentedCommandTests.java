package io.migration.sample;

import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link DocumentedCommand} and {@link CurlCommand}: what they check can fail.
 */
class DocumentedCommandTests {

	@Test
	void commandsOfTheSectionAreFoundWithTheirOutputs() {
		String document = """
				## Before
				```bash
				curl localhost/before
				```
				## Walk
				```yaml
				key: value
				```
				```bash
				# a remark
				curl -X POST localhost \\
				  -d 'a body'
				# -> one ... two
				# -> three

				curl localhost/last
				```
				## Behind
				```bash
				curl localhost/behind
				```
				""";
		assertThat(DocumentedCommand.in(document, "Walk")).containsExactly(
				new DocumentedCommand("curl -X POST localhost    -d 'a body'", List.of("one ... two", "three")),
				new DocumentedCommand("curl localhost/last", List.of()));
	}

	@Test
	void partsOfAnOutputMustAllBeThereInTheirOrder() {
		DocumentedCommand command = new DocumentedCommand("curl localhost", List.of("one ... two", "three"));
		assertThat(command.missingIn("three, one and two")).isEmpty();
		assertThat(command.missingIn("three, two and one")).isEqualTo("two");
		assertThat(command.missingIn("one and two")).isEqualTo("three");
	}

	@Test
	void callIsWhatCurlWouldSend() {
		assertThat(CurlCommand.parse("curl localhost:8080/traffic"))
			.matches((call) -> call.method().equals("GET") && call.body().isEmpty())
			.matches((call) -> call.uri().toString().equals("http://localhost:8080/traffic"));
		assertThat(CurlCommand.parse("curl -i -X POST localhost:8080/a"))
			.matches((call) -> call.method().equals("POST") && call.showsStatus())
			.matches((call) -> call.headers().equals(Map.of("Accept", "*/*")));
		assertThat(CurlCommand.parse("curl localhost:8080/a -d 'a body'"))
			.matches((call) -> call.method().equals("POST") && call.body().equals("a body"))
			.matches((call) -> "application/x-www-form-urlencoded".equals(call.headers().get("Content-Type")));
		assertThat(CurlCommand.parse("curl localhost:8080/a -H 'Content-Type: application/json' -d '{}'"))
			.matches((call) -> "application/json".equals(call.headers().get("Content-Type")));
		assertThat(CurlCommand.parse("until curl -sf localhost:8080/a; do sleep 5; done"))
			.matches((call) -> call.failsOnError() && call.pause().equals(Duration.ofSeconds(5)));
	}

	@Test
	void whatIsNotUnderstoodIsNotSkipped() {
		assertThatIllegalArgumentException().isThrownBy(() -> CurlCommand.parse("wget localhost:8080"));
		assertThatIllegalArgumentException().isThrownBy(() -> CurlCommand.parse("curl --json '{}' localhost:8080"));
		assertThatIllegalArgumentException().isThrownBy(() -> CurlCommand.parse("curl localhost:8080 | jq ."));
		assertThatIllegalArgumentException()
			.isThrownBy(() -> CurlCommand.parse("until curl -s localhost:8080; do sleep 5; done"));
	}

}
