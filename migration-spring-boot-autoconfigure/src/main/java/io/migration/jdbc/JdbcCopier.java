package io.migration.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import javax.sql.DataSource;

import io.migration.mirror.Copier;
import io.migration.mirror.NotInChargeException;
import org.jspecify.annotations.Nullable;

/**
 * Copies rows. What holds in any interleaving with writers, other relays and crashes:
 * <ol>
 * <li>Triggers write the journal in the transaction that touches the row, so an entry
 * that can be seen names a row whose change can be seen.</li>
 * <li>A round looks at the journal and reads rows in one snapshot. What it does not see
 * of a transaction, it sees nothing of, and that transaction's entry is new to the round
 * that sees it ({@link Journal}): ids that were given out early and committed late are
 * skipped by nobody.</li>
 * <li>A round is one transaction on the other side, which moves the position where the
 * fencing token is ours, and leaves nothing where it is not ({@link JdbcRowSink}). Rounds
 * of one relay follow each other, and a relay begins to read after it has raised the
 * token: so states arrive in the order of their snapshots, and none of an earlier owner
 * arrives after a later one's.</li>
 * <li>Entries are cleared by what was read, never by key or by range of numbers, and only
 * when the other side would keep the copy through a crash.</li>
 * <li>A round that takes but a part of what it sees brings rows as they are now, and will
 * bring them again with the rest. What cannot be done in part is done as a whole: a
 * truncation, which would also delete rows that an earlier part has brought; and a unique
 * value whose giver is in the rest.</li>
 * <li>A writer that waits has committed before it drew its ticket. A round that takes all
 * it sees, and began after the ticket was drawn, has seen that commit.</li>
 * </ol>
 */
final class JdbcCopier implements Copier {

	/** What a round takes of each table for one of the relay's units. */
	private static final int ENTRIES_PER_UNIT = 64;

	/** What a round takes that can only be done as a whole. */
	private static final long EVERYTHING = Long.MAX_VALUE / 2;

	/** What takes more needs more time for an answer. */
	private static final long ENTRIES_OF_A_QUICK_ROUND = 10_000;

	/** How much more time a side has for an answer when much has piled up. */
	private static final int PATIENCE = 30;

	private static final long CHARACTERS_IN_MEMORY = 16 << 20;

	private final Journal journal;

	private final DataSource authority;

	private final RowSink sink;

	private final JdbcRelayLease lease;

	private final RelayFollower follower;

	private final MirroredTables tables;

	private final Duration timeout;

	private final ThreadPoolExecutor executor;

	private final ThreadPoolExecutor clearer;

	private @Nullable RelaySession reading;

	private volatile @Nullable RelaySession clearing;

	private volatile @Nullable SQLException clearingFailed;

