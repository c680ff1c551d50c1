package io.migration.mirror;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
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
 * Thread safe. After a failure it lets go of both sides and opens anew, guarded by a
 * circuit breaker; while that is open, waiting writers are told at once.
 */
public final class Relay {

	private static final Log logger = LogFactory.getLog(Relay.class);

	private static final int LARGEST_ROUND = 512;

	private final String description;

	private final Copier copier;

	private final CircuitBreaker breaker;

	private final MirrorObserver observer;

	private final Duration idle;

	private final Map<Long, CompletableFuture<Void>> waiting = new ConcurrentHashMap<>();

	private final AtomicLong tickets = new AtomicLong();

	private volatile boolean running;

	private volatile boolean signalled;

	private volatile @Nullable Thread thread;

	private volatile @Nullable String problem;

	/**
	 * Create a relay.
	 * @param description names it in logs: the migration and the direction
	 * @param copier does the copying
	 * @param breaker guards the other side
	 * @param observer told about rounds
	 * @param idle how long an idle relay waits before it looks at the journal unasked
	 */
	public Relay(String description, Copier copier, CircuitBreaker breaker, MirrorObserver observer, Duration idle) {
		this.description = description;
		this.copier = copier;
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
	 * Draw a ticket, before a write that will wait is sent. The write's journal entry
	 * carries it.
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
	 * @return completes when the other side has what the write touched; fails with a
	 * {@link java.util.concurrent.TimeoutException} or the relay's trouble
	 */
	public CompletableFuture<Void> await(Ticket ticket, Duration timeout) {
		signal();
		CompletableFuture<Void> covered = ticket.covered();
		if (this.breaker.getState() == CircuitBreaker.State.OPEN) {
			covered.completeExceptionally(new RelayException("the circuit breaker is open: " + this.problem));
		}
		else {
			covered.orTimeout(timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		covered.whenComplete((done, failure) -> this.waiting.remove(ticket.number()));
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
	 * Say that the journal has something to take.
	 */
	public void signal() {
		if (!this.signalled) {
			this.signalled = true;
			LockSupport.unpark(this.thread);
		}
	}

	private void run() {
		boolean open = false;
		int limit = LARGEST_ROUND;
		try {
			while (this.running) {
				if (!this.breaker.tryAcquirePermission()) {
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
					continue;
				}
				long start = System.nanoTime();
				try {
					if (!open) {
						this.copier.open();
						open = true;
					}
					this.signalled = false;
					Copier.Round round = this.copier.copy(limit);
					this.breaker.onSuccess(System.nanoTime() - start, TimeUnit.NANOSECONDS);
					recovered();
					if (round.entries() > 0) {
						round.tickets().forEach(this::covered);
						this.observer.round(true, round.entries(), System.nanoTime() - start);
					}
					limit = Math.min(LARGEST_ROUND, limit * 2);
					if (!round.more() && !this.signalled) {
						LockSupport.parkNanos(this, this.idle.toNanos());
					}
				}
				catch (Throwable ex) {
					long nanos = System.nanoTime() - start;
					this.breaker.onError(nanos, TimeUnit.NANOSECONDS, ex);
					report(ex);
					this.observer.round(false, 0, nanos);
					this.copier.close();
					open = false;
					// the round may have been too large for the time it has
					limit = Math.max(1, limit / 2);
					LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
				}
			}
		}
		finally {
			this.copier.close();
		}
	}

	private void covered(Long ticket) {
		CompletableFuture<Void> covered = this.waiting.remove(ticket);
		if (covered != null) {
			covered.complete(null);
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
	 * @return the problem, {@code null} if it copies
	 */
	public @Nullable String problem() {
		return this.problem;
	}

	/**
	 * Return whether the circuit breaker holds the relay back.
	 * @return whether it is open
	 */
	public boolean broken() {
		return this.breaker.getState() == CircuitBreaker.State.OPEN;
	}

	/**
	 * Return the number of writers that wait.
	 * @return the number
	 */
	public int waiting() {
		return this.waiting.size();
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
