package io.migration.phase;

import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Reads;
import io.migration.MigrationPhase.Writes;
import io.migration.Side;

/**
 * The rules an operation is pinned to from its begin to its end: phase, epoch, stage and
 * share of reads do not change; a change replaces the whole object in
 * {@link CurrentPhase}. It also counts the operations that are pinned to it, striped, so
 * that a drain costs the operations next to nothing.
 */
public final class PinnedPhase {

	private final MigrationPhase phase;

	private final long epoch;

	private final Stage stage;

	private final int readShare;

	private final LongAdder entered = new LongAdder();

	private final LongAdder exited = new LongAdder();

	PinnedPhase(MigrationPhase phase, long epoch, Stage stage, int readShare) {
		this.phase = phase;
		this.epoch = epoch;
		this.stage = stage;
		this.readShare = readShare;
	}

	/**
	 * Return the phase.
	 * @return the effective phase
	 */
	public MigrationPhase phase() {
		return this.phase;
	}

	/**
	 * Return the epoch.
	 * @return the epoch of the phase
	 */
	public long epoch() {
		return this.epoch;
	}

	/**
	 * Return the stage.
	 * @return how far the step under way has come
	 */
	public Stage stage() {
		return this.stage;
	}

	/**
	 * Return the side with authority.
	 * @return the authority
	 */
	public Side authority() {
		return this.phase.authority();
	}

	/**
	 * Return where reads go.
	 * @return the route of reads
	 */
	public Reads reads() {
		return this.phase.reads();
	}

	/**
	 * Return what a write does beside reaching the authority.
	 * @return the route of writes
	 */
	public Writes writes() {
		return (this.stage == Stage.WRITES_FIRST) ? Writes.REQUIRED : this.phase.writes();
	}

	/**
	 * Return whether a new write waits until the stage is open again.
	 * @return {@code true} while authority moves
	 */
	public boolean parksWrites() {
		return this.stage.parksWrites();
	}

	/**
	 * Return the percentage of reads for target in read-new.
	 * @return 0 to 100
	 */
	public int readShare() {
		return this.readShare;
	}

	/**
	 * Return whether a read belongs to the share of target. Sticky: equal keys have equal
	 * answers as long as the share stays.
	 * @param keyHash a hash of what reads shall stick to
	 * @return whether target answers
	 */
	public boolean inReadShare(int keyHash) {
		return this.readShare >= 100 || Math.floorMod(keyHash * 0x9E3779B9, 100) < this.readShare;
	}

	/**
	 * End the operation that {@link CurrentPhase#enter()} began. From any thread, once.
	 */
	public void exit() {
		this.exited.increment();
	}

	/**
	 * Count an operation. The adder's own ordering is weaker than what
	 * {@link CurrentPhase#enter()} relies on: the count must be visible before the phase
	 * is looked at again.
	 */
	void begin() {
		this.entered.increment();
		VarHandle.fullFence();
	}

	/**
	 * Return whether no operation is pinned to this object, which must have been
	 * replaced.
	 * <p>
	 * Both counters only grow, and an operation is counted as entered before it is
	 * counted as exited. Exits are summed first: if the later sum of entries equals it,
	 * nothing was pinned at the moment in between; and nothing can enter any more,
	 * because an entry that finds the object replaced takes itself back.
	 * @return whether it has drained
	 */
	boolean drained() {
		VarHandle.fullFence();
		long exits = this.exited.sum();
		return this.entered.sum() == exits;
	}

	/**
	 * Return the number of operations under way; exact only when nothing moves.
	 * @return the number
	 */
	public long underWay() {
		long exits = this.exited.sum();
		return Math.max(0, this.entered.sum() - exits);
	}

	@Override
	public String toString() {
		return "%s (epoch %d, %s)".formatted(this.phase.wireName(), this.epoch, this.stage.wireName());
	}

}
