package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.lettuce.core.RedisException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XTrimArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.SlotHash;
import io.migration.mirror.Copier;
import io.migration.redis.StateWriter.Refused;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Copies the state of keys. A round takes the oldest entries of a journal, then reads the
 * state of what they name ({@link StateReader}), then writes it ({@link StateWriter}).
 * Then exactly those entries are cleared, in front of the next reading of the journal. Or
 * it writes what writes of this process have left behind ({@link CarriedStates}), and
 * leaves their entries to a round that reads the journal.
 * <p>
 * Value and expiry are read at one moment, so they belong together; the expiry is
 * absolute, so a late copy does not prolong it. See {@link Copier} for why the sides
 * converge, and {@link RelayFence} for why nobody else writes.
 * <p>
 * <b>Large hashes, sets and sorted sets.</b> An entry names the elements that its write
 * touched, where the command tells. If every entry of a round does so for a key, and the
 * key is large, the state of those elements is copied alone, with the expiry and the
 * number of elements. Target held the state of some earlier moment, and every element
 * that has changed since is named by an entry that is not cleared yet or by one of this
 * round; so target has the whole state once it has these elements. Unless it never held
 * the key, because that was not copied yet: then the number of elements differs, as
 * target has no element that source lacks, and the key is copied whole in the same round.
 * A write whose elements the command does not tell ({@code SPOP}, say) makes its round
 * copy the whole key.
 * <p>
 * <b>Large lists and strings</b> are copied whole. A copy serves all writes that have
 * come by then, and a relay for which nobody waits rests for longer than the copy took;
 * so the cost is one copy for each round, not for each write.
 * <p>
 * <b>A key that target does not take</b> (a value of a module that it lacks, say) is set
 * aside: its entry is cleared, it is remembered on the authority, counts as waiting, and
 * is tried again now and then. What target refuses to everyone (no memory, loading) fails
 * the round instead.
 */
class RedisCopier implements Copier {

	private static final Log logger = LogFactory.getLog(RedisCopier.class);

	private static final byte[] CLEAR_AND_DROP = RedisKeys.bytes("redis.call('XDEL', KEYS[1], unpack(ARGV)) "
			+ "if redis.call('XLEN', KEYS[1]) == 0 then redis.call('DEL', KEYS[1]) end return 1");

	private static final byte[] XRANGE = RedisKeys.bytes("XRANGE");

	private static final byte[] FIRST = RedisKeys.bytes("-");

	private static final byte[] LAST = RedisKeys.bytes("+");

	private static final byte[] COUNT = RedisKeys.bytes("COUNT");

	private static final BitSet ONLY_SLOT = BitSet.valueOf(new byte[] { 1 });

	private final RedisKeys keys;

	private final String instance;

	private final RedisEndpoint from;

	private final RedisEndpoint to;

	private final Duration timeout;

	private final BitSet dirtySlots = new BitSet();

	private final SetAsideKeys setAside;

	private final TakeOver takeOver;

	private final Runnable journalChanged;

	private final RelayMessages messages;

	private final CarriedStates carried;

	private CompletableFuture<?> cleared = CompletableFuture.completedFuture(null);

	private @Nullable NodeConnections reading;

	private @Nullable NodeConnections writing;

	private volatile @Nullable StateReader states;

	/**
	 * Create a copier.
	 * @param keys the migration's keys
	 * @param instance names this instance among waiting writers
	 * @param from the side with authority
	 * @param to the other side
	 * @param timeout how long an answer may take
	 * @param takeOver asked, once this is the only writer, whether it may begin
	 * @param journalChanged told if somebody else has changed the journal
	 * @param messages tells other instances about their writers
	 * @param carried holds the states that come with writes
	 */
	RedisCopier(RedisKeys keys, String instance, RedisEndpoint from, RedisEndpoint to, Duration timeout,
			TakeOver takeOver, Runnable journalChanged, RelayMessages messages, CarriedStates carried) {
		this.keys = keys;
		this.instance = instance;
		this.from = from;
		this.to = to;
		this.timeout = timeout;
		this.takeOver = takeOver;
		this.journalChanged = journalChanged;
		this.setAside = new SetAsideKeys(keys);
		this.messages = messages;
		this.carried = carried;
	}

	/**
	 * Say that a slot of a cluster has an entry.
	 * @param slot the slot
	 */
	void touched(int slot) {
		synchronized (this.dirtySlots) {
			this.dirtySlots.set(slot);
		}
	}

