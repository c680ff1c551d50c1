package io.migration.http;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;

import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.migration.Side;
import io.migration.WriteNotMirroredException;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.StreamingHttpOutputMessage;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.util.FastByteArrayOutputStream;

/**
 * A request whose side is decided when it is executed: then its headers are known. The
 * body streams into the client of that side; it is kept only where the caller writes it
 * before that, as Spring's own requests do.
 */
final class RoutedRequest implements ClientHttpRequest, StreamingHttpOutputMessage {

	/** The attribute of a request that names the side which has answered it. */
	static final String SIDE_ATTRIBUTE = "io.migration.side";

	private final HttpRoute route;

	private final PinnedPhase rules;

	private final ClientHttpRequestFactory client;

	private final ObservationRegistry registry;

	private final URI url;

	private final HttpMethod method;

	private final HttpHeaders headers = new HttpHeaders();

	private final Map<String, Object> attributes = new LinkedHashMap<>();

	private @Nullable Body body;

	private @Nullable FastByteArrayOutputStream buffer;

	private boolean executed;

	RoutedRequest(HttpRoute route, PinnedPhase rules, ClientHttpRequestFactory client, ObservationRegistry registry,
			URI url, HttpMethod method) {
		this.route = route;
		this.rules = rules;
		this.client = client;
		this.registry = registry;
		this.url = url;
		this.method = method;
	}

	@Override
	public HttpMethod getMethod() {
		return this.method;
	}

	@Override
	public URI getURI() {
		return this.url;
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.executed ? HttpHeaders.readOnlyHttpHeaders(this.headers) : this.headers;
	}

	@Override
	public Map<String, Object> getAttributes() {
		return this.attributes;
	}

	@Override
	public OutputStream getBody() {
		checkNotExecuted();
		if (this.body != null) {
			throw new IllegalStateException("the body was set already");
		}
		FastByteArrayOutputStream writing = this.buffer;
		if (writing == null) {
			writing = new FastByteArrayOutputStream(1024);
			this.buffer = writing;
		}
		return writing;
	}

	@Override
	public void setBody(Body body) {
		checkNotExecuted();
		if (this.buffer != null) {
			throw new IllegalStateException("the body was written already");
		}
		this.body = body;
	}

	private void checkNotExecuted() {
		if (this.executed) {
			throw new IllegalStateException("the request was executed already");
		}
	}

	@Override
	public ClientHttpResponse execute() throws IOException {
		checkNotExecuted();
		this.executed = true;
		boolean safe = HttpRoute.isSafe(this.method);
		Side side = this.route.answers(this.rules, this.method, this.url, this.headers);
		boolean repeats = this.route.repeats(this.rules, this.method, this.headers);
		this.attributes.put(SIDE_ATTRIBUTE, side);
		Observation observation = this.registry.getCurrentObservation();
		if (observation != null) {
			observation.highCardinalityKeyValue("migration.side", side.wireName());
		}
		boolean success = false;
		long began = System.nanoTime();
		try {
			ClientHttpResponse response = send(side);
			if (repeats && response.getStatusCode().is2xxSuccessful()) {
				repeat(response);
			}
			success = true;
			return (safe && !hasBody() && this.route.compares(this.rules, this.method)) ? compared(side, response)
					: response;
		}
		finally {
			this.route.migration().answered(this.rules, !safe, side, success, System.nanoTime() - began);
		}
	}

	private boolean hasBody() {
		return this.body != null || this.buffer != null;
	}

	private ClientHttpResponse send(Side side) throws IOException {
		ClientHttpRequestFactory target = this.route.clients().target();
		ClientHttpRequestFactory of = (side == Side.TARGET && target != null) ? target : this.client;
		ClientHttpRequest request = of.createRequest(this.route.on(side, this.url), this.method);
		request.getHeaders().addAll(this.route.on(side, this.headers));
		request.getAttributes().putAll(this.attributes);
		Body writing = this.body;
		FastByteArrayOutputStream written = this.buffer;
		if (writing == null && written != null) {
			writing = written::writeTo;
		}
		if (writing != null) {
			if (request instanceof StreamingHttpOutputMessage streaming) {
				streaming.setBody(writing);
			}
			else {
				writing.writeTo(request.getBody());
			}
		}
		return request.execute();
	}

	/**
	 * Send to target what source has taken.
	 */
	private void repeat(ClientHttpResponse first) throws IOException {
		String failure = null;
		Exception cause = null;
		if (this.body != null && !this.body.repeatable()) {
			failure = "the body was a stream that can be read only once";
		}
		else {
			try (ClientHttpResponse second = send(Side.TARGET)) {
				failure = HttpRoute.refusal(second.getStatusCode());
			}
			catch (IOException | RuntimeException ex) {
				failure = ex.getClass().getSimpleName();
				cause = ex;
			}
		}
		if (failure == null) {
			return;
		}
		this.route.migration().missed(this.route.subject(this.method, this.url), failure);
		if (this.route.settings().onFailure() == OnFailure.RAISE) {
			first.close();
			throw WriteNotMirroredException.withoutJournal(this.route.migration().control().name(), failure, cause);
		}
	}

	private ClientHttpResponse compared(Side side, ClientHttpResponse response) {
		Repetition repetition = new Repetition(this.route, this.method, this.url, this.headers, this.registry,
				this.registry.getCurrentObservation());
		return new ComparedResponse(response, HttpMethod.HEAD.equals(this.method), this.route.settings().comparison(),
				(answer) -> repetition.compare(side, answer));
	}

}
