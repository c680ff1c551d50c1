package io.migration.autoconfigure;

import java.util.List;

import io.migration.mirror.MirrorSettings.OnFailure;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.NestedConfigurationProperty;
import org.springframework.boot.data.redis.autoconfigure.DataRedisProperties;

/**
 * One Redis migration.
 */
public class RedisMigrationProperties extends MirroredMigrationProperties {

	/**
	 * Name of the connection factory bean to decorate. Default is the only or the primary
	 * one.
	 */
	private @Nullable String bean;

	/**
	 * The new Redis, by the same keys as spring.data.redis.
	 */
	@NestedConfigurationProperty
	private final Target target = new Target();

	/**
	 * How writes reach target.
	 */
	private final Mirror mirror = new Mirror(OnFailure.RAISE);

	/**
	 * Patterns of the keys that move, as for the command KEYS. Default is all of them.
	 * Other keys stay on source in every phase.
	 */
	private List<String> keys = List.of("*");

	/**
	 * How authority moves.
	 */
	private final Cutover cutover = new Cutover();

	/**
	 * What holds the steps forward.
	 */
	private final Gates gates = new Gates();

	public @Nullable String getBean() {
		return this.bean;
	}

	public void setBean(@Nullable String bean) {
		this.bean = bean;
	}

	public Target getTarget() {
		return this.target;
	}

	@Override
	public Mirror getMirror() {
		return this.mirror;
	}

	public List<String> getKeys() {
		return this.keys;
	}

	public void setKeys(List<String> keys) {
		this.keys = keys;
	}

	@Override
	public Cutover getCutover() {
		return this.cutover;
	}

	@Override
	public Gates getGates() {
		return this.gates;
	}

	/**
	 * The new Redis.
	 */
	public static class Target extends DataRedisProperties {

		/**
		 * Whether a target that holds data may be taken over: whatever source lacks is
		 * deleted there.
		 */
		private boolean adopt;

		private boolean addressed;

		@Override
		public void setHost(String host) {
			super.setHost(host);
			this.addressed = true;
		}

		@Override
		public void setPort(int port) {
			super.setPort(port);
			this.addressed = true;
		}

		/**
		 * Return whether any property says where it is; host and port have defaults.
		 */
		boolean hasAddress() {
			return this.addressed || getUrl() != null || getCluster() != null || getSentinel() != null;
		}

		public boolean isAdopt() {
			return this.adopt;
		}

		public void setAdopt(boolean adopt) {
			this.adopt = adopt;
		}

	}

	/**
	 * What holds the steps forward. Every gate but read-share can be given a value or
	 * switched off by "off".
	 */
	public static class Gates extends MirroredMigrationProperties.Gates {

		/**
		 * Whether writes that cannot be mirrored hold read-new: on or off.
		 */
		private String unsupported = "on";

		public String getUnsupported() {
			return this.unsupported;
		}

		public void setUnsupported(String unsupported) {
			this.unsupported = unsupported;
		}

	}

}
