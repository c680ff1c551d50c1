package io.migration;

import org.springframework.context.ApplicationEvent;

/**
 * Published in each instance after it has begun to route by another phase. Published from
 * the migration's own thread: listeners must not block.
 */
public class MigrationPhaseChangedEvent extends ApplicationEvent {

	private final transient Migration migration;

	private final MigrationPhase from;

	private final MigrationPhase to;

	private final long epoch;

	/**
	 * Create an event.
	 * @param migration the migration
	 * @param from the phase it left
	 * @param to the phase it entered
	 * @param epoch the epoch of the phase it entered
	 */
	public MigrationPhaseChangedEvent(Migration migration, MigrationPhase from, MigrationPhase to, long epoch) {
		super(migration);
		this.migration = migration;
		this.from = from;
		this.to = to;
		this.epoch = epoch;
	}

	/**
	 * Return the migration.
	 * @return the migration
	 */
	public Migration getMigration() {
		return this.migration;
	}

	/**
	 * Return the phase it left.
	 * @return the phase it left
	 */
	public MigrationPhase getFrom() {
		return this.from;
	}

	/**
	 * Return the phase it entered.
	 * @return the phase it entered
	 */
	public MigrationPhase getTo() {
		return this.to;
	}

	/**
	 * Return the epoch of the phase it entered.
	 * @return the epoch
	 */
	public long getEpoch() {
		return this.epoch;
	}

}
