package io.migration.http;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.migration.http.HttpRouteSettings.Comparison;
import org.junit.jupiter.api.Test;

import org.springframework.http.HttpStatus;
import org.springframework.mock.http.client.MockClientHttpResponse;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link ComparedResponse}.
 */
class ComparedResponseTests {

	private static final Comparison COMPARISON = new Comparison(List.of(), List.of(), false, 10);

	private final List<String> compared = new ArrayList<>();

	private int reads;

	private ComparedResponse response(String body, String length) {
		InputStream counted = new FilterInputStream(new ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8))) {

			@Override
			public int read(byte[] bytes, int offset, int count) throws IOException {
				ComparedResponseTests.this.reads++;
				return super.read(bytes, offset, count);
			}

		};
		MockClientHttpResponse original = new MockClientHttpResponse(counted, HttpStatus.OK);
		if (!length.isEmpty()) {
			original.getHeaders().set("Content-Length", length);
		}
		return new ComparedResponse(original, false, COMPARISON,
				(answer) -> this.compared.add(new String(answer.body(), StandardCharsets.UTF_8)));
	}

	@Test
	void whatWasReadToItsEndIsCompared() throws IOException {
		ComparedResponse response = response("body", "");
		assertThat(response.getBody().readAllBytes()).hasSize(4);
		response.close();
		response.close();
		assertThat(this.compared).containsExactly("body");
	}

	@Test
	void whatWasReadToItsLengthIsCompared() throws IOException {
		ComparedResponse response = response("body", "4");
		assertThat(response.getBody().readNBytes(4)).hasSize(4);
		int before = this.reads;
		response.close();
		assertThat(this.compared).containsExactly("body");
		assertThat(this.reads).isEqualTo(before);
	}

	/** A body may have no end for hours: whoever closes it must not wait for that. */
	@Test
	void whatTheCallerHasNotReadIsNotReadForHim() throws IOException {
		response("", "").close();
		assertThat(this.reads).isZero();
		ComparedResponse begun = response("body", "");
		assertThat(begun.getBody().read()).isEqualTo('b');
		begun.close();
		assertThat(this.reads).isEqualTo(1);
		assertThat(this.compared).isEmpty();
	}

	@Test
	void anAnswerThatSaysItHasNoBodyIsCompared() {
		response("", "0").close();
		assertThat(this.compared).containsExactly("");
		assertThat(this.reads).isZero();
	}

	@Test
	void anAnswerToHeadIsComparedWhateverLengthItNames() {
		MockClientHttpResponse original = new MockClientHttpResponse(new byte[0], HttpStatus.OK);
		original.getHeaders().setContentLength(7);
		new ComparedResponse(original, true, COMPARISON, (answer) -> this.compared.add("answer")).close();
		assertThat(this.compared).containsExactly("answer");
	}

	@Test
	void whatIsTooLargeIsReadAndNotCompared() throws IOException {
		ComparedResponse response = response("more than ten", "13");
		assertThat(response.getBody().readAllBytes()).hasSize(13);
		response.close();
		assertThat(this.compared).isEmpty();
	}

	@Test
	void whatComparingThrowsDoesNotReachTheCaller() throws IOException {
		ComparedResponse response = new ComparedResponse(new MockClientHttpResponse(new byte[0], HttpStatus.OK), false,
				COMPARISON, (answer) -> {
					throw new IllegalStateException("broken");
				});
		assertThat(response.getBody().readAllBytes()).isEmpty();
		response.close();
	}

}
