package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.metrics.IMetricsTracker;
import com.zaxxer.hikari.util.Credentials;
import io.migration.Side;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Pools of two databases in this process.
 */
class HikariPoolsTests {

	private static final Duration TIMEOUT = Duration.ofSeconds(1);

	private final HikariDataSource source = new HikariDataSource();

	private final HikariConfig target = new HikariConfig();

	private final HikariPools pools = HikariPools.create("orders", () -> this.source, this.target, TIMEOUT, null);

	HikariPoolsTests() {
		this.source.setJdbcUrl("jdbc:h2:mem:pools-source;DB_CLOSE_DELAY=-1");
		this.source.setMaximumPoolSize(1);
		this.source.setAutoCommit(false);
		this.source.setReadOnly(true);
		this.target.setJdbcUrl("jdbc:h2:mem:pools-target;DB_CLOSE_DELAY=-1");
		this.target.setMaximumPoolSize(3);
	}

	@AfterEach
	void close() {
		this.pools.close();
		this.source.close();
	}

	@Test
	void theOwnPoolServesThoughTheApplicationHasTakenAllOfIts() throws Exception {
		try (Connection ofApplication = this.source.getConnection();
				Connection own = this.pools.own(Side.SOURCE).getConnection()) {
			assertThat(own.getMetaData().getURL()).isEqualTo(ofApplication.getMetaData().getURL())
				.contains("pools-source");
			assertThat(own.getAutoCommit()).isTrue();
			assertThat(own.isReadOnly()).isFalse();
		}
		HikariDataSource own = hikari(this.pools.own(Side.SOURCE));
		assertThat(own.getPoolName()).isEqualTo("migration-orders-source");
		assertThat(own.getMaximumPoolSize()).isEqualTo(10);
		assertThat(own.getMinimumIdle()).isZero();
	}

	@Test
	void theApplicationsPoolStaysAsItIs() throws Exception {
		this.source.addDataSourceProperty("one", "1");
		hikari(this.pools.own(Side.SOURCE)).addDataSourceProperty("other", "2");
		assertThat(this.source.getDataSourceProperties()).isEqualTo(Map.of("one", "1"));
	}

	@Test
	void aChangedPasswordIsUsedByTheOwnPoolToo() throws Exception {
		HikariDataSource own = hikari(this.pools.own(Side.SOURCE));
		this.source.setCredentials(Credentials.of("shop", "new"));
		assertThat(own.getCredentialsProvider().getCredentials().getPassword()).isEqualTo("new");
	}

	@Test
	void poolsToTargetLeadThere() throws Exception {
		for (DataSource pool : List.of(this.pools.own(Side.TARGET), this.pools.target(), this.pools.targetReads())) {
			try (Connection connection = pool.getConnection()) {
				assertThat(connection.getMetaData().getURL()).contains("pools-target");
			}
		}
		assertThat(hikari(this.pools.target()).getMaximumPoolSize()).isEqualTo(3);
		assertThat(hikari(this.pools.targetReads()).getMaximumPoolSize()).isEqualTo(3);
		assertThat(hikari(this.pools.targetReads()).isReadOnly()).isTrue();
		assertThat(hikari(this.pools.own(Side.TARGET)).getMaximumPoolSize()).isEqualTo(10);
	}

	@Test
	void nothingIsConnectedToBeforeTheFirstConnection() throws Exception {
		List<DataSource> made = new ArrayList<>();
		try (HikariPools lazy = HikariPools.create("orders", () -> {
			made.add(this.source);
			return this.source;
		}, this.target, TIMEOUT, null)) {
			DataSource own = lazy.own(Side.SOURCE);
			assertThat(made).isEmpty();
			own.getConnection().close();
			assertThat(made).hasSize(1);
			assertThat(hikari(lazy.target()).getHikariPoolMXBean()).isNull();
		}
	}

	@Test
	void aTargetThatIsDownCostsNoMoreThanTheTimeout() {
		this.target.setJdbcUrl("jdbc:h2:tcp://127.0.0.1:1/target");
		for (DataSource pool : List.of(this.pools.own(Side.TARGET), this.pools.targetReads())) {
			long before = System.nanoTime();
			assertThatExceptionOfType(SQLException.class).isThrownBy(pool::getConnection);
			assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(TIMEOUT.multipliedBy(3));
		}
	}

	@Test
	void aUrlThatNoDriverKnowsIsASqlException() {
		this.target.setJdbcUrl("jdbc:nothing:target");
		assertThatExceptionOfType(SQLException.class).isThrownBy(this.pools.target()::getConnection);
	}

	@Test
	void aSourceWithoutAPoolServesItself() throws Exception {
		JdbcDataSource plain = new JdbcDataSource();
		plain.setURL("jdbc:h2:mem:pools-plain");
		try (HikariPools pools = HikariPools.create("orders", () -> plain, this.target, TIMEOUT, null);
				Connection connection = pools.own(Side.SOURCE).getConnection()) {
			assertThat(connection.getMetaData().getURL()).contains("pools-plain");
			assertThat(connection.getAutoCommit()).isTrue();
		}
	}

	@Test
	void thePoolsThatServeTheApplicationAreMeasured() throws Exception {
		List<String> measured = new ArrayList<>();
		try (HikariPools pools = HikariPools.create("orders", () -> this.source, this.target, TIMEOUT,
				(poolName, statistics) -> {
					measured.add(poolName);
					return new IMetricsTracker() {
					};
				})) {
			pools.own(Side.SOURCE).getConnection().close();
			pools.own(Side.TARGET).getConnection().close();
			pools.target().getConnection().close();
			pools.targetReads().getConnection().close();
		}
		assertThat(measured).containsExactly("orders-target", "orders-target-reads");
	}

	@Test
	void aPoolThatIsClosedGivesNoConnection() throws Exception {
		this.pools.target().getConnection().close();
		HikariDataSource pool = hikari(this.pools.target());
		this.pools.close();
		assertThat(pool.isClosed()).isTrue();
		for (DataSource closed : List.of(this.pools.own(Side.SOURCE), this.pools.target())) {
			assertThatExceptionOfType(SQLException.class).isThrownBy(closed::getConnection);
		}
	}

	@ParameterizedTest
	@CsvSource({ "jdbc:postgresql://db/a, jdbc:postgresql://db/a?p=1",
			"jdbc:postgresql://db/a?, jdbc:postgresql://db/a?p=1",
			"jdbc:postgresql://db/a?q=2&p=3&r=, jdbc:postgresql://db/a?q=2&r=&p=1",
			"jdbc:postgresql://db/a?p=3, jdbc:postgresql://db/a?p=1" })
	void parametersOfAUrlAreReplaced(String url, String expected) {
		assertThat(HikariPools.withParameters(url, Map.of("p", "1"))).isEqualTo(expected);
	}

	private static HikariDataSource hikari(DataSource pool) throws SQLException {
		return pool.unwrap(HikariDataSource.class);
	}

}
