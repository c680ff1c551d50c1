package io.migration.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import io.migration.Side;
import io.migration.mirror.MirrorSettings.OnFailure;
import org.jspecify.annotations.Nullable;

/**
 * A migration of a gRPC service.
 */
public class GrpcMigrationProperties extends RoutedMigrationProperties {

	/**
	 * Name of the channel to decorate, as the application gives it to Spring gRPC.
	 */
	private @Nullable String channel;

	/**
	 * The new service.
	 */
	private final Target target = new Target();

	/**
	 * Name of a header. Calls in which its value is the same are answered by one side in
	 * read-new.
	 */
	private @Nullable String stickyBy;

	/**
	 * Which calls are answered by which side in read-new, before its share is asked. The
	 * first that fits counts.
	 */
	private final List<Rule> rules = new ArrayList<>();

	/**
	 * Methods that change nothing, such as "pkg.Service/Get*", beside those whose
	 * descriptors say so. Only these are compared.
	 */
	private List<String> safeMethods = new ArrayList<>();

	/**
	 * What becomes of a call that changes something, from dual-write on.
	 */
	private Writes writes = Writes.ROUTE;

	/**
	 * Methods that may be called on both sides, such as "pkg.Service/Put*".
	 */
	private List<String> repeatMethods = new ArrayList<>();

	/**
	 * What becomes of a call that was repeated, when target has not confirmed it.
	 */
	private OnFailure onFailure = OnFailure.CONTINUE;

	/**
	 * How long target may take to confirm a call that was repeated.
	 */
	private Duration writeTimeout = Duration.ofSeconds(2);

	/**
	 * Whether the credentials of a call go to target too.
	 */
	private boolean forwardCredentials;

	public @Nullable String getChannel() {
		return this.channel;
	}

	public void setChannel(@Nullable String channel) {
		this.channel = channel;
	}

	public Target getTarget() {
		return this.target;
	}

	public @Nullable String getStickyBy() {
		return this.stickyBy;
	}

	public void setStickyBy(@Nullable String stickyBy) {
		this.stickyBy = stickyBy;
	}

	public List<Rule> getRules() {
		return this.rules;
	}

	public List<String> getSafeMethods() {
		return this.safeMethods;
	}

	public void setSafeMethods(List<String> safeMethods) {
		this.safeMethods = safeMethods;
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

	public Duration getWriteTimeout() {
		return this.writeTimeout;
	}

	public void setWriteTimeout(Duration writeTimeout) {
		this.writeTimeout = writeTimeout;
	}

	public boolean isForwardCredentials() {
		return this.forwardCredentials;
	}

	public void setForwardCredentials(boolean forwardCredentials) {
		this.forwardCredentials = forwardCredentials;
	}

	/**
	 * What becomes of a call that changes something.
	 */
	public enum Writes {

		/** It goes to one side. */
		ROUTE,

		/** Some methods go to both sides, source first. */
		REPEAT

	}

	/**
	 * The new service; one of both.
	 */
	public static class Target {

		/**
		 * Address of the new service, such as "static://balances:9090". The settings of
		 * the channel "default" hold for it.
		 */
		private @Nullable String address;

		/**
		 * Name of a channel of Spring gRPC that leads to the new service, with settings
		 * of its own such as TLS.
		 */
		private @Nullable String channel;

		public @Nullable String getAddress() {
			return this.address;
		}

		public void setAddress(@Nullable String address) {
			this.address = address;
		}

		public @Nullable String getChannel() {
			return this.channel;
		}

		public void setChannel(@Nullable String channel) {
			this.channel = channel;
		}

	}

	/**
	 * Which side answers some of the calls.
	 */
	public static class Rule {

		/**
		 * The calls of these methods, such as "pkg.Service/Method" or "pkg.Service/*".
		 */
		private @Nullable String method;

		/**
		 * The calls with this header, as "name=value".
		 */
		private @Nullable String header;

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

		public @Nullable String getHeader() {
			return this.header;
		}

		public void setHeader(@Nullable String header) {
			this.header = header;
		}

		public @Nullable Side getSide() {
			return this.side;
		}

		public void setSide(@Nullable Side side) {
			this.side = side;
		}

	}

}
