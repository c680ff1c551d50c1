package io.migration.redis;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.lettuce.core.RedisException;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.migration.MigrationPhase;
import io.migration.Side;
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
import io.migration.phase.PinnedPhase;
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
public final class RedisMigration implements PhaseSubject, MirroredMigration, AutoCloseable {

	private static final Log logger = LogFactory.getLog(RedisMigration.class);

	private static final Duration MONITOR = Duration.ofMillis(500);

	private final RedisMigrationSettings settings;

	private final LettuceConnectionFactory original;

	private final @Nullable ClientResources ownResources;

	private final String instance = UUID.randomUUID().toString().substring(0, 8);

	private final RedisKeys keys;

	private final RedisSides sides;

	private final StepPreparation preparation;

	private final TargetReconciliation reconciliation;

	private final RedisRouter router;

	private final PhaseControl control;

	private final Comparisons comparisons;

	private final BackgroundWork background;

	private final ThreadFactory threads;

	private final LettuceConnectionFactory proxy;

	private @Nullable CompletableFuture<Void> barrier;

	private @Nullable Side sealed;

	private boolean journalToDrop;

	private volatile boolean applied;

	private volatile boolean stopped = true;

	private volatile @Nullable Thread monitor;

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
		KeyScope scope = KeyScope.of(settings.keys());
		this.router = new RedisRouter(name, this.instance, settings.mirror(), scope, current, settings.maxPark(),
				sourceEndpoint.resources().eventExecutorGroup(), observer);
		this.comparisons = new Comparisons(observer);
		this.background = new BackgroundWork(threads, 2, 256, observer);
		this.sides = new RedisSides(name, settings.mirror().timeout());
		this.sides.add(Side.SOURCE, sourceEndpoint, source, this.router);
		this.sides.add(Side.TARGET, targetEndpoint, target, this.router);
		this.sides.addRelays(this.keys, this.instance, observer, this.router::journalingIsBroken);
		this.reconciliation = new TargetReconciliation(name, this.sides, scope, this.background, this.comparisons);
		this.preparation = new StepPreparation(name, this.sides, this.router, this.reconciliation, scope,
				settings.adopt());
		Ledger ledger = new RedisLedger(name, this.sides.plain(Side.SOURCE));
		this.control = new PhaseControl(settings.phase(), ledger,
				() -> new RedisLedger(name, this.sides.plain(Side.TARGET)), this, gates(), flags, current, listener,
				Clock.systemUTC());
		this.router.connect(this.sides,
				new ReadComparison(this.sides.plain(Side.SOURCE), this.sides.plain(Side.TARGET), this.comparisons,
						this.background, settings.mirror().sampleRate(), settings.mirror().timeout(),
						this::copyComplete, this::circuitOpen),
				this.background);
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
		ClientResources unobserved = RedisEndpoint.unobserved(base);
		return new RedisMigration(settings, source, target, RedisEndpoint.of(source, resources, unobserved),
				RedisEndpoint.of(target, resources, unobserved), own, flags, observer, listener, threads);
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
			Thread started = this.threads.newThread(this::monitor);
			this.monitor = started;
			started.start();
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
		stopMonitor();
		this.sides.stop();
	}

	private void stopMonitor() {
		Thread running = this.monitor;
		this.monitor = null;
		if (running == null) {
			return;
		}
		running.interrupt();
		try {
			running.join(TimeUnit.SECONDS.toMillis(10));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Stop, and let go of the client's resources.
	 */
	@Override
	public void close() {
		stop();
		this.background.close();
		this.sides.endpoint(Side.SOURCE).resources().shutdown();
		this.sides.endpoint(Side.SOURCE).unobserved().shutdown();
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
		return this.sides.factory(this.router.phase().get().authority());
	}

	private void release() {
		if (!this.router.phase().get().parksWrites() && this.router.parked().size() > 0) {
			this.threads.newThread(this.router::release).start();
		}
	}

	@Override
	public void prepare(PhaseStep step, LedgerRecord record) {
		this.preparation.prepare(step, record);
	}

	@Override
	public void follow(LedgerRecord record) {
		this.barrier = null;
		this.applied = false;
		Side authority = record.authority();
		readCommands(record);
		if (!record.phase().journals()) {
			this.sides.stopRelays();
			this.journalToDrop = record.epoch() > 1;
			this.journal = JournalStatus.EMPTY;
			return;
		}
		this.sides.stopRelay(authority.other());
		this.sides.relay(authority).start(this.threads);
		this.sides.relay(authority).hurry(record.stage() != Stage.OPEN);
		unsealRelay(record);
		listen();
		openForwarding(authority);
		if (record.phase().reads() == MigrationPhase.Reads.SHARED || record.stage() == Stage.WRITES_FIRST) {
			this.sides.trustTarget();
		}
	}

	/**
	 * Know the server's commands before they are needed: another instance may take the
	 * step into shadow.
	 */
	private void readCommands(LedgerRecord record) {
		if (this.router.knowsCommands()) {
			return;
		}
		try {
			this.router.use(this.sides.plain(record.authority()).catalog());
		}
		catch (RedisException ex) {
			if (record.phase().journals()) {
				throw ex;
			}
			logger.debug("Migration '%s': the command table is read at the step into shadow".formatted(name()), ex);
		}
	}

	/**
	 * The swap is over. If authority has moved, the ledger says so beside the lease, and
	 * keeps relays of the old direction from beginning.
	 */
	private void unsealRelay(LedgerRecord record) {
		Side sealed = this.sealed;
		if (sealed == null || record.stage() == Stage.SWAPPING) {
			return;
		}
		this.sealed = null;
		try {
			this.sides.inspect(sealed, (nodes) -> {
				this.sides.relaying(sealed).lease().unseal(nodes);
				return true;
			});
		}
		catch (RuntimeException ex) {
			logger.debug("Migration '%s': the relay's seal runs out by itself".formatted(name()), ex);
		}
	}

	/**
	 * Hear of other instances. Writers wait only while source has authority; who listens
	 * from shadow on, and through a cutover, misses no word when they begin to.
	 */
	private void listen() {
		try {
			this.sides.relaying(Side.SOURCE).listen();
		}
		catch (RedisException ex) {
			logger.debug("Migration '%s': cannot subscribe on source yet".formatted(name()), ex);
		}
	}

	/**
	 * Open the connection for writes that came through another one, so that no event loop
	 * has to.
	 */
	private void openForwarding(Side authority) {
		try {
			this.sides.factory(authority).forwarding();
		}
		catch (RuntimeException ex) {
			logger.debug("Migration '%s': %s cannot be connected to yet".formatted(name(), authority.wireName()), ex);
		}
	}

	@Override
	public boolean settled() {
		CompletableFuture<Void> answered = this.barrier;
		if (answered == null) {
			answered = this.router.barrier(this.control.authority());
			this.barrier = answered;
		}
		if (!answered.isDone()) {
			return false;
		}
		this.applied = true;
		if (this.journalToDrop) {
			this.journalToDrop = false;
			this.sides.inspect(Side.SOURCE, (nodes) -> {
				new RedisJournal(this.keys, nodes).drop();
				return true;
			});
		}
		return true;
	}

	@Override
	public CatchUp catchUp() {
		Side authority = this.router.phase().get().authority();
		Map<Integer, String> ends = this.sides.inspect(authority, (nodes) -> new RedisJournal(this.keys, nodes).ends());
		return () -> {
			ends.keySet().forEach((slot) -> this.sides.touched(authority, slot));
			return this.sides.inspect(authority, (nodes) -> new RedisJournal(this.keys, nodes).passed(ends));
		};
	}

	/**
	 * Once the journal is empty, no relay of this direction may write any more: not ours,
	 * not that of an instance that was counted out. The seal keeps each from beginning,
	 * the take-over ends what had begun; a relay that took over later still finds the
	 * seal before it reads anything. Then the journal is looked at again.
	 */
	@Override
	public boolean journalEmpty() {
		Side authority = this.router.phase().get().authority();
		if (!journalEmpty(authority)) {
			return false;
		}
		this.sealed = authority;
		this.sides.inspect(authority, (nodes) -> {
			this.sides.relaying(authority).lease().seal(nodes, this.settings.maxPark());
			return true;
		});
		this.sides.stopRelay(authority);
		RelayFence.takeOver(this.sides.endpoint(authority.other()), this.keys, this.settings.mirror().timeout())
			.close();
		return journalEmpty(authority);
	}

	private boolean journalEmpty(Side authority) {
		return this.sides.inspect(authority, (nodes) -> {
			RedisJournal journal = new RedisJournal(this.keys, nodes);
			Map<Integer, Long> depths = journal.depths();
			depths.keySet().forEach((slot) -> this.sides.touched(authority, slot));
			return depths.isEmpty() && journal.setAside() == 0;
		});
	}

	@Override
	public boolean journalingBroken() {
		boolean broken = this.router.takeJournalingBroken();
		if (broken) {
			this.reconciliation.journalingBroken();
		}
		return broken;
	}

	@Override
	public List<Gate> gates() {
		RedisMigrationSettings.Gates wanted = this.settings.gates();
		List<Gate> gates = MirrorGates.statistical(wanted.minTimeInPhase(), wanted.minComparisons(),
				wanted.maxMismatchRate(), wanted.maxErrorRate(), this.comparisons);
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
			return this.reconciliation.done() ? reading : new Gate.Reading(reading.required(),
					"%s, and target is still being brought to what source has".formatted(reading.actual()), false);
		});
	}

	private String backfillState() {
		return (this.reconciliation.sourceWasEmpty() && this.reconciliation.done()) ? "complete" : "not-started";
	}

	/**
	 * Return whether what was there before journaling began has been copied or has
	 * expired, so that a key which target lacks is a mismatch.
	 */
	private boolean copyComplete() {
		if (this.reconciliation.sourceWasEmpty()) {
			return true;
		}
		return this.settings.gates().ttl() != null
				&& this.control.gates().stream().filter((gate) -> gate.gate().equals("ttl")).allMatch(GateStatus::met);
	}

	private void monitor() {
		while (!this.stopped) {
			try {
				// while writers are parked phase control looks at the journal, and
				// nothing may slow it down
				if (this.control.phase().journals() && !this.router.phase().get().parksWrites()) {
					Side authority = this.control.authority();
					JournalStatus seen = this.sides.inspect(authority, (nodes) -> {
						RedisJournal present = new RedisJournal(this.keys, nodes);
						Map<Integer, Long> depths = present.depths();
						depths.keySet().forEach((slot) -> this.sides.touched(authority, slot));
						return present.status(depths);
					});
					this.journal = seen;
					boundJournal(seen.depth());
					listen();
					if (this.applied && this.control.authority() == Side.SOURCE) {
						this.reconciliation.goOn();
					}
					if (this.control.phase().reads() == MigrationPhase.Reads.SHARED) {
						this.sides.trustTarget();
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

	/**
	 * In shadow a journal that has become too long stops growing: source's memory is
	 * worth more than the copy.
	 */
	private void boundJournal(double depth) {
		long most = this.settings.mirror().journalMaxSize();
		if (this.control.phase() == MigrationPhase.SHADOW && depth > most) {
			if (this.router.suspendJournaling(true)) {
				logger.warn(
						"Migration '%s': the journal holds more than %d entries; journaling stops until the relay has caught up, backfill is stale"
							.formatted(name(), most));
			}
		}
		else if (depth <= most / 2.0 && this.router.suspendJournaling(false)) {
			logger.info("Migration '%s': journaling begins again".formatted(name()));
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
		return this.sides.relay(this.control.authority());
	}

	/**
	 * Return the rules that the next operation is pinned to.
	 */
	PinnedPhase rules() {
		return this.router.phase().get();
	}

	/**
	 * Return whether this instance is the one that relays.
	 * @return whether it holds the relay's lease
	 */
	boolean holdsTheRelay() {
		return this.sides.relaying(this.control.authority()).lease().held();
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
	public Map<String, Long> unsupportedCommands() {
		return this.router.unsupportedCommands();
	}

	@Override
	public String toString() {
		return "Redis migration '%s' from %s to %s".formatted(name(), this.sides.endpoint(Side.SOURCE).address(),
				this.sides.endpoint(Side.TARGET).address());
	}

}
