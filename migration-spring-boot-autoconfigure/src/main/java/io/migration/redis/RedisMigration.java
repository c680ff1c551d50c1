package io.migration.redis;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.StepRefusedException;
import io.migration.mirror.BackgroundWork;
import io.migration.mirror.Comparisons;
import io.migration.mirror.JournalStatus;
import io.migration.mirror.MirrorGates;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorSettings;
import io.migration.mirror.MirroredMigration;
import io.migration.mirror.Relay;
import io.migration.phase.CurrentPhase;
import io.migration.phase.Gate;
import io.migration.phase.GateStatus;
import io.migration.phase.Ledger;
import io.migration.phase.LedgerRecord;
import io.migration.phase.PhaseChange;
import io.migration.phase.PhaseControl;
import io.migration.phase.PhaseFlags;
import io.migration.phase.PhaseGates;
import io.migration.phase.PhaseStep;
import io.migration.phase.PhaseSubject;
import io.migration.phase.Stage;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * One Redis migration: its two sides, the connections to them, the relay that runs under
 * the present authority, and what a step needs from Redis.
 */
public final class RedisMigration implements PhaseSubject, MirroredMigration, RedisRouter.Sides, AutoCloseable {

	private static final Log logger = LogFactory.getLog(RedisMigration.class);

	private static final Duration RELAY_IDLE = Duration.ofMillis(10);

	private static final Duration MONITOR = Duration.ofMillis(500);

	private final RedisMigrationSettings settings;

	private final LettuceConnectionFactory original;

	private final @Nullable ClientResources ownResources;

	private final String instance = UUID.randomUUID().toString().substring(0, 8);

	private final RedisKeys keys;

	private final Map<Side, RedisEndpoint> endpoints = new EnumMap<>(Side.class);

	private final Map<Side, MigratingConnectionFactory> factories = new EnumMap<>(Side.class);

	private final Map<Side, PlainConnection> plain = new EnumMap<>(Side.class);

	private final Map<Side, Relay> relays = new EnumMap<>(Side.class);

	private final Map<Side, RedisCopier> copiers = new EnumMap<>(Side.class);

	private final RedisRouter router;

	private final PhaseControl control;

	private final Comparisons comparisons;

	private final BackgroundWork background;

	private final ThreadFactory threads;

	private final LettuceConnectionFactory proxy;

	private @Nullable NodeConnections inspecting;

	private @Nullable Side inspected;

	private @Nullable CompletableFuture<Void> barrier;

	private boolean journalToDrop;

	private volatile boolean targetClean;

	private volatile boolean applied;

	private final AtomicBoolean reconciling = new AtomicBoolean();

	private volatile boolean sourceWasEmpty;

	private volatile boolean stopped = true;

	private volatile JournalStatus journal = JournalStatus.UNKNOWN;

	private RedisMigration(RedisMigrationSettings settings, LettuceConnectionFactory source,
			LettuceConnectionFactory target, RedisEndpoint sourceEndpoint, RedisEndpoint targetEndpoint,
			@Nullable ClientResources ownResources, @Nullable PhaseFlags flags, MirrorObserver observer,
			BiConsumer<PhaseControl, PhaseChange> listener, ThreadFactory threads) {
		this.settings = settings;
		this.original = source;
		this.ownResources = ownResources;
		this.threads = threads;
		String name = settings.phase().name();
		this.keys = new RedisKeys(name);
		CurrentPhase current = new CurrentPhase();
		this.router = new RedisRouter(name, this.instance, settings.mirror(), current, settings.maxPark(),
				sourceEndpoint.resources().eventExecutorGroup(), observer);
		this.comparisons = new Comparisons(observer);
		this.background = new BackgroundWork(threads, 2, 256, observer);
		this.endpoints.put(Side.SOURCE, sourceEndpoint);
		this.endpoints.put(Side.TARGET, targetEndpoint);
		this.factories.put(Side.SOURCE,
				MigratingConnectionFactory.like(source, sourceEndpoint, Side.SOURCE, this.router));
		this.factories.put(Side.TARGET,
				MigratingConnectionFactory.like(target, targetEndpoint, Side.TARGET, this.router));
		for (Side side : Side.values()) {
			this.plain.put(side, new PlainConnection(endpoint(side), "migration-" + name, settings.mirror().timeout()));
			relay(side, observer);
		}
		Ledger ledger = new RedisLedger(name, plain(Side.SOURCE));
		this.control = new PhaseControl(settings.phase(), ledger, () -> new RedisLedger(name, plain(Side.TARGET)), this,
				gates(), flags, current, listener, Clock.systemUTC());
		this.router.connect(this,
				new ReadComparison(plain(Side.SOURCE), plain(Side.TARGET), this.comparisons, this.background,
						settings.mirror().sampleRate(), settings.mirror().timeout(), this::copyComplete,
						this::circuitOpen),
				this.relays);
		current.onChange(this::release);
		this.proxy = ConnectionFactoryProxy.of(source, this::active,
				"migration '%s' of %s".formatted(name, source.getClass().getSimpleName()));
	}

