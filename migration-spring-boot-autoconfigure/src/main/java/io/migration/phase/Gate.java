package io.migration.phase;

import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

/**
 * A condition that must hold before a step. Evaluating it is cheap and changes nothing.
 */
public interface Gate {

	/**
	 * Return the name, as in the properties.
	 * @return the name
	 */
	String name();

	/**
	 * Return whether the gate guards a step.
	 * @param step the step
	 * @return whether it is asked
	 */
	boolean guards(PhaseStep step);

	/**
	 * Return whether {@code force} skips it.
	 * @return {@code true} for statistics, {@code false} for what protects data
	 */
	boolean skippable();

	/**
	 * Evaluate the condition.
	 * @param record the present record
	 * @return the values
	 */
	Reading read(LedgerRecord record);

	/**
	 * What a gate asks for and what it finds.
	 *
	 * @param required what must hold
	 * @param actual what does
	 * @param met whether that is enough
	 */
	record Reading(Object required, @Nullable Object actual, boolean met) {

	}

	/**
	 * Create a gate.
	 * @param name the name
	 * @param guards the steps it guards
	 * @param skippable whether {@code force} skips it
	 * @param condition the condition
	 * @return the gate
	 */
	static Gate of(String name, Predicate<PhaseStep> guards, boolean skippable, Condition condition) {
		return new Gate() {

			@Override
			public String name() {
				return name;
			}

			@Override
			public boolean guards(PhaseStep step) {
				return step.forward() && guards.test(step);
			}

			@Override
			public boolean skippable() {
				return skippable;
			}

			@Override
			public Reading read(LedgerRecord record) {
				return condition.read(record);
			}

		};
	}

	/**
	 * A gate's condition.
	 */
	@FunctionalInterface
	interface Condition {

		/**
		 * Evaluate the condition.
		 * @param record the present record
		 * @return the values
		 */
		Reading read(LedgerRecord record);

	}

}
