package io.migration.mirror;

import java.util.List;

/**
 * Copies the present state of what the journal names from the side with authority to the
 * other side. Used by one {@link Relay}, from one thread.
 * <p>
 * What makes the sides converge, in any interleaving with writers:
 * <ol>
 * <li>a write and its journal entry are one atomic unit on the authority, so an entry
 * that can be read names state that can be read;</li>
 * <li>a round reads entries <em>before</em> it reads state, so the state is at least as
 * new as each entry; a write that comes later leaves an entry of its own;</li>
 * <li>a round is acknowledged by the other side before exactly the entries it read are
 * cleared, so a crash anywhere repeats a copy, and never loses one;</li>
 * <li>nobody else writes to the other side, and a round begins only when writes of
 * earlier rounds can no longer arrive ({@link #open()}), so an older state never lands on
 * a newer one.</li>
 * </ol>
 */
public interface Copier {

	/**
	 * Become the only writer of the other side: nothing that this or another relay has
	 * sent earlier can arrive after this method has returned.
	 * @throws Exception if a side cannot be reached
	 */
	void open() throws Exception;

	/**
	 * Copy what the oldest entries of the journal name, then clear those entries.
	 * @param limit how many entries to take at most
	 * @return what was done
	 * @throws Exception if a side failed; entries whose copy was not acknowledged stay
	 */
	Round copy(int limit) throws Exception;

	/**
	 * Let go of both sides. Called after a failure and at the end; never throws.
	 */
	void close();

	/**
	 * What one round did.
	 *
	 * @param entries how many entries it took
	 * @param tickets the tickets of this instance's waiting writers among them
	 * @param more whether the journal may hold more that could be taken at once
	 */
	record Round(int entries, List<Long> tickets, boolean more) {

		/** A round that found nothing. */
		public static final Round EMPTY = new Round(0, List.of(), false);

	}

}