	/**
	 * Create a migration. Connects to nothing yet.
	 * @param settings its settings
	 * @param source the application's factory
	 * @param target a factory for target, which is not started
	 * @param flags the flag service, {@code null} if none is configured
	 * @param observer told what happens
	 * @param listener told after this instance entered a phase
	 * @param threads creates its threads
	 * @return the migration
	 */
	public static RedisMigration create(RedisMigrationSettings settings, LettuceConnectionFactory source,
			LettuceConnectionFactory target, @Nullable PhaseFlags flags, MirrorObserver observer,
			BiConsumer<PhaseControl, PhaseChange> listener, ThreadFactory threads) {
		ClientResources base = source.getClientConfiguration().getClientResources().orElse(null);
		ClientResources own = null;
		if (base == null) {
			own = DefaultClientResources.create();
			base = own;
		}
		ClientResources resources = RedisEndpoint.expanding(base);
		return new RedisMigration(settings, source, target, RedisEndpoint.of(source, resources),
				RedisEndpoint.of(target, resources), own, flags, observer, listener, threads);
	}

	/**
	 * Return whether two factories reach the same server and database.
	 * @param one a factory
	 * @param other another
	 * @return whether they name a common address
	 */
	public static boolean sameServer(LettuceConnectionFactory one, LettuceConnectionFactory other) {
		return RedisEndpoint.overlap(one, other);
	}

	/**
	 * Report another connection factory that reaches source past the decoration.
	 * @param beanName its name
	 * @param factory the factory
	 */
	public void reportIfBypassed(String beanName, RedisConnectionFactory factory) {
		if (factory instanceof LettuceConnectionFactory other && !(factory instanceof MigratedConnectionFactory)
				&& sameServer(this.original, other)) {
			logger.warn(
					"Migration '%s': the bean '%s' reaches source too and is not decorated; what it writes is not journaled and will be missing on target"
						.formatted(name(), beanName));
		}
	}

	/**
	 * Prepare the relay that copies from a side to the other.
	 */
	private void relay(Side authority, MirrorObserver observer) {
		String name = this.settings.phase().name();
		RedisCopier copier = new RedisCopier(this.keys, this.instance, endpoint(authority), endpoint(authority.other()),
				this.settings.mirror().timeout());
		CircuitBreaker breaker = CircuitBreaker.of("migration-%s-%s".formatted(name, authority.other().wireName()),
				CircuitBreakerConfig.custom()
					.slidingWindowSize(4)
					.minimumNumberOfCalls(2)
					.failureRateThreshold(50)
					.waitDurationInOpenState(Duration.ofSeconds(1))
					.permittedNumberOfCallsInHalfOpenState(1)
					.build());
		this.copiers.put(authority, copier);
		this.relays.put(authority,
				new Relay("'%s' from %s".formatted(name, authority.wireName()), copier, breaker, observer, RELAY_IDLE));
	}

	private RedisEndpoint endpoint(Side side) {
		return get(this.endpoints, side);
	}

	private PlainConnection plain(Side side) {
		return get(this.plain, side);
	}

	private static <T> T get(Map<Side, T> map, Side side) {
		T value = map.get(side);
		if (value == null) {
			throw new IllegalStateException("nothing for " + side);
		}
		return value;
	}

	private String name() {
		return this.settings.phase().name();
	}

	/**
	 * Return the factory that the application gets instead of its own.
	 * @return an instance of the application's factory class
	 */
	public LettuceConnectionFactory decorated() {
		return this.proxy;
	}

	/**
	 * Start walking and relaying in the background.
	 */
	public void start() {
		if (this.stopped) {
			this.stopped = false;
			this.control.start(this.threads);
			this.threads.newThread(this::monitor).start();
		}
	}

