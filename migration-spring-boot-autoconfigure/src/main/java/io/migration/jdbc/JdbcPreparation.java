package io.migration.jdbc;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;

import javax.sql.DataSource;

import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.StepRefusedException;
import io.migration.phase.Ledger;
import io.migration.phase.LedgerRecord;
import io.migration.phase.PhaseStep;

import org.springframework.boot.sql.init.DatabaseInitializationMode;

/**
 * What must be true of the databases before a step is taken.
 */
final class JdbcPreparation {

	private static final Duration TIMEOUT = Duration.ofSeconds(10);

	private final JdbcMigrationSettings settings;

	private final JdbcSide source;

	private final JdbcSide target;

	private final JdbcSchemas schemas;

	private final JdbcPools pools;

	private final Consumer<DataSource> targetSchema;

	JdbcPreparation(JdbcMigrationSettings settings, JdbcSide source, JdbcSide target, JdbcSchemas schemas,
			JdbcPools pools, Consumer<DataSource> targetSchema) {
		this.settings = settings;
		this.source = source;
		this.target = target;
		this.schemas = schemas;
		this.pools = pools;
		this.targetSchema = targetSchema;
	}

	void prepare(PhaseStep step, LedgerRecord record) {
		try {
			if (step.to() == MigrationPhase.SHADOW && step.forward()) {
				prepareShadow(record);
			}
			else if (step.to() == MigrationPhase.READ_NEW && step.forward()) {
				try (Connection connection = this.pools.targetReads().getConnection()) {
					connection.isValid(1);
				}
			}
			if (step.movesAuthority()) {
				prepareAuthority(step.to().authority());
			}
		}
		catch (SQLException ex) {
			throw refused("the step %s is not possible yet: %s".formatted(step, ex.getMessage()));
		}
	}

	/**
	 * Bring the schema of target up to date, where that is asked for.
	 * @throws StepRefusedException if it cannot be
	 */
	void updateTargetSchema() {
		try {
			this.targetSchema.accept(this.target.dataSource());
		}
		catch (RuntimeException ex) {
			throw refused("the schema of target cannot be brought up to date: %s".formatted(ex.getMessage()));
		}
	}

	private StepRefusedException refused(String message) {
		return new StepRefusedException(this.settings.phase().name(), message);
	}

	private void prepareShadow(LedgerRecord record) throws SQLException {
		updateTargetSchema();
		JdbcSchemas.Reading read = this.schemas.refresh();
		refuseObstacles(read);
		boolean ours = checkMark(record);
		List<MirroredTable> tables = read.tables();
		boolean targetEmpty = empty(this.target, tables);
		if (!ours && !this.settings.adopt() && !targetEmpty) {
			throw refused(
					"tables on target are not empty and do not belong to this migration. Empty them, or set migration.data-source.%s.target.adopt=true: then whatever source lacks is deleted there"
						.formatted(this.settings.phase().name()));
		}
		checkWriting(this.target, tables);
		install(this.source, read.source());
		JdbcLedger ledger = new JdbcLedger(this.settings.phase().name(), this.target.dataSource(),
				this.settings.initializeSchema());
		ledger.mark(new Ledger.StoreMark(record.pair(), Side.TARGET));
		// looked at when every write is journaled already
		boolean sourceEmpty = empty(this.source, tables);
		CopyState state = sourceEmpty ? (targetEmpty ? CopyState.COMPLETE : CopyState.RECONCILE_THEN_COMPLETE)
				: (targetEmpty ? CopyState.RECONCILED : CopyState.RECONCILE);
		this.source.ask((connection) -> {
			this.source.relayRow().ensure(connection);
			this.source.relayRow().copied(connection, state);
			return true;
		});
	}

	private void refuseObstacles(JdbcSchemas.Reading read) {
		List<String> obstacles = new ArrayList<>(Capture.of(this.source.dialect()).obstacles(read.source()));
		read.differences().forEach((difference) -> obstacles.add(String.valueOf(difference)));
		for (MirroredTable table : read.tables()) {
			for (Side side : Side.values()) {
				if (!table.fedWhole(side) && table.on(side).otherUnique()) {
					obstacles.add(
							"%s has a second unique key and columns on %s that the other side does not have; rows that exchange unique values could not be copied without losing those columns. Exclude the table, or give both sides the same columns"
								.formatted(table, side.wireName()));
				}
			}
		}
		if (read.source().isEmpty()) {
			obstacles.add("no table is in scope; look at tables.include and tables.exclude");
		}
		if (!obstacles.isEmpty()) {
			throw refused("the tables cannot be moved as they are: " + String.join("; ", obstacles));
		}
	}

