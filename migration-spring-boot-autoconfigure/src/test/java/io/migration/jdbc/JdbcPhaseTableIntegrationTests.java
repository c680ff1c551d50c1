package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

import javax.sql.DataSource;

import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Reads;
import io.migration.MigrationPhase.Writes;
import io.migration.Side;
import io.migration.test.FaultProxy;
import io.migration.test.PostgresServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The phase table on real servers: each phase, reads, writes and transactions, with a
 * target that is up, slow, stopped, or accepts and never answers. What is expected
 * follows from {@link MigrationPhase} alone.
 */
class JdbcPhaseTableIntegrationTests {

	private static final PostgresServer server = PostgresServer.shared();

	@ParameterizedTest
	@EnumSource(Fault.class)
	void followsThePhaseTable(Fault fault) throws Exception {
		String from = server.createDatabase();
		String to = server.createDatabase();
		for (String database : List.of(from, to)) {
			new JdbcTemplate(server.dataSource(database))
				.execute("create table probe (name varchar(40) primary key, side varchar(10))");
		}
		try (FaultProxy proxy = FaultProxy.to(server.port());
				MigratedDatabase application = MigratedDatabase.start(server.jdbcUrl(from),
						server.jdbcUrl(to).replace(":" + server.port() + "/", ":" + proxy.port() + "/")
								+ "&socketTimeout=2&connectTimeout=2",
						"mirror.timeout=" + (fault.answers() ? "10s" : "700ms"), "mirror.on-failure=raise",
						"target.hikari.connection-timeout=1500", "compare.sample-rate=1", "gates.backfill=off",
						"gates.max-mismatch-rate=off")) {
			Row row = new Row(application, server.dataSource(from), server.dataSource(to), fault);
			for (MigrationPhase phase : MigrationPhase.values()) {
				application.walkTo(phase);
				row.prepare(phase);
				fault.strike(proxy);
				row.read(phase);
				row.write(phase, "write",
						(name) -> application.jdbc().update("insert into probe values (?, 'new')", name));
				row.write(phase, "transaction", (name) -> application.transactions().executeWithoutResult((status) -> {
					application.jdbc().update("insert into probe values (?, 'old')", name);
					application.jdbc().update("update probe set side = 'new' where name = ?", name);
					assertThat(row.answer(name)).isEqualTo("new");
				}));
				proxy.pass();
				Awaitility.await()
					.atMost(Duration.ofSeconds(20))
					.ignoreExceptions()
					.until(() -> row.answer(phase + ":read") != null
							&& (!phase.journals() || application.migration().catchUp().reached())
							&& !application.migration().circuitOpen());
				row.afterwards(phase);
				if (phase == MigrationPhase.OFF) {
					// a target that holds what it was not given is refused
					row.execute(row.target(), "delete from probe");
				}
			}
		}
	}

	/**
	 * What is done in one phase, and what has to come of it.
	 */
	private record Row(MigratedDatabase application, DataSource source, DataSource target, Fault fault) {

		/**
		 * Give each side a value of its own in a row that nobody journals, so that an
		 * answer tells where it comes from.
		 */
		void prepare(MigrationPhase phase) throws SQLException {
			execute(this.source, "insert into probe values ('%s:read', 'SOURCE')".formatted(phase));
			execute(this.target, "insert into probe values ('%s:read', 'TARGET')".formatted(phase));
		}

		void execute(DataSource side, String sql) throws SQLException {
			try (Connection connection = side.getConnection(); Statement statement = connection.createStatement()) {
				statement.execute("set migration.relay = 'on'");
				statement.execute(sql);
			}
		}

		String answer(String name) {
			return this.application.jdbc().queryForObject("select side from probe where name = ?", String.class, name);
		}

		static String on(DataSource side, String name) {
			List<String> found = new JdbcTemplate(side).queryForList("select side from probe where name = ?",
					String.class, name);
			return found.isEmpty() ? "nothing" : found.get(0);
		}

		void read(MigrationPhase phase) {
			Side answering = (phase.reads() == Reads.SHARED) ? Side.TARGET : phase.authority();
			String what = "read in %s, target %s".formatted(phase, this.fault);
			String[] answers = new String[2];
			Throwable failure = catchThrowable(() -> answers[0] = answer(phase + ":read"));
			Throwable inTransaction = catchThrowable(
					() -> answers[1] = this.application.readOnly().execute((status) -> answer(phase + ":read")));
			if (answering == Side.TARGET && !this.fault.answers()) {
				assertThat(failure).as(what).isInstanceOf(DataAccessException.class);
				assertThat(inTransaction).as(what).isNotNull();
			}
			else {
				assertThat(failure).as(what).isNull();
				assertThat(inTransaction).as(what).isNull();
				assertThat(answers).as(what).containsExactly(answering.name(), answering.name());
			}
		}

		void write(MigrationPhase phase, String kind, java.util.function.Consumer<String> operation) {
			String name = phase + ":" + kind;
			Throwable failure = catchThrowable(() -> operation.accept(name));
			String what = "%s in %s, target %s".formatted(kind, phase, this.fault);
			if (phase.authority() == Side.TARGET) {
				assertThat(failure == null).as(what).isEqualTo(this.fault.answers());
				return;
			}
			assertThat(on(this.source, name)).as(what).isEqualTo("new");
			boolean awaited = phase.writes() == Writes.AWAITED || phase.writes() == Writes.REQUIRED;
			if (awaited && !this.fault.answers()) {
				assertThat(failure).as(what)
					.hasStackTraceContaining(WriteNotMirroredSQLException.class.getName())
					.hasStackTraceContaining("done on the authority and journaled");
			}
			else {
				assertThat(failure).as(what).isNull();
			}
			if (awaited && this.fault.answers()) {
				assertThat(on(this.target, name)).as(what).isEqualTo("new");
			}
			if (phase.writes() == Writes.PLAIN) {
				assertThat(on(this.target, name)).as(what).isEqualTo("nothing");
			}
		}

		/**
		 * The target is back: what was journaled has arrived on the other side.
		 */
		void afterwards(MigrationPhase phase) {
			for (String kind : List.of("write", "transaction")) {
				String name = phase + ":" + kind;
				String what = "%s after target was %s".formatted(name, this.fault);
				DataSource authority = (phase.authority() == Side.SOURCE) ? this.source : this.target;
				DataSource other = (phase.authority() == Side.SOURCE) ? this.target : this.source;
				assertThat(on(other, name)).as(what).isEqualTo(phase.journals() ? on(authority, name) : "nothing");
			}
		}

	}

	enum Fault {

		UP(true), SLOW(true), STOPPED(false), BLACK_HOLED(false);

		private final boolean answers;

		Fault(boolean answers) {
			this.answers = answers;
		}

		boolean answers() {
			return this.answers;
		}

		void strike(FaultProxy proxy) {
			switch (this) {
				case UP -> proxy.pass();
				case SLOW -> proxy.delay(Duration.ofMillis(30));
				case STOPPED -> proxy.refuse();
				case BLACK_HOLED -> proxy.blackHole();
			}
		}

	}

}
