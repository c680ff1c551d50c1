package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLClientInfoException;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * What an application has set on a connection, beside auto-commit and read-only, to be
 * set on each physical connection behind it. {@code null} is what has not been set.
 */
final class SessionSettings {

	private @Nullable Integer isolation;

	private @Nullable Integer holdability;

	private @Nullable String catalog;

	private @Nullable String schema;

	private @Nullable Map<String, Class<?>> typeMap;

	private @Nullable NetworkTimeout networkTimeout;

	private final Properties clientInfo = new Properties();

	/**
	 * Set everything on a physical connection.
	 * @param connection the connection
	 * @throws SQLException if it does not accept something
	 */
	void apply(Connection connection) throws SQLException {
		if (this.isolation != null) {
			connection.setTransactionIsolation(this.isolation);
		}
		if (this.holdability != null) {
			connection.setHoldability(this.holdability);
		}
		if (this.catalog != null) {
			connection.setCatalog(this.catalog);
		}
		if (this.schema != null) {
			connection.setSchema(this.schema);
		}
		if (this.typeMap != null) {
			connection.setTypeMap(this.typeMap);
		}
		if (this.networkTimeout != null) {
			connection.setNetworkTimeout(this.networkTimeout.executor(), this.networkTimeout.milliseconds());
		}
		applyClientInfo(connection);
	}

	private void applyClientInfo(Connection connection) throws SQLClientInfoException {
		for (String name : this.clientInfo.stringPropertyNames()) {
			connection.setClientInfo(name, this.clientInfo.getProperty(name));
		}
	}

	@Nullable Integer isolation() {
		return this.isolation;
	}

	void isolation(int isolation) {
		this.isolation = isolation;
	}

	@Nullable Integer holdability() {
		return this.holdability;
	}

	void holdability(int holdability) {
		this.holdability = holdability;
	}

	@Nullable String catalog() {
		return this.catalog;
	}

	void catalog(String catalog) {
		this.catalog = catalog;
	}

	@Nullable String schema() {
		return this.schema;
	}

	void schema(String schema) {
		this.schema = schema;
	}

	@Nullable Map<String, Class<?>> typeMap() {
		return this.typeMap;
	}

	void typeMap(Map<String, Class<?>> typeMap) {
		this.typeMap = new HashMap<>(typeMap);
	}

	@Nullable NetworkTimeout networkTimeout() {
		return this.networkTimeout;
	}

	void networkTimeout(Executor executor, int milliseconds) {
		this.networkTimeout = new NetworkTimeout(executor, milliseconds);
	}

	@Nullable String clientInfo(String name) {
		return this.clientInfo.getProperty(name);
	}

	void clientInfo(String name, @Nullable String value) {
		if (value != null) {
			this.clientInfo.setProperty(name, value);
		}
		else {
			this.clientInfo.remove(name);
		}
	}

	void clientInfo(Properties properties) {
		this.clientInfo.clear();
		for (String name : properties.stringPropertyNames()) {
			this.clientInfo.setProperty(name, properties.getProperty(name));
		}
	}

	/**
	 * How long a connection waits for the database.
	 *
	 * @param executor what the driver may run its work on
	 * @param milliseconds how long
	 */
	record NetworkTimeout(Executor executor, int milliseconds) {

	}

}
