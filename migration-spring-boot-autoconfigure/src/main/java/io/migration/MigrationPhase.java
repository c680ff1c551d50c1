package io.migration;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The phases of a migration, in order. This enum is the phase table: which side has
 * authority, where reads go and what a write does follow from it and are decided nowhere
 * else.
 * <p>
 * Legal steps lead to a neighbour, forward or back.
 */
public enum MigrationPhase {

	/** Source alone; target is not even connected to. */
	OFF(Side.SOURCE, Reads.AUTHORITY, Writes.PLAIN),

	/** Source answers; writes are journaled and copied in the background. */
	SHADOW(Side.SOURCE, Reads.COMPARED, Writes.JOURNALED),

	/** As shadow, but a write returns when target has it. */
	DUAL_WRITE(Side.SOURCE, Reads.COMPARED, Writes.AWAITED),

	/** Target answers the share of reads given to it; source still takes writes first. */
	READ_NEW(Side.SOURCE, Reads.SHARED, Writes.REQUIRED),

	/** Target has authority; its writes are journaled for the way back. */
	CUTOVER(Side.TARGET, Reads.AUTHORITY, Writes.JOURNALED);

	private final Side authority;

	private final Reads reads;

	private final Writes writes;

	MigrationPhase(Side authority, Reads reads, Writes writes) {
		this.authority = authority;
		this.reads = reads;
		this.writes = writes;
	}

	/**
	 * Return the side that takes writes first and whose answer counts.
	 * @return the authority
	 */
	public Side authority() {
		return this.authority;
	}

	/**
	 * Return where reads go.
	 * @return the route of reads
	 */
	public Reads reads() {
		return this.reads;
	}

	/**
	 * Return what a write does beside reaching the authority.
	 * @return the route of writes
	 */
	public Writes writes() {
		return this.writes;
	}

	/**
	 * Return whether writes are journaled for the other side.
	 * @return {@code true} in every phase but off
	 */
	public boolean journals() {
		return this.writes != Writes.PLAIN;
	}

	/**
	 * Return the next phase.
	 * @return the phase after this one, empty in {@link #CUTOVER}
	 */
	public Optional<MigrationPhase> next() {
		return (this == CUTOVER) ? Optional.empty() : Optional.of(values()[ordinal() + 1]);
	}

	/**
	 * Return the previous phase.
	 * @return the phase before this one, empty in {@link #OFF}
	 */
	public Optional<MigrationPhase> previous() {
		return (this == OFF) ? Optional.empty() : Optional.of(values()[ordinal() - 1]);
	}

	/**
	 * Return the neighbour through which another phase is reached.
	 * @param goal the phase to walk to
	 * @return the first legal step on that way, or this phase when it is the goal
	 */
	public MigrationPhase towards(MigrationPhase goal) {
		return values()[ordinal() + Integer.signum(goal.ordinal() - ordinal())];
	}

	/**
	 * Return the name used on the wire: flags, properties, Actuator, meters and ledger.
	 * @return the name in kebab-case
	 */
	public String wireName() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * Return the phase with a wire name.
	 * @param wireName the name in kebab-case; surrounding white space and case do not
	 * matter
	 * @return the phase
	 * @throws IllegalArgumentException if there is no such phase; the message lists those
	 * that are
	 */
	public static MigrationPhase of(String wireName) {
		String name = wireName.strip().toLowerCase(Locale.ROOT);
		return Arrays.stream(values())
			.filter((phase) -> phase.wireName().equals(name))
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("'%s' is not a phase; phases are %s".formatted(wireName,
					Arrays.stream(values()).map(MigrationPhase::wireName).collect(Collectors.joining(", ")))));
	}

	/**
	 * Where reads go.
	 */
	public enum Reads {

		/** The authority answers. */
		AUTHORITY,

		/** The authority answers; a sample is repeated on the other side and compared. */
		COMPARED,

		/** Target answers a share of the reads, the authority the rest. */
		SHARED

	}

	/**
	 * What a write does beside reaching the authority.
	 */
	public enum Writes {

		/** Nothing else. */
		PLAIN,

		/** It is journaled; the relay copies what it touched in the background. */
		JOURNALED,

		/**
		 * It is journaled and returns when the relay has applied it; what happens when
		 * the relay is late is configured.
		 */
		AWAITED,

		/** As {@link #AWAITED}, but a write that is not on the other side raises. */
		REQUIRED

	}

}
