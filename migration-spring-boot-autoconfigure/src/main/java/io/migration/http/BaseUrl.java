package io.migration.http;

import java.net.URI;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/**
 * Where a service is: scheme, host, port, and the path that all of its resources begin
 * with. Paths and queries are handled as they are encoded. Immutable.
 */
public final class BaseUrl {

	private final String scheme;

	private final String host;

	private final int port;

	private final String path;

	private final String text;

	private BaseUrl(URI uri) {
		String scheme = uri.getScheme();
		if (scheme == null || !scheme.toLowerCase(Locale.ROOT).matches("https?") || uri.getHost() == null) {
			throw new IllegalArgumentException("it is not an absolute URL that begins with http:// or https://");
		}
		if (uri.getRawUserInfo() != null || uri.getRawQuery() != null || uri.getRawFragment() != null) {
			throw new IllegalArgumentException("it contains a user, a query or a fragment");
		}
		this.scheme = scheme.toLowerCase(Locale.ROOT);
		this.host = uri.getHost();
		this.port = port(uri.getPort(), this.scheme);
		String path = uri.normalize().getRawPath();
		this.path = path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
		this.text = this.scheme + "://" + uri.getRawAuthority() + this.path;
	}

	/**
	 * Parse a base URL.
	 * @param url the URL; a slash at its end does not matter
	 * @return the base
	 * @throws IllegalArgumentException if it is none
	 */
	public static BaseUrl of(String url) {
		return new BaseUrl(URI.create(url.strip()));
	}

	private static int port(int port, String scheme) {
		return (port != -1) ? port : scheme.equals("https") ? 443 : 80;
	}

	/**
	 * Return whether a URL lies below this base. Its path is looked at as a server would
	 * after resolving {@code .} and {@code ..}.
	 * @param url the URL
	 * @return whether it does
	 */
	public boolean covers(URI url) {
		String other = url.getHost();
		return other != null && this.host.equalsIgnoreCase(other) && this.scheme.equalsIgnoreCase(url.getScheme())
				&& this.port == port(url.getPort(), this.scheme) && rest(url) != null;
	}

	/**
	 * Return what follows this base in the path of a URL, {@code null} if it lies
	 * elsewhere.
	 */
	private @Nullable String rest(URI url) {
		String raw = url.getRawPath();
		if (raw.contains("/.")) {
			raw = url.normalize().getRawPath();
			if (raw.startsWith("/..")) {
				return null;
			}
		}
		if (!raw.startsWith(this.path)) {
			return null;
		}
		String rest = raw.substring(this.path.length());
		return (rest.isEmpty() || rest.charAt(0) == '/') ? rest : null;
	}

	/**
	 * Return the path of a URL without this base.
	 * @param url a URL that this base covers
	 * @return the path, encoded, beginning with a slash
	 */
	public String path(URI url) {
		String rest = rest(url);
		return (rest == null || rest.isEmpty()) ? "/" : rest;
	}

	/**
	 * Move a URL from this base to another: path, query and fragment stay as they are
	 * encoded. A user in the URL stays behind.
	 * @param url a URL that this base covers
	 * @param target the other base
	 * @return the moved URL
	 * @throws IllegalArgumentException if this base does not cover the URL
	 */
	public URI move(URI url, BaseUrl target) {
		String rest = rest(url);
		if (rest == null) {
			throw new IllegalArgumentException("%s does not lie below %s".formatted(url, this.text));
		}
		StringBuilder moved = new StringBuilder(target.text).append(rest);
		if (url.getRawQuery() != null) {
			moved.append('?').append(url.getRawQuery());
		}
		if (url.getRawFragment() != null) {
			moved.append('#').append(url.getRawFragment());
		}
		return URI.create(moved.toString());
	}

	/**
	 * Return whether another base is of the same scheme, host and port.
	 * @param other the other
	 * @return whether what is meant for one may be sent to the other
	 */
	public boolean sameOrigin(BaseUrl other) {
		return this.scheme.equals(other.scheme) && this.host.equalsIgnoreCase(other.host) && this.port == other.port;
	}

	int depth() {
		return this.path.length();
	}

	@Override
	public String toString() {
		return this.text;
	}

}