	private BitSet takeDirtySlots() {
		synchronized (this.dirtySlots) {
			BitSet taken = (BitSet) this.dirtySlots.clone();
			this.dirtySlots.clear();
			return taken;
		}
	}

	/**
	 * Return the keys that target did not take.
	 * @return the keys
	 */
	SetAsideKeys setAside() {
		return this.setAside;
	}

	@Override
	public void hint() {
		this.messages.hint(this.from.cluster() ? this::takeDirtySlots : BitSet::new);
	}

	@Override
	public void open() {
		this.cleared = CompletableFuture.completedFuture(null);
		NodeConnections target = takeOver(this.to, this.keys, this.timeout);
		this.writing = target;
		NodeConnections source = NodeConnections.open(this.from, "migration-journal", this.timeout);
		this.reading = source;
		this.takeOver.confirm(source, target);
		StateReader reader = reader(source, this.keys.journal(null), knows(source, "HPEXPIRETIME"));
		reader.load();
		this.states = reader;
		StateWriter.load(target);
		this.setAside.load(source);
		if (this.from.cluster()) {
			sweep(source);
		}
		else {
			this.carried.begin(lastId(source));
		}
	}

	StateReader reader(NodeConnections source, byte[] journal, boolean fieldExpiry) {
		return new StateReader(source, journal, fieldExpiry);
	}

	/**
	 * Return the last id that the journal has given, cleared entries included.
	 */
	private StreamId lastId(NodeConnections source) {
		byte[] journal = this.keys.journal(null);
		if (source.await(source.forKey(journal).exists(journal)) == 0) {
			return StreamId.FIRST;
		}
		List<Object> info = source.await(source.forKey(journal).xinfoStream(journal));
		for (int i = 0; i + 1 < info.size(); i += 2) {
			if ("last-generated-id".equals(RedisKeys.text(info.get(i)))) {
				return StreamId.of(RedisKeys.text(info.get(i + 1)));
			}
		}
		throw new RedisException("the last id of the journal is not known");
	}

	/**
	 * Return whether a write of this process may read the state that it leaves behind,
	 * for {@link #offer}.
	 */
	boolean takesCarried() {
		StateReader reader = this.states;
		return reader != null && !this.from.cluster() && !reader.usesTypes();
	}

	/**
	 * Offer what a write of this process has left behind.
	 * @param state the state
	 */
	void offer(CarriedStates.Carried state) {
		this.carried.offer(state);
	}

	/**
	 * Say that somebody waits for an entry of the journal.
	 */
	void wantJournal() {
		this.carried.wantJournal();
	}

	private static boolean knows(NodeConnections nodes, String command) {
		return nodes.await(nodes.all().iterator().next().async().commandInfo(command))
			.stream()
			.anyMatch((described) -> described instanceof List<?> fields && !fields.isEmpty());
	}

	/**
	 * Become the only writer of the other side.
	 */
	NodeConnections takeOver(RedisEndpoint side, RedisKeys names, Duration patience) {
		return RelayFence.takeOver(side, names, patience);
	}

	@Override
	public void close() {
		this.states = null;
		if (this.reading != null) {
			this.reading.close();
			this.reading = null;
		}
		if (this.writing != null) {
			this.writing.close();
			this.writing = null;
		}
	}

	@Override
	public CompletableFuture<Round> copy(int limit, Waiters waiters) {
		NodeConnections source = this.reading;
		NodeConnections target = this.writing;
		if (source == null || target == null) {
			throw new IllegalStateException("not open");
		}
		target.requireOpen();
		List<byte[]> retried = this.setAside.retry(source);
		if (source.cluster()) {
			retried.forEach((key) -> touched(SlotHash.getSlot(key)));
		}
		if (!this.carried.journalIsDue()) {
			List<CarriedStates.Carried> taken = this.carried.take(limit);
			if (!taken.isEmpty()) {
				return copyCarried(source, target, taken, waiters);
			}
		}
		return copyJournal(source, target, limit, waiters);
	}

	/**
	 * Copy states that came with their writes. Their entries stay in the journal until a
	 * round that reads it clears them.
	 */
	private CompletableFuture<Round> copyCarried(NodeConnections source, NodeConnections target,
			List<CarriedStates.Carried> taken, Waiters waiters) {
		List<KeyState> states = CarriedStates.last(taken);
		return write(source, target, states).thenApply((written) -> {
			this.carried.copied(taken);
			for (CarriedStates.Carried one : taken) {
				tell(waiters, one.ticket(), reason(one.states().stream().map(KeyState::key)));
			}
			return new Round(taken.size(), !this.carried.journalIsDue());
		});
	}