	/**
	 * Stop, and close every connection.
	 */
	public void stop() {
		if (this.stopped) {
			return;
		}
		this.stopped = true;
		this.control.stop();
		this.relays.values().forEach(Relay::stop);
		closeInspection();
		this.factories.values().forEach(LettuceConnectionFactory::stop);
		this.plain.values().forEach(PlainConnection::close);
	}

	/**
	 * Stop, and let go of the client's resources.
	 */
	@Override
	public void close() {
		stop();
		this.background.close();
		endpoint(Side.SOURCE).resources().shutdown();
		if (this.ownResources != null) {
			this.ownResources.shutdown();
		}
	}

	/**
	 * Return whether it runs.
	 * @return whether it was started
	 */
	public boolean running() {
		return !this.stopped;
	}

	private LettuceConnectionFactory active() {
		if (!this.control.joined()) {
			try {
				this.control.join();
			}
			catch (RuntimeException ex) {
				throw new RedisConnectionFailureException(
						"The phase of migration '%s' is not known yet: %s".formatted(name(), ex.getMessage()), ex);
			}
		}
		MigratingConnectionFactory factory = get(this.factories, this.router.phase().get().authority());
		if (!factory.isRunning()) {
			start(factory);
		}
		return factory;
	}

	private void start(MigratingConnectionFactory factory) {
		synchronized (factory) {
			if (!factory.isRunning()) {
				factory.start();
			}
		}
	}

	private void release() {
		if (!this.router.phase().get().parksWrites() && this.router.parked().size() > 0) {
			this.threads.newThread(this.router::release).start();
		}
	}

	@Override
	public void read(Side side, RedisCommand<?, ?, ?> command) {
		plain(side).dispatch(command);
	}

	@Override
	@SuppressWarnings({ "unchecked", "rawtypes" })
	public void forward(Side side, RedisCommand<?, ?, ?> command) {
		get(this.factories, side).forwarding().dispatch((RedisCommand) command);
	}

	@Override
	public boolean cluster(Side side) {
		return endpoint(side).cluster();
	}

	@Override
	public int database(Side side) {
		return endpoint(side).database();
	}

	@Override
	public void touched(Side side, int slot) {
		get(this.copiers, side).touched(slot);
	}

	@Override
	public void prepare(PhaseStep step, LedgerRecord record) {
		try {
			if (step.to() == MigrationPhase.SHADOW && step.forward()) {
				prepareShadow(record);
			}
			else if (step.to() == MigrationPhase.READ_NEW || step.movesAuthority()) {
				get(this.plain, step.to().authority()).commands().ping();
				plain(Side.TARGET).connect();
			}
			if (step.movesAuthority()) {
				prepareAuthority(step.to().authority());
			}
		}
		catch (RedisException ex) {
			throw new StepRefusedException(name(),
					"the step %s is not possible yet: %s".formatted(step, ex.getMessage()));
		}
	}

	/**
	 * Never adopt: what is in scope on target must be empty, or marked as this
	 * migration's, unless the operator said otherwise.
	 */
	private void prepareShadow(LedgerRecord record) {
		CommandCatalog commands = plain(Side.SOURCE).catalog();
		if (commands.find("PEXPIRETIME") == null || plain(Side.TARGET).catalog().find("PEXPIRETIME") == null) {
			throw new StepRefusedException(name(), "both servers must be Redis 7.0 or later");
		}
		this.router.use(commands);
		checkUnits(Side.SOURCE);
		RedisLedger onTarget = new RedisLedger(name(), plain(Side.TARGET));
		Ledger.StoreMark mark = onTarget.mark();
		if (mark != null && mark.side() == Side.SOURCE) {
			throw new StepRefusedException(name(),
					"%s is marked as the source of a migration of this name; the URLs are swapped"
						.formatted(endpoint(Side.TARGET).address()));
		}
		boolean ours = mark != null && mark.pair().equals(record.pair());
		if (!ours && !this.settings.adopt() && holdsData(Side.TARGET)) {
			throw new StepRefusedException(name(),
					"target %s is not empty and does not belong to this migration. Empty it, or set migration.redis.%s.target.adopt=true: then whatever source lacks is deleted there"
						.formatted(endpoint(Side.TARGET).address(), name()));
		}
		onTarget.mark(new Ledger.StoreMark(record.pair(), Side.TARGET));
		this.sourceWasEmpty = !holdsData(Side.SOURCE);
		setClean(false);
	}

