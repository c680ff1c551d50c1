package io.migration.test;

import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link PostgresServer}.
 */
class PostgresServerIntegrationTests {

	private final PostgresServer server = PostgresServer.shared();

	@Test
	void eachDatabaseIsNew() {
		JdbcClient first = JdbcClient.create(this.server.dataSource(this.server.createDatabase()));
		JdbcClient second = JdbcClient.create(this.server.dataSource(this.server.createDatabase()));
		first.sql("create table thing (id bigint primary key)").update();
		assertThat(second.sql("select to_regclass('thing')::text").query(String.class).optional()).isEmpty();
	}

	@Test
	void theAddressIsEnoughToConnect() {
		String url = this.server.jdbcUrl(this.server.createDatabase());
		JdbcClient jdbc = JdbcClient.create(new DriverManagerDataSource(url));
		assertThat(jdbc.sql("show server_version").query(String.class).single()).startsWith("18.");
		assertThat(jdbc.sql("show wal_level").query(String.class).single()).isEqualTo("logical");
	}

}