	private boolean checkMark(LedgerRecord record) {
		Ledger.StoreMark mark = new JdbcLedger(this.settings.phase().name(), this.target.dataSource(),
				this.settings.initializeSchema())
			.mark();
		if (mark != null && mark.side() == Side.SOURCE) {
			throw refused("target is marked as the source of a migration of this name; the URLs are swapped");
		}
		return mark != null && mark.pair().equals(record.pair());
	}

	/**
	 * See that the relay may write as it has to, before it has to.
	 */
	private static void checkWriting(JdbcSide side, List<MirroredTable> tables) throws SQLException {
		boolean needsQuiet = tables.stream()
			.map((table) -> table.on(side.side()))
			.anyMatch((table) -> !table.references().isEmpty() || !table.userTriggers().isEmpty());
		RelaySession.writing(side.dataSource(), side.dialect(), TIMEOUT, needsQuiet).end();
		if (side.dialect() != SqlDialect.POSTGRESQL) {
			String triggers = tables.stream()
				.map((table) -> table.on(side.side()))
				.filter((table) -> !table.userTriggers().isEmpty())
				.map((table) -> "%s (%s)".formatted(table.name(), String.join(", ", table.userTriggers())))
				.collect(Collectors.joining("; "));
			if (!triggers.isEmpty()) {
				throw new SQLException(
						"tables on %s have triggers, which cannot be kept quiet while rows are copied there: %s. Drop them on that side"
							.formatted(side.side().wireName(), triggers));
			}
		}
	}

	/**
	 * Make a side journal what is written there.
	 */
	private void install(JdbcSide side, List<Table> tables) throws SQLException {
		Capture capture = Capture.of(side.dialect());
		List<Table> missing = side.ask((connection) -> capture.missing(connection, tables));
		if (missing.isEmpty()) {
			return;
		}
		if (this.settings.initializeSchema() == DatabaseInitializationMode.NEVER) {
			throw refused(
					"%s lacks the journal or its triggers for %s, and migration.initialize-schema is never. Run:\n%s"
						.formatted(side.side().wireName(),
								missing.stream()
									.map((table) -> table.name().toString())
									.collect(Collectors.joining(", ")),
								missing.stream()
									.flatMap((table) -> capture.installation(table).stream())
									.collect(Collectors.joining(";\n", "", ";"))));
		}
		side.ask((connection) -> {
			capture.install(connection, missing);
			return true;
		});
	}

	/**
	 * The incoming side must be able to take writes, and to journal them, before anybody
	 * is held up.
	 */
	private void prepareAuthority(Side incoming) throws SQLException {
		JdbcSchemas.Reading read = this.schemas.refresh();
		refuseObstacles(read);
		JdbcSide side = (incoming == Side.SOURCE) ? this.source : this.target;
		JdbcSide outgoing = (incoming == Side.SOURCE) ? this.target : this.source;
		List<Table> tables = read.on(incoming);
		if (incoming == Side.SOURCE || this.settings.reversible()) {
			List<String> obstacles = Capture.of(side.dialect()).obstacles(tables);
			if (!obstacles.isEmpty()) {
				throw refused(
						"writes on %s could not be journaled for the way back: %s. Set cutover.reversible=false to do without"
							.formatted(incoming.wireName(), String.join("; ", obstacles)));
			}
			checkWriting(outgoing, read.tables());
			install(side, tables);
			side.ask((connection) -> {
				side.relayRow().ensure(connection);
				return true;
			});
		}
		if (incoming == Side.TARGET) {
			try (Connection connection = this.pools.target().getConnection()) {
				connection.isValid(1);
			}
		}
	}

	private static boolean empty(JdbcSide side, List<MirroredTable> tables) throws SQLException {
		return side.ask((connection) -> {
			for (MirroredTable table : tables) {
				try (Statement statement = connection.createStatement();
						ResultSet results = statement.executeQuery("select 1 from %s limit 1"
							.formatted(side.dialect().quote(table.on(side.side()).name())))) {
					if (results.next()) {
						return false;
					}
				}
			}
			return true;
		});
	}

}
