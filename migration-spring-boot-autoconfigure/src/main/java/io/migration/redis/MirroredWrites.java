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

	/**
	 * Execute a write as one unit with its journal entry.
	 * @param writer the writer of a connection to the side with authority
	 * @param pinned the rules it is pinned to, left when the caller has the answer
	 * @param touched the keys it writes, at least one
	 * @param arguments the encoded command
	 * @param command the caller's command
	 */
	void execute(MigratingChannelWriter writer, PinnedPhase pinned, List<byte[]> touched, WireArguments arguments,
			RedisCommand<?, ?, ?> command) {
		Relay active = sides().relay(pinned.authority());
		Relay.Ticket ticket = (active != null && pinned.writes() != Writes.JOURNALED) ? active.ticket() : null;
		boolean cluster = sides().cluster(writer.side());
		byte[] entry = Touches.add(this.keys, cluster, this.instance, (ticket != null) ? ticket.number() : null,
				touched, TouchedElements.of(arguments.arguments()));
		WriteUnit unit = new WriteUnit(command, arguments.wire(), entry);
		if (ticket != null) {
			touched.forEach((key) -> this.pending.incrementAndGet(bucket(hash(key))));
		}
		long start = System.nanoTime();
		unit.executed().whenComplete((executed, failure) -> {
			if (cluster) {
				sides().touched(writer.side(), SlotHash.getSlot(touched.get(0)));
			}
			if (ticket == null || active == null) {
				finish(pinned, command, failure, start);
			}
			else if (failure != null || !executed) {
				active.discard(ticket);
				touched.forEach((key) -> this.pending.decrementAndGet(bucket(hash(key))));
				finish(pinned, command, failure, start);
			}
			else {
				active.await(ticket, this.settings.timeout()).whenComplete((covered, late) -> {
					touched.forEach((key) -> this.pending.decrementAndGet(bucket(hash(key))));
					finishWaiting(pinned, command, late, start);
				});
			}
		});
		try {
			writer.channel().write(unit);
		}
		catch (RuntimeException ex) {
			unit.completeExceptionally(ex);
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
		Relay active = sides().relay(pinned.authority());
		Relay.Ticket ticket = (active != null && pinned.writes() != Writes.JOURNALED) ? active.ticket() : null;
		boolean cluster = sides().cluster(writer.side());
		byte[] entry = Touches.add(this.keys, cluster, this.instance, (ticket != null) ? ticket.number() : null,
				touched, null);
		if (ticket != null) {
			touched.forEach((key) -> this.pending.incrementAndGet(bucket(hash(key))));
		}
		writer.channel().write(new JournalEntry(entry));
		long start = System.nanoTime();
		writer.channel().write(new CommittingExec<>(command, () -> {
			if (cluster) {
				sides().touched(writer.side(), SlotHash.getSlot(touched.get(0)));
			}
			if (ticket == null || active == null) {
				finish(pinned, command, null, start);
			}
			else if (discarded(command)) {
				giveUp(active, ticket, touched);
				finish(pinned, command, null, start);
			}
			else {
				active.await(ticket, this.settings.timeout()).whenComplete((covered, late) -> {
					touched.forEach((key) -> this.pending.decrementAndGet(bucket(hash(key))));
					finishWaiting(pinned, command, late, start);
				});
			}
		}, (failure) -> {
			if (ticket != null && active != null) {
				giveUp(active, ticket, touched);
			}
			finish(pinned, command, failure, start);
		}));
	}

	private void giveUp(Relay active, Relay.Ticket ticket, List<byte[]> touched) {
		active.discard(ticket);
		touched.forEach((key) -> this.pending.decrementAndGet(bucket(hash(key))));
	}

	static boolean discarded(RedisCommand<?, ?, ?> exec) {
		return exec.getOutput() != null && exec.getOutput().get() instanceof TransactionResult result
				&& result.wasDiscarded();
	}

}
