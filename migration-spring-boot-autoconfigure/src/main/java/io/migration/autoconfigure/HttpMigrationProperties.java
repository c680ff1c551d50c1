package io.migration.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import io.migration.Side;
import io.migration.mirror.MirrorSettings.OnFailure;
import org.jspecify.annotations.Nullable;

import org.springframework.util.unit.DataSize;

/**
 * One migration of a service that is called over HTTP.
 */
public class HttpMigrationProperties extends RoutedMigrationProperties {

	/**
	 * The old service.
	 */
	private final Source source = new Source();

	/**
	 * The new service.
	 */
	private final Target target = new Target();

	/**
	 * What becomes of calls that are not safe: "route" sends each to one side, "repeat"
	 * sends those whose method is in repeat-methods to both, source first, in dual-write
	 * and read-new.
	 */
	private Writes writes = Writes.ROUTE;

	/**
	 * Methods that may be sent to both sides. POST is repeated only with a header
	 * Idempotency-Key.
	 */
	private List<String> repeatMethods = List.of("PUT", "DELETE");

	/**
	 * What a call does when source has done it and its repetition on target fails: return
	 * source's answer, or raise an exception.
	 */
	private OnFailure onFailure = OnFailure.CONTINUE;

	/**
	 * Header whose value decides, together with read-share, which side answers: equal
	 * values go to the same side. Default is to decide for each call.
	 */
	private @Nullable String stickyBy;

	/**
	 * Whether authorization and cookies follow to a target of another scheme, host or
	 * port.
	 */
	private boolean forwardCredentials;

	/**
	 * Which calls belong to a side in read-new, whatever the share says. The first that
	 * fits counts.
	 */
	private List<Rule> rules = new ArrayList<>();

	/**
	 * How answers are compared.
	 */
	private final Compare compare = new Compare();

	public Source getSource() {
		return this.source;
	}

	public Target getTarget() {
		return this.target;
	}

	public Writes getWrites() {
		return this.writes;
	}

	public void setWrites(Writes writes) {
		this.writes = writes;
	}

	public List<String> getRepeatMethods() {
		return this.repeatMethods;
	}

	public void setRepeatMethods(List<String> repeatMethods) {
		this.repeatMethods = repeatMethods;
	}

	public OnFailure getOnFailure() {
		return this.onFailure;
	}

	public void setOnFailure(OnFailure onFailure) {
		this.onFailure = onFailure;
	}

	public @Nullable String getStickyBy() {
		return this.stickyBy;
	}

	public void setStickyBy(@Nullable String stickyBy) {
		this.stickyBy = stickyBy;
	}

	public boolean isForwardCredentials() {
		return this.forwardCredentials;
	}

	public void setForwardCredentials(boolean forwardCredentials) {
		this.forwardCredentials = forwardCredentials;
	}

	public List<Rule> getRules() {
		return this.rules;
	}

	public void setRules(List<Rule> rules) {
		this.rules = rules;
	}

	@Override
	public Compare getCompare() {
		return this.compare;
	}

	/**
	 * What becomes of calls that are not safe.
	 */
	public enum Writes {

		/** Each goes to one side. */
		ROUTE,

		/** Those of the methods named go to both. */
		REPEAT

	}

	/**
	 * The old service.
	 */
	public static class Source {

		/**
		 * Where the application calls the service now. Requests whose URL lies below it
		 * are routed.
		 */
		private @Nullable String url;

		public @Nullable String getUrl() {
			return this.url;
		}

		public void setUrl(@Nullable String url) {
			this.url = url;
		}

	}

	/**
	 * The new service.
	 */
	public static class Target {

		/**
		 * Where the new service is. What follows the old one's URL is appended.
		 */
		private @Nullable String url;

		/**
		 * How connections to it are secured.
		 */
		private final Ssl ssl = new Ssl();

		public @Nullable String getUrl() {
			return this.url;
		}

		public void setUrl(@Nullable String url) {
			this.url = url;
		}

		public Ssl getSsl() {
			return this.ssl;
		}

	}

	/**
	 * How connections to target are secured.
	 */
	public static class Ssl {

		/**
		 * Name of the SSL bundle. Default is what the application's client uses.
		 */
		private @Nullable String bundle;

		public @Nullable String getBundle() {
			return this.bundle;
		}

		public void setBundle(@Nullable String bundle) {
			this.bundle = bundle;
		}

	}

	/**
	 * Which calls belong to a side.
	 */
	public static class Rule {

		/**
		 * Method of the calls. Default is every one.
		 */
		private @Nullable String method;

		/**
		 * Path of the calls below the service's URL, as a pattern such as "/items/**".
		 * Default is every one.
		 */
		private @Nullable String path;

		/**
		 * Headers that the calls have, with their values.
		 */
		private Map<String, String> headers = new LinkedHashMap<>();

		/**
		 * The side that answers them.
		 */
		private @Nullable Side side;

		public @Nullable String getMethod() {
			return this.method;
		}

		public void setMethod(@Nullable String method) {
			this.method = method;
		}

		public @Nullable String getPath() {
			return this.path;
		}

		public void setPath(@Nullable String path) {
			this.path = path;
		}

		public Map<String, String> getHeaders() {
			return this.headers;
		}

		public void setHeaders(Map<String, String> headers) {
			this.headers = headers;
		}

		public @Nullable Side getSide() {
			return this.side;
		}

		public void setSide(@Nullable Side side) {
			this.side = side;
		}

	}

	/**
	 * How answers are compared, beside the caller.
	 */
	public static class Compare extends RoutedMigrationProperties.Compare {

		/**
		 * Headers that are compared beside status and body.
		 */
		private List<String> headers = List.of("Content-Type");

		/**
		 * JSON pointers of values that are not compared, such as "/timestamp" or
		 * "/items/*&#47;etag", in which an asterisk stands for any name or index.
		 */
		private List<String> ignore = List.of();

		/**
		 * Whether arrays that hold the same in another order are equal.
		 */
		private boolean anyOrder;

		/**
		 * Bytes above which a body is not compared.
		 */
		private DataSize maxSize = DataSize.ofMegabytes(1);

		public List<String> getHeaders() {
			return this.headers;
		}

		public void setHeaders(List<String> headers) {
			this.headers = headers;
		}

		public List<String> getIgnore() {
			return this.ignore;
		}

		public void setIgnore(List<String> ignore) {
			this.ignore = ignore;
		}

		public boolean isAnyOrder() {
			return this.anyOrder;
		}

		public void setAnyOrder(boolean anyOrder) {
			this.anyOrder = anyOrder;
		}

		public DataSize getMaxSize() {
			return this.maxSize;
		}

		public void setMaxSize(DataSize maxSize) {
			this.maxSize = maxSize;
		}

	}

}