	private CompletableFuture<?> write(NodeConnections source, NodeConnections target, List<KeyState> states) {
		return apply(target, states).thenCompose((refused) -> complete(target, refused))
			.thenCompose((refused) -> this.setAside.remember(source, states, refused));
	}

	private CompletableFuture<Round> copyJournal(NodeConnections source, NodeConnections target, int limit,
			Waiters waiters) {
		this.carried.reading();
		CompletableFuture<?> before = this.cleared;
		return entries(source, limit).thenCombine(before, (batches, done) -> batches).thenCompose((batches) -> {
			if (batches.stream().allMatch((batch) -> batch.entries().isEmpty())) {
				return CompletableFuture.completedFuture(Round.EMPTY);
			}
			return states(batches).thenCompose((states) -> write(source, target, states)).thenApply((written) -> {
				batches.forEach((batch) -> tell(batch, waiters));
				if (!source.cluster()) {
					batches.forEach((batch) -> this.carried.read(ids(batch), batch.more()));
				}
				this.cleared = clear(source, batches);
				batches.stream().filter(JournalBatch::more).forEach((batch) -> touched(batch.slot()));
				int entries = batches.stream().mapToInt((batch) -> batch.entries().size()).sum();
				return new Round(entries, batches.stream().anyMatch(JournalBatch::more) || hasDirtySlots());
			});
		});
	}

	private boolean hasDirtySlots() {
		synchronized (this.dirtySlots) {
			return !this.dirtySlots.isEmpty();
		}
	}

	/**
	 * Read the oldest entries of the journal, of a cluster those of the slots that are
	 * known to hold some.
	 */
	CompletableFuture<List<JournalBatch>> entries(NodeConnections source, int limit) {
		BitSet slots = source.cluster() ? takeDirtySlots() : ONLY_SLOT;
		slots.stream().skip(limit).forEach(this::touched);
		Map<Integer, CompletableFuture<JournalBatch>> read = new LinkedHashMap<>();
		byte[] count = RedisKeys.bytes(String.valueOf(limit));
		source.buffer();
		slots.stream().limit(limit).forEach((slot) -> {
			byte[] journal = this.keys.journal(source.cluster() ? slot : null);
			AtomicBatch command = new AtomicBatch();
			command.add(XRANGE, journal, FIRST, LAST, COUNT, count);
			read.put(slot,
					command.send(source.connection(slot))
						.thenApply((reply) -> new JournalBatch(journal, slot, NestedReply.list(reply.get(0)), limit,
								this.carried.copied(), reader()::hasRead)));
		});
		source.flush();
		return CompletableFuture.allOf(read.values().toArray(CompletableFuture[]::new))
			.whenComplete((done, failure) -> {
				if (failure != null) {
					read.keySet().forEach(this::touched);
				}
			})
			.thenApply((done) -> read.values().stream().map(CompletableFuture::join).toList());
	}

	/**
	 * Read the state of what entries name, after the entries were read.
	 */
	CompletableFuture<List<KeyState>> states(List<JournalBatch> batches) {
		return reader().read(batches);
	}

	private StateReader reader() {
		return Objects.requireNonNull(this.states, "not open");
	}

	/**
	 * Look for entries in every slot: those of instances that are gone. While the relay
	 * runs, whoever looks at the length of the journals tells it of the slots that hold
	 * entries, so that a hint which was lost does no harm.
	 */
	private void sweep(NodeConnections source) {
		new RedisJournal(this.keys, source).depths().forEach((slot, depth) -> touched(slot));
	}

	/**
	 * Write states to the other side.
	 * @return completes when it has acknowledged all of them, with those it did not take;
	 * fails if it takes nothing
	 */
	CompletableFuture<List<Refused>> apply(NodeConnections target, List<KeyState> states) {
		return states.isEmpty() ? CompletableFuture.completedFuture(List.of()) : StateWriter.write(target, states);
	}

