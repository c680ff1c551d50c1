package io.migration.jdbc;

import java.nio.LongBuffer;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import io.migration.Side;
import io.migration.mirror.Copier;
import io.migration.mirror.NotInChargeException;
import io.migration.test.PostgresServer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What {@link JdbcConvergenceIntegrationTests} would find if something were wrong: the
 * same writers and the same reader, with a relay that lacks one protection.
 */
class JdbcConvergenceTwinIntegrationTests {

	private static final Map<String, String> FORGETFUL = Map.of("wal_writer_delay", "10s");

	@Test
	void nothingDiffersIfNothingIsWrong() throws Exception {
		try (Relayed relayed = new Relayed(PostgresServer.shared(), RelayScene::journal)) {
			relayed.writeAtLeast(600);
			relayed.stopWriting();
			assertThat(relayed.differences()).isEmpty();
		}
	}

	@Test
	void differsWhenATriggerIsMissingForAWhile() throws Exception {
		try (Relayed relayed = new Relayed(PostgresServer.shared(), RelayScene::journal)) {
			relayed.writeAtLeast(100);
			relayed.scene.execute(Side.SOURCE, "alter table event disable trigger migration_capture");
			relayed.writeAtLeast(300);
			relayed.scene.execute(Side.SOURCE, "alter table event enable always trigger migration_capture");
			relayed.writeAtLeast(100);
			relayed.stopWriting();
			assertThat(relayed.differences()).isNotEmpty().allMatch((line) -> line.startsWith("event "));
		}
	}

	@Test
	void differsWhenTheRelayRemembersTheHighestIdItHasSeen() throws Exception {
		Function<RelayScene, Journal> highest = (scene) -> new SnapshotJournal(Side.SOURCE, scene.queries()) {

			@Override
			Snapshot seen(Snapshot now) {
				return new Snapshot(now.xmax(), now.xmax(), List.of());
			}

		};
		try (Relayed relayed = new Relayed(PostgresServer.shared(), highest)) {
			relayed.writeAtLeast(1000);
			relayed.stopWriting();
			assertThat(relayed.differences()).isNotEmpty();
		}
	}

	@Test
	void nothingDiffersWhenTargetForgetsInACrash() throws Exception {
		try (PostgresServer target = PostgresServer.start(FORGETFUL);
				Relayed relayed = new Relayed(target, RelayScene::journal)) {
			crashUnderLoad(target, relayed);
			assertThat(relayed.differences()).isEmpty();
		}
	}

	@Test
	void differsWhenTheJournalIsClearedBeforeTargetIsDurable() throws Exception {
		Function<RelayScene, Journal> early = (scene) -> new SnapshotJournal(Side.SOURCE, scene.queries()) {

			@Override
			boolean wantsDurable() {
				return false;
			}

			@Override
			void applied(Pending pending, boolean durable) {
				super.applied(pending, true);
			}

		};
		List<String> differences = List.of();
		// a crash may come just when target has written all that it had in memory
		for (int crashes = 0; crashes < 4 && differences.isEmpty(); crashes++) {
			try (PostgresServer target = PostgresServer.start(FORGETFUL);
					Relayed relayed = new Relayed(target, early)) {
				crashUnderLoad(target, relayed);
				differences = relayed.differences();
			}
		}
		assertThat(differences).isNotEmpty();
	}

	private static void crashUnderLoad(PostgresServer target, Relayed relayed) throws Exception {
		relayed.writeAtLeast(400);
		int before = relayed.failures;
		target.crash();
		target.restart();
		relayed.writeAtLeast(100);
		relayed.stopWriting();
		assertThat(relayed.failures).as("rounds that met the crash").isGreaterThan(before);
	}

	@Test
	void nothingDiffersWhenARelayStandsStillAndGoesOn() throws Exception {
		try (Relayed relayed = new Relayed(PostgresServer.shared(), RelayScene::journal)) {
			assertThatThrownBy(() -> standStill(relayed, relayed.scene.target.relayRow())).rootCause()
				.isInstanceOf(NotInChargeException.class);
			assertThat(relayed.differences()).isEmpty();
		}
	}

	@Test
	void differsWhenARelayWithoutFencingStandsStillAndGoesOn() throws Exception {
		try (Relayed relayed = new Relayed(PostgresServer.shared(), RelayScene::journal)) {
			standStill(relayed, new RelayRow(RelayScene.NAME, SqlDialect.POSTGRESQL) {

				@Override
				String moving() {
					return super.moving().replace("token = ?", "token >= ? - 1000000");
				}

			});
			assertThat(relayed.differences()).isNotEmpty();
		}
	}

