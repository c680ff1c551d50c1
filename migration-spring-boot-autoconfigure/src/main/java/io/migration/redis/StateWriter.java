package io.migration.redis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import io.lettuce.core.RedisException;

/**
 * Writes states to the other side: those of a slot at one moment, whole values by plain
 * commands, the others by a script. Used by the rounds of one {@link RedisCopier}.
 */
final class StateWriter {

	/** What a server says when it refuses everything, not this value. */
	private static final Set<String> REFUSES_ALL = Set.of("OOM", "LOADING", "READONLY", "MASTERDOWN", "CLUSTERDOWN",
			"MOVED", "ASK", "TRYAGAIN", "CROSSSLOT", "NOPERM", "NOAUTH", "MISCONF", "NOREPLICAS", "NOSCRIPT", "BUSY",
			"UNKILLABLE");

	private static final byte[] UNLINK = RedisKeys.bytes("UNLINK");

	private static final byte[] RESTORE = RedisKeys.bytes("RESTORE");

	private static final byte[] REPLACE = RedisKeys.bytes("REPLACE");

	private static final byte[] ABSTTL = RedisKeys.bytes("ABSTTL");

	private StateWriter() {
	}

	/**
	 * Make the script known.
	 * @param target connections to the other side
	 */
	static void load(NodeConnections target) {
		RelayScript.load(target, RelayScript.APPLY_STATES);
	}

	/**
	 * Write states.
	 * @param target connections to the other side
	 * @param states the states
	 * @return completes when it has acknowledged all of them, with those it did not take;
	 * fails if it takes nothing
	 */
	static CompletableFuture<List<Refused>> write(NodeConnections target, List<KeyState> states) {
		Map<Integer, Unit> units = new LinkedHashMap<>();
		states.forEach((state) -> units.computeIfAbsent(target.slotOf(state.key()), (slot) -> new Unit()).add(state));
		List<CompletableFuture<List<Refused>>> written = new ArrayList<>(units.size());
		target.buffer();
		units.forEach((slot, unit) -> written.add(unit.send(target, slot)));
		target.flush();
		if (written.size() == 1) {
			return written.get(0);
		}
		return CompletableFuture.allOf(written.toArray(CompletableFuture[]::new))
			.thenApply((done) -> written.stream().flatMap((refused) -> refused.join().stream()).toList());
	}

	/**
	 * The states of one slot.
	 */
	private static final class Unit {

		private final List<KeyState> plain = new ArrayList<>();

		private final List<KeyState> scripted = new ArrayList<>();

		void add(KeyState state) {
			((state.absent() || state.serialized()) ? this.plain : this.scripted).add(state);
		}

		CompletableFuture<List<Refused>> send(NodeConnections target, int slot) {
			AtomicBatch commands = new AtomicBatch();
			for (KeyState state : this.plain) {
				if (state.absent()) {
					commands.add(UNLINK, state.key());
				}
				else {
					commands.add(RESTORE, state.key(), state.arguments().get(1), state.arguments().get(2), REPLACE,
							ABSTTL);
				}
			}
			if (!this.scripted.isEmpty()) {
				addScript(commands);
			}
			return commands.send(target.connection(slot))
				.thenApply(this::refused)
				.exceptionallyCompose((failure) -> AtomicBatch.refusedForMemory(failure) ? sendScript(target, slot)
						: CompletableFuture.failedFuture(failure));
		}

		/**
		 * A server without free memory takes no MULTI block, but a script as far as it
		 * only frees memory.
		 */
		private CompletableFuture<List<Refused>> sendScript(NodeConnections target, int slot) {
			this.scripted.addAll(this.plain);
			this.plain.clear();
			AtomicBatch command = new AtomicBatch();
			addScript(command);
			return command.send(target.connection(slot)).thenApply(this::refused);
		}

		private void addScript(AtomicBatch commands) {
			RelayScript.APPLY_STATES.addTo(commands, this.scripted.stream().map(KeyState::key).toList(),
					this.scripted.stream().flatMap((state) -> state.arguments().stream()).toList());
		}

		private List<Refused> refused(List<?> replies) {
			List<Refused> refused = new ArrayList<>(0);
			for (int i = 0; i < this.plain.size(); i++) {
				if (replies.get(i) instanceof NestedReply.Failure failure) {
					refused.add(Refused.of(this.plain.get(i), failure.message()));
				}
			}
			if (!this.scripted.isEmpty()) {
				List<?> errors = NestedReply.list(replies.get(this.plain.size()));
				for (int i = 0; i < this.scripted.size(); i++) {
					String error = (errors.get(i) instanceof byte[] text) ? RedisKeys.text(text) : "no answer";
					if (!error.isEmpty()) {
						refused.add(Refused.of(this.scripted.get(i), error));
					}
				}
			}
			return refused;
		}

	}

	/**
	 * A state that target did not take.
	 *
	 * @param state the state
	 * @param error why
	 */
	record Refused(KeyState state, String error) {

		static Refused of(KeyState state, String error) {
			String code = error.contains(" ") ? error.substring(0, error.indexOf(' ')) : error;
			if (REFUSES_ALL.contains(code.startsWith("-") ? code.substring(1) : code)) {
				throw new RedisException(error);
			}
			return new Refused(state, error);
		}

		boolean otherFormat() {
			return this.error.contains("DUMP payload version") || this.error.contains("Bad data format");
		}

	}

}
