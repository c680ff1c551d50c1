package io.migration.grpc;

import io.grpc.Metadata;
import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * Says which side answers some of the calls in read-new. What is {@code null} is not
 * looked at.
 *
 * @param method the calls of these methods
 * @param header the calls with this header
 * @param side the side that answers
 */
public record CallRule(@Nullable MethodPattern method, @Nullable Header header, Side side) {

	boolean matches(String calledMethod, Metadata headers) {
		return (this.method == null || this.method.matches(calledMethod))
				&& (this.header == null || this.header.isIn(headers));
	}

	/**
	 * A header with a value.
	 *
	 * @param key its name
	 * @param value its value, or one of its values
	 */
	public record Header(Metadata.Key<String> key, String value) {

		boolean isIn(Metadata headers) {
			Iterable<String> values = headers.getAll(this.key);
			if (values != null) {
				for (String each : values) {
					if (each.equals(this.value)) {
						return true;
					}
				}
			}
			return false;
		}

	}

}
