package io.migration.phase;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

import io.migration.Migration;
import io.migration.MigrationException;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.StepRefusedException;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Walks one migration: compares desired with effective phase, and takes one legal, gated
 * step at a time through the ledger.
 * <p>
 * Every instance runs one; a step is a compare-and-set on the ledger, so it does not
 * matter which of them takes it. The order within a step is always the same: the record
 * changes; every live instance replaces its {@link PinnedPhase}, waits until operations
 * pinned to earlier rules have ended, and acknowledges the record's revision; only then
 * is the next change considered. Therefore at most two neighbouring phases are active at
 * once, and an operation never sees two.
 * <p>
 * A move of authority has stages. {@code closing}: new writes park, running ones end.
 * {@code swapping}: no writer runs anywhere, the relay empties the journal. Then the
 * compare-and-set on the outgoing side is the commit. Past the deadline any instance
 * calls the step off by a compare-and-set back to {@code open}.
 * <p>
 * One thread; public methods may be called from any other and are serialised with it by a
 * lock that is never held while an operation of the application runs.
 */
public final class PhaseControl implements Migration {

	private static final Log logger = LogFactory.getLog(PhaseControl.class);

	private static final Duration WALKING = Duration.ofMillis(20);

	private static final Duration RETRY_AFTER_CALL_OFF = Duration.ofMinutes(1);

	private final PhaseSettings settings;

	private final PhaseLedger ledger;

	private final PhaseSubject subject;

	private final List<Gate> gates;

	private final @Nullable PhaseFlags flags;

	private final CurrentPhase current;

	private final BiConsumer<PhaseControl, PhaseChange> listener;

	private final Clock clock;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private final String instanceId = UUID.randomUUID().toString();

	private final String host = hostName();

	private @Nullable Thread thread;

	private boolean stopped;

	private volatile boolean wake;

	private volatile @Nullable LedgerRecord record;

	private volatile @Nullable Wish wish;

	private volatile List<GateStatus> unmet = List.of();

	private volatile @Nullable String obstacle;

	private long applied;

	private long appliedByFleet;

	private long lastHeartbeat = Long.MIN_VALUE;

	private PhaseSubject.@Nullable CatchUp catchUp;

	private boolean journalingBroken;

	private boolean refused;

	private @Nullable CalledOff calledOff;

	/**
	 * Create a phase control. It does nothing until {@link #join()} or {@link #start}.
	 * @param settings how it walks
	 * @param source the ledger on source
	 * @param target the ledger on target, asked for when needed
	 * @param subject what moves
	 * @param gates the gates, in the order in which they are shown
	 * @param flags the flag service, {@code null} if none is configured
	 * @param current where operations learn the phase
	 * @param listener told after this instance entered a phase
	 * @param clock the clock
	 */
	public PhaseControl(PhaseSettings settings, Ledger source, Supplier<Ledger> target, PhaseSubject subject,
			List<Gate> gates, @Nullable PhaseFlags flags, CurrentPhase current,
			BiConsumer<PhaseControl, PhaseChange> listener, Clock clock) {
		this(settings, new AuthorityLedger(settings.name(), source, target), subject, gates, flags, current, listener,
				clock);
	}

	private PhaseControl(PhaseSettings settings, PhaseLedger ledger, PhaseSubject subject, List<Gate> gates,
			@Nullable PhaseFlags flags, CurrentPhase current, BiConsumer<PhaseControl, PhaseChange> listener,
			Clock clock) {
		this.settings = settings;
		this.ledger = ledger;
		this.subject = subject;
		this.gates = List.copyOf(gates);
		this.flags = flags;
		this.current = current;
		this.listener = listener;
		this.clock = clock;
		if (flags != null) {
			flags.onChange(this::wake);
		}
	}

	/**
	 * Create the phase control of a migration without data. Each instance walks for
	 * itself, and begins where the flag, else the property, else off says; nothing is
	 * prepared, drained or parked.
	 * @param settings how it walks
	 * @param gates the gates, in the order in which they are shown
	 * @param flags the flag service, {@code null} if none is configured
	 * @param current where operations learn the phase
	 * @param listener told after this instance entered a phase
	 * @param clock the clock
	 * @return phase control, which knows its phase as soon as it has joined
	 */
	public static PhaseControl withoutData(PhaseSettings settings, List<Gate> gates, @Nullable PhaseFlags flags,
			CurrentPhase current, BiConsumer<PhaseControl, PhaseChange> listener, Clock clock) {
		return new PhaseControl(settings, new InstanceLedger(), new SubjectWithoutData(), gates, flags, current,
				listener, clock);
	}

