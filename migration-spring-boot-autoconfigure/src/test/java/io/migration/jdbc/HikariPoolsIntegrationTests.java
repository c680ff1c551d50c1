package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.migration.Side;
import io.migration.test.PostgresServer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Sessions of the pools on PostgreSQL.
 */
class HikariPoolsIntegrationTests {

	private final PostgresServer server = PostgresServer.shared();

	private final String database = this.server.createDatabase();

	private final HikariDataSource source = new HikariDataSource();

	private final HikariConfig target = new HikariConfig();

	private final HikariPools pools = HikariPools.create("orders", () -> this.source, this.target,
			Duration.ofSeconds(5), null);

	@BeforeEach
	void configure() {
		this.source.setJdbcUrl(this.server.jdbcUrl(this.database) + "&reWriteBatchedInserts=true&ApplicationName=shop");
		this.target.setJdbcUrl(this.server.jdbcUrl(this.database));
		this.target.setConnectionInitSql("set application_name to 'read'");
		new JdbcTemplate(this.server.dataSource(this.database)).execute("create table orders (id int, at timestamptz)");
	}

	@AfterEach
	void close() {
		this.pools.close();
		this.source.close();
	}

	@Test
	void theOwnSessionsTakeTextForEveryType() {
		for (DataSource own : new DataSource[] { this.pools.own(Side.SOURCE), this.pools.own(Side.TARGET) }) {
			JdbcTemplate template = new JdbcTemplate(own);
			assertThat(template.update("insert into orders values (?, ?)", "1", "2026-03-04 05:06:07+00")).isOne();
		}
	}

	@Test
	void theOwnSessionsAreNamedAfterTheMigration() {
		assertThat(new JdbcTemplate(this.pools.own(Side.SOURCE)).queryForObject("show application_name", String.class))
			.isEqualTo("migration-orders");
	}

	@Test
	void aSourceThatIsConfiguredByADriversDataSourceHasOwnSessionsToo() {
		HikariDataSource byClass = new HikariDataSource();
		byClass.setDataSourceClassName(PGSimpleDataSource.class.getName());
		byClass.addDataSourceProperty("url", this.server.jdbcUrl(this.database));
		try (byClass;
				HikariPools ofClass = HikariPools.create("orders", () -> byClass, this.target, Duration.ofSeconds(5),
						null)) {
			JdbcTemplate template = new JdbcTemplate(ofClass.own(Side.SOURCE));
			assertThat(template.queryForObject("show application_name", String.class)).isEqualTo("migration-orders");
			assertThat(template.update("insert into orders values (?, ?)", "1", "2026-03-04 05:06:07+00")).isOne();
		}
	}

	@Test
	void sessionsThatReadOnTargetRefuseToWriteWhateverTheyAreTold() throws SQLException {
		try (Connection connection = this.pools.targetReads().getConnection();
				Statement statement = connection.createStatement()) {
			assertRefused(statement);
			connection.setReadOnly(false);
			assertRefused(statement);
			connection.setAutoCommit(false);
			assertRefused(statement);
			connection.rollback();
			assertThat(statement.executeQuery("select count(*) from orders").next()).isTrue();
		}
		JdbcTemplate template = new JdbcTemplate(this.pools.targetReads());
		assertThat(template.queryForObject("show application_name", String.class)).isEqualTo("read");
		assertThat(new JdbcTemplate(this.pools.target()).update("insert into orders values (1, now())")).isOne();
	}

	private static void assertRefused(Statement statement) {
		assertThatExceptionOfType(SQLException.class)
			.isThrownBy(() -> statement.execute("insert into orders values (1, now())"))
			.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("25006"));
	}

}
