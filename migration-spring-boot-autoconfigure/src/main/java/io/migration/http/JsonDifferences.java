package io.migration.http;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import io.migration.http.HttpRouteSettings.Comparison;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Finds the places in which two JSON documents differ: by value, so that 1 equals 1.0,
 * and members of objects in any order.
 */
final class JsonDifferences {

	private static final JsonMapper MAPPER = JsonMapper.builder()
		.enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
		.build();

	private static final int MOST = 1000;

	private final Comparison comparison;

	private final Map<String, String> differences = new TreeMap<>();

	private JsonDifferences(Comparison comparison) {
		this.comparison = comparison;
	}

	static Map<String, String> between(byte[] expected, byte[] found, Comparison comparison) {
		JsonNode one = parse(expected);
		JsonNode other = parse(found);
		if (one == null || other == null) {
			return Map.of("body", (one == null && other == null) ? "neither is JSON" : "only one of them is JSON");
		}
		JsonDifferences differences = new JsonDifferences(comparison);
		differences.compare(new ArrayList<>(), one, other);
		return differences.differences;
	}

	private static @Nullable JsonNode parse(byte[] body) {
		try {
			return MAPPER.readTree(body);
		}
		catch (JacksonException ex) {
			return null;
		}
	}

	private void compare(List<String> path, @Nullable JsonNode one, @Nullable JsonNode other) {
		if (this.differences.size() >= MOST || isIgnored(path)) {
			return;
		}
		if (one == null || other == null) {
			add(path, (one == null) ? "is missing on one side" : "is missing on the other side");
		}
		else if (one.isObject() && other.isObject()) {
			Set<String> names = new LinkedHashSet<>(one.propertyNames());
			names.addAll(other.propertyNames());
			names.forEach((name) -> below(path, name, one.get(name), other.get(name)));
		}
		else if (one.isArray() && other.isArray()) {
			if (this.comparison.anyOrder()) {
				compareInAnyOrder(path, one, other);
			}
			else {
				for (int i = 0; i < Math.max(one.size(), other.size()); i++) {
					below(path, String.valueOf(i), one.get(i), other.get(i));
				}
			}
		}
		else if (!sameValue(one, other)) {
			add(path,
					(one.getNodeType() != other.getNodeType())
							? "%s and %s".formatted(one.getNodeType(), other.getNodeType()).toLowerCase(Locale.ROOT)
							: "differs");
		}
	}

	private void compareInAnyOrder(List<String> path, JsonNode one, JsonNode other) {
		List<JsonNode> left = new ArrayList<>();
		other.forEach(left::add);
		int index = 0;
		for (JsonNode element : one) {
			Iterator<JsonNode> candidates = left.iterator();
			boolean matched = false;
			while (!matched && candidates.hasNext()) {
				JsonDifferences attempt = new JsonDifferences(this.comparison);
				path.add(String.valueOf(index));
				attempt.compare(path, element, candidates.next());
				path.remove(path.size() - 1);
				if (attempt.differences.isEmpty()) {
					candidates.remove();
					matched = true;
				}
			}
			if (!matched) {
				below(path, String.valueOf(index), element, null);
			}
			index++;
		}
		if (one.size() < other.size()) {
			add(path, "has %d elements and %d".formatted(one.size(), other.size()));
		}
	}

	private void below(List<String> path, String name, @Nullable JsonNode one, @Nullable JsonNode other) {
		path.add(name);
		compare(path, one, other);
		path.remove(path.size() - 1);
	}

	private static boolean sameValue(JsonNode one, JsonNode other) {
		if (one.isNumber() && other.isNumber()) {
			return one.decimalValue().compareTo(other.decimalValue()) == 0;
		}
		return one.equals(other);
	}

	private boolean isIgnored(List<String> path) {
		return this.comparison.ignored().stream().anyMatch((pointer) -> fits(pointer, path));
	}

	private static boolean fits(String pointer, List<String> path) {
		String[] segments = pointer.substring(1).split("/", -1);
		if (segments.length != path.size()) {
			return false;
		}
		for (int i = 0; i < segments.length; i++) {
			if (!segments[i].equals("*") && !segments[i].replace("~1", "/").replace("~0", "~").equals(path.get(i))) {
				return false;
			}
		}
		return true;
	}

	private void add(List<String> path, String difference) {
		StringBuilder pointer = new StringBuilder("body ");
		path.forEach((name) -> pointer.append('/').append(name.replace("~", "~0").replace("/", "~1")));
		this.differences.put(pointer.toString(), difference);
	}

}
