package io.migration.redis;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.lettuce.core.RedisCommandExecutionException;
import io.migration.redis.JournalBatch.Touched;
import org.jspecify.annotations.Nullable;

/**
 * Reads the present state of keys on the side with authority. Value and expiry of a key
 * are read at one moment, and so are all keys that one journal entry names, unless they
 * are in different slots.
 * <p>
 * Whole keys are read by plain commands, and elements of large ones by a script, which
 * looks how large they are. Keys are read some at a time, as many as have lately come to
 * a megabyte, so that neither the server is held up for long nor this process needs much
 * memory, however large they are.
 * <p>
 * <b>A large value is read once for all the entries that wait for it.</b> While a round
 * leaves entries in the journal of a server, the last id of the journal is read together
 * with the values. Entries of a large value up to that id are in what was read, so later
 * rounds do not read it for them again: a backlog of writes to one list costs one copy of
 * it, not one for each round.
 * <p>
 * Used by the rounds of one {@link RedisCopier}.
 */
class StateReader {

	private static final int MOST_AT_ONCE = 64;

	private static final int BYTES_AT_ONCE = 1 << 20;

	private static final int BYTES_OF_ROUND = 4 << 20;

	private static final byte[] DUMP = RedisKeys.bytes("DUMP");

	private static final byte[] PEXPIRETIME = RedisKeys.bytes("PEXPIRETIME");

	/** A value of fewer bytes is cheaper to read again. */
	private static final int LARGE = 16 << 10;

	private static final byte[] XREVRANGE = RedisKeys.bytes("XREVRANGE");

	private static final byte[] LAST = RedisKeys.bytes("+");

	private static final byte[] FIRST = RedisKeys.bytes("-");

	private static final byte[] COUNT = RedisKeys.bytes("COUNT");

	private static final byte[] ONE = RedisKeys.bytes("1");

	private static final byte[] WHOLE = { 'w' };

	private static final byte[] BY_TYPE = { 't' };

	private static final byte[] EXPIRY_ALONE = { 'x' };

	private final NodeConnections source;

	private final byte[] journal;

	private final byte[] options;

	/** The last id that was in the journal when a large value was read. */
	private final Map<ByteBuffer, StreamId> readUntil = new HashMap<>();

	private boolean behind;

	private volatile int atOnce = 8;

	private volatile boolean byType;

	/**
	 * Create a reader.
	 * @param source connections to the side with authority
	 * @param journal the journal of a server that is not a cluster
	 * @param fieldExpiry whether the fields of a hash may expire there
	 */
	StateReader(NodeConnections source, byte[] journal, boolean fieldExpiry) {
		this.source = source;
		this.journal = journal;
		this.options = RedisKeys.bytes(fieldExpiry ? "f" : "");
	}

	/**
	 * Make the script known.
	 */
	void load() {
		RelayScript.load(this.source, RelayScript.READ_KEYS);
	}

	/**
	 * Read by type from now on: the serialized form differs between the servers.
	 * @return whether that is new
	 */
	boolean useTypes() {
		boolean changed = !this.byType;
		this.byType = true;
		return changed;
	}

	/**
	 * Encode the command that reads when a key expires.
	 */
	static byte[] expiry(byte[] key) {
		return encode(PEXPIRETIME, key);
	}

	/**
	 * Encode the command that reads a whole value.
	 */
	static byte[] dump(byte[] key) {
		return encode(DUMP, key);
	}

	private static byte[] encode(byte[] name, byte[] key) {
		Wire wire = new Wire(48 + key.length);
		wire.command(2);
		wire.argument(name);
		wire.argument(key);
		return wire.bytes();
	}

	boolean usesTypes() {
		return this.byType;
	}

	/**
	 * Read what the entries of journals touched. What would make the round too large is
	 * left to the next one, with its entries.
	 * @param batches the entries
	 * @return the states
	 */
	CompletableFuture<List<KeyState>> read(List<JournalBatch> batches) {
		this.behind = !this.source.cluster() && batches.stream().anyMatch(JournalBatch::more);
		if (!this.behind) {
			this.readUntil.clear();
		}
		Reading reading = new Reading();
		for (JournalBatch batch : batches) {
			batch.touched().forEach((touched) -> reading.pending.add(new Pending(batch, touched)));
		}
		return reading.next();
	}

	/**
	 * Return whether an entry needs no reading of a key, because what was read already is
	 * newer.
	 * @param key a key that the entry names
	 * @param id the entry
	 */
	boolean hasRead(byte[] key, StreamId id) {
		StreamId until = this.readUntil.get(ByteBuffer.wrap(key));
		return until != null && id.compareTo(until) <= 0;
	}

	/**
	 * Read whole keys.
	 * @param keys the keys
	 * @return their states
	 */
	CompletableFuture<List<KeyState>> whole(List<byte[]> keys) {
		return read(keys, this.byType);
	}

	/**
	 * Read whole keys by type.
	 * @param keys the keys
	 * @return their states
	 */
	CompletableFuture<List<KeyState>> byType(List<byte[]> keys) {
		return read(keys, true);
	}

	private CompletableFuture<List<KeyState>> read(List<byte[]> keys, boolean types) {
		Chunk chunk = new Chunk();
		keys.forEach((key) -> chunk.unit(this.source.slotOf(key)).add(key, types));
		return chunk.send();
	}

	private record Pending(JournalBatch batch, Touched touched) {

		boolean sameEntry(Pending other) {
			return this.batch == other.batch && this.touched.first() == other.touched.first();
		}

	}

	/**
	 * The reading of one round.
	 */
	private final class Reading {

		private final List<Pending> pending = new ArrayList<>();

		private final List<KeyState> states = new ArrayList<>();

		private int at;

		private long bytes;

