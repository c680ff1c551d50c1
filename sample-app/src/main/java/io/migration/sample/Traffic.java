package io.migration.sample;

import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Steady traffic which checks the answers it gets. A <em>failure</em> is an exception. A
 * <em>violation</em> is an answer that must never be given, whatever happens to the data
 * meanwhile: a revoked token accepted, an issued one refused, a lock held by two, a limit
 * exceeded.
 * <p>
 * Only what is certainly wrong counts as a violation: where an exception leaves it open
 * whether something was done, or time may have run out, nothing is claimed.
 */
@Component
final class Traffic implements SmartLifecycle {

	private static final Log logger = LogFactory.getLog(Traffic.class);

	private static final int WORKERS = 4;

	private static final String NAME = "traffic";

	private final TokenService tokens;

	private final LeaseLock lock;

	private final RateLimiter limiter;

	private final TrafficProperties properties;

	private final Queue<Token> issued = new ConcurrentLinkedQueue<>();

	private final Queue<Token> revoked = new ConcurrentLinkedQueue<>();

	private final AtomicReference<@Nullable Deadline> held = new AtomicReference<>();

	private final ConcurrentSkipListMap<Long, Integer> admitted = new ConcurrentSkipListMap<>();

	private final LongAdder operations = new LongAdder();

	private final LongAdder failures = new LongAdder();

	private final LongAdder violations = new LongAdder();

	private volatile @Nullable String lastFailure;

	private volatile @Nullable ScheduledExecutorService workers;

	Traffic(TokenService tokens, LeaseLock lock, RateLimiter limiter, TrafficProperties properties) {
		this.tokens = tokens;
		this.lock = lock;
		this.limiter = limiter;
		this.properties = properties;
	}

	Counters counters() {
		return new Counters(this.operations.sum(), this.failures.sum(), this.violations.sum(), this.lastFailure);
	}

	@Override
	public boolean isAutoStartup() {
		return this.properties.enabled();
	}

	@Override
	public boolean isRunning() {
		return this.workers != null;
	}

	@Override
	public void start() {
		ScheduledExecutorService workers = Executors.newScheduledThreadPool(WORKERS);
		long delay = TimeUnit.SECONDS.toMicros(WORKERS) / this.properties.rate();
		for (int i = 0; i < WORKERS; i++) {
			// A delay, not a rate: after a pause there is no burst to catch up
			ScheduledFuture<?> unused = workers.scheduleWithFixedDelay(this::next, i * delay / WORKERS, delay,
					TimeUnit.MICROSECONDS);
		}
		this.workers = workers;
	}

	@Override
	public void stop() {
		ScheduledExecutorService workers = this.workers;
		if (workers == null) {
			return;
		}
		this.workers = null;
		workers.shutdown();
		try {
			if (!workers.awaitTermination(5, TimeUnit.SECONDS)) {
				workers.shutdownNow();
			}
		}
		catch (InterruptedException ex) {
			workers.shutdownNow();
			Thread.currentThread().interrupt();
		}
	}

	private void next() {
		int percentile = ThreadLocalRandom.current().nextInt(100);
		if (percentile < 20) {
			run("issue", this::issue);
		}
		else if (percentile < 45) {
			run("check", this::check);
		}
		else if (percentile < 60) {
			run("revoke", this::revoke);
		}
		else if (percentile < 75) {
			run("check revoked", this::checkRevoked);
		}
		else if (percentile < 85) {
			run("lock", this::lock);
		}
		else {
			run("limit", this::limit);
		}
	}

	private void run(String operation, Runnable action) {
		this.operations.increment();
		try {
			action.run();
		}
		catch (RuntimeException ex) {
			this.failures.increment();
			this.lastFailure = operation + ": " + ex;
		}
	}

	private void violation(String description) {
		this.violations.increment();
		this.lastFailure = "violation: " + description;
		logger.warn("Violation: " + description);
	}

	private void issue() {
		Deadline expiry = Deadline.in(TokenService.TTL);
		this.issued.add(new Token(this.tokens.issue(NAME), expiry));
	}

	private void check() {
		// Off the queue it is this thread's alone: nobody revokes it meanwhile
		Token token = this.issued.poll();
		if (token == null) {
			return;
		}
		try {
			Optional<String> user = this.tokens.check(token.value());
			if (!token.expiry().passed() && !user.equals(Optional.of(NAME))) {
				violation("issued token refused");
			}
		}
		finally {
			addUnlessExpired(token, this.issued);
		}
	}

	private void revoke() {
		Token token = this.issued.poll();
		if (token != null) {
			this.tokens.revoke(token.value());
			checkRevoked(token);
		}
	}

	private void checkRevoked() {
		Token token = this.revoked.poll();
		if (token != null) {
			checkRevoked(token);
		}
	}

	private void checkRevoked(Token token) {
		try {
			if (this.tokens.check(token.value()).isPresent()) {
				violation("revoked token accepted");
			}
		}
		finally {
			addUnlessExpired(token, this.revoked);
		}
	}

	private void addUnlessExpired(Token token, Queue<Token> queue) {
		if (!token.expiry().passed()) {
			queue.add(token);
		}
	}

	private void lock() {
		Deadline lease = Deadline.in(LeaseLock.LEASE);
		Optional<String> holder = this.lock.tryAcquire(NAME);
		if (holder.isEmpty()) {
			return;
		}
		Deadline other = this.held.getAndSet(lease);
		if (other != null && !other.passed() && !lease.passed()) {
			violation("lock held by two");
		}
		work();
		// Given up before it is released, as another holder may come at once
		this.held.compareAndSet(lease, null);
		this.lock.release(NAME, holder.get());
	}

	private void work() {
		try {
			Thread.sleep(ThreadLocalRandom.current().nextInt(100));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void limit() {
		long window = this.limiter.currentWindow();
		Deadline expiry = Deadline.in(RateLimiter.TTL.minus(RateLimiter.WINDOW));
		if (this.limiter.tryAcquire(NAME, window) && !expiry.passed()
				&& this.admitted.merge(window, 1, Integer::sum) > RateLimiter.LIMIT) {
			violation("limit exceeded");
		}
		this.admitted.headMap(window - RateLimiter.TTL.dividedBy(RateLimiter.WINDOW)).clear();
	}

	/**
	 * What has happened so far.
	 *
	 * @param operations all that were tried
	 * @param failures those that ended in an exception
	 * @param violations answers that must never be given
	 * @param lastFailure the last failure or violation
	 */
	record Counters(long operations, long failures, long violations, @Nullable String lastFailure) {
	}

	private record Token(String value, Deadline expiry) {
	}

	/**
	 * Until then, what is about to be written lives. As it is computed before the command
	 * is sent, the server's own deadline can only be later.
	 */
	private record Deadline(long nanoTime) {

		static Deadline in(Duration duration) {
			return new Deadline(System.nanoTime() + duration.toNanos());
		}

		boolean passed() {
			return System.nanoTime() - this.nanoTime >= 0;
		}

	}

}
