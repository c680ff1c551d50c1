package io.migration.phase;

import io.migration.MigrationPhase;

/**
 * A step between neighbouring phases.
 *
 * @param from the phase it leaves
 * @param to the phase it enters
 */
public record PhaseStep(MigrationPhase from, MigrationPhase to) {

	public PhaseStep {
		if (Math.abs(from.ordinal() - to.ordinal()) != 1) {
			throw new IllegalArgumentException("%s and %s are not neighbours".formatted(from, to));
		}
	}

	/**
	 * Return whether the step leads towards cutover.
	 * @return {@code true} for a step that gates may hold
	 */
	public boolean forward() {
		return this.to.ordinal() > this.from.ordinal();
	}

	/**
	 * Return whether the step moves the write authority.
	 * @return {@code true} between read-new and cutover
	 */
	public boolean movesAuthority() {
		return this.from.authority() != this.to.authority();
	}

	@Override
	public String toString() {
		return this.from.wireName() + " -> " + this.to.wireName();
	}

}
