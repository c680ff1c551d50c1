package io.migration.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

import io.migration.Side;
import io.migration.test.MariaDbServer;
import io.migration.test.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link Sequences} from MariaDB to PostgreSQL and back.
 */
@Tag("mariadb")
class MariaDbSequencesIntegrationTests {

	private final String database = MariaDbServer.shared().createDatabase();

	private Connection source;

	private Connection target;

	@BeforeEach
	void connect() throws SQLException {
		PostgresServer postgres = PostgresServer.shared();
		this.source = MariaDbServer.shared().dataSource(this.database).getConnection();
		this.target = postgres.dataSource(postgres.createDatabase()).getConnection();
		run(this.source, "create table items (id bigint unsigned auto_increment primary key, text text)",
				"create table plain (id int primary key)");
		run(this.target, "create table items (id bigserial primary key, text text)",
				"create table plain (id int primary key)");
	}

	@AfterEach
	void disconnect() throws SQLException {
		this.source.close();
		this.target.close();
	}

	private static void run(Connection connection, String... statements) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			for (String sql : statements) {
				statement.execute(sql);
			}
		}
	}

	private static long insert(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.executeUpdate("insert into items (text) values ('a')", new String[] { "id" });
			try (ResultSet row = statement.getGeneratedKeys()) {
				row.next();
				return row.getLong(1);
			}
		}
	}

	private List<String> advance(Side fromSide) throws SQLException {
		TableScope scope = new TableScope(List.of("*"), List.of(), Map.of());
		TableMapping mapping = TableMapping.of(
				new TableMapping.Schema(SqlDialect.MYSQL, this.database,
						SchemaReader.read(this.source, SqlDialect.MYSQL, scope)),
				new TableMapping.Schema(SqlDialect.POSTGRESQL, "public",
						SchemaReader.read(this.target, SqlDialect.POSTGRESQL, scope)),
				Map.of());
		assertThat(mapping.tables()).hasSize(2);
		assertThat(mapping.differences()).isEmpty();
		List<String> statements = (fromSide == Side.SOURCE)
				? Sequences.advance(this.source, SqlDialect.MYSQL, this.target, SqlDialect.POSTGRESQL, mapping.tables(),
						fromSide)
				: Sequences.advance(this.target, SqlDialect.POSTGRESQL, this.source, SqlDialect.MYSQL, mapping.tables(),
						fromSide);
		Sequences.run((fromSide == Side.SOURCE) ? this.target : this.source, statements);
		return statements;
	}

	@Test
	void columnsGoOnWhereTheOtherSideStopsThereAndBack() throws SQLException {
		assertThat(advance(Side.SOURCE)).isEmpty();
		assertThat(insert(this.source)).isOne();
		assertThat(insert(this.source)).isEqualTo(2);
		run(this.source, "delete from items");
		assertThat(advance(Side.SOURCE)).hasSize(1);
		assertThat(insert(this.target)).isEqualTo(3);
		assertThat(advance(Side.SOURCE)).isEmpty();
		assertThat(advance(Side.TARGET)).hasSize(1);
		assertThat(insert(this.source)).isEqualTo(4);
		assertThat(advance(Side.TARGET)).isEmpty();
	}

	@Test
	void idsGivenByTheApplicationCount() throws SQLException {
		run(this.source, "insert into items values (500, 'a')");
		advance(Side.SOURCE);
		assertThat(insert(this.target)).isEqualTo(501);
	}

}
