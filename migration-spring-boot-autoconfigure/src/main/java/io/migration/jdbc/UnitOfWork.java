package io.migration.jdbc;

import java.sql.Connection;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

import io.migration.MigrationPhase.Reads;
import io.migration.MigrationPhase.Writes;
import io.migration.Side;
import io.migration.jdbc.Routing.UnitKind;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * A transaction, or a statement outside of one: what runs under the same rules, on one
 * physical connection. Used by one thread; only {@link #end()} may be called by any, and
 * any number of times.
 */
final class UnitOfWork {

	private final Routing routing;

	private final PinnedPhase pinned;

	private final UnitKind kind;

	private final long began;

	private final AtomicBoolean ended = new AtomicBoolean();

	private Side side;

	private @Nullable Connection connection;

	private boolean wrote;

	private boolean failed;

	private @Nullable UnitOfWork next;

	/**
	 * Begin a unit.
	 * @param routing is told when it has ended
	 * @param pinned the rules it is pinned to, which it unpins when it ends
	 * @param kind what was known when it began
	 */
	UnitOfWork(Routing routing, PinnedPhase pinned, UnitKind kind) {
		this.routing = routing;
		this.pinned = pinned;
		this.kind = kind;
		this.side = pinned.authority();
		this.began = plain() ? 0 : System.nanoTime();
	}

	PinnedPhase pinned() {
		return this.pinned;
	}

	UnitKind kind() {
		return this.kind;
	}

	Side side() {
		return this.side;
	}

	/**
	 * Return whether nothing depends on what its statements do, so that they need not be
	 * looked at.
	 */
	boolean plain() {
		return this.pinned.writes() == Writes.PLAIN;
	}

	/**
	 * Return whether it runs on the side without authority, in a session that refuses to
	 * write.
	 */
	boolean apart() {
		return this.side != this.pinned.authority();
	}

	/**
	 * Return whether what it reads may be compared with the other side.
	 */
	boolean comparable() {
		return this.kind != UnitKind.WRITING && this.pinned.reads() != Reads.AUTHORITY && !apart();
	}

	/**
	 * Say where it is going to run.
	 * @param side the side
	 */
	void runOn(Side side) {
		this.side = side;
		this.connection = null;
	}

	void runOn(Connection connection) {
		this.connection = connection;
	}

	/**
	 * Return the physical connection that it runs on.
	 */
	Connection connection() {
		return Objects.requireNonNull(this.connection);
	}

	void wrote() {
		this.wrote = true;
	}

	boolean hasWritten() {
		return this.wrote;
	}

	void failed() {
		this.failed = true;
	}

	/**
	 * End it, unless it has ended.
	 */
	void end() {
		if (this.ended.compareAndSet(false, true)) {
			try {
				long nanos = plain() ? 0 : System.nanoTime() - this.began;
				this.routing.ended(this.pinned, this.kind, this.wrote, this.side, !this.failed, nanos);
			}
			finally {
				this.pinned.exit();
			}
		}
	}

	boolean hasEnded() {
		return this.ended.get();
	}

	/**
	 * Put it before a chain of units.
	 * @param chain the first unit of the chain
	 * @return the first unit of the chain, which contains no ended ones but this
	 */
	UnitOfWork before(@Nullable UnitOfWork chain) {
		UnitOfWork last = this;
		for (UnitOfWork unit = chain; unit != null; unit = unit.next) {
			if (!unit.hasEnded()) {
				last.next = unit;
				last = unit;
			}
		}
		last.next = null;
		return this;
	}

	/**
	 * End each unit of a chain.
	 * @param chain the first unit
	 */
	static void endAll(@Nullable UnitOfWork chain) {
		for (UnitOfWork unit = chain; unit != null; unit = unit.next) {
			unit.end();
		}
	}

}
