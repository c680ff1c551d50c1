package io.migration.test;

import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;

/**
 * Tests for {@link MariaDbServer}.
 */
@Tag("mariadb")
class MariaDbServerIntegrationTests {

	@Test
	void databasesAreApart() {
		MariaDbServer server = MariaDbServer.shared();
		JdbcClient first = JdbcClient.create(server.dataSource(server.createDatabase()));
		first.sql("create table items (id int primary key)").update();
		JdbcClient second = JdbcClient.create(server.dataSource(server.createDatabase()));
		second.sql("create table items (id int primary key)").update();
		assertThat(second.sql("select version()").query(String.class).single()).startsWith("11.4");
	}

	@Test
	void whatWasCommittedOutlivesAKill() {
		try (MariaDbServer server = MariaDbServer.start(Map.of("innodb-flush-log-at-trx-commit", "1"))) {
			JdbcClient sql = JdbcClient.create(server.dataSource(server.createDatabase()));
			sql.sql("create table items (id int primary key)").update();
			sql.sql("insert into items values (1)").update();
			server.kill();
			assertThatException().isThrownBy(() -> sql.sql("insert into items values (2)").update());
			server.restart();
			assertThat(sql.sql("select id from items").query(Integer.class).list()).containsExactly(1);
		}
	}

}
