package io.migration.http;

import java.net.URI;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Tests for {@link BaseUrl}.
 */
class BaseUrlTests {

	private static final BaseUrl TARGET = BaseUrl.of("https://new.example:8443/v2/");

	@ParameterizedTest
	@CsvSource({ "http://old.example/api, http://old.example/api/items, https://new.example:8443/v2/items",
			"http://old.example/api/, http://old.example/api, https://new.example:8443/v2",
			"http://old.example/api, http://old.example:80/api/, https://new.example:8443/v2/",
			"http://old.example:80/api, http://OLD.example/api/a, https://new.example:8443/v2/a",
			"HTTPS://old.example, https://old.example:443/a?b=c%20d, https://new.example:8443/v2/a?b=c%20d",
			"http://old.example/api, http://old.example/api?q=1#part, https://new.example:8443/v2?q=1#part",
			"http://old.example/api, http://old.example/api/a%2Fb/%C3%A9?x=%26, https://new.example:8443/v2/a%2Fb/%C3%A9?x=%26",
			"http://old.example/api, http://user:secret@old.example/api/a, https://new.example:8443/v2/a",
			"http://old.example/api, http://old.example/x/../api/./a, https://new.example:8443/v2/a",
			"http://old.example/api, http://old.example/api//a;b=c, https://new.example:8443/v2//a;b=c" })
	void movesWhatItCovers(String base, URI url, URI moved) {
		BaseUrl source = BaseUrl.of(base);
		assertThat(source.covers(url)).isTrue();
		assertThat(source.move(url, TARGET)).isEqualTo(moved);
	}

	@ParameterizedTest
	@ValueSource(strings = { "http://old.example/apis", "http://old.example/", "https://old.example/api/a",
			"http://old.example:8080/api/a", "http://other.example/api/a", "http://old.example/api/../secret",
			"http://old.example/api/%2e", "mailto:old@example", "/api/a", "http://old.example/../api/a" })
	void leavesTheRestAlone(String url) {
		assertThat(BaseUrl.of("http://old.example/api").covers(URI.create(url)))
			.isEqualTo(url.equals("http://old.example/api/%2e"));
	}

	@ParameterizedTest
	@CsvSource({ "http://old.example/api/items/7?x=1, /items/7", "http://old.example/api, /" })
	void tellsThePathBelow(URI url, String path) {
		assertThat(BaseUrl.of("http://old.example/api").path(url)).isEqualTo(path);
	}

	@ParameterizedTest
	@ValueSource(strings = { "old.example/api", "ftp://old.example", "http:///api", "http://old.example/api?x=1",
			"http://user:secret@old.example", "http://old example", "http://old.example#part" })
	void refusesWhatIsNoBase(String url) {
		assertThatIllegalArgumentException().isThrownBy(() -> BaseUrl.of(url));
	}

	@Test
	void refusesToMoveWhatItDoesNotCover() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> BaseUrl.of("http://old.example/api").move(URI.create("http://old.example/a"), TARGET));
	}

	@ParameterizedTest
	@CsvSource({ "http://a.example/x, http://A.example:80/y, true", "http://a.example, https://a.example, false",
			"http://a.example, http://a.example:81, false", "http://a.example, http://b.example, false" })
	void originIsSchemeHostAndPort(String one, String other, boolean same) {
		assertThat(BaseUrl.of(one).sameOrigin(BaseUrl.of(other))).isEqualTo(same);
	}

}
