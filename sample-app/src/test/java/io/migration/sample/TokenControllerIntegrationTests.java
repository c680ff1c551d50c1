package io.migration.sample;

import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link TokenController} and {@link TrafficController}.
 */
@SpringBootTest(properties = { "migration.enabled=false", "sample.traffic.enabled=false" })
class TokenControllerIntegrationTests implements WithStores {

	private MockMvcTester mvc;

	@BeforeEach
	void createMvc(@Autowired WebApplicationContext context) {
		this.mvc = MockMvcTester.from(context);
	}

	@Test
	void tokenIsIssuedCheckedAndRevoked() throws Exception {
		MvcTestResult issued = issue("alice");
		assertThat(issued).hasStatus(HttpStatus.CREATED);
		String uri = "/tokens/" + issued.getResponse().getContentAsString();
		assertThat(this.mvc.get().uri(uri)).hasStatusOk().hasBodyTextEqualTo("alice");
		assertThat(this.mvc.delete().uri(uri)).hasStatus(HttpStatus.NO_CONTENT);
		assertThat(this.mvc.get().uri(uri)).hasStatus(HttpStatus.NOT_FOUND);
		assertThat(this.mvc.delete().uri(uri)).hasStatus(HttpStatus.NOT_FOUND);
	}

	@Test
	void whenUserAsksTooOftenTokensAreDenied() {
		// They may fall into two windows
		assertThat(IntStream.rangeClosed(0, 2 * RateLimiter.LIMIT).mapToObj((i) -> issue("bob")))
			.anySatisfy((result) -> assertThat(result).hasStatus(HttpStatus.TOO_MANY_REQUESTS));
	}

	@Test
	void trafficIsShown() {
		assertThat(this.mvc.get().uri("/traffic")).hasStatusOk().bodyJson().isStrictlyEqualTo("""
				{"operations": 0, "failures": 0, "violations": 0, "lastFailure": null}""");
	}

	private MvcTestResult issue(String user) {
		return this.mvc.post().uri("/tokens").param("user", user).exchange();
	}

}
