package io.migration.autoconfigure;

import java.util.ArrayList;
import java.util.List;

import io.grpc.Metadata;
import io.migration.Side;
import io.migration.autoconfigure.GrpcMigrationProperties.Rule;
import io.migration.autoconfigure.GrpcMigrationProperties.Writes;
import io.migration.grpc.CallRule;
import io.migration.grpc.CallSettings;
import io.migration.grpc.MethodPattern;
import org.jspecify.annotations.Nullable;

/**
 * Makes settings of properties, and refuses what cannot be meant.
 */
final class GrpcCallSettings {

	private final Checked checked;

	GrpcCallSettings(Checked checked) {
		this.checked = checked;
	}

	CallSettings of(GrpcMigrationProperties migration) {
		String stickyBy = migration.getStickyBy();
		return new CallSettings((stickyBy != null) ? header("sticky-by", stickyBy, stickyBy) : null,
				rules(migration.getRules()), patterns("safe-methods", migration.getSafeMethods()),
				repeated(migration.getWrites(), migration.getRepeatMethods()), migration.getOnFailure(),
				this.checked.positive("write-timeout", migration.getWriteTimeout()), migration.isForwardCredentials());
	}

	private List<MethodPattern> repeated(Writes writes, List<String> methods) {
		if (writes == Writes.REPEAT && methods.isEmpty()) {
			throw this.checked.invalid("writes", "repeat", "needs methods that may be called on both sides",
					"Name them by '%s.repeat-methods', or use route.".formatted(this.checked.prefix()));
		}
		List<MethodPattern> patterns = patterns("repeat-methods", methods);
		return (writes == Writes.REPEAT) ? patterns : List.of();
	}

	private List<MethodPattern> patterns(String property, List<String> texts) {
		return texts.stream().map((text) -> pattern(property, text)).toList();
	}

	private MethodPattern pattern(String property, String text) {
		try {
			return new MethodPattern(text);
		}
		catch (IllegalArgumentException ex) {
			throw this.checked.invalid(property, text, "names no methods",
					"Use the full name of a method, such as pkg.Service/Method, pkg.Service/Get* or pkg.Service/*.");
		}
	}

	private List<CallRule> rules(List<Rule> rules) {
		List<CallRule> all = new ArrayList<>();
		for (Rule rule : rules) {
			all.add(rule("rules[%d]".formatted(all.size()), rule));
		}
		return all;
	}

	private CallRule rule(String property, Rule rule) {
		Side side = rule.getSide();
		String method = rule.getMethod();
		String header = rule.getHeader();
		if (side == null) {
			throw new InvalidMigrationException(
					"The rule '%s.%s' names no side.".formatted(this.checked.prefix(), property),
					"Set '%s.%s.side' to source or target.".formatted(this.checked.prefix(), property));
		}
		if (method == null && header == null) {
			throw new InvalidMigrationException(
					"The rule '%s.%s' names neither a method nor a header.".formatted(this.checked.prefix(), property),
					"Say which calls are meant by 'method', 'header' or both; for a share of all calls use '%s.read-share'."
						.formatted(this.checked.prefix()));
		}
		return new CallRule((method != null) ? pattern(property + ".method", method) : null,
				header(property + ".header", header), side);
	}

	private CallRule.@Nullable Header header(String property, @Nullable String header) {
		if (header == null) {
			return null;
		}
		int end = header.indexOf('=');
		if (end < 1) {
			throw this.checked.invalid(property, header, "is not a header with a value", "Use name=value.");
		}
		return new CallRule.Header(header(property, header, header.substring(0, end).strip()),
				header.substring(end + 1).strip());
	}

	private Metadata.Key<String> header(String property, String value, String name) {
		try {
			return Metadata.Key.of(name, Metadata.ASCII_STRING_MARSHALLER);
		}
		catch (IllegalArgumentException ex) {
			throw this.checked.invalid(property, value, "names no header of text",
					"Use letters, digits, '-', '_' and '.', and no header that ends with -bin.");
		}
	}

}
