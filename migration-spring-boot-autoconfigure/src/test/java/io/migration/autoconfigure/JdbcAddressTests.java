package io.migration.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.SimpleDriverDataSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a URL tells about where it leads.
 */
class JdbcAddressTests {

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = {
			"jdbc:postgresql://db/orders | jdbc:postgresql://db:5432/orders?sslmode=require",
			"jdbc:postgresql://localhost/orders | jdbc:postgresql:orders",
			"jdbc:postgresql://localhost/orders | jdbc:postgresql://127.0.0.1/orders",
			"jdbc:postgresql://[::1]:5432/orders | jdbc:postgresql://LOCALHOST/orders",
			"jdbc:postgresql://one,two:5433/orders | jdbc:postgresql://two:5433/orders",
			"jdbc:mysql://db/orders | jdbc:mariadb://db:3306/orders?user=shop",
			"jdbc:mysql:loadbalance://one,two/orders | jdbc:mysql://two/orders",
			"jdbc:mariadb:sequential://address=(host=one)(port=3307),address=(host=two)/orders | jdbc:mariadb://one:3307/orders",
			"jdbc:mysql://shop:secret@db/orders | jdbc:mysql://db/orders",
			"jdbc:h2:mem:orders | jdbc:h2:mem:orders;DB_CLOSE_DELAY=-1",
			"jdbc:h2:tcp://db/orders | jdbc:h2:tcp://db:9092/orders;MODE=MySQL" })
	void theseLeadToOneDatabase(String one, String other) {
		assertThat(JdbcAddress.of(one)).isNotNull();
		assertThat(JdbcAddress.of(one).overlaps(JdbcAddress.of(other))).isTrue();
		assertThat(JdbcAddress.of(other).overlaps(JdbcAddress.of(one))).isTrue();
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|',
			value = { "jdbc:postgresql://db/orders | jdbc:postgresql://db/stock",
					"jdbc:postgresql://db/orders | jdbc:postgresql://db:5433/orders",
					"jdbc:postgresql://db/orders | jdbc:postgresql://db2/orders",
					"jdbc:postgresql://db/orders | jdbc:mysql://db/orders", "jdbc:h2:mem:orders | jdbc:h2:file:orders",
					"jdbc:h2:mem:orders | jdbc:h2:mem:stock" })
	void theseDoNot(String one, String other) {
		assertThat(JdbcAddress.of(one)).isNotNull();
		assertThat(JdbcAddress.of(one).overlaps(JdbcAddress.of(other))).isFalse();
	}

	@ParameterizedTest
	@ValueSource(
			strings = { "", "jdbc:", "jdbc:h2:mem:", "jdbc:oracle:thin:@db:1521:orders", "postgresql://db/orders" })
	void theseTellNothing(String url) {
		assertThat(JdbcAddress.of(url)).isNull();
	}

	@Test
	void aDataSourceTellsItsUrl() throws Exception {
		JdbcAddress orders = JdbcAddress.of("jdbc:postgresql://db/orders");
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:postgresql://db/orders");
		assertThat(JdbcAddress.of(pool)).isEqualTo(orders);
		assertThat(JdbcAddress.of(new LazyConnectionDataSourceProxy(pool))).isEqualTo(orders);
		PGSimpleDataSource plain = new PGSimpleDataSource();
		plain.setUrl("jdbc:postgresql://db/orders");
		assertThat(JdbcAddress.of(plain)).isEqualTo(orders);
		HikariDataSource around = new HikariDataSource();
		around.setDataSource(plain);
		assertThat(JdbcAddress.of(around)).isEqualTo(orders);
		SimpleDriverDataSource simple = new SimpleDriverDataSource(new org.postgresql.Driver(),
				"jdbc:postgresql://db/orders");
		assertThat(JdbcAddress.of(simple)).isEqualTo(orders);
		JdbcDataSource h2 = new JdbcDataSource();
		h2.setURL("jdbc:h2:mem:orders");
		assertThat(JdbcAddress.of(h2)).isEqualTo(JdbcAddress.of("jdbc:h2:mem:orders"));
	}

	@Test
	void aDataSourceThatDoesNotTellIsNotAsked() {
		assertThat(JdbcAddress.of(new LazyConnectionDataSourceProxy())).isNull();
	}

}