	/**
	 * Create a copier.
	 * @param journal the journal on the side with authority
	 * @param authority connects to that side
	 * @param sink the other side
	 * @param lease says who is in charge
	 * @param follower watches another instance's relay
	 * @param tables the tables that move
	 * @param timeout how long an answer may take
	 * @param threads creates its thread
	 */
	JdbcCopier(Journal journal, DataSource authority, RowSink sink, JdbcRelayLease lease, RelayFollower follower,
			MirroredTables tables, Duration timeout, ThreadFactory threads) {
		this.journal = journal;
		this.authority = authority;
		this.sink = sink;
		this.lease = lease;
		this.follower = follower;
		this.tables = tables;
		this.timeout = timeout;
		this.executor = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(4), threads);
		this.executor.allowCoreThreadTimeOut(true);
		// what is left out is cleared with the next
		this.clearer = new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(1), threads,
				new ThreadPoolExecutor.DiscardPolicy());
		this.clearer.allowCoreThreadTimeOut(true);
	}

	@Override
	public void open() throws Exception {
		// token first, then the lease, then the journal: see the class comment
		this.sink.open();
		RelaySession reading = RelaySession.reading(this.authority, this.journal.dialect(), this.timeout);
		this.reading = reading;
		this.lease.confirm(reading.connection());
		reading.connection().rollback();
		this.clearing = RelaySession.plain(this.authority, this.timeout.multipliedBy(PATIENCE));
		this.clearingFailed = null;
		this.journal.reset();
	}

	@Override
	public CompletableFuture<Round> copy(int limit, Waiters waiters) {
		return CompletableFuture.supplyAsync(() -> {
			try {
				return round(limit, waiters);
			}
			catch (TablesChangedException ex) {
				// rows that have a column more must be read with it
				this.tables.changed();
				throw ex;
			}
			catch (Exception ex) {
				throw new CompletionException(ex);
			}
		}, this.executor);
	}

	private Round round(int limit, Waiters waiters) throws Exception {
		RelaySession reading = this.reading;
		RelaySession clearing = this.clearing;
		if (reading == null || clearing == null) {
			throw new NotInChargeException("the relay was closed");
		}
		long drawn = waiters.drawn();
		List<MirroredTable> tables = this.tables.get();
		Journal.Pending pending;
		try {
			pending = this.journal.look(reading.connection(), tables, (long) limit * ENTRIES_PER_UNIT);
			try {
				bring(reading, pending);
			}
			catch (SQLException ex) {
				if (pending.complete() || !SqlStates.isDuplicate(ex)) {
					throw ex;
				}
				// rows are as they are now: one has a value that another gave up in a
				// part of the journal which was left for later
				reading.connection().rollback();
				pending = this.journal.look(reading.connection(), tables, EVERYTHING);
				bring(reading, pending);
			}
		}
		finally {
			reading.connection().rollback();
		}
		if (pending.complete()) {
			waiters.coveredUpTo(drawn);
		}
		clear(clearing);
		return new Round((int) Math.min(Integer.MAX_VALUE, pending.entries()), !pending.complete());
	}

	private void bring(RelaySession reading, Journal.Pending pending) throws Exception {
		boolean durable = this.journal.wantsDurable();
		if (!pending.isEmpty() || (durable && this.journal.unsettled())) {
			boolean little = pending.complete() && pending.entries() <= ENTRIES_OF_A_QUICK_ROUND;
			reading.bound(little ? this.timeout : this.timeout.multipliedBy(PATIENCE));
			RowChanges.Batch rows = pending.rows();
			if (pending.complete() && pending.entries() <= RowChanges.Few.MOST_ENTRIES) {
				rows = inMemory(rows);
			}
			if (rows instanceof RowChanges.Few) {
				// whatever the other side does, nobody here waits for it
				reading.connection().rollback();
			}
			else {
				rows = patient(reading, rows);
			}
			this.sink.apply(rows, pending.position(), durable);
			this.journal.applied(pending, durable);
		}
	}

	private static RowChanges.Batch inMemory(RowChanges.Batch rows) throws Exception {
		if (rows instanceof RowChanges.Few) {
			return rows;
		}
		List<RowChanges> parts = new ArrayList<>();
		AtomicLong characters = new AtomicLong();
		rows.forEach((changes) -> {
			if (characters.addAndGet(changes.characters()) > CHARACTERS_IN_MEMORY) {
				parts.clear();
			}
			else {
				parts.add(changes);
			}
		});
		return (characters.get() > CHARACTERS_IN_MEMORY) ? rows : new RowChanges.Few(parts);
	}

	private RowChanges.Batch patient(RelaySession reading, RowChanges.Batch rows) {
		return (taker) -> rows.forEach((changes) -> {
			if (changes.everything()) {
				// the other side may need long to empty the table
				reading.rest(this.journal.dialect(), this.timeout.multipliedBy(JdbcRowSink.PATIENCE));
			}
			taker.take(changes);
		});
	}

	private void clear(RelaySession clearing) throws SQLException {
		SQLException trouble = this.clearingFailed;
		if (trouble != null) {
			throw trouble;
		}
		if (!this.journal.clearsAside()) {
			this.journal.clear(clearing.connection());
		}
		else {
			this.clearer.execute(() -> {
				try {
					this.journal.clear(clearing.connection());
				}
				catch (SQLException ex) {
					if (this.clearing == clearing) {
						this.clearingFailed = ex;
					}
				}
			});
		}
	}

	@Override
	public void hint() {
		this.follower.follow();
	}

	@Override
	public void close() {
		this.sink.close();
		end(this.reading);
		this.reading = null;
		end(this.clearing);
		this.clearing = null;
	}

	private static void end(@Nullable RelaySession session) {
		if (session != null) {
			session.end();
		}
	}

}
