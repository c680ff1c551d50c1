package io.migration.http;

import java.net.URI;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;

/**
 * The route of the calls of one service. Decides; sends nothing. Thread safe.
 */
public final class HttpRoute {

	private static final Set<HttpMethod> SAFE = Set.of(HttpMethod.GET, HttpMethod.HEAD, HttpMethod.OPTIONS);

	private static final List<String> CREDENTIALS = List.of(HttpHeaders.AUTHORIZATION, HttpHeaders.PROXY_AUTHORIZATION,
			HttpHeaders.COOKIE);

	private static final String IDEMPOTENCY_KEY = "Idempotency-Key";

	private final HttpRouteSettings settings;

	private final RoutedMigration migration;

	private final HttpClients clients;

	private final AnswerDifferences differences;

	private final boolean keepsCredentials;

	/**
	 * Create a route.
	 * @param settings where it leads
	 * @param migration the migration that it is part of
	 * @param clients what calls are sent with that the application's own client does not
	 * send
	 */
	public HttpRoute(HttpRouteSettings settings, RoutedMigration migration, HttpClients clients) {
		this.settings = settings;
		this.migration = migration;
		this.clients = clients;
		this.differences = new AnswerDifferences(settings.comparison());
		this.keepsCredentials = settings.forwardCredentials() || settings.source().sameOrigin(settings.target());
	}

	HttpRouteSettings settings() {
		return this.settings;
	}

	RoutedMigration migration() {
		return this.migration;
	}

	HttpClients clients() {
		return this.clients;
	}

	AnswerDifferences differences() {
		return this.differences;
	}

	/**
	 * Return whether a call may be made twice because it changes nothing.
	 */
	static boolean isSafe(HttpMethod method) {
		return SAFE.contains(method);
	}

	/**
	 * Return why an answer to a repeated call means that it was not done.
	 * @param status the status of the answer
	 * @return the reason, {@code null} if it was done
	 */
	static @Nullable String refusal(HttpStatusCode status) {
		return status.isError() ? "it answered " + status.value() : null;
	}

	/**
	 * Return which side answers a call.
	 * @param rules the rules it is pinned to
	 * @param method its method
	 * @param url its URL, on source
	 * @param headers its headers
	 * @return the side
	 */
	Side answers(PinnedPhase rules, HttpMethod method, URI url, HttpHeaders headers) {
		if (rules.phase() != MigrationPhase.READ_NEW) {
			return rules.authority();
		}
		if (repeats(rules, method, headers)) {
			// source first, whose answer counts
			return Side.SOURCE;
		}
		if (!this.settings.rules().isEmpty()) {
			String below = this.settings.source().path(url);
			for (HttpRule rule : this.settings.rules()) {
				if (rule.fits(method, below, headers)) {
					return rule.side();
				}
			}
		}
		return this.migration.answers(rules, key(headers));
	}

	private int key(HttpHeaders headers) {
		String header = this.settings.stickyBy();
		String value = (header != null) ? headers.getFirst(header) : null;
		return (value != null) ? value.hashCode() : ThreadLocalRandom.current().nextInt();
	}

	/**
	 * Return whether a call is sent to both sides.
	 * @param rules the rules it is pinned to
	 * @param method its method
	 * @param headers its headers
	 * @return whether it is, source first
	 */
	boolean repeats(PinnedPhase rules, HttpMethod method, HttpHeaders headers) {
		return this.settings.repeated().contains(method) && this.migration.repeats(rules)
				&& (!HttpMethod.POST.equals(method) || headers.containsHeader(IDEMPOTENCY_KEY));
	}

	/**
	 * Return whether the answer to a call is to be compared with the other side's.
	 * @param rules the rules it is pinned to
	 * @param method its method
	 * @return whether it is
	 */
	boolean compares(PinnedPhase rules, HttpMethod method) {
		return isSafe(method) && this.migration.samples(rules);
	}

	/**
	 * Return where a call goes.
	 * @param url its URL, on source
	 * @param side the side
	 * @return the URL on that side
	 */
	URI on(Side side, URI url) {
		return (side == Side.SOURCE) ? url : this.settings.source().move(url, this.settings.target());
	}

	/**
	 * Return the headers that a side gets.
	 * @param side the side
	 * @param headers the headers meant for source
	 * @return the headers, without what source alone may see
	 */
	HttpHeaders on(Side side, HttpHeaders headers) {
		if (side == Side.SOURCE) {
			return headers;
		}
		HttpHeaders forwarded = HttpHeaders.copyOf(headers);
		forwarded.remove(HttpHeaders.HOST);
		if (!keepsCredentials(side)) {
			CREDENTIALS.forEach(forwarded::remove);
		}
		return forwarded;
	}

	/**
	 * Return whether a side may see the credentials meant for source.
	 */
	boolean keepsCredentials(Side side) {
		return side == Side.SOURCE || this.keepsCredentials;
	}

	/**
	 * Return how a call is called to operators.
	 */
	String subject(HttpMethod method, URI url) {
		return "%s %s".formatted(method, this.settings.source().path(url));
	}

}