	/**
	 * A relay takes a batch and stands still; another takes over and copies all the rest;
	 * then the first goes on.
	 */
	private static void standStill(Relayed relayed, RelayRow row) throws Exception {
		// else an exchanged value might keep the late batch out by chance
		relayed.scene.execute(Side.TARGET, "alter table seat drop constraint seat_code_key");
		relayed.writeAtLeast(100);
		relayed.pause();
		relayed.writeAtLeast(100);
		StoppedSink stopped = new StoppedSink(relayed.scene.sink(row));
		JdbcCopier standing = relayed.scene.copier("standing", relayed.scene.journal(), stopped);
		standing.open();
		CompletableFuture<Copier.Round> late = standing.copy(256, RelayScene.NOBODY);
		assertThat(stopped.reached.await(30, TimeUnit.SECONDS)).isTrue();
		relayed.goOn();
		relayed.writeAtLeast(300);
		relayed.stopWriting();
		assertThat(relayed.differences()).isEmpty();
		stopped.goOn.countDown();
		try {
			late.get(30, TimeUnit.SECONDS);
		}
		finally {
			standing.close();
		}
	}

	/**
	 * Writers on source, and a thread that drives a copier round by round.
	 */
	private static final class Relayed implements AutoCloseable {

		private final RelayScene scene;

		private final DataSource source;

		private final DataSource target;

		private final HikariDataSource pool = new HikariDataSource();

		private final ContendedRows rows;

		private final JdbcCopier copier;

		private volatile boolean running;

		private volatile int failures;

		private volatile long rounds;

		private Thread thread = new Thread(() -> {
		});

		Relayed(PostgresServer targetServer, Function<RelayScene, Journal> journal) throws Exception {
			PostgresServer server = PostgresServer.shared();
			String from = server.createDatabase();
			String to = targetServer.createDatabase();
			this.source = server.dataSource(from);
			this.target = targetServer.dataSource(to);
			this.scene = new RelayScene(server.jdbcUrl(from), targetServer.jdbcUrl(to),
					ContendedTables.POSTGRESQL.schema(), ContendedTables.POSTGRESQL.schema());
			this.copier = this.scene.copier("one", journal.apply(this.scene),
					this.scene.sink(this.scene.target.relayRow()));
			goOn();
			this.pool.setJdbcUrl(server.jdbcUrl(from));
			JdbcTemplate jdbc = new JdbcTemplate(this.pool);
			ContendedTables.fill(jdbc);
			this.rows = new ContendedRows(jdbc, new TransactionTemplate(new JdbcTransactionManager(this.pool)),
					// TRUNCATE would wait for the relay that stands still
					RowOperations.Dialect.BOTH, "writer", 6, LongBuffer.allocate(6));
		}

		void goOn() throws Exception {
			this.scene.holdLease("one");
			this.running = true;
			this.thread = new Thread(this::relay);
			this.thread.start();
		}

		private void relay() {
			boolean open = false;
			while (this.running) {
				try {
					if (!open) {
						this.copier.open();
						open = true;
					}
					this.copier.copy(256, RelayScene.NOBODY).get(30, TimeUnit.SECONDS);
					this.rounds++;
				}
				catch (Exception ex) {
					this.failures++;
					this.copier.close();
					open = false;
				}
			}
			this.copier.close();
		}

		void pause() throws InterruptedException {
			this.running = false;
			this.thread.join();
		}

		void writeAtLeast(int more) {
			long goal = this.rows.acknowledged() + more;
			long round = this.rounds + (this.running ? 10 : 0);
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.until(() -> this.rows.acknowledged() >= goal && this.rounds >= round);
		}

		void stopWriting() {
			this.rows.close();
			assertThat(this.rows.failed()).as(this.rows.failures().toString()).isZero();
			long round = this.rounds + 3;
			// a twin's target may hold what does not let a row in, for ever
			int failed = this.failures + 20;
			Awaitility.await()
				.atMost(Duration.ofMinutes(1))
				.until(() -> this.rounds >= round || this.failures >= failed);
		}

		List<String> differences() {
			RowReferee onSource = RowReferee.read(this.source);
			assertThat(onSource.count()).isGreaterThan(300);
			return onSource.differences(RowReferee.read(this.target));
		}

		@Override
		public void close() throws Exception {
			this.rows.close();
			pause();
			this.scene.close();
			this.pool.close();
		}

	}

}
