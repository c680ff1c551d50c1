package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import javax.sql.DataSource;

import io.migration.mirror.Copier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Lets writers of this instance wait for the relay of another: notes the end of the
 * journal, which is behind the commit of every writer that waits by then, and looks at
 * the position on the other side until it is past that end. One look serves all writers.
 * <p>
 * Runs while writers wait and this instance does not hold the lease. Thread safe.
 */
final class RelayFollower {

	private static final Log logger = LogFactory.getLog(RelayFollower.class);

	private static final Duration POLL = Duration.ofMillis(2);

	private final Journal journal;

	private final RelayRow row;

	private final DataSource authority;

	private final DataSource other;

	private final MirroredTables tables;

	private final ThreadFactory threads;

	private final AtomicBoolean following = new AtomicBoolean();

	private volatile boolean again;

	private volatile Copier.@Nullable Waiters waiters;

	/**
	 * Create a follower.
	 * @param journal the journal on the side with authority
	 * @param row the position on the other side
	 * @param authority connects to the side with authority
	 * @param other connects to the other side
	 * @param tables the tables that move
	 * @param threads creates its thread
	 */
	RelayFollower(Journal journal, RelayRow row, DataSource authority, DataSource other, MirroredTables tables,
			ThreadFactory threads) {
		this.journal = journal;
		this.row = row;
		this.authority = authority;
		this.other = other;
		this.tables = tables;
		this.threads = threads;
	}

	/**
	 * Say who waits.
	 * @param waiters this instance's writers
	 */
	void serve(Copier.Waiters waiters) {
		this.waiters = waiters;
	}

	/**
	 * Follow the other instance's relay until it has covered those who wait now. Never
	 * blocks.
	 */
	void follow() {
		// who asks while the thread ends either is seen by it, or starts another
		this.again = true;
		if (this.following.compareAndSet(false, true)) {
			this.threads.newThread(this::run).start();
		}
	}

	private void run() {
		do {
			try {
				while (this.again) {
					this.again = false;
					round();
				}
			}
			catch (SQLException ex) {
				// writers wait no longer than they are set to; the next one asks again
				logger.debug("the relay of another instance cannot be followed", ex);
			}
			finally {
				this.following.set(false);
			}
		}
		while (this.again && this.following.compareAndSet(false, true));
	}

	private void round() throws SQLException {
		Copier.Waiters served = this.waiters;
		if (served == null) {
			return;
		}
		List<MirroredTable> tables = this.tables.get();
		long drawn = served.drawn();
		long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
		try (Connection authority = this.authority.getConnection(); Connection other = this.other.getConnection()) {
			String end = this.journal.end(authority, tables);
			while (System.nanoTime() < deadline) {
				if (this.journal.passed(authority, tables, end, this.row.position(other))) {
					served.coveredUpTo(drawn);
					return;
				}
				LockSupport.parkNanos(this, POLL.toNanos());
			}
		}
	}

}
