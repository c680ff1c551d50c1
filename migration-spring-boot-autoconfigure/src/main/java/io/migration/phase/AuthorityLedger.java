package io.migration.phase;

import java.time.Duration;
import java.time.Instant;
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
final class AuthorityLedger implements PhaseLedger {

	private static final Duration JUST_JOINED = Duration.ofMinutes(1);

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
	@Override
	public LedgerRecord join(FleetInstance instance, @Nullable DesiredPhase desired) {
		LedgerRecord first = LedgerRecord.first(UUID.randomUUID().toString(), desired, Instant.now());
		LedgerRecord joined;
		Side at = Side.SOURCE;
		try {
			checkBeginning();
			joined = this.source.join(instance, first);
		}
		catch (LedgerUnavailableException ex) {
			joined = joinTargetAlone(instance, ex);
			at = Side.TARGET;
		}
		LedgerRecord record = follow(joined, at, instance);
		if (record.authority() == Side.SOURCE && this.source.mark() == null) {
			this.source.mark(new Ledger.StoreMark(record.pair(), Side.SOURCE));
		}
		checkMark(record.authority(), record);
		return record;
	}

	/**
	 * Return whether this migration has never begun. Changes nothing.
	 * @return whether there is no record
	 * @throws MigrationException if there should be one
	 */
	@Override
	public boolean begins() {
		checkBeginning();
		return this.source.read() == null;
	}

	/**
	 * A store that has a mark but no record must not get a first one: it is target and
	 * the URLs are swapped, or it has lost a record, which may have named the other side.
	 */
	private void checkBeginning() {
		Ledger.StoreMark mark = this.source.mark();
		if (this.source.read() != null) {
			return;
		}
		if (mark == null) {
			checkTargetBeginning();
		}
		else {
			throw new MigrationException(this.migration, (mark.side() == Side.TARGET)
					? "the store configured as source is marked as target; the URLs are swapped"
					: "the store configured as source is marked as source, but its ledger has vanished (flushed, evicted or restored?). Restore it; to begin anew in off, remove the mark too");
		}
	}

	/**
	 * A source without a ledger may have lost it after authority had moved; target knows.
	 * Asked once in a migration's life; a target that does not answer does not hold up
	 * the start.
	 */
	private void checkTargetBeginning() {
		LedgerRecord onTarget;
		try {
			onTarget = this.target.get().read();
		}
		catch (LedgerUnavailableException ex) {
			return;
		}
		if (onTarget != null && onTarget.authority() == Side.TARGET) {
			throw new MigrationException(this.migration,
					"target has authority, but the ledger of source has vanished (flushed or replaced?). The application must not begin anew on source: configure target as its own store, or remove target's ledger if its data is to be given up");
		}
	}

	private LedgerRecord joinTargetAlone(FleetInstance instance, LedgerUnavailableException sourceDown) {
		try {
			Ledger ledger = this.target.get();
			LedgerRecord onTarget = ledger.read();
			if (onTarget != null && onTarget.authority() == Side.TARGET) {
				return ledger.join(instance, onTarget);
			}
		}
		catch (MigrationException ex) {
			sourceDown.addSuppressed(ex);
		}
		throw sourceDown;
	}

	/**
	 * Follow {@code authority} until that side names itself. Each step on the way leads
	 * to a later epoch: a side that was left behind by a coordinator which died is
	 * brought up to the other's commit, in either direction.
	 */
	private LedgerRecord follow(LedgerRecord record, Side from, @Nullable FleetInstance joining) {
		LedgerRecord seen = record;
		Side at = from;
		while (seen.authority() != at) {
			at = seen.authority();
			copyIfLate(at, seen);
			Ledger ledger = ledger(at);
			LedgerRecord next = require((joining != null) ? ledger.join(joining, seen) : ledger.read(), at);
			if (next.authority() != at && next.epoch() <= seen.epoch()) {
				throw new MigrationException(this.migration,
						"neither side names itself as the authority; check that both URLs are those of the same migration");
			}
			seen = next;
		}
		this.authority = at;
		return seen;
	}

