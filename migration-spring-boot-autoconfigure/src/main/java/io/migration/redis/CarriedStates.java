package io.migration.redis;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;

/**
 * States that writes of this process have read in their own {@link WriteUnit}: what the
 * write left behind, and the id of its journal entry, which tells when that was. The
 * relay of the same process can copy them without reading the journal and the state
 * first. That is a shortcut for callers who wait: the entries are in the journal like any
 * others, and whatever is not copied from here is copied from there.
 * <p>
 * <b>Why an older state never lands on a newer one that was acknowledged.</b> Ids of a
 * journal grow in the order in which units are executed. Suppose that the state of the
 * unit {@code x} would be copied after a later write {@code y} to the same key was
 * acknowledged. Then {@code y} was copied either
 * <ul>
 * <li>by this class, from a later id: but states are taken in the order of their ids, and
 * one with an id below another that was taken is left to the journal; or</li>
 * <li>by a round that read the journal. Such a round takes the oldest entries, so it took
 * {@code x} too, or another had before: what is not above the last id that such rounds
 * have taken is dropped, and its caller was told by the round; or</li>
 * <li>by another relay, before this one took over: what is not above the last id that
 * there was in the journal after the take-over is dropped as well.</li>
 * </ul>
 * And while a journal is long, a round may read a large value past the entries it takes,
 * and later rounds count on that ({@link StateReader#hasRead}). An earlier state must not
 * land on it: so after a round that has left entries behind nothing is taken from here
 * until the journal was read to its end.
 * <p>
 * A write that is not acknowledged yet may disappear from the other side for a moment;
 * its entry is there, and puts it back.
 * <p>
 * States are offered by any thread; all else is used by one round at a time.
 */
class CarriedStates {

	/** What does not fit is left to the journal. */
	private static final int MOST_OFFERED = 1024;

	/** As many entries may be copied without being cleared. */
	private static final int MOST_COPIED = 128;

	private static final Duration UNSEEN = Duration.ofMillis(20);

	private final Queue<Carried> offered = new ArrayBlockingQueue<>(MOST_OFFERED);

	private final Set<StreamId> copied = new HashSet<>();

	private final long unseenNanos;

	private volatile boolean wanted = true;

	private StreamId read = StreamId.FIRST;

	private StreamId taken = StreamId.FIRST;

	private long lastRead;

	CarriedStates() {
		this(UNSEEN);
	}

	/**
	 * Create an empty one.
	 * @param unseen how long others' entries may lie unseen in the journal, if nobody
	 * says that they are there
	 */
	CarriedStates(Duration unseen) {
		this.unseenNanos = unseen.toNanos();
	}

	/**
	 * Offer a state.
	 * @param carried the state
	 */
	void offer(Carried carried) {
		if (!this.offered.offer(carried)) {
			this.wanted = true;
		}
	}

	/**
	 * Say that somebody waits for an entry whose state is not offered.
	 */
	void wantJournal() {
		this.wanted = true;
	}

	/**
	 * Begin anew, after the other side was taken over.
	 * @param last the last id that the journal has given
	 */
	void begin(StreamId last) {
		this.copied.clear();
		this.read = last;
		this.taken = StreamId.FIRST;
		this.wanted = true;
	}

	/**
	 * Return whether the next round is to read the journal.
	 */
	boolean journalIsDue() {
		return this.wanted || this.offered.isEmpty() || this.copied.size() >= MOST_COPIED
				|| System.nanoTime() - this.lastRead > this.unseenNanos;
	}

	/**
	 * Take what was offered and may be copied.
	 * @param limit how much to take at most
	 * @return states in the order of their ids
	 */
	List<Carried> take(int limit) {
		List<Carried> states = new ArrayList<>();
		Carried next;
		while (states.size() < limit && (next = this.offered.poll()) != null) {
			if (isNewerThanRead(next.id())) {
				states.add(next);
			}
		}
		states.sort(Comparator.comparing(Carried::id));
		if (states.removeIf((state) -> !isNewerThanTaken(state.id()))) {
			this.wanted = true;
		}
		if (!states.isEmpty()) {
			this.taken = states.get(states.size() - 1).id();
		}
		return states;
	}

	boolean isNewerThanTaken(StreamId id) {
		return id.compareTo(this.taken) > 0;
	}

	boolean isNewerThanRead(StreamId id) {
		return id.compareTo(this.read) > 0;
	}

	/**
	 * Return the last state of each key.
	 * @param taken states in the order of their ids
	 */
	static List<KeyState> last(List<Carried> taken) {
		if (taken.size() == 1) {
			return taken.get(0).states();
		}
		Map<ByteBuffer, KeyState> last = new LinkedHashMap<>();
		taken.forEach((one) -> one.states().forEach((state) -> last.put(ByteBuffer.wrap(state.key()), state)));
		return List.copyOf(last.values());
	}

	/**
	 * Remember which entries need no copy any more.
	 */
	void copied(List<Carried> states) {
		states.forEach((state) -> this.copied.add(state.id()));
	}

	/**
	 * Return the ids of entries that were copied and not cleared yet.
	 */
	Set<StreamId> copied() {
		return this.copied;
	}

	/**
	 * A round begins to read the journal.
	 */
	void reading() {
		this.wanted = false;
		this.lastRead = System.nanoTime();
	}

	/**
	 * A round that read the journal has copied entries and told who waited for them.
	 * @param ids the entries, in the order of the journal
	 * @param more whether the journal may hold more
	 */
	void read(Collection<StreamId> ids, boolean more) {
		for (StreamId id : ids) {
			this.copied.remove(id);
			this.read = isNewerThanRead(id) ? id : this.read;
		}
		this.offered.removeIf((state) -> !isNewerThanRead(state.id()));
		if (more) {
			// see above: nothing but the journal is copied until it was read to its end
			this.wanted = true;
		}
	}

	/**
	 * What a write left behind.
	 *
	 * @param id the id of its journal entry
	 * @param ticket who waits for it
	 * @param states the state of each key that it touched, right after it
	 */
	record Carried(StreamId id, long ticket, List<KeyState> states) {

	}

}