	/**
	 * A unit of write and journal entry must be allowed, and must not be evicted.
	 */
	private void checkUnits(Side side) {
		inspect(side, (nodes) -> {
			byte[] journalKey = this.keys.journal(nodes.cluster() ? 0 : null);
			RedisAsyncCommands<byte[], byte[]> commands = nodes.forKey(journalKey);
			commands.multi();
			commands.xadd(journalKey, Map.of(RedisKeys.bytes("probe"), RedisKeys.bytes("1")));
			if (nodes.await(commands.exec()).wasDiscarded()) {
				throw new RedisException("MULTI is not possible on " + endpoint(side).address());
			}
			return true;
		});
		try {
			Map<String, String> policy = plain(side).commands().configGet("maxmemory*");
			boolean bounded = !policy.getOrDefault("maxmemory", "0").equals("0");
			if (bounded && policy.getOrDefault("maxmemory-policy", "").startsWith("allkeys")) {
				throw new StepRefusedException(name(),
						"%s may evict the ledger and the journal (maxmemory-policy %s); set it to noeviction or one of volatile-*"
							.formatted(endpoint(side).address(), policy.get("maxmemory-policy")));
			}
		}
		catch (RedisException ex) {
			logger.debug("CONFIG GET is not permitted on " + endpoint(side).address(), ex);
		}
	}

	private void prepareAuthority(Side incoming) {
		checkUnits(incoming);
		MigratingConnectionFactory factory = get(this.factories, incoming);
		start(factory);
		try {
			factory.getConnection().close();
			factory.forwarding();
		}
		catch (RuntimeException ex) {
			throw new StepRefusedException(name(),
					"%s cannot be connected to: %s".formatted(incoming.wireName(), ex.getMessage()));
		}
	}

	private boolean holdsData(Side side) {
		return inspect(side, (nodes) -> {
			for (StatefulRedisConnection<byte[], byte[]> node : nodes.all()) {
				ScanCursor cursor = ScanCursor.INITIAL;
				do {
					KeyScanCursor<byte[]> found = nodes.await(node.async().scan(cursor, ScanArgs.Builder.limit(100)));
					if (found.getKeys().stream().anyMatch((key) -> !RedisKeys.isOwn(key))) {
						return true;
					}
					cursor = found;
				}
				while (!cursor.isFinished());
			}
			return false;
		});
	}

	@Override
	public void follow(LedgerRecord record) {
		this.barrier = null;
		this.applied = false;
		Side authority = record.authority();
		if (!record.phase().journals()) {
			this.relays.values().forEach(Relay::stop);
			this.journalToDrop = record.epoch() > 1;
			this.journal = JournalStatus.EMPTY;
			return;
		}
		if (!this.router.knowsCommands()) {
			this.router.use(plain(authority).catalog());
		}
		Relay relay = get(this.relays, authority);
		get(this.relays, authority.other()).stop();
		relay.start(this.threads);
		openForwarding(authority);
		if (record.phase().reads() == MigrationPhase.Reads.SHARED) {
			plain(Side.TARGET).connectIfPossible();
		}
	}

	/**
	 * Open the connection for writes that came through another one, so that no event loop
	 * has to.
	 */
	private void openForwarding(Side authority) {
		MigratingConnectionFactory factory = get(this.factories, authority);
		try {
			start(factory);
			factory.forwarding();
		}
		catch (RuntimeException ex) {
			logger.debug("Migration '%s': %s cannot be connected to yet".formatted(name(), authority.wireName()), ex);
		}
	}

	@Override
	public boolean settled() {
		CompletableFuture<Void> answered = this.barrier;
		if (answered == null) {
			answered = this.router.barrier();
			this.barrier = answered;
		}
		if (!answered.isDone()) {
			return false;
		}
		this.applied = true;
		if (this.journalToDrop) {
			this.journalToDrop = false;
			inspect(Side.SOURCE, (nodes) -> {
				new RedisJournal(this.keys, nodes).drop();
				return true;
			});
		}
		return true;
	}

