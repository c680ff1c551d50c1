package io.migration.unleash;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class PhasePayloadTests {

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", " ", "{}", " { } " })
	void aPayloadNeedNotBeThereNorSayAnything(String text) {
		assertThat(PhasePayload.parse(text).readShare()).isNull();
	}

	@ParameterizedTest
	@ValueSource(ints = { 0, 1, 25, 100 })
	void aReadShareIsRead(int share) {
		assertThat(PhasePayload.parse("{\"readShare\": %d}".formatted(share)).readShare()).isEqualTo(share);
	}

	@ParameterizedTest
	@ValueSource(strings = { "101", "-1", "-0", "25.0", "2.5e1", "1000", "99999999999999999999", "\"25\"", "null",
			"true", "[25]", "{}" })
	void aReadShareThatIsNotAnIntegerFrom0To100IsRefused(String share) {
		assertRefused("{\"readShare\": %s}".formatted(share), "readShare that is not an integer from 0 to 100");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
			readShare=25                        | is not JSON
			{readShare: 25}                     | is not JSON
			{'readShare': 25}                   | is not JSON
			{"readShare": NaN}                  | is not JSON
			// {"readShare": 25}                | is not JSON
			{"readShare": 25,}                  | is not JSON
			25                                  | is not a JSON object
			"25"                                | is not a JSON object
			[{"readShare": 25}]                 | is not a JSON object
			null                                | is not a JSON object
			{"readShare": 25                    | is not whole
			{"readShare": 25} {"readShare": 26} | is not JSON
			{"readShare": 25, "readShare": 26}  | says readShare twice
			{"readshare": 25}                   | has the member 'readshare'
			{"readShare": 25, "until": "noon"}  | has the member 'until'
			""")
	void whatIsBrokenIsSaid(String text, String problem) {
		assertRefused(text, problem);
	}

	@Test
	void aMessageStaysShortAndOnOneLine() {
		String name = "a\\n".repeat(1000);
		assertThatIllegalArgumentException().isThrownBy(() -> PhasePayload.parse("{\"%s\": 1}".formatted(name)))
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(200).doesNotContain("\n"));
	}

	private static void assertRefused(String text, String problem) {
		assertThatIllegalArgumentException().isThrownBy(() -> PhasePayload.parse(text))
			.satisfies((ex) -> assertThat(ex.getMessage()).contains(problem));
	}

}
