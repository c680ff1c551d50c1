package io.migration.mirror;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.migration.MigrationPhase.Reads;
import io.migration.Side;
import io.migration.mirror.Comparisons.Divergence;
import io.migration.mirror.Comparisons.Result;
import io.migration.phase.CurrentPhase;
import io.migration.phase.Gate;
import io.migration.phase.PhaseChange;
import io.migration.phase.PhaseControl;
import io.migration.phase.PhaseFlags;
import io.migration.phase.PhaseGates;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * A migration without data: calls go to one side or to both, and there is no journal that
 * would make up for what a side has missed. Kinds ask it where a call goes, and hand it
 * the comparisons to make beside the caller.
 * <p>
 * A call is pinned to the rules that {@link #rules()} returns when it begins; a change of
 * phase in its middle concerns the next one. Nothing is counted, because no step waits
 * for calls to end.
 * <p>
 * <b>Beside the caller.</b> A comparison runs in one of a few threads, behind a circuit
 * breaker, and is interrupted when its time is up. What finds no thread, no place to
 * wait, or an open breaker is dropped: a caller never waits for it. Thread safe.
 */
public final class RoutedMigration implements ManagedMigration, AutoCloseable {

	private final RouteSettings settings;

	private final CurrentPhase current = new CurrentPhase();

	private final PhaseControl control;

	private final Comparisons comparisons;

	private final SampleRate sampleRate;

	private final BackgroundWork background;

	private final ScheduledThreadPoolExecutor deadlines;

	private final CircuitBreaker breaker;

	private final MirrorObserver observer;

	private final ThreadFactory threads;

	/**
	 * Create a migration, which knows its phase at once. It follows the flag from
	 * {@link #start()} on.
	 * @param settings its settings
	 * @param flags the flag service, {@code null} if none is configured
	 * @param observer told what happens
	 * @param listener told after this instance entered a phase
	 * @param threads creates its threads
	 */
	public RoutedMigration(RouteSettings settings, @Nullable PhaseFlags flags, MirrorObserver observer,
			BiConsumer<PhaseControl, PhaseChange> listener, ThreadFactory threads) {
		this.settings = settings;
		this.observer = observer;
		this.threads = threads;
		this.comparisons = new Comparisons(observer);
		this.sampleRate = new SampleRate(settings.sampleRate());
		this.background = new BackgroundWork(threads, settings.parallel(), settings.waiting(), observer);
		this.deadlines = new ScheduledThreadPoolExecutor(1, threads);
		this.deadlines.setRemoveOnCancelPolicy(true);
		this.deadlines.setKeepAliveTime(10, TimeUnit.SECONDS);
		this.deadlines.allowCoreThreadTimeOut(true);
		this.breaker = CircuitBreaker.of("migration-" + settings.phase().name(),
				CircuitBreakerConfig.custom()
					.slidingWindowSize(20)
					.minimumNumberOfCalls(10)
					.failureRateThreshold(50)
					.waitDurationInOpenState(Duration.ofSeconds(1))
					.permittedNumberOfCallsInHalfOpenState(2)
					.build());
		this.control = PhaseControl.withoutData(settings.phase(), gates(), flags, this.current, listener,
				Clock.systemUTC());
		this.control.join();
	}

	private List<Gate> gates() {
		RouteSettings.Gates wanted = this.settings.gates();
		List<Gate> gates = MirrorGates.statistical(wanted.minTimeInPhase(), wanted.minComparisons(),
				wanted.maxMismatchRate(), wanted.maxErrorRate(), this.comparisons);
		gates.add(PhaseGates.readShare(() -> this.control.readShare()));
		return gates;
	}

	/**
	 * Follow the flag and the operator.
	 */
	public void start() {
		this.control.start(this.threads);
	}

	/**
	 * Stop following. Calls go on under the rules of where a new migration begins.
	 */
	public void stop() {
		this.control.stop();
		this.control.join();
	}

	/**
	 * Return the rules for a call that begins now.
	 * @return the rules, to be used until its end
	 */
	public PinnedPhase rules() {
		return this.current.get();
	}

	/**
	 * Return which side answers a call.
	 * @param rules the rules it is pinned to
	 * @param keyHash a hash of what it sticks to; any number if it sticks to nothing
	 * @return the authority, and in read-new target for its share
	 */
	public Side answers(PinnedPhase rules, int keyHash) {
		return (rules.reads() == Reads.SHARED && rules.inReadShare(keyHash)) ? Side.TARGET : rules.authority();
	}

	/**
	 * Return whether a call that writes, and may be sent twice, is sent to both sides:
	 * source first, whose answer counts.
	 * @param rules the rules it is pinned to
	 * @return whether it is
	 */
	public boolean repeats(PinnedPhase rules) {
		return switch (rules.phase()) {
			case OFF, SHADOW, CUTOVER -> false;
			case DUAL_WRITE, READ_NEW -> true;
		};
	}

	/**
	 * Return whether the next read is to be compared.
	 * @param rules the rules it is pinned to
	 * @return whether to hand it to {@link #compare}
	 */
	public boolean samples(PinnedPhase rules) {
		return rules.reads() != Reads.AUTHORITY && this.sampleRate.takesNext();
	}

	/**
	 * Compare beside the caller, or drop it. Never blocks and never fails.
	 * @param comparison what to compare
	 */
	public void compare(Comparison comparison) {
		if (!this.breaker.tryAcquirePermission()) {
			this.comparisons.count(Result.SKIPPED);
			return;
		}
		if (!this.background.submit(() -> run(comparison))) {
			this.breaker.releasePermission();
		}
	}

	private void run(Comparison comparison) {
		long began = System.nanoTime();
		Deadline deadline = new Deadline(Thread.currentThread());
		ScheduledFuture<?> scheduled = this.deadlines.schedule(deadline, this.settings.timeout().toNanos(),
				TimeUnit.NANOSECONDS);
		try {
			String difference = comparison.difference();
			this.breaker.onSuccess(System.nanoTime() - began, TimeUnit.NANOSECONDS);
			if (difference == null) {
				this.comparisons.count(Result.MATCH);
			}
			else {
				this.comparisons.mismatch(new Divergence(comparison.subject(), difference, Instant.now(), false));
			}
		}
		catch (NothingToCompareException ex) {
			this.breaker.onSuccess(System.nanoTime() - began, TimeUnit.NANOSECONDS);
			this.comparisons.count(Result.SKIPPED);
		}
		catch (Throwable ex) {
			// whatever it is: a permit that is not given back keeps the breaker half-open
			this.breaker.onError(System.nanoTime() - began, TimeUnit.NANOSECONDS, ex);
			this.comparisons.count(Result.ERROR);
		}
		finally {
			scheduled.cancel(false);
			deadline.end();
		}
	}

	/**
	 * Report that a call has ended.
	 * @param rules the rules it was pinned to
	 * @param write whether it was a write
	 * @param side the side that answered
	 * @param success whether it succeeded
	 * @param nanos how long it took
	 */
	public void answered(PinnedPhase rules, boolean write, Side side, boolean success, long nanos) {
		if (rules.phase().journals()) {
			this.observer.operation(write, side, success, nanos);
		}
	}

	/**
	 * Report that source has done what target has not, though it should have. Nothing
	 * would tell target of it later, so the sides differ from now on: a mismatch, which
	 * holds the step into read-new.
	 * @param subject what was called, for operators
	 * @param reason why target has not done it, without a value of the call
	 */
	public void missed(String subject, String reason) {
		this.comparisons
			.mismatch(new Divergence(subject, "done on source, not on target: " + reason, Instant.now(), false));
	}

	/**
	 * Return the settings.
	 * @return how it walks and compares
	 */
	public RouteSettings settings() {
		return this.settings;
	}

	@Override
	public PhaseControl control() {
		return this.control;
	}

	@Override
	public Comparisons comparisons() {
		return this.comparisons;
	}

	@Override
	public boolean circuitOpen() {
		return this.breaker.getState() == CircuitBreaker.State.OPEN;
	}

	@Override
	public long shed() {
		return this.background.shed();
	}

	@Override
	public void close() {
		this.control.stop();
		this.background.close();
		this.deadlines.shutdownNow();
	}

	/**
	 * Interrupts a thread unless it has come to its end before.
	 */
	private static final class Deadline implements Runnable {

		private final Thread thread;

		private boolean ended;

		Deadline(Thread thread) {
			this.thread = thread;
		}

		@Override
		public synchronized void run() {
			if (!this.ended) {
				this.thread.interrupt();
			}
		}

		/** What follows in the same thread is not interrupted for this. */
		synchronized void end() {
			this.ended = true;
			Thread.interrupted();
		}

	}

	/**
	 * A comparison that is yet to be made.
	 */
	public interface Comparison {

		/**
		 * Return what is compared, for operators; it may hold what only some may see.
		 * @return a name
		 */
		String subject();

		/**
		 * Ask what has not been asked yet, and compare. Runs in a thread of its own,
		 * which is interrupted when the time is up.
		 * @return what differs, {@code null} if nothing does
		 * @throws NothingToCompareException if nothing can be said
		 * @throws Exception if a side does not answer
		 */
		@Nullable String difference() throws Exception;

	}

	/**
	 * A comparison that came to no result, because both sides answered what cannot be
	 * compared.
	 */
	public static final class NothingToCompareException extends Exception {

		/**
		 * Create an exception.
		 * @param reason why nothing can be said
		 */
		public NothingToCompareException(String reason) {
			super(reason);
		}

	}

}
