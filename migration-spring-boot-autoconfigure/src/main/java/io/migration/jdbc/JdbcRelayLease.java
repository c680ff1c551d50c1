package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import javax.sql.DataSource;

import io.migration.Side;
import io.migration.mirror.NotInChargeException;
import io.migration.mirror.RelayLease;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The lease of the relay as columns of a row on the side with authority. It is asked for,
 * and prolonged, three times in its duration, by the database's clock.
 * <p>
 * It is granted only while the ledger there names that side as the one with authority, so
 * no relay of a direction that has ended gets it, whatever its process has missed. The
 * lease spares instances a quarrel and nothing else: that a relay which was stopped for
 * longer does no harm is the work of {@link JdbcRowSink}.
 */
final class JdbcRelayLease implements RelayLease {

	private static final Log logger = LogFactory.getLog(JdbcRelayLease.class);

	static final Duration DURATION = Duration.ofMillis(1500);

	private final RelayRow row;

	private final DataSource dataSource;

	private final String holder;

	private final Side authority;

	private final ThreadFactory threads;

	private volatile long heldUntil = System.nanoTime();

	private volatile boolean elsewhere;

	private volatile boolean skip;

	private volatile @Nullable Thread thread;

	/**
	 * Create a lease.
	 * @param row holds it
	 * @param dataSource connects to the side with authority
	 * @param holder names this instance
	 * @param authority the side with authority
	 * @param threads creates its thread
	 */
	JdbcRelayLease(RelayRow row, DataSource dataSource, String holder, Side authority, ThreadFactory threads) {
		this.row = row;
		this.dataSource = dataSource;
		this.holder = holder;
		this.authority = authority;
		this.threads = threads;
	}

	@Override
	public synchronized void seek(Runnable change) {
		if (this.thread == null) {
			this.skip = false;
			this.elsewhere = false;
			Thread seeking = this.threads.newThread(() -> run(change));
			this.thread = seeking;
			seeking.start();
		}
	}

	private void run(Runnable change) {
		boolean ensured = false;
		while (this.thread == Thread.currentThread()) {
			long sent = System.nanoTime();
			if (this.skip) {
				this.skip = false;
			}
			else {
				try (Connection connection = this.dataSource.getConnection()) {
					if (!ensured) {
						this.row.ensure(connection);
						ensured = true;
					}
					boolean granted = this.row.acquire(connection, this.holder, this.authority, DURATION);
					boolean before = held();
					this.heldUntil = granted ? sent + DURATION.toNanos() : sent;
					this.elsewhere = !granted;
					if (before != granted) {
						change.run();
					}
				}
				catch (SQLException ex) {
					logger.debug("the relay's lease cannot be asked for", ex);
					// nobody can be known to hold it
					this.elsewhere = false;
				}
			}
			LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(DURATION.toMillis() / 3));
		}
		try (Connection connection = this.dataSource.getConnection()) {
			this.row.release(connection, this.holder);
		}
		catch (SQLException ex) {
			logger.debug("the relay's lease could not be given up and runs out by itself", ex);
		}
	}

	@Override
	public boolean held() {
		return this.heldUntil - System.nanoTime() > 0;
	}

	@Override
	public boolean elsewhere() {
		return this.elsewhere;
	}

	/**
	 * See on the authority itself that this instance is in charge. Called after the other
	 * side was taken over: who was granted the lease meanwhile takes over later, and then
	 * our token is not the latest any more.
	 * @param connection to the authority
	 * @throws SQLException if it does not answer
	 */
	void confirm(Connection connection) throws SQLException {
		if (!this.row.holds(connection, this.holder, this.authority)) {
			throw new NotInChargeException("another instance runs the relay, or authority has moved");
		}
	}

	@Override
	public void offer() {
		this.skip = true;
		this.heldUntil = System.nanoTime();
		try (Connection connection = this.dataSource.getConnection()) {
			this.row.release(connection, this.holder);
		}
		catch (SQLException ex) {
			logger.debug("the relay's lease could not be given up and runs out by itself", ex);
		}
	}

	@Override
	public void release() {
		Thread seeking;
		synchronized (this) {
			seeking = this.thread;
			this.thread = null;
			this.heldUntil = System.nanoTime();
		}
		if (seeking != null) {
			LockSupport.unpark(seeking);
			try {
				seeking.join(DURATION.toMillis());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
		}
	}

}
