package io.migration.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CompleteableCommand;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Reads;
import io.migration.Side;
import io.migration.mirror.BackgroundWork;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorSettings;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.phase.CurrentPhase;
import io.migration.phase.PinnedPhase;
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

	static final String UNMIRRORED = "its keys cannot be determined; in shadow it runs on source alone and backfill is stale, from dual-write on it is refused";

	private static final Map<String, CommandType> TYPES = Arrays.stream(CommandType.values())
		.collect(Collectors.toUnmodifiableMap(CommandType::toString, Function.identity(), (one, same) -> one));

	private static final Set<CommandType> CONCERNING_BOTH_SIDES = EnumSet.of(CommandType.KEYS, CommandType.SCAN,
			CommandType.RANDOMKEY, CommandType.DBSIZE, CommandType.FLUSHDB, CommandType.FLUSHALL, CommandType.PUBLISH,
			CommandType.SPUBLISH, CommandType.SCRIPT, CommandType.EVAL, CommandType.EVAL_RO, CommandType.WATCH,
			CommandType.UNWATCH);

	private final String migration;

	private final MirrorSettings settings;

	private final KeyScope scope;

	private final CurrentPhase phase;

	private final ParkedWrites parked;

	private final MirrorObserver observer;

	private final Set<MigratingChannelWriter> writers = ConcurrentHashMap.newKeySet();

	private final UnsupportedCommands unsupported;

	private final Publications publications = new Publications();

	private final Scripts scripts = new Scripts();

	private final Refusals refusals;

	private final MirroredWrites writes;

	private final Transactions transactions;

	private final BlockingCommands blocking;

	private final WholeDatabaseCommands wholeDatabase;

	private @Nullable RedisSides sides;

	private @Nullable Echo echo;

	private @Nullable TargetLimits limits;

	private @Nullable BackgroundWork background;

	private ReadSampler sampler = ReadSampler.NONE;

	private volatile boolean journalingSuspended;

	private volatile @Nullable CommandCatalog catalog;

	RedisRouter(String migration, String instance, MirrorSettings settings, KeyScope scope, CurrentPhase phase,
			Duration maxPark, ScheduledExecutorService executor, MirrorObserver observer) {
		this.migration = migration;
		this.settings = settings;
		this.scope = scope;
		this.phase = phase;
		this.parked = new ParkedWrites(migration, maxPark);
		this.observer = observer;
		this.refusals = new Refusals(migration);
		this.unsupported = new UnsupportedCommands(migration);
		this.writes = new MirroredWrites(migration, instance, settings, executor, observer);
		this.transactions = new Transactions(this, scope, phase, this.writes, this.unsupported, this.refusals);
		this.blocking = new BlockingCommands(this, phase, executor);
		this.wholeDatabase = new WholeDatabaseCommands(new RedisKeys(migration), this,
				new ScopedFlush(this, scope, this.refusals));
	}

	/**
	 * Give it what it routes to. Before the first command.
	 * @param both the sides
	 * @param reads compares a sample of the reads
	 * @param work runs what may block
	 */
	void connect(RedisSides both, ReadSampler reads, BackgroundWork work) {
		this.sides = both;
		this.writes.connect(both);
		this.sampler = reads;
		this.background = work;
		this.echo = new Echo(both, work, this.settings.timeout());
		this.limits = new TargetLimits(both);
		this.phase.onChange(this::phaseChanged);
	}

	/**
	 * Bring the other side's scripts up to date, and learn what target can do, in the
	 * background.
	 */
	private void phaseChanged() {
		PinnedPhase rules = this.phase.get();
		if (rules.phase() == MigrationPhase.CUTOVER && this.scope.restricted()) {
			Objects.requireNonNull(this.background).submit(() -> sides().factory(Side.SOURCE).forwarding());
		}
		if (rules.phase().journals()) {
			this.scripts.loadAll(echo(), rules.authority().other());
			CommandCatalog known = this.catalog;
			if (known != null && !limits().learnt()) {
				Objects.requireNonNull(this.background).submit(() -> learnTarget(known));
			}
		}
	}

	private void learnTarget(CommandCatalog known) {
		try {
			limits().learn(known, sides().plain(Side.TARGET).catalog());
		}
		catch (RuntimeException ex) {
			logger.debug("Migration '%s': target's command table cannot be read yet".formatted(this.migration), ex);
		}
	}

	private Echo echo() {
		return Objects.requireNonNull(this.echo, "not connected");
	}

	private TargetLimits limits() {
		return Objects.requireNonNull(this.limits, "not connected");
	}

	Scripts scripts() {
		return this.scripts;
	}

	/**
	 * Take note of a connection for subscriptions.
	 */
	void subscribes(Side side, StatefulConnection<?, ?> connection) {
		this.publications.opened(side, connection);
	}

	private RedisSides sides() {
		return Objects.requireNonNull(this.sides, "not connected");
	}

	void use(CommandCatalog known) {
		this.catalog = known;
	}

	/**
	 * Give it the command tables of both sides.
	 */
	void use(CommandCatalog known, CommandCatalog target) {
		this.catalog = known;
		limits().learn(known, target);
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
		this.writes.journalingBroken();
		return true;
	}

	/**
	 * Take note that the copy on target may lack what was journaled.
	 */
	void journalingIsBroken() {
		this.writes.journalingBroken();
	}

	boolean takeJournalingBroken() {
		return this.writes.takeJournalingBroken();
	}

	long unsupported() {
		return this.unsupported.total();
	}

	Map<String, Long> unsupportedCommands() {
		return this.unsupported.byName();
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
		// asked for every command, in off too: this costs next to nothing
		CommandType type = type(command);
		if (type != null && CONCERNING_BOTH_SIDES.contains(type) && !(command instanceof SentInstead)
				&& writer.transaction() == null) {
			routeConcerningBothSides(writer, type, command);
		}
		else {
			routeByPhase(writer, command);
		}
	}

	/**
	 * A caller may name a command by a keyword of its own, in lower case, too.
	 */
	private static @Nullable CommandType type(RedisCommand<?, ?, ?> command) {
		ProtocolKeyword keyword = command.getType();
		return (keyword instanceof CommandType type) ? type : TYPES.get(keyword.toString().toUpperCase(Locale.ROOT));
	}

	/**
	 * Route what is about more than keys that are named, and is seen to in every phase.
	 */
	private void routeConcerningBothSides(MigratingChannelWriter writer, CommandType type,
			RedisCommand<?, ?, ?> command) {
		if (WholeDatabaseCommands.include(type)) {
			this.wholeDatabase.route(writer, type, command);
			return;
		}
		if (type == CommandType.WATCH || type == CommandType.UNWATCH) {
			// remembered in off, too: the phase may change before MULTI
			writer.watching(type == CommandType.WATCH);
			routeByPhase(writer, command);
			return;
		}
		WireArguments arguments = WireArguments.of(command);
		EncodedCommand<?, ?, ?> encoded = new EncodedCommand<>(command, arguments.wire());
		if (Publications.include(type)) {
			this.publications.echo(this.phase.get(), echo(), command, arguments.arguments());
			sendRead(writer, encoded);
		}
		else if (type == CommandType.SCRIPT) {
			routeScript(writer, arguments.arguments(), encoded);
		}
		else {
			if (arguments.arguments().size() > 1) {
				remember(arguments.arguments().get(1));
			}
			routeByPhase(writer, encoded);
		}
	}

	private void remember(byte[] script) {
		PinnedPhase rules = this.phase.get();
		if (this.scripts.remember(script) && rules.phase().journals()) {
			Scripts.load(echo(), rules.authority().other(), script);
		}
	}

	private void routeScript(MigratingChannelWriter writer, List<byte[]> arguments, RedisCommand<?, ?, ?> command) {
		Side authority = this.phase.get().authority();
		String what = (arguments.size() > 1) ? new String(arguments.get(1), StandardCharsets.UTF_8) : "";
		if (what.equalsIgnoreCase("LOAD") && arguments.size() > 2) {
			this.scripts.remember(arguments.get(2));
			onOtherSides(writer, authority, (side) -> Scripts.load(echo(), side, arguments.get(2)));
		}
		else if (what.equalsIgnoreCase("FLUSH")) {
			this.scripts.forget();
			onOtherSides(writer, authority, (side) -> Scripts.flush(echo(), side));
		}
		sendRead(writer, command);
	}

	/**
	 * Of a cluster that the command's connection does not lead to, it reaches one node
	 * only.
	 */
	private void onOtherSides(MigratingChannelWriter writer, Side authority, Consumer<Side> action) {
		if (this.phase.get().phase().journals()) {
			action.accept(authority.other());
		}
		if (writer.side() != authority && cluster(authority)) {
			action.accept(authority);
		}
	}

	private void routeByPhase(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		PinnedPhase rules = this.phase.get();
		if (rules.phase() == MigrationPhase.OFF && !rules.parksWrites() && writer.transaction() == null
				&& rules.authority() == writer.side() && !opensTransaction(command)) {
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
		return type(command) == CommandType.MULTI;
	}

	private void routeMirrored(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		String name = command.getType().toString().toUpperCase(Locale.ROOT);
		Transactions.Block open = writer.transaction();
		if (open != null) {
			this.transactions.route(writer, open, name, command, this.catalog);
			return;
		}
		switch (name) {
			case "SWAPDB" -> command.completeExceptionally(this.refusals.outOfReach(name));
			case "MULTI" -> this.transactions.begin(writer, command);
			case "WATCH", "UNWATCH" -> writer.channel().write(command);
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
		command.completeExceptionally(this.refusals.otherDatabase(index));
	}

	private void routeByKind(MigratingChannelWriter writer, String name, RedisCommand<?, ?, ?> command) {
		CommandCatalog known = this.catalog;
		if (known == null) {
			command.completeExceptionally(this.refusals.catalogUnknown());
			return;
		}
		CommandCatalog.Entry entry = known.find(name);
		WireArguments arguments = null;
		if (entry != null && !entry.reads() && !entry.writes() && known.hasSubcommands(name)) {
			arguments = WireArguments.of(command);
			entry = known.find(arguments.arguments());
		}
		if (this.scope.restricted() && entry != null && (entry.reads() || entry.writes())) {
			arguments = (arguments != null) ? arguments : WireArguments.of(command);
			command = new EncodedCommand<>(command, arguments.wire());
			if (routeOutOfScope(writer, name, entry, arguments, command)) {
				return;
			}
		}
		if (entry != null && (entry.reads() || entry.writes()) && limits().concern(entry)) {
			arguments = (arguments != null) ? arguments : WireArguments.of(command);
			if (refusesForTarget(name, entry, arguments.arguments(), command)) {
				return;
			}
			command = new EncodedCommand<>(command, arguments.wire());
		}
		if (entry != null && entry.reads() && entry.blocks()) {
			routeBlockingRead(writer, name, entry, command);
		}
		else if (entry != null && entry.reads()) {
			routeRead(writer, entry, command);
		}
		else if (entry == null || entry.writes()) {
			arguments = (arguments != null) ? arguments : WireArguments.of(command);
			BlockTime time = (entry != null && entry.blocks()) ? BlockTime.of(name, arguments.arguments()) : null;
			if (entry != null && time != null) {
				this.blocking.run(writer, name, entry, arguments, time, command);
			}
			else if (entry != null && entry.onlyReads(arguments.arguments())) {
				routeRead(writer, entry, new EncodedCommand<>(command, arguments.wire()));
			}
			else {
				routeWrite(writer, name, entry, arguments, command);
			}
		}
		else {
			// about the connection or the server, not about data
			RedisCommand<?, ?, ?> passed = (arguments != null) ? new EncodedCommand<>(command, arguments.wire())
					: command;
			writer.channel().write(passed);
		}
	}

	/**
	 * What is out of scope stays where it is: source answers, whatever the phase is, and
	 * nothing is journaled or parked.
	 */
	private boolean routeOutOfScope(MigratingChannelWriter writer, String name, CommandCatalog.Entry entry,
			WireArguments arguments, RedisCommand<?, ?, ?> command) {
		List<byte[]> named = entry.keys(arguments.arguments(), false);
		KeyScope.Relation relation = (named == null || named.isEmpty()) ? KeyScope.Relation.IN
				: this.scope.relation(named);
		if (relation == KeyScope.Relation.MIXED && this.phase.get().phase().journals()) {
			command.completeExceptionally(this.refusals.mixedScope(name));
			return true;
		}
		if (relation != KeyScope.Relation.OUT) {
			return false;
		}
		if (writer.side() != Side.SOURCE) {
			sides().forward(Side.SOURCE, command);
			return true;
		}
		BlockTime time = entry.blocks() ? BlockTime.of(name, arguments.arguments()) : null;
		if (time != null && this.phase.get().phase() == MigrationPhase.CUTOVER) {
			// it may have come through a connection that many share
			this.blocking.runAlone(writer, name, entry, arguments, time, command);
		}
		else {
			writer.channel().write(command);
		}
		return true;
	}

	/**
	 * Look whether target can run a command. Before read-new source runs it whatever the
	 * answer is: what is copied is the result.
	 */
	private boolean refusesForTarget(String name, CommandCatalog.Entry entry, List<byte[]> arguments,
			RedisCommand<?, ?, ?> command) {
		PinnedPhase rules = this.phase.get();
		String obstacle = rules.phase().journals() ? limits().obstacle(entry, arguments) : null;
		if (obstacle == null) {
			return false;
		}
		this.unsupported.count(name, obstacle + "; from read-new on it is refused");
		if (rules.phase().compareTo(MigrationPhase.READ_NEW) < 0) {
			return false;
		}
		command.completeExceptionally(this.refusals.targetCannot(name, obstacle, rules));
		return true;
	}

	private void routeBlockingRead(MigratingChannelWriter writer, String name, CommandCatalog.Entry entry,
			RedisCommand<?, ?, ?> command) {
		WireArguments arguments = WireArguments.of(command);
		EncodedCommand<?, ?, ?> encoded = new EncodedCommand<>(command, arguments.wire());
		BlockTime time = BlockTime.of(name, arguments.arguments());
		if (time == null) {
			routeRead(writer, entry, encoded);
			return;
		}
		observe(command, false, this.phase.get().authority());
		this.blocking.run(writer, name, entry, arguments, time, encoded);
	}

	/**
	 * Route a write that is sent in place of one that blocks.
	 */
	void routeAttempt(MigratingChannelWriter writer, String name, CommandCatalog.Entry entry, WireArguments arguments,
			SentInstead attempt) {
		routeWrite(writer, name, entry, arguments, attempt);
	}

	/**
	 * Send a read that the authority answers.
	 */
	void sendRead(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		Side authority = this.phase.get().authority();
		if (authority == writer.side()) {
			writer.channel().write(command);
		}
		else {
			sides().read(authority, command);
		}
	}

	/**
	 * Publish the messages of a MULTI block on the other side.
	 */
	void echoPublished(PinnedPhase rules, RedisCommand<?, ?, ?> command, List<byte[]> arguments) {
		this.publications.echo(rules, echo(), command, arguments);
	}

	TargetLimits targetLimits() {
		return limits();
	}

	boolean cluster(Side side) {
		return sides().cluster(side);
	}

	void read(Side side, RedisCommand<?, ?, ?> command) {
		sides().read(side, command);
	}

	void forward(Side side, RedisCommand<?, ?, ?> command) {
		sides().forward(side, command);
	}

	private void routeRead(MigratingChannelWriter writer, CommandCatalog.Entry entry, RedisCommand<?, ?, ?> command) {
		PinnedPhase rules = this.phase.get();
		Integer hash = hashOfFirstKey(command);
		boolean ownWriteUnderWay = hash != null && this.writes.underWay(hash);
		if (ownWriteUnderWay && rules.parksWrites()) {
			writer.hold(command);
			return;
		}
		Side answering = rules.authority();
		RedisCommand<?, ?, ?> read = command;
		if (rules.reads() != Reads.AUTHORITY && hash != null && !entry.blocks()) {
			boolean shared = rules.reads() == Reads.SHARED && !ownWriteUnderWay && !writer.watching()
					&& !entry.iterates() && rules.inReadShare(hash);
			boolean sampled = this.sampler.wants(entry);
			boolean severalKeys = shared && entry.severalKeys();
			boolean unnamedKeys = shared && entry.readsUnnamedKeys();
			if (sampled || severalKeys || unnamedKeys) {
				WireArguments arguments = WireArguments.of(command);
				read = new EncodedCommand<>(command, arguments.wire());
				List<byte[]> named = (severalKeys || unnamedKeys) ? entry.keys(arguments.arguments(), false) : null;
				shared = shared && (!unnamedKeys || named != null) && (!severalKeys || possibleOnTarget(named));
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
	 * The authority answers what names a key with a write of ours under way, and what a
	 * cluster cannot: keys of several slots.
	 */
	private boolean possibleOnTarget(@Nullable List<byte[]> named) {
		if (named == null || named.isEmpty()
				|| named.stream().anyMatch((key) -> this.writes.underWay(ByteBuffer.wrap(key).hashCode()))) {
			return false;
		}
		int slot = SlotHash.getSlot(named.get(0));
		return !sides().cluster(Side.TARGET) || named.stream().allMatch((key) -> SlotHash.getSlot(key) == slot);
	}

	private void readFromTarget(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		if (this.settings.onFailure() == OnFailure.CONTINUE) {
			sides().readFromTarget(new FallbackRead<>(command, writer.channel()));
		}
		else {
			sides().readFromTarget(command);
		}
	}

	private static @Nullable Integer hashOfFirstKey(RedisCommand<?, ?, ?> command) {
		if (command.getArgs() == null) {
			return null;
		}
		ByteBuffer key = command.getArgs().getFirstEncodedKey();
		return (key != null) ? key.hashCode() : null;
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
			this.writes.journalingBroken();
			MirroredWrites.exitWhenDone(pinned, encoded);
			writer.channel().write(encoded);
			return;
		}
		List<byte[]> touched;
		try {
			touched = (entry == null || (entry.blocks() && !BlockTime.known(name))) ? null
					: entry.keys(arguments.arguments(), true);
		}
		catch (RuntimeException ex) {
			pinned.exit();
			throw ex;
		}
		if (entry == null) {
			routeUnknown(writer, pinned, name, encoded);
			return;
		}
		if (touched == null || touched.isEmpty()) {
			routeUnmirrored(writer, pinned, name, encoded);
			return;
		}
		if (touched.stream().anyMatch(RedisKeys::isOwn)) {
			pinned.exit();
			command.completeExceptionally(this.refusals.ownKey());
			return;
		}
		this.writes.execute(writer, pinned, entry, touched, arguments, command);
	}

	/**
	 * A command that was not in the server's table. If the server still does not know it,
	 * it says so and does nothing, and the caller may count on that answer; some
	 * libraries try a new command first.
	 */
	private void routeUnknown(MigratingChannelWriter writer, PinnedPhase pinned, String name,
			RedisCommand<?, ?, ?> command) {
		sides().plain(pinned.authority())
			.raw(CommandType.COMMAND, List.of(RedisKeys.bytes("INFO"), RedisKeys.bytes(name)))
			.whenComplete((reply, failure) -> {
				boolean unknown = failure == null && reply.stream()
					.allMatch((described) -> !(described instanceof List<?> fields) || fields.isEmpty());
				if (unknown) {
					MirroredWrites.exitWhenDone(pinned, command);
					writer.channel().write(command);
				}
				else {
					routeUnmirrored(writer, pinned, name, command);
				}
			});
	}

	/**
	 * A write that the journal cannot describe: source alone may run it in shadow, where
	 * the copy is not relied on yet; later it is refused before it touches anything.
	 */
	private void routeUnmirrored(MigratingChannelWriter writer, PinnedPhase pinned, String name,
			RedisCommand<?, ?, ?> command) {
		this.unsupported.count(name, UNMIRRORED);
		if (pinned.phase() == MigrationPhase.SHADOW) {
			this.writes.journalingBroken();
			observe(command, true, pinned.authority());
			MirroredWrites.exitWhenDone(pinned, command);
			writer.channel().write(command);
			return;
		}
		pinned.exit();
		command.completeExceptionally(this.refusals.unmirrored(name, pinned));
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
		CommandCatalog.Entry entry = known.hasSubcommands(name) ? known.find(WireArguments.of(command).arguments())
				: known.find(name);
		if (entry == null || !entry.writes()) {
			return false;
		}
		this.unsupported.count(name, UNMIRRORED);
		command.completeExceptionally(this.refusals.unmirrored(name, rules));
		return true;
	}

	/**
	 * Measure a read that the authority answers, in phases that are measured.
	 */
	void observeRead(RedisCommand<?, ?, ?> command) {
		PinnedPhase rules = this.phase.get();
		if (rules.phase().journals()) {
			observe(command, false, rules.authority());
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

}