	private static String hostName() {
		try {
			return InetAddress.getLocalHost().getHostName();
		}
		catch (UnknownHostException ex) {
			return "unknown";
		}
	}

	/**
	 * Register this instance and learn the phase, unless that was done before. Until it
	 * has succeeded no operation may run.
	 * @throws MigrationException if the ledger cannot be reached or names another pair of
	 * stores
	 */
	public void join() {
		if (this.record != null) {
			return;
		}
		this.lock.lock();
		try {
			if (this.record == null) {
				LedgerRecord joined = this.ledger.join(self(), beginning());
				logger.info(this.subject.hasData()
						? "Migration '%s' (%s): phase %s, epoch %d, from the ledger on %s".formatted(name(), kind(),
								joined.phase().wireName(), joined.epoch(), joined.authority().wireName())
						: "Migration '%s' (%s): phase %s".formatted(name(), kind(), joined.phase().wireName()));
				follow(joined);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return what a migration without a record begins with. Where nothing has to be
	 * prepared, a flag can be followed from the start, and the property stands in for one
	 * that is silent.
	 */
	private @Nullable DesiredPhase beginning() {
		if (this.flags != null) {
			if (this.subject.hasData()) {
				return null;
			}
			if (this.flags.read(this.settings.flag()) instanceof PhaseFlags.Reading.Wanted wanted) {
				return new DesiredPhase(wanted.phase(), "flag " + this.settings.flag(), null, false);
			}
		}
		return (this.settings.phase() != null) ? new DesiredPhase(this.settings.phase(), "property", null, false)
				: null;
	}

	/**
	 * Return whether this migration has never begun: no instance of any life has joined.
	 * Changes nothing.
	 * @return whether there is no ledger record yet
	 * @throws MigrationException if the ledger cannot be reached, or its record was lost
	 */
	public boolean begins() {
		if (this.record != null) {
			return false;
		}
		this.lock.lock();
		try {
			return this.record == null && this.ledger.begins();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Start the walk in the background.
	 * @param threads creates its thread
	 */
	public void start(ThreadFactory threads) {
		this.lock.lock();
		try {
			if (this.thread == null) {
				this.stopped = false;
				this.thread = threads.newThread(this::run);
				this.thread.start();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Stop the walk and leave the fleet. The phase stays what it is.
	 */
	public void stop() {
		Thread running;
		this.lock.lock();
		try {
			this.stopped = true;
			running = this.thread;
			this.thread = null;
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		if (running == null) {
			return;
		}
		try {
			running.join(TimeUnit.SECONDS.toMillis(10));
			if (this.record != null) {
				this.ledger.remove(this.instanceId);
			}
			// a later start begins as the first one did
			this.record = null;
			this.applied = 0;
			this.current.forget();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (RuntimeException ex) {
			logger.debug("Migration '%s' left without telling the ledger".formatted(name()), ex);
		}
	}

	/**
	 * Look again soon. Must not block: when the lock is taken, a look is under way, and
	 * another follows it.
	 */
	private void wake() {
		this.wake = true;
		if (this.lock.tryLock()) {
			try {
				this.changed.signalAll();
			}
			finally {
				this.lock.unlock();
			}
		}
	}

	private void run() {
		this.lock.lock();
		try {
			while (!this.stopped) {
				Duration pause = tickSafely();
				this.changed.signalAll();
				if (!this.wake && !this.stopped) {
					this.changed.awaitNanos(pause.toNanos());
				}
				this.wake = false;
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.lock.unlock();
		}
	}

	private Duration tickSafely() {
		try {
			join();
			Duration pause = tick();
			if (this.obstacle != null && this.obstacle.startsWith("ledger:")) {
				logger.info("Migration '%s': the ledger answers again".formatted(name()));
				this.obstacle = null;
			}
			return pause;
		}
		catch (LedgerUnavailableException ex) {
			keep("ledger: " + ex.getMessage(), ex);
			return this.settings.heartbeat();
		}
		catch (RuntimeException ex) {
			keep(String.valueOf(ex.getMessage()), ex);
			return this.settings.heartbeat();
		}
	}

	private void keep(String problem, RuntimeException ex) {
		if (!problem.equals(this.obstacle)) {
			logger.warn("Migration '%s' keeps its phase: %s".formatted(name(), ex.getMessage()));
			logger.debug("Migration '%s': walk failed".formatted(name()), ex);
		}
		this.obstacle = problem;
	}

	/**
	 * Look at ledger and desired phase once, and take at most one change.
	 * @return how long to wait before the next look
	 */
	private Duration tick() {
		LedgerRecord now = read();
		follow(now);
		acknowledge(now);
		boolean moved = switch (now.stage()) {
			case OPEN -> open(now);
			case WRITES_FIRST -> writesFirst(now);
			case CLOSING -> closing(now);
			case SWAPPING -> swapping(now);
		};
		if (moved) {
			follow(this.ledger.read());
			return Duration.ZERO;
		}
		boolean walking = now.stage() != Stage.OPEN || this.applied != now.revision();
		return walking ? WALKING : this.settings.heartbeat();
	}

	/**
	 * Read the record. One that vanished in off (a flush, say) took nothing along that is
	 * still needed, and is made anew.
	 */
	private LedgerRecord read() {
		LedgerRecord followed = this.record;
		if (followed != null && followed.phase() == MigrationPhase.OFF && this.ledger.vanished()) {
			logger.warn("Migration '%s': the ledger has vanished in off and is made anew".formatted(name()));
			return this.ledger.join(self(), null);
		}
		return this.ledger.read();
	}

	/**
	 * Route by a record, if it is not the one that is followed already.
	 */
	private void follow(LedgerRecord next) {
		Wish wished = Wish.of(this.settings, this.flags, next, readShare(), this.subject.hasData());
		this.wish = wished;
		PinnedPhase pinned = this.current.get();
		LedgerRecord previous = this.record;
		if (previous == null || pinned.epoch() != next.epoch() || pinned.stage() != next.stage()
				|| pinned.readShare() != wished.readShare()) {
			this.current.replace(new PinnedPhase(next.phase(), next.epoch(), next.stage(), wished.readShare()));
		}
		if (next.stage() != Stage.WRITES_FIRST) {
			this.catchUp = null;
		}
		if (previous == null || previous.revision() != next.revision() || !previous.pair().equals(next.pair())) {
			this.subject.follow(next);
		}
		this.record = next;
		if (previous != null && previous.stage().parksWrites() && next.stage() == Stage.OPEN
				&& previous.epoch() == next.epoch()) {
			// whichever instance did it: none may park the fleet's writers again at once
			this.calledOff = new CalledOff(this.clock.instant(), previous.goal(), wished.desired());
		}
		if (previous != null && previous.phase() != next.phase()) {
			PhaseChange change = lastChange(previous, next);
			logger.info("Migration '%s': %s -> %s, epoch %d, by %s".formatted(name(), change.from().wireName(),
					change.to().wireName(), change.epoch(), change.by()));
			this.listener.accept(this, change);
		}
	}

	private PhaseChange lastChange(LedgerRecord previous, LedgerRecord next) {
		DesiredPhase desired = (this.wish != null) ? this.wish.desired() : null;
		return new PhaseChange(previous.phase(), next.phase(), next.epoch(), next.since(),
				(desired != null) ? desired.by() : "fleet", (desired != null) ? desired.reason() : null);
	}

	/**
	 * Tell the ledger which revision this instance has applied: it routes by it, and
	 * every operation begun under earlier rules has ended.
	 */
	private void acknowledge(LedgerRecord now) {
		boolean news = false;
		boolean drained = this.current.drained() || !this.subject.hasData();
		if (this.applied != now.revision() && drained && this.subject.settled()) {
			this.applied = now.revision();
			news = true;
		}
		long time = System.nanoTime();
		if (news || this.lastHeartbeat == Long.MIN_VALUE
				|| time - this.lastHeartbeat >= this.settings.heartbeat().toNanos()) {
			this.lastHeartbeat = time;
			this.ledger.heartbeat(self());
		}
	}

	private FleetInstance self() {
		return new FleetInstance(this.instanceId, this.host, this.applied, Duration.ZERO);
	}

	/**
	 * Return whether every live instance follows the record.
	 */
	private boolean acknowledgedByFleet(LedgerRecord now) {
		if (this.applied != now.revision()) {
			return false;
		}
		for (FleetInstance instance : this.ledger.instances()) {
			boolean live = instance.silence().compareTo(this.settings.lease().multipliedBy(3).dividedBy(2)) < 0;
			if (live && !instance.id().equals(this.instanceId) && instance.applied() != now.revision()) {
				this.obstacle = "instance %s on %s has not applied revision %d yet".formatted(instance.id(),
						instance.host(), now.revision());
				return false;
			}
		}
		this.appliedByFleet = now.revision();
		return true;
	}

	private boolean open(LedgerRecord now) {
		if (!acknowledgedByFleet(now)) {
			return false;
		}
		this.journalingBroken |= this.subject.journalingBroken();
		if (this.subject.hasData() && now.phase().journals()
				&& (this.journalingBroken || now.journalingSince() == null)) {
			boolean noted = this.ledger.compareAndSet(now, now.withJournalingSince(this.clock.instant()), null);
			if (!noted) {
				return false;
			}
			boolean broken = this.journalingBroken;
			this.journalingBroken = false;
			return !broken || now.phase() != MigrationPhase.READ_NEW || readsGoBack();
		}
		this.refused = false;
		DesiredPhase desired = (this.wish != null) ? this.wish.desired() : null;
		if (desired == null || desired.phase() == now.phase()) {
			this.unmet = List.of();
			this.obstacle = null;
			return false;
		}
		PhaseStep step = new PhaseStep(now.phase(), now.phase().towards(desired.phase()));
		if (recentlyCalledOff(step, desired)) {
			return false;
		}
		this.unmet = evaluate(step, now).stream()
			.filter((status) -> !status.met() && !(desired.force() && skippable(status)))
			.toList();
		if (!this.unmet.isEmpty()) {
			this.obstacle = null;
			return false;
		}
		try {
			this.subject.prepare(step, now);
			if (step.movesAuthority()) {
				this.ledger.checkIncoming(now);
			}
		}
		catch (MigrationException ex) {
			hold(ex.getMessage());
			return false;
		}
		this.obstacle = null;
		if (!this.subject.hasData()) {
			return commit(now, step.to());
		}
		if (step.movesAuthority()) {
			Instant deadline = this.clock.instant().plus(this.settings.cutoverTimeout());
			return this.ledger.compareAndSet(now, now.withStage(Stage.CLOSING, step.to(), deadline), null);
		}
		if (step.to() == MigrationPhase.READ_NEW) {
			return this.ledger.compareAndSet(now, now.withStage(Stage.WRITES_FIRST, step.to(), null), null);
		}
		return commit(now, step.to());
	}

	/**
	 * Target may lack what was acknowledged: it must not answer reads until the gates of
	 * read-new hold again.
	 */
	private boolean readsGoBack() {
		LedgerRecord now = this.ledger.read();
		if (now.phase() != MigrationPhase.READ_NEW || now.stage() != Stage.OPEN) {
			return true;
		}
		Instant time = this.clock.instant();
		LedgerRecord next = now.entered(MigrationPhase.DUAL_WRITE, time);
		return this.ledger.compareAndSet(now, next, new PhaseChange(now.phase(), next.phase(), next.epoch(), time,
				"starter", "a write went past the journal, or target may have forgotten what it had"));
	}

	private void hold(@Nullable String reason) {
		if (reason != null && !reason.equals(this.obstacle)) {
			logger.warn(reason);
		}
		this.obstacle = reason;
		this.refused = true;
	}

	private boolean recentlyCalledOff(PhaseStep step, DesiredPhase desired) {
		CalledOff last = this.calledOff;
		if (last == null) {
			return false;
		}
		if (step.to() == last.goal() && desired.equals(last.wish())
				&& this.clock.instant().isBefore(last.at().plus(RETRY_AFTER_CALL_OFF))) {
			this.obstacle = "the move of authority was called off at its deadline; it is tried again a minute after %s"
				.formatted(last.at());
			return true;
		}
		this.calledOff = null;
		return false;
	}

	/**
	 * Into read-new: reads move only when every instance holds back the answer to a write
	 * until target has it, and when what was answered before that is on target too.
	 */
	private boolean writesFirst(LedgerRecord now) {
		DesiredPhase desired = (this.wish != null) ? this.wish.desired() : null;
		if (desired != null && desired.phase().ordinal() <= now.phase().ordinal()) {
			this.catchUp = null;
			return callOff(now);
		}
		if (!acknowledgedByFleet(now)) {
			return false;
		}
		if (this.catchUp == null) {
			this.catchUp = this.subject.catchUp();
		}
		if (!this.catchUp.reached()) {
			this.obstacle = "waiting until the relay has passed what was written before";
			return false;
		}
		this.catchUp = null;
		return commit(now, now.goal());
	}

	private boolean closing(LedgerRecord now) {
		if (pastDeadline(now)) {
			return callOff(now);
		}
		return acknowledgedByFleet(now)
				&& this.ledger.compareAndSet(now, now.withStage(Stage.SWAPPING, now.goal(), now.deadline()), null);
	}

	private boolean swapping(LedgerRecord now) {
		if (pastDeadline(now)) {
			return callOff(now);
		}
		return acknowledgedByFleet(now) && this.subject.journalEmpty() && commit(now, now.goal());
	}

	private boolean pastDeadline(LedgerRecord now) {
		return now.deadline() != null && this.clock.instant().isAfter(now.deadline());
	}

	private boolean callOff(LedgerRecord now) {
		logger.warn("Migration '%s': the step %s -> %s is called off, the phase stays %s".formatted(name(),
				now.phase().wireName(), now.goal().wireName(), now.phase().wireName()));
		return this.ledger.compareAndSet(now, now.withStage(Stage.OPEN, now.phase(), null), null);
	}

	private boolean commit(LedgerRecord now, MigrationPhase to) {
		Instant time = this.clock.instant();
		LedgerRecord next = now.entered(to, time);
		DesiredPhase desired = (this.wish != null) ? this.wish.desired() : null;
		return this.ledger.compareAndSet(now, next, new PhaseChange(now.phase(), to, next.epoch(), time,
				(desired != null) ? desired.by() : "fleet", (desired != null) ? desired.reason() : null));
	}

	private boolean skippable(GateStatus status) {
		return this.gates.stream().anyMatch((gate) -> gate.name().equals(status.gate()) && gate.skippable());
	}

	private List<GateStatus> evaluate(PhaseStep step, LedgerRecord now) {
		List<GateStatus> statuses = new ArrayList<>();
		for (Gate gate : this.gates) {
			if (gate.guards(step)) {
				Gate.Reading reading = gate.read(now);
				statuses.add(new GateStatus(gate.name(), step.toString(), reading.required(), reading.actual(),
						reading.met()));
			}
		}
		return statuses;
	}

	/**
	 * Ask for the next phase. Refused at once when a gate does not hold.
	 * @param by who asks
	 * @param reason why
	 * @param force whether gates that may be skipped are skipped
	 * @return what became of it
	 */
	public StepOutcome advance(String by, @Nullable String reason, boolean force) {
		LedgerRecord now = required();
		MigrationPhase next = now.phase().next().orElse(null);
		if (next == null) {
			return new StepOutcome.Refused("in cutover there is no next phase; POST complete gives up the way back",
					List.of());
		}
		List<GateStatus> closed = evaluate(new PhaseStep(now.phase(), next), now).stream()
			.filter((status) -> !status.met() && !(force && skippable(status)))
			.toList();
		if (!closed.isEmpty()) {
			return new StepOutcome.Refused("the step %s -> %s is held by %s".formatted(now.phase().wireName(),
					next.wireName(), String.join(", ", closed.stream().map(GateStatus::gate).toList())), closed);
		}
		StepOutcome.Refused impossible = prepare(new PhaseStep(now.phase(), next), now);
		return (impossible != null) ? impossible : ask(new DesiredPhase(next, by, reason, force));
	}

	/**
	 * Ask for the previous phase. No gate holds the way back.
	 * @param by who asks
	 * @param reason why
	 * @return what became of it
	 */
	public StepOutcome rollback(String by, @Nullable String reason) {
		LedgerRecord now = required();
		MigrationPhase previous = now.phase().previous().orElse(null);
		if (previous == null) {
			return new StepOutcome.Refused("in off there is nothing to roll back", List.of());
		}
		StepOutcome.Refused impossible = prepare(new PhaseStep(now.phase(), previous), now);
		return (impossible != null) ? impossible : ask(new DesiredPhase(previous, by, reason, false));
	}

	/**
	 * See at once whether a step is possible, so that a request for it can be refused
	 * rather than held.
	 */
	private StepOutcome.@Nullable Refused prepare(PhaseStep step, LedgerRecord now) {
		this.lock.lock();
		try {
			this.subject.prepare(step, now);
			return null;
		}
		catch (MigrationException ex) {
			return new StepOutcome.Refused(String.valueOf(ex.getMessage()), List.of());
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Ask for a phase, however far away; the fleet walks there as its gates open.
	 * @param phase the phase
	 * @param by who asks
	 * @param reason why
	 * @param force whether gates that may be skipped are skipped
	 * @return what became of it
	 */
	public StepOutcome walkTo(MigrationPhase phase, String by, @Nullable String reason, boolean force) {
		required();
		return ask(new DesiredPhase(phase, by, reason, force));
	}

	private StepOutcome ask(DesiredPhase desired) {
		this.lock.lock();
		try {
			PhaseFlags service = this.flags;
			if (service != null) {
				StepOutcome.Refused refused = askFlag(service, desired);
				if (refused != null) {
					return refused;
				}
			}
			else {
				LedgerRecord now = this.ledger.read();
				if (!this.ledger.compareAndSet(now, now.withDesired(desired), null)) {
					return new StepOutcome.Refused("somebody else changed the migration at the same moment; look again",
							List.of());
				}
			}
			this.calledOff = null;
			this.unmet = List.of();
			this.wake = true;
			this.changed.signalAll();
			return awaitArrival(desired.phase());
		}
		finally {
			this.lock.unlock();
		}
	}

	private StepOutcome.@Nullable Refused askFlag(PhaseFlags service, DesiredPhase desired) {
		if (!service.writable()) {
			return new StepOutcome.Refused("the phase is decided by %s; set its variant to '%s' there"
				.formatted(service.whereToSet(this.settings.flag()), desired.phase().wireName()), List.of());
		}
		try {
			service.write(this.settings.flag(), desiredPhase(), desired.phase());
			return null;
		}
		catch (PhaseFlags.FlagConflictException | IllegalStateException ex) {
			return new StepOutcome.Refused(String.valueOf(ex.getMessage()), List.of());
		}
	}

	/**
	 * Wait a little for what was asked for, so that most requests can answer with the
	 * result. Releases the lock while it waits.
	 */
	private StepOutcome awaitArrival(MigrationPhase phase) {
		long deadline = System.nanoTime() + this.settings.cutoverTimeout().plusSeconds(1).toNanos();
		try {
			while (System.nanoTime() - deadline < 0 && !this.stopped) {
				LedgerRecord now = this.record;
				if (now != null && now.phase() == phase && now.stage() == Stage.OPEN
						&& this.appliedByFleet == now.revision()) {
					return new StepOutcome.Done();
				}
				if (!this.wake && now != null && now.stage() == Stage.OPEN
						&& (!this.unmet.isEmpty() || this.calledOff != null || this.refused)) {
					return new StepOutcome.UnderWay();
				}
				this.changed.awaitNanos(TimeUnit.MILLISECONDS.toNanos(100));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		return new StepOutcome.UnderWay();
	}

	/**
	 * Say what a walk would do now. Changes nothing.
	 * @param to the phase to walk to
	 * @return the steps, each with its gates
	 */
	public List<PlannedStep> plan(MigrationPhase to) {
		LedgerRecord now = required();
		List<PlannedStep> steps = new ArrayList<>();
		MigrationPhase at = now.phase();
		while (at != to) {
			PhaseStep step = new PhaseStep(at, at.towards(to));
			boolean pauses = this.subject.hasData() && step.movesAuthority();
			steps.add(
					new PlannedStep(step, evaluate(step, now), pauses, pauses ? this.settings.cutoverTimeout() : null));
			at = step.to();
		}
		return steps;
	}

	/**
	 * Return every gate with its values now.
	 * @return the gates of every step, in the order of the steps
	 */
	public List<GateStatus> gates() {
		LedgerRecord now = required();
		List<GateStatus> all = new ArrayList<>();
		for (MigrationPhase from : MigrationPhase.values()) {
			from.next().ifPresent((to) -> all.addAll(evaluate(new PhaseStep(from, to), now)));
		}
		return all;
	}

	/**
	 * Return the history.
	 * @return changes of effective phase, latest first
	 */
	public List<PhaseChange> history() {
		required();
		this.lock.lock();
		try {
			return this.ledger.history();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Return the registered instances.
	 * @return all instances, silent ones included
	 */
	public List<FleetInstance> instances() {
		required();
		this.lock.lock();
		try {
			return this.ledger.instances();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Take an operator's word that an instance is dead.
	 * @param id the instance
	 * @return whether it was registered
	 */
	public boolean forget(String id) {
		required();
		this.lock.lock();
		try {
			return this.ledger.remove(id);
		}
		finally {
			this.lock.unlock();
		}
	}

	private LedgerRecord required() {
		join();
		LedgerRecord now = this.record;
		if (now == null) {
			throw new LedgerUnavailableException(name(), "the ledger has not been read yet", null);
		}
		return now;
	}

	@Override
	public String name() {
		return this.settings.name();
	}

	@Override
	public String kind() {
		return this.settings.kind();
	}

	/**
	 * Return the settings.
	 * @return how this migration walks
	 */
	public PhaseSettings settings() {
		return this.settings;
	}

	/**
	 * Return whether this instance has read the ledger.
	 * @return whether the phase is known
	 */
	public boolean joined() {
		return this.record != null;
	}

	@Override
	public MigrationPhase phase() {
		LedgerRecord now = this.record;
		return (now != null) ? now.phase() : MigrationPhase.OFF;
	}

	@Override
	public @Nullable MigrationPhase desiredPhase() {
		Wish wished = this.wish;
		DesiredPhase desired = (wished != null) ? wished.desired() : null;
		return (desired != null) ? desired.phase() : null;
	}

	@Override
	public Side authority() {
		return phase().authority();
	}

	@Override
	public long epoch() {
		LedgerRecord now = this.record;
		return (now != null) ? now.epoch() : 0;
	}

	/**
	 * Return the percentage of reads for target in read-new.
	 * @return 0 to 100
	 */
	public int readShare() {
		Wish wished = this.wish;
		return (wished != null) ? wished.readShare() : this.settings.readShare();
	}

	/**
	 * Return what an operator should know: why a flag is not followed, what holds a step.
	 * @return the note, {@code null} if there is nothing to say
	 */
	public @Nullable String note() {
		String held = this.obstacle;
		Wish wished = this.wish;
		return (held != null) ? held : (wished != null) ? wished.note() : null;
	}

	/**
	 * Return the gates that hold the next desired step.
	 * @return the gates, empty when none does
	 */
	public List<GateStatus> unmet() {
		return this.unmet;
	}

	@Override
	public State state() {
		LedgerRecord now = this.record;
		if (now == null) {
			return State.BLOCKED;
		}
		if (now.stage().parksWrites()) {
			return State.CUTTING_OVER;
		}
		MigrationPhase desired = desiredPhase();
		if (desired == null || desired == now.phase()) {
			return State.STEADY;
		}
		if (!this.unmet.isEmpty() || this.obstacle != null) {
			return State.BLOCKED;
		}
		return (desired.ordinal() > now.phase().ordinal()) ? State.ADVANCING : State.ROLLING_BACK;
	}

	/**
	 * A move of authority that did not come to its end in time.
	 *
	 * @param at when that was seen
	 * @param goal the phase it led to
	 * @param wish what was asked for then
	 */
	private record CalledOff(Instant at, MigrationPhase goal, @Nullable DesiredPhase wish) {

	}

}