		CompletableFuture<List<KeyState>> next() {
			if (this.at == this.pending.size()) {
				return CompletableFuture.completedFuture(this.states);
			}
			if (this.bytes >= BYTES_OF_ROUND) {
				leaveRest();
				return CompletableFuture.completedFuture(this.states);
			}
			int begin = this.at;
			Chunk chunk = new Chunk();
			while (this.at < this.pending.size() && (this.at < begin + StateReader.this.atOnce
					|| this.pending.get(this.at).sameEntry(this.pending.get(this.at - 1)))) {
				Pending one = this.pending.get(this.at++);
				chunk.unit(one.batch().slot()).add(one.touched(), StateReader.this.byType);
			}
			return chunk.send().thenCompose((read) -> {
				long size = read.stream().mapToLong(KeyState::size).sum();
				this.bytes += size;
				this.states.addAll(read);
				long average = Math.max(1, size / read.size());
				StateReader.this.atOnce = (int) Math.max(1, Math.min(MOST_AT_ONCE, BYTES_AT_ONCE / average));
				return next();
			});
		}

		private void leaveRest() {
			for (int i = this.pending.size() - 1; i >= this.at; i--) {
				this.pending.get(i).batch().leaveFrom(this.pending.get(i).touched().first());
			}
		}

	}

	/**
	 * Keys that are read together.
	 */
	private final class Chunk {

		private final Map<Integer, Unit> units = new LinkedHashMap<>();

		Unit unit(int slot) {
			return this.units.computeIfAbsent(slot, (another) -> new Unit());
		}

		CompletableFuture<List<KeyState>> send() {
			List<CompletableFuture<List<KeyState>>> read = new ArrayList<>(this.units.size());
			StateReader.this.source.buffer();
			this.units.forEach((slot, unit) -> read.add(unit.send(slot)));
			StateReader.this.source.flush();
			if (read.size() == 1) {
				return read.get(0);
			}
			return CompletableFuture.allOf(read.toArray(CompletableFuture[]::new))
				.thenApply((done) -> read.stream().flatMap((states) -> states.join().stream()).toList());
		}

	}

	/**
	 * Keys of one slot, which are read at one moment.
	 */
	private final class Unit {

		private final List<byte[]> plain = new ArrayList<>();

		private final List<byte[]> scripted = new ArrayList<>();

		private final List<byte[]> arguments = new ArrayList<>();

		void add(Touched touched, boolean types) {
			if (touched.whole() || types) {
				add(touched.key(), types);
				return;
			}
			this.scripted.add(touched.key());
			this.arguments.add((touched.kind() != 0) ? new byte[] { touched.kind() } : EXPIRY_ALONE);
			this.arguments.add(RedisKeys.bytes(String.valueOf(touched.elements().size())));
			touched.elements().stream().map(ByteBuffer::array).forEach(this.arguments::add);
		}

		void add(byte[] key, boolean types) {
			if (types) {
				this.scripted.add(key);
				this.arguments.add(BY_TYPE);
			}
			else {
				this.plain.add(key);
			}
		}

		CompletableFuture<List<KeyState>> send(int slot) {
			AtomicBatch commands = new AtomicBatch();
			for (byte[] key : this.plain) {
				commands.add(PEXPIRETIME, key);
				commands.add(DUMP, key);
			}
			if (!this.scripted.isEmpty()) {
				addScript(commands);
			}
			if (StateReader.this.behind) {
				commands.add(XREVRANGE, StateReader.this.journal, LAST, FIRST, COUNT, ONE);
			}
			return commands.send(StateReader.this.source.connection(slot))
				.thenApply(this::states)
				.exceptionallyCompose((failure) -> AtomicBatch.refusedForMemory(failure) ? sendScript(slot)
						: CompletableFuture.failedFuture(failure));
		}

		/**
		 * A server without free memory takes no MULTI block, but a script.
		 */
		private CompletableFuture<List<KeyState>> sendScript(int slot) {
			for (byte[] key : this.plain) {
				this.scripted.add(key);
				this.arguments.add(WHOLE);
			}
			this.plain.clear();
			AtomicBatch command = new AtomicBatch();
			addScript(command);
			return command.send(StateReader.this.source.connection(slot)).thenApply(this::states);
		}

		private void addScript(AtomicBatch commands) {
			List<byte[]> all = new ArrayList<>(this.arguments.size() + 1);
			all.add(StateReader.this.options);
			all.addAll(this.arguments);
			RelayScript.READ_KEYS.addTo(commands, this.scripted, all);
		}

		private List<KeyState> states(List<?> replies) {
			List<KeyState> states = new ArrayList<>(this.plain.size() + this.scripted.size());
			int at = 0;
			for (byte[] key : this.plain) {
				states.add(KeyState.whole(key, element(replies.get(at++)), element(replies.get(at++))));
			}
			if (!this.scripted.isEmpty()) {
				NestedReply.list(replies.get(at++)).forEach((state) -> states.add(KeyState.of((List<?>) state)));
			}
			if (at < replies.size()) {
				remember(NestedReply.list(replies.get(at)), states);
			}
			return states;
		}

		private void remember(List<?> last, List<KeyState> states) {
			if (!last.isEmpty()) {
				StreamId until = StreamId.of(RedisKeys.text(((List<?>) last.get(0)).get(0)));
				states.stream()
					.filter((state) -> !state.partial() && state.size() >= LARGE)
					.forEach((state) -> StateReader.this.readUntil.put(ByteBuffer.wrap(state.key()), until));
			}
		}

		private static @Nullable Object element(@Nullable Object reply) {
			if (reply instanceof NestedReply.Failure failure) {
				throw new RedisCommandExecutionException(failure.message());
			}
			return reply;
		}

	}

}