	/**
	 * Bring both sides to what source has where no entry of the journal says so: every
	 * key that target held when journaling began, and every key that source got while its
	 * emptiness was looked at, is journaled on source; the relay copies or deletes it.
	 */
	private void reconcile() {
		try (NodeConnections target = open(Side.TARGET); NodeConnections source = open(Side.SOURCE)) {
			if (target.await(target.forKey(clean()).get(clean())) == null) {
				touchAll(target, source);
				if (this.sourceWasEmpty) {
					touchAll(source, source);
				}
				setClean(true);
			}
			this.targetClean = true;
		}
		catch (RuntimeException ex) {
			logger.debug("Migration '%s': reconciling target was interrupted and is tried again".formatted(name()), ex);
		}
	}

	private NodeConnections open(Side side) {
		return NodeConnections.open(endpoint(side), "migration-" + name(), this.settings.mirror().timeout());
	}

	private void touchAll(NodeConnections holding, NodeConnections source) {
		for (StatefulRedisConnection<byte[], byte[]> node : holding.all()) {
			ScanCursor cursor = ScanCursor.INITIAL;
			do {
				KeyScanCursor<byte[]> found = holding.await(node.async().scan(cursor, ScanArgs.Builder.limit(500)));
				for (byte[] key : found.getKeys()) {
					if (!RedisKeys.isOwn(key)) {
						byte[] journalKey = this.keys.journal(source.cluster() ? SlotHash.getSlot(key) : null);
						source.await(source.forKey(journalKey).xadd(journalKey, Map.of(RedisKeys.bytes("k"), key)));
					}
				}
				cursor = found;
			}
			while (!cursor.isFinished());
		}
	}

	private byte[] clean() {
		return RedisKeys.bytes(RedisKeys.PREFIX + name() + "}:clean");
	}

	private void setClean(boolean clean) {
		if (clean) {
			plain(Side.TARGET).commands().set(clean(), RedisKeys.bytes("1"));
		}
		else {
			plain(Side.TARGET).commands().del(clean());
		}
		this.targetClean = clean;
	}

	@Override
	public CatchUp catchUp() {
		Side authority = this.router.phase().get().authority();
		Map<Integer, String> ends = inspect(authority, (nodes) -> new RedisJournal(this.keys, nodes).ends());
		return () -> inspect(authority, (nodes) -> new RedisJournal(this.keys, nodes).passed(ends));
	}

	@Override
	public boolean journalEmpty() {
		Side authority = this.router.phase().get().authority();
		if (!inspect(authority, (nodes) -> new RedisJournal(this.keys, nodes).depths().isEmpty())) {
			return false;
		}
		// no relay of this direction, ours or a forgotten one, can write from here on
		get(this.relays, authority).stop();
		RelayFence.takeOver(endpoint(authority.other()), this.keys, this.settings.mirror().timeout()).close();
		return true;
	}

	@Override
	public boolean journalingBroken() {
		boolean broken = this.router.takeJournalingBroken();
		if (broken) {
			this.sourceWasEmpty = false;
		}
		return broken;
	}

	@Override
	public List<Gate> gates() {
		RedisMigrationSettings.Gates wanted = this.settings.gates();
		List<Gate> gates = new ArrayList<>();
		if (wanted.minTimeInPhase() != null) {
			gates.add(PhaseGates.minTimeInPhase(wanted.minTimeInPhase(), Clock.systemUTC()));
		}
		if (wanted.minComparisons() != null) {
			gates.add(MirrorGates.minComparisons(wanted.minComparisons(), this.comparisons));
		}
		if (wanted.maxMismatchRate() != null) {
			gates.add(MirrorGates.maxMismatchRate(wanted.maxMismatchRate(), this.comparisons));
		}
		if (wanted.maxErrorRate() != null) {
			gates.add(MirrorGates.maxErrorRate(wanted.maxErrorRate(), this.comparisons));
		}
		if (wanted.journal() != null) {
			gates.add(MirrorGates.journal(wanted.journal(), this::journal));
		}
		if (wanted.unsupported()) {
			gates.add(MirrorGates.unsupported(this::unsupported));
		}
		if (wanted.ttl() != null) {
			gates.add(onceReconciled(PhaseGates.ttl(wanted.ttl(), Clock.systemUTC())));
		}
		else if (wanted.backfill()) {
			gates.add(MirrorGates.backfill(this::backfillState));
		}
		if (wanted.verification()) {
			gates.add(MirrorGates.verification("clean", () -> "not-started"));
		}
		if (wanted.readShare()) {
			gates.add(PhaseGates.readShare(() -> this.control.readShare()));
		}
		return gates;
	}

