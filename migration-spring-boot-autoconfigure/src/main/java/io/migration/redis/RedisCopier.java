package io.migration.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;

import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RestoreArgs;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.migration.mirror.Copier;
import org.jspecify.annotations.Nullable;

/**
 * Copies whole keys: DUMP with the absolute time of expiry, then RESTORE REPLACE, or
 * UNLINK when the key is gone.
 * <p>
 * Value and expiry are read in one MULTI, so they belong to one moment; the expiry is
 * absolute, so a late copy does not prolong it. See {@link Copier} for why the sides
 * converge, and {@link RelayFence} for why nobody else writes.
 */
class RedisCopier implements Copier {

	private static final byte[] CLEAR_AND_DROP = RedisKeys.bytes("redis.call('XDEL', KEYS[1], unpack(ARGV)) "
			+ "if redis.call('XLEN', KEYS[1]) == 0 then redis.call('DEL', KEYS[1]) end return 1");

	private static final long SWEEP_NANOS = Duration.ofSeconds(5).toNanos();

	private final RedisKeys keys;

	private final String instance;

	private final RedisEndpoint from;

	private final RedisEndpoint to;

	private final Duration timeout;

	private final BitSet dirtySlots = new BitSet();

	private long lastSweep;

	private @Nullable NodeConnections reading;

	private @Nullable NodeConnections writing;

