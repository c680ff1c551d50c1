package io.migration.redis;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;

import io.lettuce.core.TransactionResult;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.protocol.CompleteableCommand;
import io.lettuce.core.protocol.RedisCommand;
import io.migration.MigrationPhase.Writes;
import io.migration.OperationRefusedException;
import io.migration.Side;
import io.migration.WriteNotMirroredException;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorSettings;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.mirror.MirrorSettings.StaleReads;
import io.migration.mirror.Relay;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * Executes writes whose keys are known: each as a {@link WriteUnit}, or at the end of a
 * MULTI block. In phases that wait for the relay it completes the caller's command when
 * the relay has passed. Thread safe; never blocks.
 */
final class MirroredWrites {

	private static final int PENDING_BUCKETS = 4096;

	/** Writes of more bytes or keys leave the reading of the state to the relay. */
	private static final int MOST_CARRIED_BYTES = 4096;

	private static final int MOST_CARRIED_KEYS = 4;

	private final String migration;

	private final String instance;

	private final RedisKeys keys;

	private final MirrorSettings settings;

	private final MirrorObserver observer;

	/**
	 * Runs what callers do when the relay is late.
	 */
	private final Executor completions;

	private final AtomicIntegerArray pending = new AtomicIntegerArray(PENDING_BUCKETS);

	private final AtomicBoolean journalingBroken = new AtomicBoolean();

	private @Nullable RedisSides sides;

	MirroredWrites(String migration, String instance, MirrorSettings settings, Executor completions,
			MirrorObserver observer) {
		this.migration = migration;
		this.instance = instance;
		this.keys = new RedisKeys(migration);
		this.settings = settings;
		this.completions = completions;
		this.observer = observer;
	}

	void connect(RedisSides both) {
		this.sides = both;
	}

	private RedisSides sides() {
		return Objects.requireNonNull(this.sides, "not connected");
	}

	/**
	 * Take note that a write went past the journal.
	 */
	void journalingBroken() {
		this.journalingBroken.set(true);
	}

	boolean takeJournalingBroken() {
		return this.journalingBroken.getAndSet(false);
	}

	/**
	 * Return whether a write of this instance may be under way to a key.
	 * @param hash the key's hash
	 * @return {@code false} if there is none
	 */
	boolean underWay(int hash) {
		return this.pending.get(bucket(hash)) > 0;
	}

	private static int hash(byte[] key) {
		return ByteBuffer.wrap(key).hashCode();
	}

	private static int bucket(int hash) {
		return (hash ^ (hash >>> 16)) & (PENDING_BUCKETS - 1);
	}

	/**
	 * Leave the rules that a command is pinned to when it has its answer.
	 */
	static void exitWhenDone(PinnedPhase pinned, RedisCommand<?, ?, ?> command) {
		if (command instanceof CompleteableCommand<?> hook) {
			hook.onComplete((result, failure) -> pinned.exit());
		}
		else {
			pinned.exit();
		}
	}

	private Relay.@Nullable Ticket ticket(PinnedPhase pinned) {
		return (pinned.writes() != Writes.JOURNALED) ? sides().relay(pinned.authority()).ticket() : null;
	}

	/**
	 * Execute a write as one unit with its journal entry.
	 * @param writer the writer of a connection to the side with authority
	 * @param pinned the rules it is pinned to, left when the caller has the answer
	 * @param entry what is known of the command
	 * @param touched the keys it writes, at least one
	 * @param arguments the encoded command
	 * @param command the caller's command
	 */
	void execute(MigratingChannelWriter writer, PinnedPhase pinned, CommandCatalog.Entry entry, List<byte[]> touched,
			WireArguments arguments, RedisCommand<?, ?, ?> command) {
		Relay.Ticket ticket = ticket(pinned);
		boolean cluster = sides().cluster(writer.side());
		byte[] journalEntry = Touches.add(this.keys, cluster, this.instance, (ticket != null) ? ticket.number() : null,
				touched, TouchedElements.of(arguments.arguments()));
		WriteUnit unit = new WriteUnit(command, arguments.wire(), journalEntry,
				carries(pinned, ticket, entry, touched, arguments) ? touched : List.of());
		Execution execution = begin(pinned, touched, command, ticket, cluster ? writer.side() : null);
		unit.onExecuted(entry.possibleOnFullServer(), (done, failure) -> {
			if (unit.refusedForMemory() && entry.possibleOnFullServer()) {
				execution.repeatOnFullServer(writer, arguments, journalEntry);
			}
			else {
				execution.executed(done, failure, (done && ticket != null) ? unit.state(ticket.number()) : null);
			}
		});
		try {
			writer.channel().write(unit);
		}
		catch (RuntimeException ex) {
			unit.completeExceptionally(ex);
		}
	}

	private boolean carries(PinnedPhase pinned, Relay.@Nullable Ticket ticket, CommandCatalog.Entry entry,
			List<byte[]> touched, WireArguments arguments) {
		return ticket != null && entry.leavesShortStrings() && touched.size() <= MOST_CARRIED_KEYS
				&& arguments.wire().length <= MOST_CARRIED_BYTES && sides().takesCarried(pinned.authority());
	}

	/**
	 * One write, from its sending to the caller's answer.
	 */
	private final class Execution {

		private final PinnedPhase pinned;

		private final List<byte[]> touched;

		private final RedisCommand<?, ?, ?> command;

		private final Relay.@Nullable Ticket ticket;

		private final @Nullable Side cluster;

		private final long start;

		Execution(PinnedPhase pinned, List<byte[]> touched, RedisCommand<?, ?, ?> command,
				Relay.@Nullable Ticket ticket, @Nullable Side cluster, long start) {
			this.pinned = pinned;
			this.touched = touched;
			this.command = command;
			this.ticket = ticket;
			this.cluster = cluster;
			this.start = start;
		}

