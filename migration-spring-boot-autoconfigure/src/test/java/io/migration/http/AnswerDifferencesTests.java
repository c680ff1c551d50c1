package io.migration.http;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

import io.migration.Side;
import io.migration.http.HttpRouteSettings.Comparison;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link AnswerDifferences} and {@link CallComparison}.
 */
class AnswerDifferencesTests {

	private static final Comparison PLAIN = new Comparison(List.of("content-type"), List.of(), false, 1000);

	private static final JsonMapper MAPPER = JsonMapper.builder().build();

	private static Answer answer(int status, String type, String body, Comparison comparison) {
		HttpHeaders headers = new HttpHeaders();
		headers.set("Content-Type", type);
		return Answer.of(HttpStatusCode.valueOf(status), headers, comparison, body.getBytes(StandardCharsets.UTF_8));
	}

	private static Answer json(String body) {
		return answer(200, "application/json", body.replace('\'', '"'), PLAIN);
	}

	private static Map<String, String> between(String one, String other, Comparison comparison) {
		return new AnswerDifferences(comparison).between(json(one), json(other));
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "{'a':1,'b':2} | {'b':2,'a':1}", "{'a':1} | {'a':1.0}", "{'a':100} | { 'a' : 1e2 }",
					"[1, [2]] | [1,[2]]", "{'a':'\\u00e9'} | {'a':'é'}",
					"{'a':12345678901234567890.10} | {'a':12345678901234567890.1}" })
	void jsonIsComparedByValue(String one, String other) {
		assertThat(between(one, other, PLAIN)).isEmpty();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "{'a':1} | {'a':2} | body /a", "{'a':1} | {'a':'1'} | body /a", "{'a':null} | {} | body /a",
					"{} | {'a':null} | body /a", "{'a':{'b/c~d':1}} | {'a':{'b/c~d':2}} | body /a/b~1c~0d",
					"[1,2] | [2,1] | body /0", "[1] | [1,2] | body /1", "{'a':true} | {'a':false} | body /a",
					"{'a':12345678901234567890.1} | {'a':12345678901234567890.2} | body /a", "[] | {} | `body `",
					"{'a':1 | {'a':1} | body" })
	void eachPlaceIsNamed(String one, String other, String place) {
		assertThat(between(one, other, PLAIN)).containsKey(place);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			value = { "/time | {'time':1,'a':1} | {'time':2,'a':1} | true",
					"/items/*/etag | {'items':[{'etag':1},{'etag':2}]} | {'items':[{'etag':3},{'etag':4}]} | true",
					"/items/*/etag | {'items':[{'etag':1,'n':1}]} | {'items':[{'etag':1,'n':2}]} | false",
					"/a | {'b':{'a':1}} | {'b':{'a':2}} | false", "/a | {'a':1} | {} | true",
					"/a~1b | {'a/b':1} | {'a/b':2} | true" })
	void whatIsIgnoredMayDiffer(String pointer, String one, String other, boolean equal) {
		Comparison comparison = new Comparison(List.of(), List.of(pointer), false, 1000);
		assertThat(between(one, other, comparison).isEmpty()).isEqualTo(equal);
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', value = { "[1,2,2] | [2,1,2] | true", "[1,2,2] | [2,1,1] | false",
			"[1] | [1,1] | false", "[{'a':[1,2]},{'a':[3]}] | [{'a':[3]},{'a':[2,1]}] | true" })
	void arraysMayBeInAnyOrder(String one, String other, boolean equal) {
		Comparison comparison = new Comparison(List.of(), List.of(), true, 1000);
		assertThat(between(one, other, comparison).isEmpty()).isEqualTo(equal);
	}

	@Test
	void statusHeadersAndOtherBodiesAreCompared() {
		AnswerDifferences differences = new AnswerDifferences(PLAIN);
		assertThat(differences.between(answer(200, "text/plain", "a", PLAIN), answer(404, "text/html", "b", PLAIN)))
			.containsOnlyKeys("status", "header content-type", "body");
		assertThat(differences.between(answer(200, "text/plain", "a", PLAIN), answer(200, "text/plain", "a", PLAIN)))
			.isEmpty();
		assertThat(differences.between(answer(200, "no type", "a", PLAIN), answer(200, "no type", "a", PLAIN)))
			.isEmpty();
	}

	@Test
	void descriptionsHoldNoValues() {
		String described = AnswerDifferences.describe(
				between("{'a':'secret','b':'secret','c':1,'d':2}", "{'a':'other','b':'other','c':2,'d':3}", PLAIN));
		assertThat(described).contains("/a", "/b", "/c", "1 more").doesNotContain("secret", "other");
	}

	@Test
	void aHundredPlantedDifferencesAreFoundAmongVolatileFieldsAndNoneThatIsNotThere() throws Exception {
		SplittableRandom random = new SplittableRandom(7);
		int found = 0;
		for (int i = 0; i < 100; i++) {
			Map<String, Object> document = document(random);
			String planted = plant(document, i);
			assertThat(compare(document, document, random)).isNull();
			Map<String, Object> changed = new LinkedHashMap<>(document);
			changed.put(planted, (i % 4 == 0) ? null : "planted");
			if (i % 4 == 1) {
				changed.remove(planted);
			}
			String difference = compare(document, changed, random);
			assertThat(difference).as(planted).contains("/" + planted);
			found++;
		}
		assertThat(found).isEqualTo(100);
	}

	private static Map<String, Object> document(SplittableRandom random) {
		Map<String, Object> document = new HashMap<>();
		for (int i = 0; i < 10; i++) {
			document.put("field" + i, switch (random.nextInt(4)) {
				case 0 -> random.nextInt();
				case 1 -> random.nextDouble();
				case 2 -> List.of(random.nextInt(), "text");
				default -> Map.of("inner", random.nextInt());
			});
		}
		return document;
	}

	private static String plant(Map<String, Object> document, int number) {
		String name = new ArrayList<>(document.keySet()).get(number % document.size());
		return name;
	}

	/** Each answer of each side has values of its own in some places. */
	private static @Nullable String compare(Map<String, Object> source, Map<String, Object> target,
			SplittableRandom random) throws Exception {
		CallComparison comparison = new CallComparison("GET /", Side.SOURCE, volatileAnswer(source, random),
				new AnswerDifferences(PLAIN),
				(side) -> volatileAnswer((side == Side.SOURCE) ? source : target, random));
		return comparison.difference();
	}

	private static Answer volatileAnswer(Map<String, Object> document, SplittableRandom random) {
		Map<String, Object> answered = new LinkedHashMap<>(document);
		answered.put("time", random.nextLong());
		answered.put("request", Map.of("id", random.nextLong(), "cached", random.nextBoolean()));
		return answer(200, "application/json", MAPPER.writeValueAsString(answered), PLAIN);
	}

}
