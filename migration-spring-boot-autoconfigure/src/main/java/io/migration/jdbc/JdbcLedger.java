package io.migration.jdbc;

import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Supplier;

import javax.sql.DataSource;

import io.migration.MigrationException;
import io.migration.phase.FleetInstance;
import io.migration.phase.Ledger;
import io.migration.phase.LedgerRecord;
import io.migration.phase.LedgerUnavailableException;
import io.migration.phase.PhaseChange;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.sql.init.DatabaseInitializationMode;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.dao.NonTransientDataAccessException;
import org.springframework.dao.NonTransientDataAccessResourceException;
import org.springframework.jdbc.BadSqlGrammarException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The ledger in a database: the tables {@code migration_phase},
 * {@code migration_instance}, {@code migration_history} and {@code migration_store}.
 * <p>
 * <b>Joining.</b> {@link #join} must not let the fleet walk on between the registration
 * of an instance and its look at the record. Both are one transaction, which locks the
 * row of the migration before it registers; {@link #compareAndSet} is an {@code UPDATE}
 * of that row, so one of the two waits for the other to commit.
 * <ul>
 * <li>The joiner is first: its registration has committed before the update can proceed,
 * so whoever looks at {@link #instances()} after his compare-and-set has returned sees
 * the joiner, since that look is a later transaction with a later snapshot.</li>
 * <li>The update is first: the joiner's locking read waits and then returns the new
 * record. Under {@code READ COMMITTED} it reads the row again once it has the lock; so
 * does MySQL under {@code REPEATABLE READ}, where a locking read goes past the snapshot.
 * PostgreSQL raises a serialization failure under {@code REPEATABLE READ}; the
 * transaction then begins anew, with a snapshot taken after the update.</li>
 * </ul>
 * It is the lock that carries the argument: with a plain read both transactions commit
 * under either level, the joiner with the old record, the walker without the joiner. Two
 * first joiners are told apart by the primary key; the second begins anew and finds the
 * record.
 * <p>
 * <b>Failures.</b> Each call is a transaction of its own, outside any that the caller may
 * be in. Where transactions get into each other's way (serialization failure, deadlock,
 * lock or key taken) it is repeated until the timeout has passed; an attempt that is
 * waiting then gets one more timeout at most. A database that does not answer raises
 * {@link LedgerUnavailableException}. When the answer to the commit itself is lost,
 * nobody knows whether {@link #compareAndSet} succeeded: the next {@link #read()} tells.
 * Waiting for a connection is bounded by the {@code DataSource}, which should therefore
 * not be a pool that a busy application can exhaust.
 * <p>
 * <b>Time.</b> {@link FleetInstance#silence()} is the difference of two readings of the
 * database's clock, neither of an instance's. If the database fails over, the clocks of
 * its servers must agree within the margin by which the fleet counts an instance out
 * later than its lease.
 * <p>
 * Thread safe. Nothing is connected to before the first call, and no table is created
 * before there is something to write.
 */
final class JdbcLedger implements Ledger {

	private static final Duration TIMEOUT = Duration.ofSeconds(5);

	private static final long MOST_PAUSE = Duration.ofMillis(10).toNanos();

	private static final String RECORD = """
			select pair, phase, authority, epoch, revision, stage, goal, deadline, desired_phase, desired_by,
				desired_reason, desired_force, since, journaling_since
			from migration_phase where migration = :migration""";

	private static final String LOCKED_RECORD = RECORD + " for update";

	private static final String CREATE = """
			insert into migration_phase (migration, pair, phase, authority, epoch, revision, stage, goal, deadline,
				desired_phase, desired_by, desired_reason, desired_force, since, journaling_since)
			values (:migration, :pair, :phase, :authority, :epoch, :revision, :stage, :goal, :deadline,
				:desiredPhase, :desiredBy, :desiredReason, :desiredForce, :since, :journalingSince)""";

	private static final String REPLACE = """
			update migration_phase set pair = :pair, phase = :phase, authority = :authority, epoch = :epoch,
				revision = :revision, stage = :stage, goal = :goal, deadline = :deadline,
				desired_phase = :desiredPhase, desired_by = :desiredBy, desired_reason = :desiredReason,
				desired_force = :desiredForce, since = :since, journaling_since = :journalingSince
			where migration = :migration and revision = :expected""";

	private static final String APPEND = """
			insert into migration_history (migration, epoch, from_phase, to_phase, changed_at, changed_by, reason)
			values (:migration, :epoch, :from, :to, :at, :by, :reason)""";

	private final String migration;

	private final JdbcClient jdbc;

	private final TransactionTemplate transaction;

	private final LedgerSchema schema;

	private final long timeout;

	/**
	 * Create a ledger.
	 * @param migration the migration's name
	 * @param dataSource the database, outside the decorated beans
	 * @param initializeSchema whether to create the tables where they are missing
	 */
	JdbcLedger(String migration, DataSource dataSource, DatabaseInitializationMode initializeSchema) {
		this(migration, dataSource, initializeSchema, TIMEOUT);
	}

	/**
	 * Create a ledger.
	 * @param migration the migration's name
	 * @param dataSource the database, outside the decorated beans
	 * @param initializeSchema whether to create the tables where they are missing
	 * @param timeout how long a transaction may take, in whole seconds
	 */
	JdbcLedger(String migration, DataSource dataSource, DatabaseInitializationMode initializeSchema, Duration timeout) {
		JdbcTemplate template = new JdbcTemplate(dataSource);
		this.migration = migration;
		this.jdbc = JdbcClient.create(template);
		this.transaction = LedgerTransactions.template(dataSource, timeout);
		this.schema = new LedgerSchema(migration, dataSource, initializeSchema, template, this.transaction);
		this.timeout = timeout.toNanos();
	}

	@Override
	public @Nullable LedgerRecord read() {
		return look((dialect) -> select(RECORD), Optional.<LedgerRecord>empty()).orElse(null);
	}

	@Override
	public LedgerRecord join(FleetInstance instance, LedgerRecord first) {
		return change((dialect) -> {
			// first of all the lock: see the class comment
			Optional<LedgerRecord> present = lock();
			if (present.isEmpty()) {
				create(first, List.of());
			}
			register(instance, dialect);
			return present.orElse(first);
		});
	}

	@Override
	public boolean compareAndSet(long expectedRevision, LedgerRecord next, @Nullable PhaseChange change) {
		return change((dialect) -> {
			boolean replaced = replace(expectedRevision, next);
			if (replaced && change != null) {
				append(change);
			}
			return replaced;
		});
	}

	@Override
	public void install(LedgerRecord committed, List<PhaseChange> history) {
		change((dialect) -> {
			Optional<LedgerRecord> present = lock();
			if (present.isEmpty()) {
				create(committed, history);
			}
			else if (present.get().epoch() < committed.epoch()) {
				replace(present.get().revision(), committed);
				replaceHistory(history);
			}
			return null;
		});
	}

	@Override
	public void heartbeat(FleetInstance instance) {
		change((dialect) -> {
			register(instance, dialect);
			return null;
		});
	}

	@Override
	public boolean remove(String instanceId) {
		return look((dialect) -> statement("delete from migration_instance where migration = :migration and id = :id")
			.param("id", instanceId)
			.update() > 0, false);
	}

	@Override
	public List<FleetInstance> instances() {
		return look((dialect) -> statement("select id, host, applied, " + dialect.silence()
				+ " as silence from migration_instance where migration = :migration order by id")
			.query(LedgerRows::instance)
			.list(), List.of());
	}

	@Override
	public List<PhaseChange> history() {
		return look((dialect) -> statement("""
				select from_phase, to_phase, epoch, changed_at, changed_by, reason
				from migration_history where migration = :migration order by epoch desc""").query(LedgerRows::change)
			.list(), List.of());
	}

	@Override
	public @Nullable StoreMark mark() {
		return look((dialect) -> statement("select pair, side from migration_store where migration = :migration")
			.query(LedgerRows::mark)
			.optional(), Optional.<StoreMark>empty()).orElse(null);
	}

	@Override
	public void mark(StoreMark mark) {
		change((dialect) -> {
			statement("delete from migration_store where migration = :migration").update();
			statement("insert into migration_store (migration, pair, side) values (:migration, :pair, :side)")
				.param("pair", mark.pair())
				.param("side", mark.side().wireName())
				.update();
			return null;
		});
	}

	/**
	 * Lock the record, if there is one. A row that is not there is not asked for with a
	 * lock: MySQL would lock the gap in which it is missing, for everybody who asks, and
	 * then none of them can insert it. First joiners who began anew as often as they were
	 * chosen as a deadlock's victim held each other up for seconds.
	 */
	private Optional<LedgerRecord> lock() {
		return select(RECORD).flatMap((unlocked) -> select(LOCKED_RECORD));
	}

	private Optional<LedgerRecord> select(String sql) {
		return statement(sql).query(LedgerRows::record).optional();
	}

	private void create(LedgerRecord record, List<PhaseChange> history) {
		this.jdbc.sql(CREATE).paramSource(LedgerRows.of(this.migration, record)).update();
		// that of an earlier life of this ledger would claim epochs which come again
		replaceHistory(history);
	}

	private boolean replace(long expectedRevision, LedgerRecord next) {
		return this.jdbc.sql(REPLACE)
			.paramSource(LedgerRows.of(this.migration, next).addValue("expected", expectedRevision))
			.update() > 0;
	}

	private void append(PhaseChange change) {
		this.jdbc.sql(APPEND).paramSource(LedgerRows.of(this.migration, change)).update();
	}

	private void replaceHistory(List<PhaseChange> history) {
		statement("delete from migration_history where migration = :migration").update();
		history.forEach(this::append);
	}

	private void register(FleetInstance instance, LedgerDialect dialect) {
		int updated = this.jdbc
			.sql("update migration_instance set host = :host, applied = :applied, heartbeat = " + dialect.now()
					+ " where migration = :migration and id = :id")
			.paramSource(LedgerRows.of(this.migration, instance))
			.update();
		if (updated == 0) {
			this.jdbc.sql(
					"insert into migration_instance (migration, id, host, applied, heartbeat) values (:migration, :id, :host, :applied, "
							+ dialect.now() + ")")
				.paramSource(LedgerRows.of(this.migration, instance))
				.update();
		}
	}

	private JdbcClient.StatementSpec statement(String sql) {
		return this.jdbc.sql(sql).param("migration", this.migration);
	}

	/**
	 * Do what needs no table to be created: without tables there is nothing.
	 */
	private <T extends @Nullable Object> T look(Function<LedgerDialect, T> work, T nothing) {
		return translated(() -> {
			LedgerDialect dialect = this.schema.find();
			return (dialect != null) ? inTransaction(dialect, work) : nothing;
		});
	}

	private <T extends @Nullable Object> T change(Function<LedgerDialect, T> work) {
		return translated(() -> inTransaction(this.schema.ensure(), work));
	}

	private <T extends @Nullable Object> T inTransaction(LedgerDialect dialect, Function<LedgerDialect, T> work) {
		try {
			return repeated(() -> this.transaction.execute((status) -> work.apply(dialect)));
		}
		catch (BadSqlGrammarException ex) {
			throw this.schema.unusable(dialect, ex);
		}
		catch (IllegalArgumentException | DateTimeException ex) {
			throw new MigrationException(this.migration,
					"the ledger holds what this version does not understand: %s. Was it written by a later version?"
						.formatted(ex.getMessage()),
					ex);
		}
	}

	private <T extends @Nullable Object> T repeated(Supplier<T> work) {
		long start = System.nanoTime();
		while (true) {
			try {
				return work.get();
			}
			catch (ConcurrencyFailureException | DuplicateKeyException ex) {
				if (System.nanoTime() - start >= this.timeout) {
					throw ex;
				}
				// those who got into each other's way do not begin anew together
				LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MOST_PAUSE));
			}
		}
	}

	private <T extends @Nullable Object> T translated(Supplier<T> work) {
		try {
			return work.get();
		}
		catch (TransactionException ex) {
			throw unavailable(ex);
		}
		catch (DataAccessException ex) {
			boolean refused = ex instanceof NonTransientDataAccessException
					&& !(ex instanceof NonTransientDataAccessResourceException)
					&& !(ex instanceof UncategorizedSQLException);
			throw refused
					? new MigrationException(this.migration,
							"the database refuses what the ledger does: %s".formatted(ex.getMessage()), ex)
					: unavailable(ex);
		}
	}

	private LedgerUnavailableException unavailable(RuntimeException ex) {
		return new LedgerUnavailableException(this.migration,
				"the database that holds the ledger does not answer: %s. The phase stays as it is until it does"
					.formatted(reason(ex)),
				ex);
	}

	private static @Nullable String reason(RuntimeException ex) {
		return NestedExceptionUtils.getMostSpecificCause(ex).getMessage();
	}

}
