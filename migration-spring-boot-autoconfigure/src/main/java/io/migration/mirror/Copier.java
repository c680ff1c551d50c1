package io.migration.mirror;

import java.util.concurrent.CompletableFuture;

/**
 * Copies the present state of what the journal names from the side with authority to the
 * other side. Used by one {@link Relay}, which begins a round only when the one before
 * has ended.
 * <p>
 * What makes the sides converge, in any interleaving with writers:
 * <ol>
 * <li>a write and its journal entry are one atomic unit on the authority, so an entry
 * that can be read names state that can be read;</li>
 * <li>a round reads entries <em>before</em> it reads state, or both at one moment, so the
 * state is at least as new as each entry; a write that comes later leaves an entry of its
 * own;</li>
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
	 * sent earlier can arrive after this method has returned. May block.
	 * @throws NotInChargeException if another relay is in charge
	 * @throws Exception if a side cannot be reached
	 */
	void open() throws Exception;

	/**
	 * Copy what the oldest entries of the journal name, then clear those entries. Never
	 * blocks the caller.
	 * @param limit how many entries to take at most
	 * @param waiters told as soon as the other side has acknowledged, before the entries
	 * are cleared
	 * @return what was done; fails if a side did: entries whose copy was not acknowledged
	 * stay
	 */
	CompletableFuture<Round> copy(int limit, Waiters waiters);

	/**
	 * Tell the relay that is in charge, in another process, that a writer of this one
	 * waits. Never blocks and never fails: a hint that is lost costs time, nothing else.
	 */
	void hint();

	/**
	 * Let go of both sides. Called after a failure and at the end; never throws.
	 */
	void close();

	/**
	 * What one round did.
	 *
	 * @param entries how many entries it took
	 * @param more whether the journal may hold more that could be taken at once
	 */
	record Round(int entries, boolean more) {

		/** A round that found nothing. */
		public static final Round EMPTY = new Round(0, false);

	}

	/**
	 * This instance's waiting writers.
	 */
	interface Waiters {

		/**
		 * The other side has what the writer touched.
		 * @param ticket the writer's ticket
		 */
		void covered(long ticket);

		/**
		 * Return the latest ticket. A copier whose journal does not carry tickets asks
		 * before it looks at the journal, and covers up to it when it took all there was.
		 * @return the number of the ticket that was drawn last
		 */
		long drawn();

		/**
		 * The other side has what the writers up to a ticket touched.
		 * @param ticket the latest of their tickets
		 */
		void coveredUpTo(long ticket);

		/**
		 * The other side cannot take what the writer touched, now or on the next try.
		 * @param ticket the writer's ticket
		 * @param reason why
		 */
		void refused(long ticket, String reason);

	}

}
