package io.migration.autoconfigure;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import com.zaxxer.hikari.HikariConfig;
import io.migration.jdbc.JdbcMigrationSettings.Acknowledge;
import io.migration.mirror.MirrorSettings.OnFailure;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.NestedConfigurationProperty;

/**
 * One migration of a database.
 */
public class DataSourceMigrationProperties extends MirroredMigrationProperties {

	/**
	 * Names of the DataSource beans to decorate; several have to be of one database. The
	 * first of them is the one whose settings the starter's own connections to source
	 * have. Default is the only or the primary one.
	 */
	private List<String> bean = new ArrayList<>();

	/**
	 * Who copies: the starter, or the database's own replication.
	 */
	private Strategy strategy = Strategy.MIRROR;

	/**
	 * How writes are journaled.
	 */
	private Capture capture = Capture.TRIGGER;

	/**
	 * The new database.
	 */
	private final Target target = new Target();

	/**
	 * Which tables move, and how they are called on target.
	 */
	private final Tables tables = new Tables();

	/**
	 * How writes reach target.
	 */
	private final Mirror mirror = new Mirror();

	/**
	 * How authority moves.
	 */
	private final Cutover cutover = new Cutover();

	/**
	 * Whether the migration goes back by itself when something is wrong.
	 */
	private boolean autoRollback;

	/**
	 * What holds the steps forward.
	 */
	private final Gates gates = new Gates();

	public List<String> getBean() {
		return this.bean;
	}

	public void setBean(List<String> bean) {
		this.bean = bean;
	}

	public Strategy getStrategy() {
		return this.strategy;
	}

	public void setStrategy(Strategy strategy) {
		this.strategy = strategy;
	}

	public Capture getCapture() {
		return this.capture;
	}

	public void setCapture(Capture capture) {
		this.capture = capture;
	}

	public Target getTarget() {
		return this.target;
	}

	public Tables getTables() {
		return this.tables;
	}

	@Override
	public Mirror getMirror() {
		return this.mirror;
	}

	@Override
	public Cutover getCutover() {
		return this.cutover;
	}

	public boolean isAutoRollback() {
		return this.autoRollback;
	}

	public void setAutoRollback(boolean autoRollback) {
		this.autoRollback = autoRollback;
	}

	@Override
	public Gates getGates() {
		return this.gates;
	}

	/**
	 * Who copies.
	 */
	public enum Strategy {

		/** The starter's relay. */
		MIRROR,

		/** The database's own replication. */
		REPLICATED

	}

	/**
	 * How writes are journaled.
	 */
	public enum Capture {

		/** By triggers on the tables. */
		TRIGGER,

		/** By the database's log. */
		LOG

	}

	/**
	 * The new database.
	 */
	public static class Target {

		/**
		 * JDBC URL.
		 */
		private @Nullable String url;

		/**
		 * Name of the user.
		 */
		private @Nullable String username;

		/**
		 * Password of the user.
		 */
		private @Nullable String password;

		/**
		 * Name of the JDBC driver class. Default is the one that the URL tells.
		 */
		private @Nullable String driverClassName;

		/**
		 * The pool that serves the application on target, by the same keys as
		 * spring.datasource.hikari.
		 */
		@NestedConfigurationProperty
		private final HikariConfig hikari = new HikariConfig();

		/**
		 * Whether a target that holds data may be taken over: whatever source lacks is
		 * deleted there.
		 */
		private boolean adopt;

		/**
		 * Whether the application's Flyway migrations run on target too, at the step into
		 * shadow and at every start after it.
		 */
		private boolean flyway;

		/**
		 * Whether the application's Liquibase changes run on target too, at the step into
		 * shadow and at every start after it.
		 */
		private boolean liquibase;

		public @Nullable String getUrl() {
			return this.url;
		}

		public void setUrl(@Nullable String url) {
			this.url = url;
		}

		public @Nullable String getUsername() {
			return this.username;
		}

		public void setUsername(@Nullable String username) {
			this.username = username;
		}

		public @Nullable String getPassword() {
			return this.password;
		}

		public void setPassword(@Nullable String password) {
			this.password = password;
		}

		public @Nullable String getDriverClassName() {
			return this.driverClassName;
		}

		public void setDriverClassName(@Nullable String driverClassName) {
			this.driverClassName = driverClassName;
		}

		public HikariConfig getHikari() {
			return this.hikari;
		}

		public boolean isAdopt() {
			return this.adopt;
		}

		public void setAdopt(boolean adopt) {
			this.adopt = adopt;
		}

		public boolean isFlyway() {
			return this.flyway;
		}

		public void setFlyway(boolean flyway) {
			this.flyway = flyway;
		}

		public boolean isLiquibase() {
			return this.liquibase;
		}

