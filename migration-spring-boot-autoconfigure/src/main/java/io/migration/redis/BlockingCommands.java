package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.phase.CurrentPhase;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * Runs commands that block as many that do not, so that they can be mirrored, follow a
 * move of authority, and hold no step.
 * <p>
 * Inside MULTI a blocking command answers at once. So a write is tried as a unit of its
 * own, again and again until it has an answer or its time is over, but only when a look
 * at its keys says that it could succeed: a unit that pops nothing would still be
 * journaled and copied. Each attempt is routed anew. A read is sent with a block of at
 * most {@value #SLICE_MILLIS} ms, and repeated. No thread waits.
 * <p>
 * It costs up to {@value #LONGEST_PAUSE_MILLIS} ms of latency, and a look per pause and
 * waiting consumer. Consumers are not served in the order in which they came. Commands
 * behind it on its connection do not wait for it.
 */
final class BlockingCommands {

	private static final long SLICE_MILLIS = 500;

	private static final long LONGEST_PAUSE_MILLIS = 20;

	private final RedisRouter router;

	private final CurrentPhase phase;

	private final ScheduledExecutorService timer;

	BlockingCommands(RedisRouter router, CurrentPhase phase, ScheduledExecutorService timer) {
		this.router = router;
		this.phase = phase;
		this.timer = timer;
	}

	/**
	 * Begin to run a command.
	 * @param writer the writer of its connection
	 * @param name its name in upper case
	 * @param entry what is known of it
	 * @param arguments its arguments
	 * @param time how long it blocks
	 * @param command the caller's command
	 */
	void run(MigratingChannelWriter writer, String name, CommandCatalog.Entry entry, WireArguments arguments,
			BlockTime time, RedisCommand<?, ?, ?> command) {
		writer.waits(command);
		Waiting waiting = new Waiting(writer, name, entry, arguments.arguments(), time, command);
		waiting.guarded(entry.reads() ? waiting::begin : waiting::attempt);
	}

	/**
	 * Begin to run a command that is none of the migration's business, through a
	 * connection that it must not hold.
	 */
	void runAlone(MigratingChannelWriter writer, String name, CommandCatalog.Entry entry, WireArguments arguments,
			BlockTime time, RedisCommand<?, ?, ?> command) {
		writer.waits(command);
		Waiting waiting = new Waiting(writer, name, entry, arguments.arguments(), time, command);
		waiting.alone = true;
		waiting.guarded(entry.reads() ? waiting::begin : waiting::attempt);
	}

	private final class Waiting {

		private final MigratingChannelWriter writer;

		private final String name;

		private final CommandCatalog.Entry entry;

		private final BlockTime time;

		private final RedisCommand<?, ?, ?> command;

		private final long start = System.nanoTime();

		private List<byte[]> arguments;

		private long pause = 1;

		private boolean alone;

		Waiting(MigratingChannelWriter writer, String name, CommandCatalog.Entry entry, List<byte[]> arguments,
				BlockTime time, RedisCommand<?, ?, ?> command) {
			this.writer = writer;
			this.name = name;
			this.entry = entry;
			this.arguments = arguments;
			this.time = time;
			this.command = command;
		}

		/**
		 * Return what is left of the time.
		 * @return milliseconds, {@code null} for ever
		 */
		private @Nullable Long remaining() {
			Duration total = this.time.time();
			return (total == null) ? null
					: Math.max(0, TimeUnit.NANOSECONDS.toMillis(total.toNanos() - (System.nanoTime() - this.start)));
		}

		void guarded(Runnable step) {
			if (WriteUnit.abandoned(this.command)) {
				return;
			}
			try {
				step.run();
			}
			catch (RuntimeException ex) {
				this.command.completeExceptionally(ex);
			}
		}

		private void later(Runnable step) {
			Long left = remaining();
			if (left != null && left == 0) {
				RecordedReply.replayNil(this.command.getOutput());
				this.command.complete();
				return;
			}
			long delay = (left == null) ? this.pause : Math.min(this.pause, left);
			this.pause = Math.min(LONGEST_PAUSE_MILLIS, this.pause * 2);
			try {
				BlockingCommands.this.timer.schedule(() -> guarded(step), delay, TimeUnit.MILLISECONDS);
			}
			catch (RejectedExecutionException ex) {
				this.command.cancel();
			}
		}

		void attempt() {
			PinnedPhase rules = BlockingCommands.this.phase.get();
			if (this.alone) {
				look();
				return;
			}
			if (rules.parksWrites()) {
				later(this::attempt);
				return;
			}
			if (rules.authority() != this.writer.side() || this.writer.watching()) {
				BlockingCommands.this.router.forward(rules.authority(),
						new EncodedCommand<>(this.command, this.time.with(this.arguments, remaining()).wire()));
				return;
			}
			look();
		}

		private void look() {
			couldSucceed().whenComplete((could, failure) -> guarded(() -> {
				// what keeps a look from its answer, a moved slot say, the attempt tells
				if (failure == null && !could) {
					later(this::attempt);
				}
				else {
					write();
				}
			}));
		}

		private void write() {
			// in off it is sent as it is, and must not hold a connection that others use
			boolean briefly = this.alone || BlockingCommands.this.phase.get().phase() == MigrationPhase.OFF;
			WireArguments now = this.time.with(this.arguments, briefly ? Long.valueOf(1) : remaining());
			SentInstead attempt = new SentInstead(this.command, now.wire());
			attempt.whenComplete((reply, failure) -> answered(attempt, failure, this::attempt));
			if (this.alone) {
				this.writer.channel().write(attempt);
				return;
			}
			try {
				BlockingCommands.this.router.routeAttempt(this.writer, this.name, this.entry, now, attempt);
			}
			catch (RuntimeException ex) {
				attempt.completeExceptionally(ex);
			}
		}

		private void answered(SentInstead attempt, @Nullable Throwable failure, Runnable again) {
			RecordedReply reply = attempt.reply();
			if (failure != null && !(failure instanceof RedisCommandExecutionException && reply.hasError())) {
				this.command.completeExceptionally(failure);
			}
			else if (failure == null && reply.isNil()) {
				guarded(() -> later(again));
			}
			else {
				reply.replay(this.command.getOutput());
				this.command.complete();
			}
		}

		/**
		 * Look whether an attempt may have an answer other than nil.
		 */
		private CompletableFuture<Boolean> couldSucceed() {
			if (this.entry.syntax() == KeySyntax.XREADGROUP) {
				return undelivered();
			}
			boolean moves = this.name.equals("BLMOVE") || this.name.equals("BRPOPLPUSH");
			List<byte[]> watched = moves ? this.arguments.subList(1, 2) : this.entry.keys(this.arguments, false);
			if (watched == null || watched.isEmpty()) {
				return CompletableFuture.completedFuture(true);
			}
			return ask(this.writer.side(), CommandType.EXISTS, watched)
				.thenApply((found) -> !found.equals(List.of(0L)));
		}

		/**
		 * A group gets new entries of a stream whose last entry it has not got. Any id
		 * but {@code >} asks for its history, which never blocks.
		 */
		private CompletableFuture<Boolean> undelivered() {
			CompletableFuture<Boolean> any = CompletableFuture.completedFuture(false);
			List<byte[]> streams = this.entry.keys(this.arguments, false);
			if (streams == null || !text(this.arguments.get(1)).equalsIgnoreCase("GROUP")) {
				return CompletableFuture.completedFuture(true);
			}
			int ids = this.arguments.size() - streams.size();
			for (int i = 0; i < streams.size(); i++) {
				if (!text(this.arguments.get(ids + i)).equals(">")) {
					return CompletableFuture.completedFuture(true);
				}
				CompletableFuture<List<Object>> groups = ask(this.writer.side(), CommandType.XINFO,
						List.of(RedisKeys.bytes("GROUPS"), streams.get(i)));
				CompletableFuture<List<Object>> last = lastEntry(streams.get(i), this.writer.side());
				any = any.thenCombine(groups.thenCombine(last, (known, entry) -> {
					String delivered = delivered(known, text(this.arguments.get(2)));
					String end = id(entry);
					return delivered == null || (end != null && StreamId.of(end).compareTo(StreamId.of(delivered)) > 0);
				}), Boolean::logicalOr);
			}
			return any;
		}

		private static @Nullable String delivered(List<?> reply, String group) {
			List<?> groups = (reply.size() == 1 && reply.get(0) instanceof List<?> nested) ? nested : reply;
			for (Object item : groups) {
				List<?> fields = (List<?>) item;
				String name = null;
				String delivered = null;
				for (int i = 0; i + 1 < fields.size(); i += 2) {
					switch (text(fields.get(i))) {
						case "name" -> name = text(fields.get(i + 1));
						case "last-delivered-id" -> delivered = text(fields.get(i + 1));
						default -> {
							// of no interest
						}
					}
				}
				if (group.equals(name)) {
					return delivered;
				}
			}
			return null;
		}

		/**
		 * Begin a read: {@code $} stands for the last entry of now, not of the moment
		 * when a repetition is sent, or what comes in between would be missed.
		 */
		void begin() {
			List<byte[]> streams = this.entry.keys(this.arguments, false);
			if (streams == null) {
				read();
				return;
			}
			Side authority = answering();
			List<byte[]> resolved = new ArrayList<>(this.arguments);
			int ids = this.arguments.size() - streams.size();
			CompletableFuture<?> all = CompletableFuture.completedFuture(null);
			for (int i = 0; i < streams.size(); i++) {
				int index = ids + i;
				if (text(this.arguments.get(index)).equals("$")) {
					CompletableFuture<?> one = lastEntry(streams.get(i), authority).thenAccept((entry) -> {
						String end = id(entry);
						resolved.set(index, RedisKeys.bytes((end != null) ? end : "0-0"));
					});
					all = all.thenCombine(one, (first, second) -> null);
				}
			}
			all.whenComplete((done, failure) -> guarded(() -> {
				if (failure == null) {
					this.arguments = resolved;
				}
				read();
			}));
		}

		private Side answering() {
			return this.alone ? this.writer.side() : BlockingCommands.this.phase.get().authority();
		}

		private void read() {
			Side authority = answering();
			boolean own = authority == this.writer.side() && !this.alone;
			Long left = remaining();
			// elsewhere it shares a connection, which it must not hold
			long slice = own ? SLICE_MILLIS : 1;
			WireArguments now = this.time.with(this.arguments, (left != null) ? Math.min(slice, left) : slice);
			SentInstead attempt = new SentInstead(this.command, now.wire());
			attempt.whenComplete((reply, failure) -> answered(attempt, failure, this::read));
			send(authority, attempt);
			if (own) {
				this.pause = 1;
			}
		}

		private void send(Side side, RedisCommand<?, ?, ?> sent) {
			if (side == this.writer.side()) {
				this.writer.channel().write(sent);
			}
			else {
				BlockingCommands.this.router.read(side, sent);
			}
		}

		private CompletableFuture<List<Object>> lastEntry(byte[] stream, Side side) {
			return ask(side, CommandType.XREVRANGE, List.of(stream, RedisKeys.bytes("+"), RedisKeys.bytes("-"),
					RedisKeys.bytes("COUNT"), RedisKeys.bytes("1")));
		}

		private CompletableFuture<List<Object>> ask(Side side, CommandType type, List<byte[]> words) {
			CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE);
			words.forEach(args::addKey);
			AsyncCommand<byte[], byte[], List<Object>> question = new AsyncCommand<>(
					new Command<>(type, new NestedMultiOutput<>(ByteArrayCodec.INSTANCE), args));
			send(side, question);
			return question;
		}

	}

	private static @Nullable String id(List<?> reply) {
		Object at = reply;
		while (at instanceof List<?> list) {
			if (list.isEmpty()) {
				return null;
			}
			at = list.get(0);
		}
		return text(at);
	}

	private static String text(@Nullable Object item) {
		return (item instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(item);
	}

}
