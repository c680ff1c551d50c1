package io.migration.http;

import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;

/**
 * What is compared of an answer.
 *
 * @param status the status
 * @param headers the headers that are compared, in lower case
 * @param type the type of the body, {@code null} if the answer does not say
 * @param body the body
 */
record Answer(int status, Map<String, String> headers, @Nullable MediaType type, byte[] body) {

	static Answer of(HttpStatusCode status, HttpHeaders headers, HttpRouteSettings.Comparison comparison, byte[] body) {
		Map<String, String> compared = new TreeMap<>();
		for (String name : comparison.headers()) {
			compared.put(name, String.join(", ", headers.getOrEmpty(name)));
		}
		return new Answer(status.value(), compared, type(headers), body);
	}

	private static @Nullable MediaType type(HttpHeaders headers) {
		try {
			return headers.getContentType();
		}
		catch (RuntimeException ex) {
			// a service may send what is no media type
			return null;
		}
	}

	boolean isJson() {
		return this.type != null && (this.type.equalsTypeAndSubtype(MediaType.APPLICATION_JSON)
				|| this.type.getSubtype().endsWith("+json"));
	}

}