		public void setLiquibase(boolean liquibase) {
			this.liquibase = liquibase;
		}

	}

	/**
	 * Which tables move.
	 */
	public static class Tables {

		/**
		 * Patterns of the tables that move, such as "orders", "audit_*" or "sales.*".
		 * Without a schema, the one that connections begin in.
		 */
		private List<String> include = List.of("*");

		/**
		 * Patterns of the tables that do not move.
		 */
		private List<String> exclude = List.of();

		/**
		 * Conditions that rows have to meet in order to move, by table.
		 */
		private Map<String, String> where = new LinkedHashMap<>();

		/**
		 * What differs on target, by the name of the table on source.
		 */
		private final Map<String, Mapping> mappings = new LinkedHashMap<>();

		public List<String> getInclude() {
			return this.include;
		}

		public void setInclude(List<String> include) {
			this.include = include;
		}

		public List<String> getExclude() {
			return this.exclude;
		}

		public void setExclude(List<String> exclude) {
			this.exclude = exclude;
		}

		public Map<String, String> getWhere() {
			return this.where;
		}

		public void setWhere(Map<String, String> where) {
			this.where = where;
		}

		public Map<String, Mapping> getMappings() {
			return this.mappings;
		}

	}

	/**
	 * How one table differs on target.
	 */
	public static class Mapping {

		/**
		 * Name of the table on target. Default is the same.
		 */
		private String name = "";

		/**
		 * Names of columns on target, by those on source.
		 */
		private Map<String, String> columns = new LinkedHashMap<>();

		/**
		 * Columns of source that do not move.
		 */
		private List<String> excludeColumns = List.of();

		public String getName() {
			return this.name;
		}

		public void setName(String name) {
			this.name = name;
		}

		public Map<String, String> getColumns() {
			return this.columns;
		}

		public void setColumns(Map<String, String> columns) {
			this.columns = columns;
		}

		public List<String> getExcludeColumns() {
			return this.excludeColumns;
		}

		public void setExcludeColumns(List<String> excludeColumns) {
			this.excludeColumns = excludeColumns;
		}

	}

	/**
	 * How writes reach target.
	 */
	public static class Mirror extends MirroredMigrationProperties.Mirror {

		/**
		 * When a write counts as being on target: when it is visible there, or when
		 * target has synced it.
		 */
		private Acknowledge acknowledge = Acknowledge.APPLIED;

		Mirror() {
			super(OnFailure.CONTINUE);
		}

		public Acknowledge getAcknowledge() {
			return this.acknowledge;
		}

		public void setAcknowledge(Acknowledge acknowledge) {
			this.acknowledge = acknowledge;
		}

	}

	/**
	 * How authority moves.
	 */
	public static class Cutover extends MirroredMigrationProperties.Cutover {

		/**
		 * What writers do while authority moves.
		 */
		private Mode mode = Mode.PARK;

		/**
		 * How a write that comes past the decoration is kept from source while authority
		 * moves.
		 */
		private Fence fence = Fence.NONE;

		/**
		 * Whether writes are journaled on target after cutover and relayed back, so that
		 * the way back stays open.
		 */
		private boolean reversible = true;

		public Mode getMode() {
			return this.mode;
		}

		public void setMode(Mode mode) {
			this.mode = mode;
		}

		public Fence getFence() {
			return this.fence;
		}

		public void setFence(Fence fence) {
			this.fence = fence;
		}

		public boolean isReversible() {
			return this.reversible;
		}

		public void setReversible(boolean reversible) {
			this.reversible = reversible;
		}

		/**
		 * What writers do while authority moves.
		 */
		public enum Mode {

			/** They wait. */
			PARK,

			/** They are refused. */
			REJECT,

			/** They are refused, for as long as an operator says. */
			READ_ONLY,

			/** They wait for a time. */
			TIMED

		}

		/**
		 * How source is closed.
		 */
		public enum Fence {

			/** It is not. */
			NONE,

			/** By triggers that refuse. */
			DENY_WRITES

		}

	}

	/**
	 * What holds the steps forward. Every gate but read-share can be given a value or
	 * switched off by "off".
	 */
	public static class Gates extends MirroredMigrationProperties.Gates {

		/**
		 * Whether steps forward wait until the schemas of both sides agree: on or off.
		 */
		private String schema = "on";

		/**
		 * Whether cutover waits while another DataSource bean reaches source past the
		 * decoration: on or off.
		 */
		private String outsideWriters = "on";

		public String getSchema() {
			return this.schema;
		}

		public void setSchema(String schema) {
			this.schema = schema;
		}

		public String getOutsideWriters() {
			return this.outsideWriters;
		}

		public void setOutsideWriters(String outsideWriters) {
			this.outsideWriters = outsideWriters;
		}

	}

}