		/**
		 * The server has answered.
		 * @param done whether it has executed the write
		 * @param failure why it is not known whether it has
		 * @param left what the write has left behind, if it was read
		 */
		void executed(boolean done, @Nullable Throwable failure, CarriedStates.@Nullable Carried left) {
			if (this.cluster != null) {
				sides().touched(this.cluster, SlotHash.getSlot(this.touched.get(0)));
			}
			if (this.ticket == null) {
				finish(this.pinned, this.command, failure, this.start);
				return;
			}
			Relay relay = sides().relay(this.pinned.authority());
			if (failure != null || !done) {
				relay.discard(this.ticket);
				ended();
				finish(this.pinned, this.command, failure, this.start);
				return;
			}
			sides().waits(this.pinned.authority(), left);
			relay.await(this.ticket, MirroredWrites.this.settings.timeout()).whenComplete((covered, late) -> {
				ended();
				finishWaiting(this.pinned, this.command, late, this.start);
			});
		}

		private void ended() {
			this.touched.forEach((key) -> MirroredWrites.this.pending.decrementAndGet(bucket(hash(key))));
		}

		/**
		 * A write that frees memory must be possible on a full server, and a MULTI with a
		 * journal entry is not. A script that says so may journal all the same.
		 */
		void repeatOnFullServer(MigratingChannelWriter writer, WireArguments arguments, byte[] entry) {
			byte[] wire = JournalingScript.encode(this.touched, arguments.arguments(), entry);
			try {
				writer.channel()
					.write(new CommittingExec<>(new EncodedCommand<>(this.command, wire), false,
							() -> executed(true, null, null), (failure) -> executed(false, failure, null)));
			}
			catch (RuntimeException ex) {
				executed(false, ex, null);
			}
		}

	}

	/**
	 * Complete a caller who waited for the relay. That it has passed is learnt on an
	 * event loop, where a client completes its callers anyway; that it is late may be
	 * learnt on a timer's thread, which serves everybody.
	 */
	private void finishWaiting(PinnedPhase pinned, RedisCommand<?, ?, ?> command, @Nullable Throwable late,
			long start) {
		if (late == null) {
			finish(pinned, command, null, start);
		}
		else {
			Throwable failure = raises(pinned) ? notMirrored(late) : null;
			this.completions.execute(() -> finish(pinned, command, failure, start));
		}
	}

	private boolean raises(PinnedPhase pinned) {
		return this.settings.onFailure() == OnFailure.RAISE
				|| (pinned.writes() == Writes.REQUIRED && this.settings.staleReads() == StaleReads.DENY);
	}

	private WriteNotMirroredException notMirrored(Throwable late) {
		Throwable cause = (late instanceof CompletionException && late.getCause() != null) ? late.getCause() : late;
		String reason = (cause instanceof TimeoutException) ? "it did not confirm within " + this.settings.timeout()
				: String.valueOf(cause.getMessage());
		return new WriteNotMirroredException(this.migration, reason, cause);
	}

	private void finish(PinnedPhase pinned, RedisCommand<?, ?, ?> command, @Nullable Throwable failure, long start) {
		try {
			Throwable cause = (failure instanceof CompletionException && failure.getCause() != null)
					? failure.getCause() : failure;
			if (cause instanceof WriteUnit.JournalLostException lost) {
				journalingBroken();
				command.completeExceptionally(new OperationRefusedException(this.migration,
						"the write is done on the authority, but its journal entry failed (%s). Do not repeat it; journaling counts as broken, backfill is stale"
							.formatted(lost.getMessage())));
			}
			else if (cause != null) {
				command.completeExceptionally(cause);
			}
			else {
				command.complete();
			}
			this.observer.operation(true, pinned.authority(),
					cause == null && (command.getOutput() == null || !command.getOutput().hasError()),
					System.nanoTime() - start);
		}
		finally {
			pinned.exit();
		}
	}

	/**
	 * Send the EXEC of a MULTI block, with a journal entry for all its writes in front of
	 * it.
	 * @param writer the writer of the block's connection
	 * @param pinned the rules the block is pinned to, left when the caller has the answer
	 * @param touched the keys it writes, at least one
	 * @param command the EXEC
	 */
	void commit(MigratingChannelWriter writer, PinnedPhase pinned, List<byte[]> touched,
			RedisCommand<?, ?, ?> command) {
		Relay.Ticket ticket = ticket(pinned);
		boolean cluster = sides().cluster(writer.side());
		byte[] entry = Touches.add(this.keys, cluster, this.instance, (ticket != null) ? ticket.number() : null,
				touched, null);
		writer.channel().write(new JournalEntry(entry));
		Execution execution = begin(pinned, touched, command, ticket, cluster ? writer.side() : null);
		writer.channel()
			.write(new CommittingExec<>(command, true, () -> execution.executed(!discarded(command), null, null),
					(failure) -> execution.executed(false, failure, null)));
	}

	private Execution begin(PinnedPhase pinned, List<byte[]> touched, RedisCommand<?, ?, ?> command,
			Relay.@Nullable Ticket ticket, @Nullable Side cluster) {
		if (ticket != null) {
			touched.forEach((key) -> this.pending.incrementAndGet(bucket(hash(key))));
		}
		return new Execution(pinned, touched, command, ticket, cluster, System.nanoTime());
	}

	static boolean discarded(RedisCommand<?, ?, ?> exec) {
		return exec.getOutput() != null && exec.getOutput().get() instanceof TransactionResult result
				&& result.wasDiscarded();
	}

}
