package io.migration.phase;

import io.migration.MigrationPhase;

/**
 * A gate that a test opens and closes.
 */
public final class StubGate implements Gate {

	private final String name;

	private final MigrationPhase into;

	private final boolean skippable;

	private volatile boolean met;

	/**
	 * Create a closed gate.
	 * @param name its name
	 * @param into the phase into which it guards the step forward
	 * @param skippable whether {@code force} skips it
	 */
	public StubGate(String name, MigrationPhase into, boolean skippable) {
		this.name = name;
		this.into = into;
		this.skippable = skippable;
	}

	public void met(boolean met) {
		this.met = met;
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public boolean guards(PhaseStep step) {
		return step.forward() && step.to() == this.into;
	}

	@Override
	public boolean skippable() {
		return this.skippable;
	}

	@Override
	public Reading read(LedgerRecord record) {
		return new Reading(1, this.met ? 1 : 0, this.met);
	}

}
