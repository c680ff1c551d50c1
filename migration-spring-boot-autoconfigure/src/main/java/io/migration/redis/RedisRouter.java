package io.migration.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.LongAdder;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CompleteableCommand;
import io.lettuce.core.protocol.RedisCommand;
import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Reads;
import io.migration.MigrationPhase.Writes;
import io.migration.OperationRefusedException;
import io.migration.Side;
import io.migration.WriteNotMirroredException;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorSettings;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.mirror.MirrorSettings.StaleReads;
import io.migration.mirror.Relay;
import io.migration.phase.CurrentPhase;
import io.migration.phase.PinnedPhase;
import io.migration.redis.MigratingChannelWriter.Transaction;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Decides, by the phase, what becomes of each command. Thread safe; never blocks.
 * <p>
 * In off a command is passed on; it is counted only while it is handed to the channel,
 * and a barrier on every connection tells when those have been answered. In the other
 * phases a write becomes a {@link WriteUnit} and is counted until the caller has its
 * answer.
 * <p>
 * A key with a write under way is read on the authority even in read-new: so a pipeline
 * reads what it has written before the relay has passed.
 */
final class RedisRouter {

	private static final Log logger = LogFactory.getLog(RedisRouter.class);

	private static final int PENDING_BUCKETS = 4096;

	private static final Set<String> OUT_OF_REACH = Set.of("FLUSHDB", "FLUSHALL", "SWAPDB", "SELECT");

	private final String migration;

	private final String instance;

	private final RedisKeys keys;

	private final MirrorSettings settings;

	private final CurrentPhase phase;

	private final ParkedWrites parked;

	private final MirrorObserver observer;

	/**
	 * Runs what callers do when the relay has passed: never on the relay's own thread.
	 */
	private final Executor completions;

	private final Set<MigratingChannelWriter> writers = ConcurrentHashMap.newKeySet();

	private final Set<String> reported = ConcurrentHashMap.newKeySet();

	private final AtomicIntegerArray pending = new AtomicIntegerArray(PENDING_BUCKETS);

	private final AtomicBoolean journalingBroken = new AtomicBoolean();

	private final LongAdder unsupported = new LongAdder();

	private @Nullable RedisSides sides;

	private ReadSampler sampler = ReadSampler.NONE;

	private volatile boolean journalingSuspended;

	private volatile @Nullable CommandCatalog catalog;

	RedisRouter(String migration, String instance, MirrorSettings settings, CurrentPhase phase, Duration maxPark,
			Executor completions, MirrorObserver observer) {
		this.migration = migration;
		this.instance = instance;
		this.keys = new RedisKeys(migration);
		this.settings = settings;
		this.phase = phase;
		this.parked = new ParkedWrites(migration, maxPark);
		this.completions = completions;
		this.observer = observer;
	}

	/**
	 * Give it what it routes to. Before the first command.
	 * @param both the sides
	 * @param reads compares a sample of the reads
	 */
	void connect(RedisSides both, ReadSampler reads) {
		this.sides = both;
		this.sampler = reads;
	}

	private RedisSides sides() {
		return Objects.requireNonNull(this.sides, "not connected");
	}

	void use(CommandCatalog known) {
		this.catalog = known;
	}

	boolean knowsCommands() {
		return this.catalog != null;
	}

	CurrentPhase phase() {
		return this.phase;
	}

	ParkedWrites parked() {
		return this.parked;
	}

	void opened(MigratingChannelWriter writer) {
		this.writers.add(writer);
	}

	void closed(MigratingChannelWriter writer) {
		this.writers.remove(writer);
	}

	/**
	 * Stop journaling, in shadow alone, because the journal has become too long; or begin
	 * again. Either way the journal has a gap.
	 * @param suspended whether to stop
	 * @return whether that is a change
	 */
	boolean suspendJournaling(boolean suspended) {
		if (this.journalingSuspended == suspended) {
			return false;
		}
		this.journalingSuspended = suspended;
		this.journalingBroken.set(true);
		return true;
	}

	boolean takeJournalingBroken() {
		return this.journalingBroken.getAndSet(false);
	}

	long unsupported() {
		return this.unsupported.sum();
	}

	/**
	 * Send what is parked on its way.
	 */
	void release() {
		this.writers.forEach(MigratingChannelWriter::release);
	}

