package io.migration.http;

import java.util.Map;

import io.migration.Side;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import org.springframework.web.util.pattern.PatternParseException;

/**
 * Which calls belong to a side. What is not said fits every call.
 *
 * @param method the method, {@code null} for all
 * @param path the path below the base, {@code null} for all
 * @param headers the headers a call must have, with their values
 * @param side the side
 */
public record HttpRule(@Nullable HttpMethod method, @Nullable PathPattern path, Map<String, String> headers,
		Side side) {

	/**
	 * Parse the pattern of a path.
	 * @param pattern the pattern, as of Spring's request mappings
	 * @return the parsed pattern
	 * @throws IllegalArgumentException if it is none
	 */
	public static PathPattern path(String pattern) {
		try {
			return PathPatternParser.defaultInstance.parse(pattern.startsWith("/") ? pattern : "/" + pattern);
		}
		catch (PatternParseException ex) {
			throw new IllegalArgumentException(ex.toDetailedString(), ex);
		}
	}

	boolean fits(HttpMethod of, String below, HttpHeaders with) {
		return (this.method == null || this.method.equals(of))
				&& this.headers.entrySet()
					.stream()
					.allMatch((header) -> with.getOrEmpty(header.getKey()).contains(header.getValue()))
				&& (this.path == null || this.path.matches(PathContainer.parsePath(below)));
	}

}
