package io.migration.sample;

import java.util.List;
import java.util.Map;

import io.migration.test.PostgresServer;
import io.migration.test.RedisClusterServer;
import io.migration.test.RedisServer;

import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The servers between which the sample moves its data.
 *
 * @param redis where the tokens are
 * @param cluster where they go
 * @param database where the orders are
 * @param newDatabase where they go
 */
record SampleServers(RedisServer redis, RedisClusterServer cluster, PostgresServer database,
		PostgresServer newDatabase) implements AutoCloseable {

	private static final String DATABASE = "postgres";

	static SampleServers start() {
		return new SampleServers(RedisServer.start(), RedisClusterServer.start(3), PostgresServer.start(Map.of()),
				PostgresServer.start(Map.of()));
	}

	/**
	 * The addresses, as arguments of the application.
	 * @return the arguments
	 */
	List<String> properties() {
		return List.of("--spring.data.redis.url=" + this.redis.uri(),
				"--migration.redis.tokens.target.cluster.nodes=" + String.join(",", this.cluster.nodes()),
				"--spring.datasource.url=" + this.database.jdbcUrl(DATABASE),
				"--migration.data-source.orders.target.url=" + this.newDatabase.jdbcUrl(DATABASE));
	}

	/**
	 * Reads the tables of a database past the starter.
	 * @param server where it is
	 * @return the rows in the order of their keys
	 */
	static List<Map<String, Object>> orders(PostgresServer server) {
		return JdbcClient.create(server.dataSource(DATABASE)).sql("""
				select orders.*, position, item, quantity from orders
				left join order_line on order_id = id order by id, position
				""").query().listOfRows();
	}

	@Override
	public void close() {
		this.newDatabase.close();
		this.database.close();
		this.cluster.close();
		this.redis.close();
	}

	@Override
	public String toString() {
		return "Old Redis: %s, new Redis cluster: %s, old database: %s, new database: %s".formatted(this.redis.uri(),
				this.cluster.nodes(), this.database.jdbcUrl(DATABASE), this.newDatabase.jdbcUrl(DATABASE));
	}

}
