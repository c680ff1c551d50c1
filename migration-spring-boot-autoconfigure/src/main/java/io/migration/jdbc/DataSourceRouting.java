package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;

import javax.sql.DataSource;

import io.migration.MigrationPhase.Reads;
import io.migration.MigrationPhase.Writes;
import io.migration.OperationRefusedException;
import io.migration.Side;
import io.migration.WriteNotMirroredException;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.mirror.MirrorSettings.StaleReads;
import io.migration.mirror.Relay;
import io.migration.phase.CurrentPhase;
import io.migration.phase.PinnedPhase;
import io.migration.phase.Stage;
import org.jspecify.annotations.Nullable;

/**
 * Decides for the decorated connections of a migration. One for each decorated bean,
 * which differ in the source they lead to; what they wait for they share.
 * <p>
 * <b>Waiting.</b> A writer draws its ticket when its transaction is committed. A round of
 * the relay that begins later sees the transaction, and covers the ticket when the other
 * side has acknowledged it.
 * <p>
 * <b>Parking.</b> While authority moves, units that may write wait before they have a
 * connection. Two are let in while running ones end: what a thread begins that has a unit
 * open already (an inner transaction), because the outer one could not end otherwise; and
 * queries outside of transactions. When all have ended nothing is let in but units that
 * are declared to read only.
 */
final class DataSourceRouting implements Routing {

	private static final Pattern TRUNCATE = Pattern.compile("^[\\s(]*truncate\\b.*",
			Pattern.CASE_INSENSITIVE | Pattern.DOTALL);

	private final JdbcMigration migration;

	private final Shared shared;

	private final DataSource source;

	DataSourceRouting(JdbcMigration migration, Shared shared, DataSource source) {
		this.migration = migration;
		this.shared = shared;
		this.source = source;
	}

	@Override
	public PinnedPhase begin(UnitKind unit) throws SQLException {
		PinnedPhase pinned = this.shared.phase.enter();
		if (pinned.parksWrites()) {
			pinned = beginWhileAuthorityMoves(unit, pinned);
		}
		if (unit == UnitKind.WRITING) {
			this.shared.open.get()[0]++;
		}
		return pinned;
	}

	private PinnedPhase beginWhileAuthorityMoves(UnitKind unit, PinnedPhase entered) throws SQLException {
		PinnedPhase pinned = entered;
		long deadline = System.nanoTime() + this.migration.jdbcSettings().maxPark().toNanos();
		boolean first = true;
		while (pinned.parksWrites() && waits(unit, pinned)) {
			if (first && this.migration.waitsForItsLedger()) {
				// counted like any other; who joins waits until it has ended
				return pinned;
			}
			pinned.exit();
			if (first) {
				first = false;
				this.migration.join();
			}
			else {
				this.shared.park(pinned, deadline, this.migration.control().name());
			}
			pinned = this.shared.phase.enter();
		}
		return pinned;
	}

	private boolean waits(UnitKind unit, PinnedPhase pinned) {
		if (!this.migration.control().joined()) {
			return true;
		}
		return switch (unit) {
			case READ_ONLY -> false;
			case QUERY -> pinned.stage() == Stage.SWAPPING;
			case WRITING -> pinned.stage() == Stage.SWAPPING || this.shared.open.get()[0] == 0;
		};
	}

	@Override
	public Side readsFrom(PinnedPhase pinned) {
		Side authority = pinned.authority();
		if (pinned.reads() != Reads.SHARED) {
			return authority;
		}
		return pinned.inReadShare(ThreadLocalRandom.current().nextInt()) ? Side.TARGET : authority;
	}

	@Override
	public Connection connect(Side side, boolean readOnly, @Nullable Credentials credentials) throws SQLException {
		if (side == Side.SOURCE) {
			return (credentials != null) ? this.source.getConnection(credentials.user(), credentials.password())
					: this.source.getConnection();
		}
		boolean authority = this.shared.phase.get().authority() == Side.TARGET;
		return (readOnly && !authority) ? this.migration.pools().targetReads().getConnection()
				: this.migration.pools().target().getConnection();
	}

