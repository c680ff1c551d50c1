package io.migration.phase;

import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;

import io.migration.MigrationException;
import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * The ledgers of both sides as one: reads and writes go to the side with authority.
 * <p>
 * A reader starts at either side and follows {@code authority} until that side names
 * itself. Authority moves by a compare-and-set on the <em>outgoing</em> side, and only
 * there, so two coordinators cannot both succeed; the incoming side gets a copy
 * afterwards, from whoever reads next if the coordinator died in between. It accepts no
 * write before, because an instance opens only under a record read from the side that the
 * record names.
 * <p>
 * Not thread safe; {@link PhaseControl} guards it.
 */
final class AuthorityLedger {

	private final String migration;

	private final Ledger source;

	private final Supplier<Ledger> target;

	private Side authority = Side.SOURCE;

	/**
	 * Create the joined ledger.
	 * @param migration the migration's name
	 * @param source the ledger on source
	 * @param target the ledger on target, asked for only when it is needed: in off target
	 * is not connected to
	 */
	AuthorityLedger(String migration, Ledger source, Supplier<Ledger> target) {
		this.migration = migration;
		this.source = source;
		this.target = target;
	}

	/**
	 * Register and read, wherever authority is.
	 * @param instance this instance
	 * @param desired what the property asks for, which counts only when there is no
	 * record
	 * @return the record
	 */
	LedgerRecord join(FleetInstance instance, @Nullable DesiredPhase desired) {
		LedgerRecord first = LedgerRecord.first(UUID.randomUUID().toString(), desired, java.time.Instant.now());
		LedgerRecord joined;
		try {
			joined = this.source.join(instance, first);
		}
		catch (LedgerUnavailableException ex) {
			joined = joinTargetAlone(instance, ex);
		}
		checkRole(this.source, joined, Side.SOURCE);
		return (joined.authority() == Side.SOURCE) ? joined : joinTarget(instance, joined);
	}

	private LedgerRecord joinTargetAlone(FleetInstance instance, LedgerUnavailableException sourceDown) {
		LedgerRecord onTarget = this.target.get().read();
		if (onTarget == null || onTarget.authority() != Side.TARGET) {
			throw sourceDown;
		}
		return onTarget;
	}

	private LedgerRecord joinTarget(FleetInstance instance, LedgerRecord seen) {
		Ledger ledger = this.target.get();
		copyIfLate(ledger, seen);
		LedgerRecord record = ledger.join(instance, seen);
		if (record.authority() != Side.TARGET) {
			throw new MigrationException(this.migration,
					"source names target as the authority, target names source; check that both URLs are those of the same migration");
		}
		checkRole(ledger, record, Side.TARGET);
		this.authority = Side.TARGET;
		return record;
	}

	private void checkRole(Ledger ledger, LedgerRecord record, Side side) {
		if (record.authority() != side) {
			return;
		}
		Ledger.StoreMark mark = ledger.mark();
		if (mark == null) {
			ledger.mark(new Ledger.StoreMark(record.pair(), side));
		}
		else if (mark.side() != side || !mark.pair().equals(record.pair())) {
			throw new MigrationException(this.migration,
					"the store configured as %s is marked as the %s of %s; the URLs are swapped or belong to another migration"
						.formatted(side.wireName(), mark.side().wireName(),
								mark.pair().equals(record.pair()) ? "this migration" : "another pair of stores"));
		}
	}

	/**
	 * Read the record from the side with authority.
	 * @return the record
	 */
	LedgerRecord read() {
		LedgerRecord record = require(authorityLedger().read(), this.authority);
		if (record.authority() == this.authority) {
			return record;
		}
		Ledger incoming = ledger(record.authority());
		copyIfLate(incoming, record);
		LedgerRecord followed = require(incoming.read(), record.authority());
		if (followed.authority() != record.authority()) {
			throw new MigrationException(this.migration,
					"neither side names itself as the authority; check that both URLs are those of the same migration");
		}
		this.authority = followed.authority();
		return followed;
	}

	private LedgerRecord require(@Nullable LedgerRecord record, Side side) {
		if (record == null) {
			throw new MigrationException(this.migration,
					"the ledger has vanished from %s (flushed, evicted or restored?). The phase stays as it is; restore the keys of the ledger, or restart every instance to begin anew in off"
						.formatted(side.wireName()));
		}
		return record;
	}

	/**
	 * Finish the copy that a coordinator left undone after its commit.
	 */
	private void copyIfLate(Ledger incoming, LedgerRecord committed) {
		LedgerRecord present = incoming.read();
		if (present == null || present.epoch() < committed.epoch()) {
			incoming.install(committed, ledger(committed.authority().other()).history());
		}
	}

	/**
	 * Replace the record; when that moves authority, see the class comment.
	 * @param current what the change is based on
	 * @param next the record
	 * @param change for the history
	 * @return whether it was replaced
	 */
	boolean compareAndSet(LedgerRecord current, LedgerRecord next, @Nullable PhaseChange change) {
		Ledger outgoing = ledger(current.authority());
		if (!outgoing.compareAndSet(current.revision(), next, change)) {
			return false;
		}
		if (next.authority() != current.authority()) {
			copyIfLate(ledger(next.authority()), next);
			this.authority = next.authority();
		}
		return true;
	}

	/**
	 * Prove, before any writer is parked, that the incoming side is reachable and is the
	 * other half of this pair.
	 * @param current the record
	 */
	void checkIncoming(LedgerRecord current) {
		Side side = current.authority().other();
		Ledger.StoreMark mark = ledger(side).mark();
		if (mark == null || mark.side() != side || !mark.pair().equals(current.pair())) {
			throw new MigrationException(this.migration,
					"%s is not marked as the other half of this migration; its URL has changed or it was flushed. Step back to off and forward again"
						.formatted(side.wireName()));
		}
	}

	Ledger ledger(Side side) {
		return (side == Side.SOURCE) ? this.source : this.target.get();
	}

	Ledger authorityLedger() {
		return ledger(this.authority);
	}

}
