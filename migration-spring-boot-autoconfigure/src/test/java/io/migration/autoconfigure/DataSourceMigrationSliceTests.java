package io.migration.autoconfigure;

import javax.sql.DataSource;

import io.migration.Migration;
import io.migration.jdbc.JdbcMigration;
import io.migration.jdbc.MigratedDataSource;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.data.jdbc.test.autoconfigure.DataJdbcTest;
import org.springframework.boot.data.jpa.test.autoconfigure.DataJpaTest;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase;
import org.springframework.boot.jdbc.test.autoconfigure.AutoConfigureTestDatabase.Replace;
import org.springframework.boot.jdbc.test.autoconfigure.JdbcTest;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests of a part of an application see its data source as it is in the whole, unless
 * they replace it.
 */
class DataSourceMigrationSliceTests {

	private static final String TARGET = "migration.data-source.orders.target.url=jdbc:h2:mem:slice-target";

	private static final String SOURCE = "spring.datasource.generate-unique-name=true";

	private static final String WITHOUT_LIQUIBASE = "spring.liquibase.enabled=false";

	@SpringBootConfiguration
	@EnableAutoConfiguration
	static class Application {

	}

	abstract static class Decorated {

		@Autowired
		private DataSource dataSource;

		@Autowired
		private Migration migration;

		@Autowired
		private JdbcTemplate template;

		@Test
		void theDataSourceIsDecorated() {
			assertThat(this.dataSource).isInstanceOf(MigratedDataSource.class);
			assertThat(this.template.queryForObject("select 1", Integer.class)).isOne();
			assertThat(this.migration.name()).isEqualTo("orders");
		}

	}

	abstract static class Replaced {

		@Autowired
		private DataSource dataSource;

		@Autowired
		private ObjectProvider<Migration> migrations;

		@Autowired
		private ObjectProvider<JdbcMigration> ofDatabases;

		@Autowired
		private JdbcTemplate template;

		@Test
		void theEmbeddedDatabaseIsLeftAlone() throws Exception {
			assertThat(this.dataSource.isWrapperFor(MigratedDataSource.class)).isFalse();
			assertThat(this.template.queryForObject("select 1", Integer.class)).isOne();
			assertThat(this.migrations).isEmpty();
			assertThat(this.ofDatabases).isEmpty();
		}

	}

	@Nested
	@JdbcTest(properties = { TARGET, SOURCE, WITHOUT_LIQUIBASE })
	@AutoConfigureTestDatabase(replace = Replace.NONE)
	class Jdbc extends Decorated {

	}

	@Nested
	@DataJdbcTest(properties = { TARGET, SOURCE, WITHOUT_LIQUIBASE })
	@AutoConfigureTestDatabase(replace = Replace.NONE)
	class DataJdbc extends Decorated {

	}

	@Nested
	@DataJpaTest(properties = { TARGET, SOURCE, WITHOUT_LIQUIBASE })
	@AutoConfigureTestDatabase(replace = Replace.NONE)
	class DataJpa extends Decorated {

	}

	@Nested
	@JdbcTest(properties = { TARGET, SOURCE, WITHOUT_LIQUIBASE })
	class JdbcOfAnotherDatabase extends Replaced {

	}

	@Nested
	@JdbcTest(properties = { TARGET, SOURCE, WITHOUT_LIQUIBASE })
	@AutoConfigureTestDatabase(replace = Replace.AUTO_CONFIGURED)
	class JdbcOfAnotherAutoConfiguredDatabase extends Replaced {

	}

	@Nested
	@DataJpaTest(properties = { TARGET, SOURCE, WITHOUT_LIQUIBASE })
	@AutoConfigureTestDatabase(replace = Replace.ANY)
	class DataJpaOfAnotherDatabase extends Replaced {

	}

}
