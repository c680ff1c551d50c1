package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

import io.migration.Side;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * What the decorated connections of one {@code DataSource} ask of their migration. Thread
 * safe.
 */
interface Routing {

	/**
	 * Begin a unit of work: a transaction, or a statement outside of one. It stays pinned
	 * to the answer until the caller ends it by {@link PinnedPhase#exit()}. Waits while
	 * authority moves, if the unit may write.
	 * @param unit what is known about the unit
	 * @return the rules
	 * @throws SQLException if the phase is not known, or authority did not arrive in time
	 */
	PinnedPhase begin(UnitKind unit) throws SQLException;

	/**
	 * Return which side answers a unit that only reads.
	 * @param pinned the rules it is pinned to
	 * @return the side
	 */
	Side readsFrom(PinnedPhase pinned);

	/**
	 * Connect to a side.
	 * @param side the side
	 * @param readOnly whether the connection is for a unit that only reads: on target it
	 * then belongs to a session that refuses to write
	 * @param credentials what the application asked for by
	 * {@link javax.sql.DataSource#getConnection(String, String)}, {@code null} if it did
	 * not; counts on source only
	 * @return a physical connection, of a pool
	 * @throws SQLException if the side does not answer
	 */
	Connection connect(Side side, boolean readOnly, @Nullable Credentials credentials) throws SQLException;

	/**
	 * A unit that may have written has been committed on its authority: wait until it is
	 * on the other side, if the rules say so.
	 * @param pinned the rules it is pinned to
	 * @throws SQLException if it must not be acknowledged: it is done on the authority
	 * and journaled, but not on the other side yet
	 */
	void committed(PinnedPhase pinned) throws SQLException;

	/**
	 * Return what a statement does.
	 * @param sql the statement
	 * @return what can be said from its text
	 */
	SqlKind kind(String sql);

	/**
	 * Return whether the next read is to be compared.
	 * @param pinned the rules it is pinned to
	 * @return whether to record it and hand it to {@link #compare}
	 */
	boolean samples(PinnedPhase pinned);

	/**
	 * Ask both sides in the background, and compare. Never blocks and never fails.
	 * @param query what was asked
	 */
	void compare(RecordedQuery query);

	/**
	 * Return whether a read that fails on target for want of a connection falls back to
	 * the authority.
	 * @return whether it does
	 */
	boolean fallsBack();

	/**
	 * Report that a unit has ended.
	 * @param pinned the rules it was pinned to
	 * @param unit what was known when it began
	 * @param write whether it may have written
	 * @param side the side it ran on
	 * @param success whether it succeeded
	 * @param nanos how long it took
	 */
	void ended(PinnedPhase pinned, UnitKind unit, boolean write, Side side, boolean success, long nanos);

	/**
	 * Refuse a statement that a dialect's triggers cannot see, before it runs.
	 * @param pinned the rules it is pinned to
	 * @param sql the statement
	 * @throws SQLException if it is refused
	 */
	void check(PinnedPhase pinned, String sql) throws SQLException;

	/**
	 * What is known about a unit when it begins.
	 */
	enum UnitKind {

		/** The application has declared that it only reads. */
		READ_ONLY,

		/** A statement outside of a transaction whose text only reads. */
		QUERY,

		/** Anything else. */
		WRITING

	}

	/**
	 * What the text of a statement says about it.
	 */
	enum SqlKind {

		/** It reads, and takes no lock. */
		READ,

		/** It may write, or lock. */
		WRITE,

		/** It changes the session or the transaction, such as SET. */
		SESSION

	}

	/**
	 * A user of source.
	 *
	 * @param user the name
	 * @param password the password
	 */
	record Credentials(String user, String password) {

		@Override
		public String toString() {
			return this.user;
		}

	}

}
