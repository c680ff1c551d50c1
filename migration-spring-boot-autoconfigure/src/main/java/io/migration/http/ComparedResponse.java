package io.migration.http;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.client.ClientHttpResponse;

/**
 * A response whose body is noted while the caller reads it. What the caller has not read
 * to its end is not compared.
 */
final class ComparedResponse implements ClientHttpResponse {

	private final ClientHttpResponse response;

	private final boolean bodiless;

	private final HttpRouteSettings.Comparison comparison;

	private final Consumer<Answer> comparing;

	private @Nullable NotedBody body;

	private boolean closed;

	/**
	 * Create a response.
	 * @param response the response
	 * @param bodiless whether it has no body, whatever its headers say
	 * @param comparison what is noted of it
	 * @param comparing gets the answer when the caller has closed it
	 */
	ComparedResponse(ClientHttpResponse response, boolean bodiless, HttpRouteSettings.Comparison comparison,
			Consumer<Answer> comparing) {
		this.response = response;
		this.bodiless = bodiless;
		this.comparison = comparison;
		this.comparing = comparing;
	}

	@Override
	public HttpStatusCode getStatusCode() throws IOException {
		return this.response.getStatusCode();
	}

	@Override
	public String getStatusText() throws IOException {
		return this.response.getStatusText();
	}

	@Override
	public HttpHeaders getHeaders() {
		return this.response.getHeaders();
	}

	@Override
	public InputStream getBody() throws IOException {
		NotedBody noted = this.body;
		if (noted == null) {
			noted = new NotedBody(this.response.getBody(), new Capture(this.comparison.maxSize()));
			this.body = noted;
		}
		return noted;
	}

	@Override
	public void close() {
		if (this.closed) {
			return;
		}
		this.closed = true;
		try {
			compare();
		}
		catch (IOException | RuntimeException ex) {
			// the caller has what he wanted, and there is nothing to compare
		}
		finally {
			this.response.close();
		}
	}

	/**
	 * Reads nothing: a body may have no end for hours, and whoever closes it does not
	 * wait for that.
	 */
	private void compare() throws IOException {
		NotedBody noted = this.body;
		long length = getHeaders().getContentLength();
		byte[] bytes = (noted != null) ? noted.capture.bytes() : new byte[0];
		boolean whole = (noted != null && noted.ended) || (bytes != null && bytes.length == length);
		if (bytes != null && (whole || this.bodiless)) {
			this.comparing.accept(Answer.of(getStatusCode(), getHeaders(), this.comparison, bytes));
		}
	}

	/**
	 * The body.
	 */
	private static final class NotedBody extends FilterInputStream {

		private final Capture capture;

		private boolean ended;

		NotedBody(InputStream body, Capture capture) {
			super(body);
			this.capture = capture;
		}

		@Override
		public int read() throws IOException {
			byte[] one = new byte[1];
			return (read(one, 0, 1) == -1) ? -1 : one[0] & 0xFF;
		}

		@Override
		public int read(byte[] bytes, int offset, int length) throws IOException {
			int read = super.read(bytes, offset, length);
			if (read == -1) {
				this.ended = true;
			}
			else {
				this.capture.add(bytes, offset, read);
			}
			return read;
		}

		@Override
		public long skip(long count) throws IOException {
			return readNBytes((int) Math.min(count, Integer.MAX_VALUE)).length;
		}

		@Override
		public boolean markSupported() {
			return false;
		}

	}

}