	/**
	 * Copy whole what could not be copied by elements, and by type what could not be
	 * copied as it is serialized.
	 */
	private CompletableFuture<List<Refused>> complete(NodeConnections target, List<Refused> refused) {
		if (refused.isEmpty()) {
			return CompletableFuture.completedFuture(refused);
		}
		Map<Boolean, List<Refused>> byKind = refused.stream()
			.collect(Collectors.partitioningBy((key) -> key.state().partial()));
		List<Refused> partial = byKind.getOrDefault(true, List.of());
		List<Refused> unreadable = byKind.getOrDefault(false, List.of());
		if (!partial.isEmpty()) {
			return reader().whole(keys(partial))
				.thenCompose((states) -> apply(target, states))
				.thenCompose((still) -> complete(target, Stream.concat(still.stream(), unreadable.stream()).toList()));
		}
		if (unreadable.stream().anyMatch(Refused::otherFormat) && reader().useTypes()) {
			logger.info("The serialized form of values differs between the servers; values are copied by type");
		}
		return reader().byType(keys(unreadable)).thenCompose((states) -> apply(target, states));
	}

	private static List<byte[]> keys(List<Refused> refused) {
		return refused.stream().map((key) -> key.state().key()).toList();
	}

	private void tell(JournalBatch batch, Waiters waiters) {
		for (JournalBatch.Entry entry : batch.entries()) {
			if (entry.waiter().isEmpty()) {
				continue;
			}
			String reason = reason(entry.keys().stream());
			int colon = entry.waiter().lastIndexOf(':');
			long ticket = Long.parseLong(entry.waiter().substring(colon + 1));
			if (!entry.waiter().substring(0, colon).equals(this.instance)) {
				this.messages.tell(entry.waiter().substring(0, colon), ticket, reason);
			}
			else {
				tell(waiters, ticket, reason);
			}
		}
		this.messages.send();
	}

	private static void tell(Waiters waiters, long ticket, @Nullable String reason) {
		if (reason == null) {
			waiters.covered(ticket);
		}
		else {
			waiters.refused(ticket, reason);
		}
	}

	private @Nullable String reason(Stream<byte[]> keys) {
		return keys.map(this.setAside::reason)
			.filter(Objects::nonNull)
			.findFirst()
			.map((reason) -> "target does not take the value: " + reason)
			.orElse(null);
	}

	/**
	 * Clear exactly the entries that were read: others may have come for the same keys.
	 */
	CompletableFuture<?> clear(NodeConnections source, List<JournalBatch> batches) {
		List<CompletableFuture<?>> clearing = new ArrayList<>();
		source.buffer();
		for (JournalBatch batch : batches) {
			List<StreamId> ids = ids(batch);
			if (!ids.isEmpty()) {
				clearing.add(clear(source, batch.journal(), ids));
			}
		}
		source.flush();
		return CompletableFuture.allOf(clearing.toArray(CompletableFuture[]::new));
	}

	/**
	 * The entries of a batch are all that the journal held up to the last of them, read
	 * at one moment; ids only grow, and this connection ends with the server it reached.
	 * So everything up to that id is exactly what was read, and one cut is much cheaper
	 * than one search for each id. That the server cut as many as were read is checked.
	 * <p>
	 * On a cluster an emptied journal is removed, as each slot has one of its own, and
	 * ids may begin anew: there the ids are named.
	 */
	private CompletableFuture<?> clear(NodeConnections source, byte[] journal, List<StreamId> ids) {
		RedisAsyncCommands<byte[], byte[]> commands = source.forKey(journal);
		if (source.cluster()) {
			return commands
				.eval(CLEAR_AND_DROP, ScriptOutputType.INTEGER, new byte[][] { journal },
						ids.stream().map((id) -> RedisKeys.bytes(id.toString())).toArray(byte[][]::new))
				.toCompletableFuture();
		}
		return commands
			.xtrim(journal, XTrimArgs.Builder.minId(ids.get(ids.size() - 1).next().toString()).exactTrimming())
			.toCompletableFuture()
			.thenAccept((cut) -> {
				if (cut > ids.size()) {
					this.journalChanged.run();
					throw new RedisException(
							"%d entries of the journal were cleared where %d had been read".formatted(cut, ids.size()));
				}
			});
	}

	private static List<StreamId> ids(JournalBatch batch) {
		return batch.entries().stream().map(JournalBatch.Entry::id).toList();
	}

	/**
	 * Asked after the other side was taken over, and before anything is read.
	 */
	interface TakeOver {

		/**
		 * See that this instance may begin.
		 * @param source connections to the side with authority
		 * @param target connections to the other side
		 */
		void confirm(NodeConnections source, NodeConnections target);

	}

}