	private void checkMark(Side side, LedgerRecord record) {
		Ledger.StoreMark mark = ledger(side).mark();
		if (mark == null) {
			throw new MigrationException(this.migration,
					"%s is the authority, but the store configured as %s is not marked as such; its URL has changed or it was flushed"
						.formatted(side.wireName(), side.wireName()));
		}
		if (mark.side() != side || !mark.pair().equals(record.pair())) {
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
	@Override
	public LedgerRecord read() {
		return follow(require(authorityLedger().read(), this.authority), this.authority, null);
	}

	/**
	 * Return whether the side with authority has lost both record and mark.
	 * @return whether nothing is left
	 */
	@Override
	public boolean vanished() {
		return authorityLedger().read() == null && authorityLedger().mark() == null;
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
	 * Finish the copy that a coordinator left undone after its commit; never to a store,
	 * nor from it on, that is not marked as the other half of the pair.
	 * <p>
	 * The fleet goes first. Whoever takes the next step looks for instances on the
	 * incoming side, where those that have not noticed the move yet do not stand: it
	 * would walk on without them. Those that parked for the move acknowledged the
	 * revision before it, or have only just joined; longer silent ones stay behind.
	 */
	private void copyIfLate(Side side, LedgerRecord committed) {
		checkMark(side, committed);
		Ledger incoming = ledger(side);
		LedgerRecord present = incoming.read();
		if (present != null && present.epoch() >= committed.epoch()) {
			return;
		}
		Ledger outgoing = ledger(side.other());
		for (FleetInstance instance : outgoing.instances()) {
			boolean justJoined = instance.applied() == 0 && instance.silence().compareTo(JUST_JOINED) < 0;
			if (justJoined || instance.applied() >= committed.revision() - 1) {
				incoming.heartbeat(instance);
			}
		}
		incoming.install(committed, outgoing.history());
	}

	/**
	 * Replace the record; when that moves authority, see the class comment.
	 * @param current what the change is based on
	 * @param next the record
	 * @param change for the history
	 * @return whether it was replaced
	 */
	@Override
	public boolean compareAndSet(LedgerRecord current, LedgerRecord next, @Nullable PhaseChange change) {
		Ledger outgoing = ledger(current.authority());
		if (!outgoing.compareAndSet(current.revision(), next, change)) {
			return false;
		}
		if (next.authority() != current.authority()) {
			copyIfLate(next.authority(), next);
			this.authority = next.authority();
		}
		return true;
	}

	/**
	 * Prove, before any writer is parked, that the incoming side is reachable and is the
	 * other half of this pair.
	 * @param current the record
	 */
	@Override
	public void checkIncoming(LedgerRecord current) {
		Side side = current.authority().other();
		Ledger.StoreMark mark = ledger(side).mark();
		if (mark == null || mark.side() != side || !mark.pair().equals(current.pair())) {
			throw new MigrationException(this.migration,
					"%s is not marked as the other half of this migration; its URL has changed or it was flushed. Step back to off and forward again"
						.formatted(side.wireName()));
		}
		LedgerRecord present = ledger(side).read();
		if (present != null && !present.pair().equals(current.pair())) {
			throw new MigrationException(this.migration,
					"%s holds a ledger of another pair of stores; if no application uses it, remove it"
						.formatted(side.wireName()));
		}
		if (present != null && present.epoch() > current.epoch()) {
			throw new MigrationException(this.migration,
					"the ledger on %s (epoch %d) is later than that on %s (epoch %d); was %s restored from a backup?"
						.formatted(side.wireName(), present.epoch(), side.other().wireName(), current.epoch(),
								side.other().wireName()));
		}
	}

	Ledger ledger(Side side) {
		return (side == Side.SOURCE) ? this.source : this.target.get();
	}

	@Override
	public void heartbeat(FleetInstance instance) {
		authorityLedger().heartbeat(instance);
	}

	@Override
	public boolean remove(String instanceId) {
		return authorityLedger().remove(instanceId);
	}

	@Override
	public List<FleetInstance> instances() {
		return authorityLedger().instances();
	}

	@Override
	public List<PhaseChange> history() {
		return authorityLedger().history();
	}

	Ledger authorityLedger() {
		return ledger(this.authority);
	}

}