	/**
	 * Send a barrier through every connection to the side with authority: when it has
	 * been answered, every command that was handed to a channel before has been executed
	 * or has failed. A connection that does not answer is asked again until it does or is
	 * closed.
	 * @param authority the side
	 * @return completes when all have answered or ended
	 */
	CompletableFuture<Void> barrier(Side authority) {
		return CompletableFuture.allOf(this.writers.stream()
			.filter((writer) -> writer.side() == authority)
			.map(this::barrier)
			.toArray(CompletableFuture[]::new));
	}

	private CompletableFuture<?> barrier(MigratingChannelWriter writer) {
		AsyncCommand<byte[], byte[], String> ping = new AsyncCommand<>(
				new Command<>(CommandType.PING, new StatusOutput<>(ByteArrayCodec.INSTANCE)));
		if (!writer.writeOutsideTransaction(ping)) {
			// its pin is held until the transaction ends
			return CompletableFuture.completedFuture(null);
		}
		return ping.handle(
				(pong, failure) -> (failure instanceof RedisCommandTimeoutException && this.writers.contains(writer))
						? barrier(writer) : CompletableFuture.completedFuture(pong))
			.thenCompose((answered) -> answered);
	}

	void route(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		PinnedPhase rules = this.phase.get();
		if (rules.phase() == MigrationPhase.OFF && !rules.parksWrites() && writer.transaction() == null
				&& !opensTransaction(command)) {
			routeInOff(writer, command);
		}
		else {
			routeMirrored(writer, command);
		}
	}

	private void routeInOff(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		PinnedPhase pinned = this.phase.enter();
		try {
			if (pinned.phase() == MigrationPhase.OFF) {
				writer.channel().write(command);
				return;
			}
		}
		finally {
			pinned.exit();
		}
		routeMirrored(writer, command);
	}

	private static boolean opensTransaction(RedisCommand<?, ?, ?> command) {
		return command.getType() == CommandType.MULTI;
	}

	private void routeMirrored(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		String name = command.getType().toString().toUpperCase(Locale.ROOT);
		if (writer.transaction() != null) {
			routeInTransaction(writer, writer.transaction(), name, command);
			return;
		}
		switch (name) {
			case "FLUSHDB", "FLUSHALL", "SWAPDB" -> command.completeExceptionally(outOfReach(name));
			case "MULTI" -> beginTransaction(writer, command);
			case "WATCH" -> {
				writer.watching(true);
				writer.channel().write(command);
			}
			case "UNWATCH" -> {
				writer.watching(false);
				writer.channel().write(command);
			}
			case "SELECT" -> refuseOtherDatabase(writer, command);
			default -> routeByKind(writer, name, command);
		}
	}

	private void refuseOtherDatabase(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		String index = new String(WireArguments.of(command).arguments().get(1), StandardCharsets.US_ASCII);
		if (index.equals(String.valueOf(sides().database(writer.side())))) {
			writer.channel().write(command);
			return;
		}
		command.completeExceptionally(new OperationRefusedException(this.migration,
				"SELECT %s was refused: a migration moves the one database that the connection factory is configured with. Use a second connection factory, with a migration of its own, for another database"
					.formatted(index)));
	}

	private void routeByKind(MigratingChannelWriter writer, String name, RedisCommand<?, ?, ?> command) {
		CommandCatalog known = this.catalog;
		if (known == null) {
			command.completeExceptionally(new OperationRefusedException(this.migration,
					"the servers' command tables have not been read yet; try again"));
			return;
		}
		CommandCatalog.Entry entry = known.find(name);
		WireArguments arguments = null;
		if (entry != null && !entry.reads() && !entry.writes() && known.hasSubcommands(name)) {
			arguments = WireArguments.of(command);
			entry = known.find(arguments.arguments());
		}
		if (entry != null && entry.reads()) {
			routeRead(writer, entry, command);
		}
		else if (entry == null || entry.writes()) {
			routeWrite(writer, name, entry, (arguments != null) ? arguments : WireArguments.of(command), command);
		}
		else {
			// about the connection or the server, not about data
			RedisCommand<?, ?, ?> passed = (arguments != null) ? new EncodedCommand<>(command, arguments.wire())
					: command;
			writer.channel().write(passed);
		}
	}