	/**
	 * Hold a gate until target holds nothing that source lacks.
	 */
	private Gate onceReconciled(Gate gate) {
		return Gate.of(gate.name(), gate::guards, gate.skippable(), (record) -> {
			Gate.Reading reading = gate.read(record);
			return this.targetClean ? reading : new Gate.Reading(reading.required(),
					"%s, and target is still being brought to what source has".formatted(reading.actual()), false);
		});
	}

	private String backfillState() {
		return (this.sourceWasEmpty && this.targetClean) ? "complete" : "not-started";
	}

	/**
	 * Return whether what was there before journaling began has been copied or has
	 * expired, so that a key which target lacks is a mismatch.
	 */
	private boolean copyComplete() {
		if (this.sourceWasEmpty) {
			return true;
		}
		return this.settings.gates().ttl() != null
				&& this.control.gates().stream().filter((gate) -> gate.gate().equals("ttl")).allMatch(GateStatus::met);
	}

	/**
	 * Look at the journal from the thread of phase control or the monitor's.
	 */
	private synchronized <T> T inspect(Side side, Function<NodeConnections, T> question) {
		if (this.inspected != side) {
			closeInspection();
		}
		NodeConnections nodes = this.inspecting;
		try {
			if (nodes == null) {
				nodes = NodeConnections.open(endpoint(side), "migration-" + name(), this.settings.mirror().timeout());
				this.inspecting = nodes;
				this.inspected = side;
			}
			return question.apply(nodes);
		}
		catch (RedisException ex) {
			closeInspection();
			throw ex;
		}
	}

	private synchronized void closeInspection() {
		if (this.inspecting != null) {
			this.inspecting.close();
		}
		this.inspecting = null;
		this.inspected = null;
	}

	private void monitor() {
		while (!this.stopped) {
			try {
				if (this.control.phase().journals()) {
					JournalStatus seen = inspect(this.control.authority(),
							(nodes) -> new RedisJournal(this.keys, nodes).status());
					this.journal = seen;
					boundJournal(seen.depth());
					reconcileOnce();
					if (this.control.phase().reads() == MigrationPhase.Reads.SHARED) {
						plain(Side.TARGET).connectIfPossible();
					}
				}
			}
			catch (RuntimeException ex) {
				this.journal = JournalStatus.UNKNOWN;
			}
			try {
				TimeUnit.NANOSECONDS.sleep(MONITOR.toNanos());
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				return;
			}
		}
	}

	private void reconcileOnce() {
		if (this.control.authority() == Side.SOURCE && !this.targetClean && this.applied
				&& this.reconciling.compareAndSet(false, true) && !this.background.submit(() -> {
					reconcile();
					this.reconciling.set(false);
				})) {
			this.reconciling.set(false);
		}
	}

	/**
	 * In shadow a journal that has become too long stops growing: source's memory is
	 * worth more than the copy.
	 */
	private void boundJournal(double depth) {
		long most = this.settings.mirror().journalMaxSize();
		if (this.control.phase() == MigrationPhase.SHADOW && depth > most) {
			logger.warn(
					"Migration '%s': the journal holds more than %d entries; journaling stops until the relay has caught up, backfill is stale"
						.formatted(name(), most));
			this.router.suspendJournaling(true);
		}
		else if (depth <= most / 2.0) {
			this.router.suspendJournaling(false);
		}
	}

	@Override
	public PhaseControl control() {
		return this.control;
	}

	@Override
	public MirrorSettings settings() {
		return this.settings.mirror();
	}

	@Override
	public Comparisons comparisons() {
		return this.comparisons;
	}

	@Override
	public JournalStatus journal() {
		return this.journal;
	}

	private Relay relay() {
		return get(this.relays, this.control.authority());
	}

	@Override
	public @Nullable String relayProblem() {
		return relay().problem();
	}

	@Override
	public boolean circuitOpen() {
		return relay().broken();
	}

	@Override
	public int waitingWriters() {
		return relay().waiting();
	}

	@Override
	public int parkedWriters() {
		return this.router.parked().size();
	}

	@Override
	public long shed() {
		return this.background.shed();
	}

	@Override
	public long unsupported() {
		return this.router.unsupported();
	}

	@Override
	public String toString() {
		return "Redis migration '%s' from %s to %s".formatted(name(), endpoint(Side.SOURCE).address(),
				endpoint(Side.TARGET).address());
	}

}
