package io.migration.http;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.migration.Side;
import io.migration.mirror.RoutedMigration.NothingToCompareException;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpResponse;

/**
 * A call without a body that can be made again, on either side, beside the caller. Each
 * time is an observation below the caller's.
 */
final class Repetition implements CallComparison.Question {

	private final HttpRoute route;

	private final HttpMethod method;

	private final URI url;

	private final HttpHeaders headers;

	private final ObservationRegistry registry;

	private final @Nullable Observation parent;

	Repetition(HttpRoute route, HttpMethod method, URI url, HttpHeaders headers, ObservationRegistry registry,
			@Nullable Observation parent) {
		this.route = route;
		this.method = method;
		this.url = url;
		this.headers = HttpHeaders.copyOf(headers);
		this.registry = registry;
		this.parent = parent;
	}

	/**
	 * Compare an answer with the other side's, beside the caller.
	 * @param answering the side that gave it
	 * @param answer the answer
	 */
	void compare(Side answering, Answer answer) {
		this.route.migration()
			.compare(new CallComparison(this.route.subject(this.method, this.url), answering, answer,
					this.route.differences(), this));
	}

	@Override
	public Answer ask(Side side) throws Exception {
		return Observation.createNotStarted("migration.comparison", this.registry)
			.parentObservation(this.parent)
			.lowCardinalityKeyValue("migration", this.route.migration().control().name())
			.lowCardinalityKeyValue("side", side.wireName())
			.observeChecked(() -> exchange(side));
	}

	private Answer exchange(Side side) throws IOException, NothingToCompareException {
		ClientHttpRequest request = this.route.clients()
			.comparing()
			.createRequest(this.route.on(side, this.url), this.method);
		request.getHeaders().addAll(this.route.on(side, this.headers));
		HttpRouteSettings.Comparison comparison = this.route.settings().comparison();
		try (ClientHttpResponse response = request.execute(); InputStream body = response.getBody()) {
			byte[] read = body.readNBytes(comparison.maxSize() + 1);
			if (read.length > comparison.maxSize()) {
				throw new NothingToCompareException("the body is larger than compare.max-size");
			}
			return Answer.of(response.getStatusCode(), response.getHeaders(), comparison, read);
		}
	}

}