	RedisCopier(RedisKeys keys, String instance, RedisEndpoint from, RedisEndpoint to, Duration timeout) {
		this.keys = keys;
		this.instance = instance;
		this.from = from;
		this.to = to;
		this.timeout = timeout;
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

	@Override
	public void open() {
		this.writing = takeOver(this.to, this.keys, this.timeout);
		this.reading = NodeConnections.open(this.from, "migration-journal", this.timeout);
		if (this.from.cluster()) {
			sweep(this.reading);
		}
	}

	/**
	 * Become the only writer of the other side.
	 */
	NodeConnections takeOver(RedisEndpoint side, RedisKeys names, Duration patience) {
		return RelayFence.takeOver(side, names, patience);
	}

	@Override
	public void close() {
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
	public Round copy(int limit) {
		NodeConnections source = this.reading;
		NodeConnections target = this.writing;
		if (source == null || target == null) {
			throw new IllegalStateException("not open");
		}
		List<Entry> entries = readEntries(source, limit);
		if (entries.isEmpty()) {
			return Round.EMPTY;
		}
		apply(target, readState(source, touched(entries)));
		clear(source, entries);
		List<Long> tickets = new ArrayList<>();
		for (Entry entry : entries) {
			Long ticket = Touches.ticket(entry.fields(), this.instance);
			if (ticket != null) {
				tickets.add(ticket);
			}
		}
		return new Round(entries.size(), tickets, entries.size() >= limit || source.cluster());
	}

	private List<Entry> readEntries(NodeConnections source, int limit) {
		if (!source.cluster()) {
			return entries(this.keys.journal(null), source.await(range(source, this.keys.journal(null), limit)));
		}
		if (System.nanoTime() - this.lastSweep > SWEEP_NANOS) {
			sweep(source);
		}
		BitSet slots;
		synchronized (this.dirtySlots) {
			slots = (BitSet) this.dirtySlots.clone();
			this.dirtySlots.clear();
		}
		Map<byte[], RedisFuture<List<Object>>> ranges = new LinkedHashMap<>();
		source.buffer();
		slots.stream().limit(limit).forEach((slot) -> {
			byte[] journal = this.keys.journal(slot);
			ranges.put(journal, range(source, journal, limit));
		});
		source.flush();
		slots.stream().skip(limit).forEach(this::touched);
		List<Entry> entries = new ArrayList<>();
		try {
			ranges.forEach((journal, range) -> entries.addAll(entries(journal, source.await(range))));
			// what a full range left behind is found by the next round
			slots.stream().filter((slot) -> full(entries, this.keys.journal(slot), limit)).forEach(this::touched);
		}
		catch (RuntimeException ex) {
			slots.stream().forEach(this::touched);
			throw ex;
		}
		return entries;
	}

	private static boolean full(List<Entry> entries, byte[] journal, int limit) {
		return entries.stream().filter((entry) -> Arrays.equals(entry.journal(), journal)).count() >= limit;
	}

	/**
	 * Look for entries in every slot: those of instances that are gone.
	 */
	private void sweep(NodeConnections source) {
		this.lastSweep = System.nanoTime();
		new RedisJournal(this.keys, source).depths().forEach((slot, depth) -> touched(slot));
	}

	private static RedisFuture<List<Object>> range(NodeConnections nodes, byte[] journal, int limit) {
		return nodes.forKey(journal)
			.dispatch(CommandType.XRANGE, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE),
					new CommandArgs<>(ByteArrayCodec.INSTANCE).addKey(journal)
						.add("-")
						.add("+")
						.add("COUNT")
						.add(limit));
	}

	@SuppressWarnings("unchecked")
	private static List<Entry> entries(byte[] journal, List<Object> messages) {
		List<Entry> entries = new ArrayList<>(messages.size());
		for (Object message : messages) {
			List<Object> parts = (List<Object>) message;
			entries.add(new Entry(journal, new String((byte[]) parts.get(0), StandardCharsets.US_ASCII),
					(List<byte[]>) (List<?>) parts.get(1)));
		}
		return entries;
	}

	private static Set<ByteBuffer> touched(List<Entry> entries) {
		Set<ByteBuffer> touched = new LinkedHashSet<>();
		for (Entry entry : entries) {
			Touches.keys(entry.fields()).forEach((key) -> touched.add(ByteBuffer.wrap(key)));
		}
		return touched;
	}

	private List<State> readState(NodeConnections source, Set<ByteBuffer> touched) {
		Map<Integer, List<byte[]>> units = new LinkedHashMap<>();
		for (ByteBuffer key : touched) {
			units.computeIfAbsent(source.cluster() ? SlotHash.getSlot(key.array()) : 0, (slot) -> new ArrayList<>())
				.add(key.array());
		}
		List<State> states = new ArrayList<>(touched.size());
		List<RedisFuture<TransactionResult>> executed = new ArrayList<>();
		source.buffer();
		units.forEach((slot, unit) -> {
			RedisAsyncCommands<byte[], byte[]> commands = source.forSlot(slot);
			commands.multi();
			for (byte[] key : unit) {
				states.add(new State(key, commands.dump(key), commands.pexpiretime(key)));
			}
			executed.add(commands.exec());
		});
		source.flush();
		executed.forEach((unit) -> {
			if (source.await(unit).wasDiscarded()) {
				throw new RedisException("the present state could not be read");
			}
		});
		return states;
	}

	/**
	 * Write state to the other side, and wait until it has acknowledged all of it.
	 */
	void apply(NodeConnections target, List<State> states) {
		List<Future<?>> applied = new ArrayList<>(states.size());
		target.buffer();
		for (State state : states) {
			RedisAsyncCommands<byte[], byte[]> commands = target.forKey(state.key());
			byte[] value = target.await(state.value());
			if (value == null) {
				applied.add(commands.unlink(state.key()));
			}
			else {
				long expiry = Math.max(0, target.await(state.expiry()));
				applied.add(commands.restore(state.key(), value,
						RestoreArgs.Builder.ttl(expiry).replace().absttl(expiry > 0)));
			}
		}
		target.flush();
		applied.forEach(target::await);
	}

	/**
	 * Clear exactly the entries that were read: others may have come for the same keys.
	 */
	void clear(NodeConnections source, List<Entry> entries) {
		Map<ByteBuffer, List<String>> ids = new HashMap<>();
		for (Entry entry : entries) {
			ids.computeIfAbsent(ByteBuffer.wrap(entry.journal()), (journal) -> new ArrayList<>()).add(entry.id());
		}
		List<Future<?>> cleared = new ArrayList<>();
		source.buffer();
		ids.forEach((journal, read) -> {
			RedisAsyncCommands<byte[], byte[]> commands = source.forKey(journal.array());
			if (source.cluster()) {
				cleared.add(commands.eval(CLEAR_AND_DROP, ScriptOutputType.INTEGER, new byte[][] { journal.array() },
						read.stream().map(RedisKeys::bytes).toArray(byte[][]::new)));
			}
			else {
				cleared.add(commands.xdel(journal.array(), read.toArray(String[]::new)));
			}
		});
		source.flush();
		cleared.forEach(source::await);
	}

	record Entry(byte[] journal, String id, List<byte[]> fields) {

	}

	record State(byte[] key, RedisFuture<byte[]> value, RedisFuture<Long> expiry) {

	}

}
