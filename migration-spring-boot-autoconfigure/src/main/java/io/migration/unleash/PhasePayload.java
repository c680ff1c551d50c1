package io.migration.unleash;

import java.io.IOException;
import java.io.StringReader;
import java.util.regex.Pattern;

import com.google.gson.Strictness;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.MalformedJsonException;
import org.jspecify.annotations.Nullable;

/**
 * The payload of a phase's variant: none, or a JSON object with an optional
 * {@code readShare}, an integer from 0 to 100. Nothing else is accepted: a member that is
 * not known may be a misspelt one.
 *
 * @param readShare percent of reads for target, {@code null} when the payload does not
 * say
 */
record PhasePayload(@Nullable Integer readShare) {

	private static final String READ_SHARE = "readShare";

	private static final Pattern INTEGER = Pattern.compile("0|[1-9][0-9]{0,2}");

	/**
	 * Read a payload.
	 * @param text the payload's text, {@code null} or empty if there is none
	 * @return what it says
	 * @throws IllegalArgumentException if it is broken; the message says how
	 */
	static PhasePayload parse(@Nullable String text) {
		if (text == null || text.isBlank()) {
			return new PhasePayload(null);
		}
		try (JsonReader json = new JsonReader(new StringReader(text))) {
			json.setStrictness(Strictness.STRICT);
			return read(json);
		}
		catch (MalformedJsonException ex) {
			throw new IllegalArgumentException("is not JSON");
		}
		catch (IOException ex) {
			throw new IllegalArgumentException("is not whole");
		}
	}

	private static PhasePayload read(JsonReader json) throws IOException {
		if (json.peek() != JsonToken.BEGIN_OBJECT) {
			throw new IllegalArgumentException("is not a JSON object");
		}
		json.beginObject();
		Integer readShare = null;
		while (json.hasNext()) {
			String name = json.nextName();
			if (!name.equals(READ_SHARE)) {
				throw new IllegalArgumentException(
						"has the member '%s'; only %s is known".formatted(Quoted.of(name), READ_SHARE));
			}
			if (readShare != null) {
				throw new IllegalArgumentException("says %s twice".formatted(READ_SHARE));
			}
			readShare = percent(json);
		}
		json.endObject();
		if (json.peek() != JsonToken.END_DOCUMENT) {
			throw new MalformedJsonException("more than one value");
		}
		return new PhasePayload(readShare);
	}

	private static int percent(JsonReader json) throws IOException {
		if (json.peek() == JsonToken.NUMBER) {
			String number = json.nextString();
			if (INTEGER.matcher(number).matches() && Integer.parseInt(number) <= 100) {
				return Integer.parseInt(number);
			}
		}
		throw new IllegalArgumentException("has a %s that is not an integer from 0 to 100".formatted(READ_SHARE));
	}

}
