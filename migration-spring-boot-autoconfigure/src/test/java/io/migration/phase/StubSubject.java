package io.migration.phase;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.StepRefusedException;
import org.jspecify.annotations.Nullable;

/**
 * Something to move that holds no data: it does what a test tells it. Prepares the step
 * into shadow as every kind does, by marking target.
 */
public final class StubSubject implements PhaseSubject {

	private final Ledger target;

	private final List<LedgerRecord> followed = new CopyOnWriteArrayList<>();

	private volatile boolean settled = true;

	private volatile boolean caughtUp = true;

	private volatile boolean journalEmpty = true;

	private volatile boolean journalingBroken;

	private volatile @Nullable String obstacle;

	public StubSubject(Ledger target) {
		this.target = target;
	}

	public void settled(boolean settled) {
		this.settled = settled;
	}

	public void caughtUp(boolean caughtUp) {
		this.caughtUp = caughtUp;
	}

	public void journalEmpty(boolean journalEmpty) {
		this.journalEmpty = journalEmpty;
	}

	/** Say once that a write went past the journal. */
	public void breakJournaling() {
		this.journalingBroken = true;
	}

	public void obstacle(@Nullable String obstacle) {
		this.obstacle = obstacle;
	}

	/**
	 * Return the phases and stages that were followed.
	 * @return the records, first one first
	 */
	public List<LedgerRecord> followed() {
		return new ArrayList<>(this.followed);
	}

	@Override
	public void prepare(PhaseStep step, LedgerRecord record) {
		String refusal = this.obstacle;
		if (refusal != null) {
			throw new StepRefusedException("tokens", refusal);
		}
		if (step.forward() && step.to() == MigrationPhase.SHADOW) {
			this.target.mark(new Ledger.StoreMark(record.pair(), Side.TARGET));
		}
	}

	@Override
	public void follow(LedgerRecord record) {
		this.followed.add(record);
	}

	@Override
	public boolean settled() {
		return this.settled;
	}

	@Override
	public CatchUp catchUp() {
		return () -> this.caughtUp;
	}

	@Override
	public boolean journalEmpty() {
		return this.journalEmpty;
	}

	@Override
	public boolean journalingBroken() {
		boolean broken = this.journalingBroken;
		this.journalingBroken = false;
		return broken;
	}

	@Override
	public List<Gate> gates() {
		return List.of();
	}

}
