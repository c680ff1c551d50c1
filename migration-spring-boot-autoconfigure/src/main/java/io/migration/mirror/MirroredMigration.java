package io.migration.mirror;

import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * A migration with data, as operators see it. Thread safe; every method answers from
 * memory.
 */
public interface MirroredMigration extends ManagedMigration {

	/**
	 * Return how it mirrors.
	 * @return the settings
	 */
	MirrorSettings settings();

	/**
	 * Return how much waits for the relay, not older than a second.
	 * @return the status
	 */
	JournalStatus journal();

	/**
	 * Return what keeps the relay from copying.
	 * @return the problem, {@code null} if it copies or has nothing to do
	 */
	@Nullable String relayProblem();

	/**
	 * Return how many writers wait for the relay.
	 * @return the number
	 */
	int waitingWriters();

	/**
	 * Return how many writers are parked while authority moves.
	 * @return the number
	 */
	int parkedWriters();

	/**
	 * Return how many writes could not be mirrored, or cannot run on target.
	 * @return the count
	 */
	long unsupported();

	/**
	 * Return which commands those writes were.
	 * @return how often each was seen, by its name
	 */
	Map<String, Long> unsupportedCommands();

}
