package io.migration.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

import org.springframework.boot.context.properties.ConfigurationProperties;

/**
 * Migrations and what they have in common.
 */
@ConfigurationProperties("migration")
public class MigrationProperties {

	/**
	 * Whether migrations are active. When false, nothing is decorated and no bean of the
	 * starter exists.
	 */
	private boolean enabled = true;

	/**
	 * How the instances of the application keep in touch.
	 */
	private final Fleet fleet = new Fleet();

	/**
	 * Whether the starter creates its tables and triggers where they are missing:
	 * "always", "embedded" for databases that end with the application, or "never".
	 */
	private InitializeSchema initializeSchema = InitializeSchema.ALWAYS;

	/**
	 * Migrations of databases by name. A name is unique over all kinds, and is part of
	 * tables, flags and meters. Each moves what a data source (bean) leads to into a new
	 * database (target); phase, flag, strategy, capture, tables, mirror, read-share,
	 * compare, cutover, auto-rollback and gates say how.
	 */
	private final Map<String, DataSourceMigrationProperties> dataSource = new LinkedHashMap<>();

	/**
	 * Redis migrations by name. A name is unique over all kinds, and is part of keys,
	 * flags and meters. Each moves what a connection factory (bean) holds to a new Redis
	 * (target); phase, flag, mirror, read-share, compare, cutover and gates say how.
	 */
	private final Map<String, RedisMigrationProperties> redis = new LinkedHashMap<>();

	/**
	 * Migrations of services that are called over HTTP, by name. A name is unique over
	 * all kinds, and is part of flags and meters. Each moves the calls of one service
	 * (source.url) to a new one (target.url); phase, flag, read-share, sticky-by, rules,
	 * writes, repeat-methods, on-failure, forward-credentials, compare and gates say how.
	 */
	private final Map<String, HttpMigrationProperties> http = new LinkedHashMap<>();

	/**
	 * Migrations of any other client by name. A name is unique over all kinds, and is
	 * part of flags and meters. Each provides a MigrationTemplate; with an interface it
	 * also moves calls of one bean (source) to another (target). How is said by phase,
	 * flag, reads, writes, on-failure, read-share, compare, comparator and gates.
	 */
	private final Map<String, ClientMigrationProperties> client = new LinkedHashMap<>();

	/**
	 * Migrations of gRPC services by name. A name is unique over all kinds, and is part
	 * of flags and meters. Each moves the calls of a channel (channel) to a new service
	 * (target); phase, flag, read-share, sticky-by, rules, safe-methods, writes,
	 * repeat-methods, on-failure, write-timeout, forward-credentials, compare and gates
	 * say how.
	 */
	private final Map<String, GrpcMigrationProperties> grpc = new LinkedHashMap<>();

	public boolean isEnabled() {
		return this.enabled;
	}

	public void setEnabled(boolean enabled) {
		this.enabled = enabled;
	}

	public Fleet getFleet() {
		return this.fleet;
	}

	public InitializeSchema getInitializeSchema() {
		return this.initializeSchema;
	}

	public void setInitializeSchema(InitializeSchema initializeSchema) {
		this.initializeSchema = initializeSchema;
	}

	public Map<String, DataSourceMigrationProperties> getDataSource() {
		return this.dataSource;
	}

	public Map<String, RedisMigrationProperties> getRedis() {
		return this.redis;
	}

	public Map<String, HttpMigrationProperties> getHttp() {
		return this.http;
	}

	public Map<String, ClientMigrationProperties> getClient() {
		return this.client;
	}

	public Map<String, GrpcMigrationProperties> getGrpc() {
		return this.grpc;
	}

	/**
	 * Whether tables and triggers are created.
	 */
	// Boot has such a type, in a module that an application without a database lacks
	public enum InitializeSchema {

		/** Always. */
		ALWAYS,

		/** In a database that ends with the application. */
		EMBEDDED,

		/** Never. */
		NEVER

	}

	/**
	 * Properties of the fleet.
	 */
	public static class Fleet {

		/**
		 * How long an instance counts as alive after it was last heard of. At least three
		 * heartbeats.
		 */
		private Duration lease = Duration.ofSeconds(30);

		/**
		 * How often an instance reports to the ledger and looks for changes.
		 */
		private Duration heartbeat = Duration.ofSeconds(1);

		public Duration getLease() {
			return this.lease;
		}

		public void setLease(Duration lease) {
			this.lease = lease;
		}

		public Duration getHeartbeat() {
			return this.heartbeat;
		}

		public void setHeartbeat(Duration heartbeat) {
			this.heartbeat = heartbeat;
		}

	}

}