	@Override
	public void committed(PinnedPhase pinned) throws SQLException {
		Writes writes = pinned.writes();
		if (writes == Writes.PLAIN || writes == Writes.JOURNALED) {
			return;
		}
		Relay relay = this.migration.relay(pinned.authority());
		Throwable failure;
		try {
			relay.await(relay.ticket(), this.migration.settings().timeout()).get();
			return;
		}
		catch (ExecutionException ex) {
			failure = (ex.getCause() != null) ? ex.getCause() : ex;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			failure = ex;
		}
		boolean goesOn = this.migration.settings().onFailure() == OnFailure.CONTINUE
				&& (writes == Writes.AWAITED || this.migration.settings().staleReads() == StaleReads.ALLOW);
		if (!goesOn) {
			throw new WriteNotMirroredSQLException(
					new WriteNotMirroredException(this.migration.control().name(), reason(failure), failure));
		}
	}

	private String reason(Throwable failure) {
		if (failure instanceof TimeoutException) {
			return "it took longer than mirror.timeout (%s)".formatted(this.migration.settings().timeout());
		}
		return (failure instanceof InterruptedException) ? "the thread was interrupted while it waited"
				: String.valueOf(failure.getMessage());
	}

	@Override
	public SqlKind kind(String sql) {
		return this.shared.kinds.kind(sql);
	}

	@Override
	public boolean samples(PinnedPhase pinned) {
		return pinned.reads() != Reads.AUTHORITY && this.migration.samples();
	}

	@Override
	public void compare(RecordedQuery query) {
		this.migration.compare(query);
	}

	@Override
	public boolean fallsBack() {
		return this.migration.settings().onFailure() == OnFailure.CONTINUE;
	}

	@Override
	public void ended(PinnedPhase pinned, UnitKind unit, boolean write, Side side, boolean success, long nanos) {
		if (unit == UnitKind.WRITING) {
			int[] open = this.shared.open.get();
			// a unit may end on another thread than it began on
			if (open[0] > 0) {
				open[0]--;
			}
		}
		if (pinned.phase().journals()) {
			this.migration.observer().operation(write, side, success, nanos);
		}
	}

	@Override
	public void check(PinnedPhase pinned, String sql) throws SQLException {
		if (pinned.phase().journals() && TRUNCATE.matcher(sql).matches()
				&& !this.migration.capturesTruncate(pinned.authority())) {
			OperationRefusedException refused = new OperationRefusedException(this.migration.control().name(),
					"TRUNCATE fires no triggers on this database, so target would keep the rows. Use DELETE, or step back to off");
			throw new SQLException(refused.getMessage(), "0A000", refused);
		}
	}

	@Override
	public String toString() {
		return "migration '%s'".formatted(this.migration.control().name());
	}

	/**
	 * What the beans of one migration share.
	 */
	static final class Shared {

		private final CurrentPhase phase;

		private final SqlKinds kinds;

		private final ReentrantLock lock = new ReentrantLock();

		private final Condition changed = this.lock.newCondition();

		private final AtomicInteger parked = new AtomicInteger();

		/** How many writing units a thread has open. */
		private final ThreadLocal<int[]> open = ThreadLocal.withInitial(() -> new int[1]);

		Shared(CurrentPhase phase, SqlKinds kinds) {
			this.phase = phase;
			this.kinds = kinds;
			phase.onChange(this::signal);
		}

		private void signal() {
			this.lock.lock();
			try {
				this.changed.signalAll();
			}
			finally {
				this.lock.unlock();
			}
		}

		int parked() {
			return this.parked.get();
		}

		private void park(PinnedPhase pinned, long deadline, String migration) throws SQLException {
			this.parked.incrementAndGet();
			this.lock.lock();
			try {
				while (this.phase.get() == pinned) {
					long left = deadline - System.nanoTime();
					if (left <= 0) {
						throw new SQLTransientConnectionException(new OperationRefusedException(migration,
								"the transaction was not begun, repeat it: it waited longer than cutover.max-park for authority to move")
							.getMessage(), "40001");
					}
					this.changed.awaitNanos(Math.min(left, TimeUnit.SECONDS.toNanos(1)));
				}
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new SQLTransientConnectionException("interrupted while authority moves", "40001", ex);
			}
			finally {
				this.lock.unlock();
				this.parked.decrementAndGet();
			}
		}

	}

}
