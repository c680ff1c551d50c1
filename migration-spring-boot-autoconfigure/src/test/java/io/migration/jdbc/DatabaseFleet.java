package io.migration.jdbc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import javax.sql.DataSource;

import io.migration.MigrationPhase;
import org.awaitility.Awaitility;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Processes that come and go, and write to one pair of databases in dual-write.
 */
final class DatabaseFleet implements AutoCloseable {

	private final String[] properties;

	private final RowOperations.Dialect dialect;

	private final Database source;

	private final Database target;

	private final List<ForkedDatabaseApplication> processes = new ArrayList<>();

	/**
	 * Create the tables, walk to dual-write, and write the rows that are fought for.
	 */
	DatabaseFleet(Database source, Database target) {
		this.source = source;
		this.target = target;
		this.dialect = (source.tables() == ContendedTables.POSTGRESQL) ? RowOperations.Dialect.POSTGRESQL
				: RowOperations.Dialect.MARIADB;
		// a process that stands still in a transaction keeps its locks: the others give
		// up
		String patience = (this.dialect == RowOperations.Dialect.POSTGRESQL) ? "set lock_timeout = '2s'"
				: "set innodb_lock_wait_timeout = 2";
		this.properties = new String[] { "compare.sample-rate=0", "migration.fleet.lease=5s", "mirror.on-failure=raise",
				"mirror.timeout=5s", "spring.datasource.hikari.maximum-pool-size=8",
				"spring.datasource.hikari.connection-init-sql=" + patience };
		source.tables().create(source.dataSource());
		target.tables().create(target.dataSource());
		try (MigratedDatabase first = operator()) {
			first.walkTo(MigrationPhase.DUAL_WRITE);
			ContendedTables.fill(first.jdbc());
		}
	}

	private MigratedDatabase operator() {
		return MigratedDatabase.start(this.source.url(), this.target.url(), this.properties);
	}

	ForkedDatabaseApplication fork(String name) {
		ForkedDatabaseApplication process = ForkedDatabaseApplication.start(name, this.dialect, this.source.url(),
				this.target.url(), this.properties);
		this.processes.add(process);
		return process;
	}

	/**
	 * Let two processes write.
	 */
	List<ForkedDatabaseApplication> forkTwo(int round) {
		List<ForkedDatabaseApplication> two = List.of(fork("one" + round), fork("other" + round));
		two.forEach((process) -> process.awaitPhase(MigrationPhase.DUAL_WRITE));
		two.forEach(ForkedDatabaseApplication::startWriting);
		return two;
	}

	static void awaitMore(ForkedDatabaseApplication process, int more) {
		long goal = process.acknowledged() + more;
		Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> process.acknowledged() >= goal);
	}

	/**
	 * Return which of two processes relays.
	 */
	static ForkedDatabaseApplication relaying(List<ForkedDatabaseApplication> two) {
		Awaitility.await()
			.atMost(Duration.ofMinutes(1))
			.until(() -> two.stream().anyMatch(ForkedDatabaseApplication::holdsTheRelay));
		return two.get(0).holdsTheRelay() ? two.get(0) : two.get(1);
	}

	/**
	 * Return how many events target has: what is mirrored while others still write.
	 */
	int mirrored() {
		return RowReferee.read(this.target.dataSource()).count("event");
	}

	/**
	 * Wait until the journal is drained, then read both sides.
	 */
	void assertConverged() {
		try (MigratedDatabase operator = operator()) {
			operator.jdbc().queryForObject("select 1", Integer.class);
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.ignoreExceptions()
				.until(() -> operator.migration().catchUp().reached() && operator.mirrored().journal().depth() == 0);
		}
		RowReferee onSource = RowReferee.read(this.source.dataSource());
		RowReferee onTarget = RowReferee.read(this.target.dataSource());
		assertThat(onSource.count()).isGreaterThan(300);
		assertThat(onSource.differences(onTarget)).isEmpty();
		int counted = 0;
		for (ForkedDatabaseApplication process : this.processes) {
			long[] numbers = process.counted();
			for (int thread = 0; thread < numbers.length; thread++) {
				if (numbers[thread] > 0) {
					assertThat(onTarget.counted(process.ownRow(thread))).as(process.ownRow(thread))
						.isGreaterThanOrEqualTo(numbers[thread]);
					counted++;
				}
			}
		}
		assertThat(counted).as("threads whose acknowledged writes were checked").isPositive();
	}

	@Override
	public void close() {
		this.processes.forEach(ForkedDatabaseApplication::close);
	}

	/**
	 * One of the two databases.
	 *
	 * @param url its address
	 * @param dataSource reads it
	 * @param tables its tables
	 */
	record Database(String url, DataSource dataSource, ContendedTables tables) {

	}

}
