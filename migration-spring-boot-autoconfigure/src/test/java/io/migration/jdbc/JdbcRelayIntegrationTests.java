package io.migration.jdbc;

import java.sql.Connection;
import java.sql.Statement;
import java.util.List;

import io.migration.Side;
import io.migration.test.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What the relay of a database brings to the other side.
 */
class JdbcRelayIntegrationTests {

	private static final List<String> SCHEMA = List.of(
			"create table customer (id bigint generated always as identity primary key, email text not null unique, name text)",
			"create table item (customer bigint not null references customer on delete cascade, line int not null, amount numeric(12,2), primary key (customer, line))",
			"create table label (code text primary key)");

	private RelayScene scene;

	private Relaying relaying;

	@BeforeEach
	void start() throws Exception {
		PostgresServer server = PostgresServer.shared();
		this.scene = new RelayScene(server.jdbcUrl(server.createDatabase()), server.jdbcUrl(server.createDatabase()),
				SCHEMA, SCHEMA);
		this.relaying = this.scene.relay("one");
	}

	@AfterEach
	void stop() {
		this.scene.close();
	}

	private void write(String... statements) throws Exception {
		this.scene.execute(Side.SOURCE, statements);
		this.scene.catchUp(this.relaying);
		for (String sql : List.of("select * from customer order by id", "select * from item order by customer, line",
				"select * from label order by code")) {
			assertThat(this.scene.query(Side.TARGET, sql)).as(sql).isEqualTo(this.scene.query(Side.SOURCE, sql));
		}
	}

	@Test
	void rowsFollowWhateverWasDoneToThem() throws Exception {
		write("insert into customer (email, name) values ('a', 'A'), ('b', null), ('c', '')",
				"insert into item values (1, 1, 1.50), (1, 2, null), (2, 1, -0.01)", "insert into label values ('x')");
		assertThat(this.scene.query(Side.TARGET, "select * from item")).hasSize(3);
		write("update customer set name = name || '!' where id = 1", "delete from item where line = 2",
				"update item set line = 7 where customer = 2", "update label set code = 'y'");
		write("insert into customer (email) values ('a') on conflict (email) do update set name = 'upserted'");
		write("delete from customer where id = 1");
		assertThat(this.scene.query(Side.TARGET, "select * from item")).hasSize(1);
	}

	@Test
	void uniqueValuesThatAreExchangedArrive() throws Exception {
		write("insert into customer (email) values ('a'), ('b'), ('c')", "insert into item values (1, 1, 1)");
		write("begin; update customer set email = 'z' where id = 1; update customer set email = 'a' where id = 2; update customer set email = 'b' where id = 1; commit");
		assertThat(this.scene.query(Side.TARGET, "select email from customer order by id"))
			.containsExactly(List.of("b"), List.of("a"), List.of("c"));
	}

	@Test
	void aTruncatedTableIsEmptyAndGetsWhatCameLater() throws Exception {
		write("insert into label select 'l' || i from generate_series(1, 3000) i");
		write("begin; truncate label; insert into label values ('after'); commit");
		assertThat(this.scene.query(Side.TARGET, "select * from label")).containsExactly(List.of("after"));
	}

	@Test
	void largeTransactionsArriveWhole() throws Exception {
		write("insert into label select 'l' || i from generate_series(1, 50000) i");
		assertThat(this.scene.query(Side.TARGET, "select count(*) from label")).containsExactly(List.of("50000"));
		write("delete from label");
	}

	@Test
	void whatCommitsLateIsNotSkipped() throws Exception {
		write("insert into label values ('before')");
		try (Connection early = this.scene.source.dataSource().getConnection();
				Statement statement = early.createStatement()) {
			early.setAutoCommit(false);
			statement.execute("insert into label values ('early')");
			this.scene.execute(Side.SOURCE, "insert into label values ('late')");
			this.scene.catchUp(this.relaying);
			assertThat(this.scene.query(Side.TARGET, "select code from label order by code"))
				.containsExactly(List.of("before"), List.of("late"));
			early.commit();
		}
		write("insert into label values ('last')");
		assertThat(this.scene.query(Side.TARGET, "select code from label")).hasSize(4);
	}

}