	private void routeRead(MigratingChannelWriter writer, CommandCatalog.Entry entry, RedisCommand<?, ?, ?> command) {
		PinnedPhase rules = this.phase.get();
		Integer hash = hashOfFirstKey(command);
		boolean ownWriteUnderWay = hash != null && this.pending.get(bucket(hash)) > 0;
		if (ownWriteUnderWay && rules.parksWrites()) {
			writer.hold(command);
			return;
		}
		Side answering = rules.authority();
		RedisCommand<?, ?, ?> read = command;
		if (rules.reads() != Reads.AUTHORITY && hash != null && !entry.blocks()) {
			boolean shared = rules.reads() == Reads.SHARED && !ownWriteUnderWay && !writer.watching()
					&& rules.inReadShare(hash);
			boolean sampled = this.sampler.wants(entry);
			boolean severalKeys = shared && sides().cluster(Side.TARGET) && entry.severalKeys();
			if (sampled || severalKeys) {
				WireArguments arguments = WireArguments.of(command);
				read = new EncodedCommand<>(command, arguments.wire());
				shared = shared && (!severalKeys || sameSlot(entry.keys(arguments.arguments(), false)));
				if (sampled) {
					this.sampler.sample(entry, arguments);
				}
			}
			answering = shared ? Side.TARGET : answering;
		}
		observe(read, false, answering);
		if (answering == writer.side()) {
			writer.channel().write(read);
		}
		else if (answering == rules.authority()) {
			sides().read(answering, read);
		}
		else {
			readFromTarget(writer, read);
		}
	}

	/**
	 * A cluster answers commands whose keys share a slot; the authority answers the rest.
	 */
	private static boolean sameSlot(@Nullable List<byte[]> touched) {
		if (touched == null || touched.isEmpty()) {
			return false;
		}
		int slot = SlotHash.getSlot(touched.get(0));
		return touched.stream().allMatch((key) -> SlotHash.getSlot(key) == slot);
	}

	private void readFromTarget(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		if (this.settings.onFailure() == OnFailure.CONTINUE) {
			sides().read(Side.TARGET, new FallbackRead<>(command, writer.channel()));
		}
		else {
			sides().read(Side.TARGET, command);
		}
	}

	private static @Nullable Integer hashOfFirstKey(RedisCommand<?, ?, ?> command) {
		if (command.getArgs() == null) {
			return null;
		}
		ByteBuffer key = command.getArgs().getFirstEncodedKey();
		return (key != null) ? key.hashCode() : null;
	}

	private static int hash(byte[] key) {
		return ByteBuffer.wrap(key).hashCode();
	}

	private static int bucket(int hash) {
		return (hash ^ (hash >>> 16)) & (PENDING_BUCKETS - 1);
	}

	private void routeWrite(MigratingChannelWriter writer, String name, CommandCatalog.@Nullable Entry entry,
			WireArguments arguments, RedisCommand<?, ?, ?> command) {
		EncodedCommand<?, ?, ?> encoded = new EncodedCommand<>(command, arguments.wire());
		PinnedPhase pinned = this.phase.enter();
		if (pinned.parksWrites()) {
			pinned.exit();
			writer.hold(encoded);
			return;
		}
		if (pinned.authority() != writer.side() || writer.watching()) {
			pinned.exit();
			sides().forward(pinned.authority(), encoded);
			return;
		}
		if (!pinned.phase().journals()) {
			writer.channel().write(encoded);
			pinned.exit();
			return;
		}
		if (this.journalingSuspended && pinned.phase() == MigrationPhase.SHADOW) {
			this.journalingBroken.set(true);
			exitWhenDone(pinned, encoded);
			writer.channel().write(encoded);
			return;
		}
		List<byte[]> touched;
		try {
			touched = (entry == null || entry.blocks()) ? null : entry.keys(arguments.arguments(), true);
		}
		catch (RuntimeException ex) {
			pinned.exit();
			throw ex;
		}
		if (touched == null || touched.isEmpty()) {
			routeUnmirrored(writer, pinned, name, encoded);
			return;
		}
		if (touched.stream().anyMatch(RedisKeys::isOwn)) {
			pinned.exit();
			command.completeExceptionally(ownKey());
			return;
		}
		execute(writer, pinned, touched, arguments, command);
	}

