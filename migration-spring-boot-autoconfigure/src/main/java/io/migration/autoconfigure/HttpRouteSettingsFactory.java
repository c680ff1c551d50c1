package io.migration.autoconfigure;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import io.migration.Side;
import io.migration.http.BaseUrl;
import io.migration.http.HttpRouteSettings;
import io.migration.http.HttpRule;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpMethod;
import org.springframework.util.unit.DataSize;

/**
 * Checks the properties of an HTTP migration.
 *
 * @param checked names the offending property
 */
record HttpRouteSettingsFactory(Checked checked) {

	/** Several bodies are in memory at a time. */
	private static final DataSize MOST = DataSize.ofMegabytes(64);

	HttpRouteSettings create(HttpMigrationProperties properties) {
		BaseUrl source = url("source.url", properties.getSource().getUrl(),
				"Set it to where the application calls the service now, such as http://pricing.internal/api.");
		BaseUrl target = url("target.url", properties.getTarget().getUrl(),
				"Set it to where the new service is, such as http://pricing-v2.internal/api.");
		if (source.toString().equalsIgnoreCase(target.toString())) {
			throw this.checked.invalid("target.url", target, "is where source is", "Set it to the new service.");
		}
		HttpMigrationProperties.Compare compare = properties.getCompare();
		for (String pointer : compare.getIgnore()) {
			if (!pointer.startsWith("/")) {
				throw this.checked.invalid("compare.ignore", pointer, "is not a JSON pointer",
						"Begin it with a slash, such as /items/*/etag.");
			}
		}
		return new HttpRouteSettings(source, target, repeated(properties), properties.getOnFailure(),
				properties.isForwardCredentials(), properties.getStickyBy(), rules(properties.getRules()),
				new HttpRouteSettings.Comparison(
						compare.getHeaders().stream().map((name) -> name.toLowerCase(Locale.ROOT)).toList(),
						List.copyOf(compare.getIgnore()), compare.isAnyOrder(), maxSize(compare.getMaxSize())));
	}

	private int maxSize(DataSize size) {
		if (size.isNegative() || size.compareTo(MOST) > 0) {
			throw this.checked.invalid("compare.max-size", size, "is not between 0 and 64MB",
					"Use a size such as 1MB.");
		}
		return Math.toIntExact(size.toBytes());
	}

	private BaseUrl url(String property, @Nullable String value, String action) {
		if (value == null || value.isBlank()) {
			throw new InvalidMigrationException(
					"The property '%s.%s' is not set.".formatted(this.checked.prefix(), property), action);
		}
		try {
			return BaseUrl.of(value);
		}
		catch (IllegalArgumentException ex) {
			throw this.checked.invalid(property, value.replaceFirst("//[^/@]*@", "//...@"),
					"is no base URL: " + ex.getMessage(), action);
		}
	}

	private Set<HttpMethod> repeated(HttpMigrationProperties properties) {
		if (properties.getWrites() == HttpMigrationProperties.Writes.ROUTE) {
			return Set.of();
		}
		return properties.getRepeatMethods()
			.stream()
			.map((method) -> method("repeat-methods", method))
			.collect(Collectors.toUnmodifiableSet());
	}

	private HttpMethod method(String property, String name) {
		HttpMethod method = HttpMethod.valueOf(name.strip().toUpperCase(Locale.ROOT));
		if (!List.of(HttpMethod.values()).contains(method)) {
			throw this.checked.invalid(property, name, "is not a method of HTTP", "Use a method such as PUT.");
		}
		return method;
	}

	private List<HttpRule> rules(List<HttpMigrationProperties.Rule> configured) {
		List<HttpRule> rules = new ArrayList<>();
		for (int i = 0; i < configured.size(); i++) {
			String property = "rules[%d]".formatted(i);
			HttpMigrationProperties.Rule rule = configured.get(i);
			Side side = rule.getSide();
			if (side == null) {
				throw new InvalidMigrationException(
						"The property '%s.%s.side' is not set.".formatted(this.checked.prefix(), property),
						"Say which side answers such calls: source or target.");
			}
			String method = rule.getMethod();
			String path = rule.getPath();
			try {
				rules.add(new HttpRule((method != null) ? method(property + ".method", method) : null,
						(path != null) ? HttpRule.path(path) : null, rule.getHeaders(), side));
			}
			catch (IllegalArgumentException ex) {
				throw this.checked.invalid(property + ".path", String.valueOf(path),
						"is not a pattern of paths: " + ex.getMessage(), "Use a pattern such as /items/**.");
			}
		}
		return rules;
	}

}
