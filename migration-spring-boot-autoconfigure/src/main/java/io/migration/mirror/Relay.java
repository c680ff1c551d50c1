package io.migration.mirror;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The one writer of the other side: runs a {@link Copier} round after round, and tells
 * waiting writers of this process when a round has covered their entries. One round
 * serves as many of them as have come by then.
 * <p>
 * Rounds never overlap: {@link State#COPYING} is entered from {@link State#IDLE} alone,
 * by whoever finds something to do, and left when the round has ended. A round begins on
 * the thread that asks for it, and goes on on the threads that answers arrive on; so a
 * writer that waits costs no hand-over between threads. The relay's own thread opens,
 * closes, waits, and deals with failures.
 * <p>
 * When nobody waits the relay rests after each round, for longer than the round took: the
 * writers need the servers more than the copy does.
 * <p>
 * Of several instances the one that holds the {@link RelayLease} copies; the others stand
 * by, and hand their waiting writers' hints over to it. Thread safe. After a failure the
 * relay lets go of both sides and opens anew, guarded by a circuit breaker; while that is
 * open, waiting writers are told at once.
 */
public final class Relay implements Copier.Waiters {

	private static final Log logger = LogFactory.getLog(Relay.class);

	private static final int LARGEST_ROUND = 256;

	/** How many times as long as a round the relay rests after it. */
	private static final int REST = 4;

	private final String description;

	private final Copier copier;

	private final RelayLease lease;

	private final CircuitBreaker breaker;

	private final MirrorObserver observer;

	private final Duration idle;

	private final Map<Long, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();

	private final AtomicLong tickets = new AtomicLong();

	private final AtomicReference<State> state = new AtomicReference<>(State.CLOSED);

	private volatile boolean running;

	private volatile boolean signalled;

	private volatile boolean urgent;

	private volatile @Nullable Thread thread;

	private volatile @Nullable String problem;

	/** Set by whoever ends a state, read by whoever enters the next. */
	private volatile @Nullable Throwable failure;

	private volatile long begun;

	private volatile long restUntil;

	private volatile int limit = LARGEST_ROUND;

	/** A breaker that is half open has let this round pass when the copier was opened. */
	private volatile boolean permitted;

	/**
	 * Create a relay.
	 * @param description names it in logs: the migration and the direction
	 * @param copier does the copying
	 * @param lease says whether this instance copies
	 * @param breaker guards the other side
	 * @param observer told about rounds
	 * @param idle how long an idle relay waits before it looks at the journal unasked
	 */
	public Relay(String description, Copier copier, RelayLease lease, CircuitBreaker breaker, MirrorObserver observer,
			Duration idle) {
		this.description = description;
		this.copier = copier;
		this.lease = lease;
		this.breaker = breaker;
		this.observer = observer;
		this.idle = idle;
	}

	/**
	 * Start to copy in the background. Idempotent.
	 * @param threads creates its thread
	 */
	public synchronized void start(ThreadFactory threads) {
		if (this.thread == null) {
			this.running = true;
			Thread created = threads.newThread(this::run);
			this.thread = created;
			created.start();
		}
	}

	/**
	 * Stop, and return when no round is under way any more. Waiting writers are told.
	 * Idempotent.
	 */
	public synchronized void stop() {
		Thread stopping = this.thread;
		this.running = false;
		if (stopping == null) {
			return;
		}
		LockSupport.unpark(stopping);
		boolean interrupted = false;
		while (stopping.isAlive()) {
			try {
				stopping.join();
			}
			catch (InterruptedException ex) {
				interrupted = true;
			}
		}
		this.thread = null;
		failWaiting("the relay was stopped", null);
		if (interrupted) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Draw a ticket: before a write that will wait is sent, if its journal entry carries
	 * the ticket; else when the write is done.
	 * @return the ticket
	 */
	public Ticket ticket() {
		long number = this.tickets.incrementAndGet();
		CompletableFuture<Void> covered = new CompletableFuture<>();
		this.waiting.put(number, covered);
		return new Ticket(number, covered);
	}

	/**
	 * Begin to wait for a ticket whose write has been journaled. Fails at once while the
	 * circuit breaker is open.
	 * @param ticket the ticket
	 * @param timeout how long to wait
	 * @return completes when the other side has what the write touched, on the thread
	 * that learns of it; fails with a {@link java.util.concurrent.TimeoutException} or
	 * the relay's trouble
	 */
	public CompletableFuture<Void> await(Ticket ticket, Duration timeout) {
		CompletableFuture<Void> covered = ticket.covered();
		if (covered.isDone()) {
			return covered;
		}
		if (broken()) {
			covered.completeExceptionally(new RelayException("the circuit breaker is open: " + this.problem));
		}
		else {
			covered.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		covered.whenComplete((done, late) -> this.waiting.remove(ticket.number()));
		signal();
		return covered;
	}

	/**
	 * Give a ticket back whose write was not journaled.
	 * @param ticket the ticket
	 */
	public void discard(Ticket ticket) {
		this.waiting.remove(ticket.number());
	}

	/**
	 * Say that a writer waits for something in the journal.
	 */
	public void signal() {
		if (!this.lease.held()) {
			this.copier.hint();
			return;
		}
		// a round that ends looks at the signal after it has become idle, and who signals
		// looks at the state afterwards: one of the two begins the next round
		this.signalled = true;
		if (this.state.get() == State.IDLE) {
			begin();
		}
	}

	/**
	 * Say whether the journal must run empty soon, so that there is no time to rest.
	 * @param hurry whether to hurry
	 */
	public void hurry(boolean hurry) {
		this.urgent = hurry;
		if (hurry) {
			this.restUntil = System.nanoTime();
			LockSupport.unpark(this.thread);
		}
	}

	private void run() {
		this.lease.seek(() -> LockSupport.unpark(this.thread));
		try {
			while (this.running) {
				State now = this.state.get();
				if (now == State.FAILED) {
					recover();
				}
				else if (now == State.COPYING) {
					LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(100));
				}
				else if (!this.lease.held()) {
					close();
					LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(100));
				}
				else if (now == State.CLOSED) {
					open();
				}
				else {
					long rest = this.restUntil - System.nanoTime();
					if (rest <= 0 || this.signalled) {
						begin();
					}
					else {
						LockSupport.parkNanos(this, rest);
					}
				}
			}
		}
		finally {
			while (this.state.get() == State.COPYING) {
				LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(10));
			}
			this.copier.close();
			this.state.set(State.CLOSED);
			this.lease.release();
		}
	}

	private void open() {
		if (!this.breaker.tryAcquirePermission()) {
			LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(20));
			return;
		}
		long start = System.nanoTime();
		try {
			this.copier.open();
			this.permitted = true;
			this.restUntil = start;
			this.state.set(State.IDLE);
		}
		catch (NotInChargeException ex) {
			logger.debug("Relay %s stands aside: %s".formatted(this.description, ex.getMessage()));
			this.breaker.releasePermission();
			this.copier.close();
			LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(50));
		}
		catch (Throwable ex) {
			failed(ex, start);
		}
	}

	private void close() {
		if (this.state.compareAndSet(State.IDLE, State.CLOSED)) {
			if (this.permitted) {
				this.permitted = false;
				this.breaker.releasePermission();
			}
			this.copier.close();
		}
	}

	private void begin() {
		if (!this.state.compareAndSet(State.IDLE, State.COPYING)) {
			return;
		}
		// looked at after the state was taken: who stops waits for a round that began
		// before
		if (!this.running || (!this.permitted && !this.breaker.tryAcquirePermission())) {
			this.state.compareAndSet(State.COPYING, State.IDLE);
			return;
		}
		this.permitted = false;
		this.signalled = false;
		this.begun = System.nanoTime();
		try {
			this.copier.copy(this.limit, this).whenComplete(this::ended);
		}
		catch (RuntimeException ex) {
			ended(Copier.Round.EMPTY, ex);
		}
	}

	private void ended(Copier.@Nullable Round round, @Nullable Throwable ex) {
		long now = System.nanoTime();
		if (ex != null || round == null) {
			this.failure = ex;
			this.state.set(State.FAILED);
			LockSupport.unpark(this.thread);
			return;
		}
		long took = now - this.begun;
		this.breaker.onSuccess(took, TimeUnit.NANOSECONDS);
		recovered();
		if (round.entries() > 0) {
			this.observer.round(true, round.entries(), took);
		}
		this.limit = Math.min(LARGEST_ROUND, this.limit * 2);
		this.restUntil = now + rest(round, took);
		boolean goOn = this.urgent && round.more();
		this.state.set(State.IDLE);
		if (this.running && (goOn || this.signalled)) {
			begin();
		}
		else {
			LockSupport.unpark(this.thread);
		}
	}

	private long rest(Copier.Round round, long took) {
		if (this.urgent) {
			return TimeUnit.MILLISECONDS.toNanos(1);
		}
		return round.more() ? took : Math.max(this.idle.toNanos(), REST * took);
	}

	private void recover() {
		Throwable ex = this.failure;
		this.failure = null;
		failed((ex instanceof CompletionException wrapped && wrapped.getCause() != null) ? wrapped.getCause()
				: (ex != null) ? ex : new RelayException("the round was lost"), this.begun);
	}

	private void failed(Throwable ex, long start) {
		long nanos = System.nanoTime() - start;
		this.breaker.onError(nanos, TimeUnit.NANOSECONDS, ex);
		report(ex);
		this.observer.round(false, 0, nanos);
		this.copier.close();
		this.state.set(State.CLOSED);
		// the round may have been too large for the time it has
		this.limit = Math.max(1, this.limit / 2);
		if (this.breaker.getState() == CircuitBreaker.State.OPEN) {
			this.lease.offer();
		}
		LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(50));
	}

	@Override
	public void covered(long ticket) {
		CompletableFuture<Void> covered = this.waiting.remove(ticket);
		if (covered != null) {
			covered.complete(null);
		}
	}

	@Override
	public long drawn() {
		return this.tickets.get();
	}

	@Override
	public void coveredUpTo(long ticket) {
		// a ticket whose future is not in the map yet is covered by the round that its
		// own signal begins
		for (Long number : this.waiting.keySet()) {
			if (number <= ticket) {
				covered(number);
			}
		}
	}

	@Override
	public void refused(long ticket, String reason) {
		CompletableFuture<Void> covered = this.waiting.remove(ticket);
		if (covered != null) {
			covered.completeExceptionally(new RelayException(reason));
		}
	}

	private void report(Throwable ex) {
		String message = (ex.getMessage() != null) ? ex.getMessage() : ex.toString();
		if (this.problem == null) {
			logger.warn("Relay %s is interrupted, the journal keeps what it has to copy: %s".formatted(this.description,
					message));
		}
		logger.debug("Relay %s: round failed".formatted(this.description), ex);
		this.problem = message;
		if (this.breaker.getState() == CircuitBreaker.State.OPEN) {
			failWaiting(message, ex);
		}
	}

	private void recovered() {
		if (this.problem != null) {
			this.problem = null;
			logger.info("Relay %s copies again".formatted(this.description));
		}
	}

	private void failWaiting(String reason, @Nullable Throwable cause) {
		List.copyOf(this.waiting.keySet()).forEach((ticket) -> {
			CompletableFuture<Void> covered = this.waiting.remove(ticket);
			if (covered != null) {
				covered.completeExceptionally(new RelayException(reason, cause));
			}
		});
	}

	/**
	 * Return what keeps the relay from copying.
	 * @return the problem, {@code null} if it copies, or if another instance's does
	 */
	public @Nullable String problem() {
		return this.lease.elsewhere() ? null : this.problem;
	}

	/**
	 * Return whether the circuit breaker holds the relay back.
	 * @return whether it is open
	 */
	public boolean broken() {
		return this.breaker.getState() == CircuitBreaker.State.OPEN && !this.lease.elsewhere();
	}

	/**
	 * Return the number of writers that wait.
	 * @return the number
	 */
	public int waiting() {
		return this.waiting.size();
	}

	private enum State {

		CLOSED, IDLE, COPYING, FAILED

	}

	/**
	 * A waiting writer's place.
	 *
	 * @param number what the journal entry carries
	 * @param covered completes when a round has covered the entry
	 */
	public record Ticket(long number, CompletableFuture<Void> covered) {

	}

	/**
	 * The relay cannot copy now.
	 */
	public static final class RelayException extends RuntimeException {

		RelayException(String message) {
			super(message);
		}

		RelayException(String message, @Nullable Throwable cause) {
			super(message, cause);
		}

	}

}