	private OperationRefusedException outOfReach(String name) {
		return new OperationRefusedException(this.migration,
				"%s was refused: it would take the ledger and the journal along, and cannot be mirrored. Step back to off to run it"
					.formatted(name));
	}

	private OperationRefusedException ownKey() {
		return new OperationRefusedException(this.migration,
				"keys that begin with '%s' are the starter's own and cannot be written".formatted(RedisKeys.PREFIX));
	}

	/**
	 * A write that the journal cannot describe: source alone may run it in shadow, where
	 * the copy is not relied on yet; later it is refused before it touches anything.
	 */
	private void routeUnmirrored(MigratingChannelWriter writer, PinnedPhase pinned, String name,
			RedisCommand<?, ?, ?> command) {
		this.unsupported.increment();
		if (pinned.phase() == MigrationPhase.SHADOW) {
			if (this.reported.add(name)) {
				logger.warn(
						"Migration '%s': %s cannot be mirrored yet; it runs on source alone, backfill is stale, and from dual-write on it is refused"
							.formatted(this.migration, name));
			}
			this.journalingBroken.set(true);
			observe(command, true, pinned.authority());
			exitWhenDone(pinned, command);
			writer.channel().write(command);
			return;
		}
		pinned.exit();
		command.completeExceptionally(unmirrored(name, pinned));
	}

	/**
	 * Refuse a write that names no key, on a cluster connection, where it would reach a
	 * node past the journal.
	 * @param command a command
	 * @return whether it was refused
	 */
	boolean refusesKeyless(RedisCommand<?, ?, ?> command) {
		CommandCatalog known = this.catalog;
		PinnedPhase rules = this.phase.get();
		if (known == null || !rules.phase().journals() || hashOfFirstKey(command) != null) {
			return false;
		}
		String name = command.getType().toString().toUpperCase(Locale.ROOT);
		CommandCatalog.Entry entry = known.find(name);
		if (entry == null || !entry.writes()) {
			return false;
		}
		this.unsupported.increment();
		command.completeExceptionally(unmirrored(name, rules));
		return true;
	}

	private OperationRefusedException unmirrored(String name, PinnedPhase rules) {
		return new OperationRefusedException(this.migration,
				"%s was refused in phase %s because it cannot be mirrored: its keys cannot be determined, or it blocks. Step back to shadow to run it on source alone"
					.formatted(name, rules.phase().wireName()));
	}

	private static void exitWhenDone(PinnedPhase pinned, RedisCommand<?, ?, ?> command) {
		if (command instanceof CompleteableCommand<?> hook) {
			hook.onComplete((result, failure) -> pinned.exit());
		}
		else {
			pinned.exit();
		}
	}

	private void execute(MigratingChannelWriter writer, PinnedPhase pinned, List<byte[]> touched,
			WireArguments arguments, RedisCommand<?, ?, ?> command) {
		Relay active = sides().relay(pinned.authority());
		Relay.Ticket ticket = (active != null && pinned.writes() != Writes.JOURNALED) ? active.ticket() : null;
		boolean cluster = sides().cluster(writer.side());
		byte[] entry = Touches.add(this.keys, cluster, this.instance, (ticket != null) ? ticket.number() : null,
				touched);
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
				active.await(ticket, this.settings.timeout()).whenCompleteAsync((covered, late) -> {
					touched.forEach((key) -> this.pending.decrementAndGet(bucket(hash(key))));
					finish(pinned, command, (late != null && raises(pinned)) ? notMirrored(late) : null, start);
				}, this.completions);
			}
		});
		try {
			writer.channel().write(unit);
		}
		catch (RuntimeException ex) {
			unit.completeExceptionally(ex);
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
				this.journalingBroken.set(true);
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

	private void observe(RedisCommand<?, ?, ?> command, boolean write, Side side) {
		if (this.observer == MirrorObserver.NONE || !(command instanceof CompleteableCommand<?> hook)) {
			return;
		}
		long start = System.nanoTime();
		hook.onComplete(
				(result, failure) -> this.observer.operation(write, side, failure == null, System.nanoTime() - start));
	}

	private void beginTransaction(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		PinnedPhase pinned = this.phase.enter();
		if (pinned.parksWrites()) {
			pinned.exit();
			writer.hold(command);
			return;
		}
		if (pinned.authority() != writer.side()) {
			pinned.exit();
			command.completeExceptionally(new OperationRefusedException(this.migration,
					"authority has moved while this connection was open; open a new connection and repeat the transaction"));
			return;
		}
		writer.begin(new Transaction(pinned), command);
	}

	private void routeInTransaction(MigratingChannelWriter writer, Transaction transaction, String name,
			RedisCommand<?, ?, ?> command) {
		switch (name) {
			case "EXEC" -> commitTransaction(writer, transaction, command);
			case "DISCARD" -> {
				writer.endTransaction();
				exitWhenDone(transaction.pinned(), command);
				writer.channel().write(command);
			}
			default -> queueInTransaction(writer, transaction, name, command);
		}
	}

	private void queueInTransaction(MigratingChannelWriter writer, Transaction transaction, String name,
			RedisCommand<?, ?, ?> command) {
		CommandCatalog known = this.catalog;
		if (!transaction.pinned().phase().journals() || known == null) {
			writer.channel().write(command);
			return;
		}
		if (OUT_OF_REACH.contains(name)) {
			transaction.refuse(outOfReach(name));
		}
		WireArguments arguments = WireArguments.of(command);
		CommandCatalog.Entry entry = known.find(arguments.arguments());
		boolean write = entry == null || entry.writes();
		List<byte[]> touched = write && entry != null ? entry.keys(arguments.arguments(), true) : null;
		if (write && (touched == null || touched.isEmpty())) {
			this.unsupported.increment();
			if (transaction.pinned().phase() == MigrationPhase.SHADOW) {
				this.journalingBroken.set(true);
			}
			else {
				transaction.refuse(new OperationRefusedException(this.migration,
						"the transaction was refused in phase %s because the keys of %s cannot be determined"
							.formatted(transaction.pinned().phase().wireName(), name)));
			}
		}
		else if (touched != null) {
			if (touched.stream().anyMatch(RedisKeys::isOwn)) {
				transaction.refuse(ownKey());
			}
			transaction.touched().addAll(touched);
		}
		writer.channel().write(new EncodedCommand<>(command, arguments.wire()));
	}

	private void commitTransaction(MigratingChannelWriter writer, Transaction transaction,
			RedisCommand<?, ?, ?> command) {
		writer.endTransaction();
		PinnedPhase pinned = transaction.pinned();
		RuntimeException refusal = transaction.refusal();
		if (refusal != null) {
			writer.channel()
				.write(new AsyncCommand<>(
						new Command<>(CommandType.DISCARD, new StatusOutput<>(ByteArrayCodec.INSTANCE))));
			pinned.exit();
			command.completeExceptionally(refusal);
			return;
		}
		if (transaction.touched().isEmpty()) {
			exitWhenDone(pinned, command);
			writer.channel().write(command);
			return;
		}
		Relay active = sides().relay(pinned.authority());
		Relay.Ticket ticket = (active != null && pinned.writes() != Writes.JOURNALED) ? active.ticket() : null;
		boolean cluster = sides().cluster(writer.side());
		byte[] entry = Touches.add(this.keys, cluster, this.instance, (ticket != null) ? ticket.number() : null,
				transaction.touched());
		writer.channel().write(new JournalEntry(entry));
		long start = System.nanoTime();
		writer.channel().write(new CommittingExec<>(command, () -> {
			if (cluster) {
				sides().touched(writer.side(), SlotHash.getSlot(transaction.touched().get(0)));
			}
			if (ticket == null || active == null) {
				finish(pinned, command, null, start);
			}
			else if (discarded(command)) {
				active.discard(ticket);
				finish(pinned, command, null, start);
			}
			else {
				active.await(ticket, this.settings.timeout())
					.whenCompleteAsync(
							(covered, late) -> finish(pinned, command,
									(late != null && raises(pinned)) ? notMirrored(late) : null, start),
							this.completions);
			}
		}, (failure) -> finish(pinned, command, failure, start)));
	}

	private static boolean discarded(RedisCommand<?, ?, ?> exec) {
		return exec.getOutput() != null && exec.getOutput().get() instanceof TransactionResult result
				&& result.wasDiscarded();
	}

}
