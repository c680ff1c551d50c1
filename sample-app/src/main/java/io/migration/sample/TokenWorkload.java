package io.migration.sample;

import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicReference;

import org.jspecify.annotations.Nullable;

import org.springframework.stereotype.Component;

/**
 * Issues, checks and revokes tokens, takes locks and limits rates. It is a violation when
 * a revoked token is accepted, an issued one refused, a lock held by two, a limit
 * exceeded.
 */
@Component
final class TokenWorkload implements Workload {

	private static final String NAME = "traffic";

	private final TokenService tokens;

	private final LeaseLock lock;

	private final RateLimiter limiter;

	private final Queue<Token> issued = new ConcurrentLinkedQueue<>();

	private final Queue<Token> revoked = new ConcurrentLinkedQueue<>();

	private final AtomicReference<@Nullable Deadline> held = new AtomicReference<>();

	private final ConcurrentSkipListMap<Long, Integer> admitted = new ConcurrentSkipListMap<>();

	TokenWorkload(TokenService tokens, LeaseLock lock, RateLimiter limiter) {
		this.tokens = tokens;
		this.lock = lock;
		this.limiter = limiter;
	}

	@Override
	public void next(Findings findings) {
		int percentile = ThreadLocalRandom.current().nextInt(100);
		if (percentile < 20) {
			findings.run("issue", this::issue);
		}
		else if (percentile < 45) {
			findings.run("check", () -> check(findings));
		}
		else if (percentile < 60) {
			findings.run("revoke", () -> revoke(findings));
		}
		else if (percentile < 75) {
			findings.run("check revoked", () -> checkRevoked(findings));
		}
		else if (percentile < 85) {
			findings.run("lock", () -> lock(findings));
		}
		else {
			findings.run("limit", () -> limit(findings));
		}
	}

	private void issue() {
		Deadline expiry = Deadline.in(TokenService.TTL);
		this.issued.add(new Token(this.tokens.issue(NAME), expiry));
	}

	private void check(Findings findings) {
		// Off the queue it is this thread's alone: nobody revokes it meanwhile
		Token token = this.issued.poll();
		if (token == null) {
			return;
		}
		try {
			Optional<String> user = this.tokens.check(token.value());
			if (!token.expiry().passed() && !user.equals(Optional.of(NAME))) {
				findings.violation("issued token refused");
			}
		}
		finally {
			addUnlessExpired(token, this.issued);
		}
	}

	private void revoke(Findings findings) {
		Token token = this.issued.poll();
		if (token != null) {
			this.tokens.revoke(token.value());
			checkRevoked(token, findings);
		}
	}

	private void checkRevoked(Findings findings) {
		Token token = this.revoked.poll();
		if (token != null) {
			checkRevoked(token, findings);
		}
	}

	private void checkRevoked(Token token, Findings findings) {
		try {
			if (this.tokens.check(token.value()).isPresent()) {
				findings.violation("revoked token accepted");
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

	private void lock(Findings findings) {
		Deadline lease = Deadline.in(LeaseLock.LEASE);
		Optional<String> holder = this.lock.tryAcquire(NAME);
		if (holder.isEmpty()) {
			return;
		}
		Deadline other = this.held.getAndSet(lease);
		if (other != null && !other.passed() && !lease.passed()) {
			findings.violation("lock held by two");
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

	private void limit(Findings findings) {
		long window = this.limiter.currentWindow();
		Deadline expiry = Deadline.in(RateLimiter.TTL.minus(RateLimiter.WINDOW));
		if (this.limiter.tryAcquire(NAME, window) && !expiry.passed()
				&& this.admitted.merge(window, 1, Integer::sum) > RateLimiter.LIMIT) {
			findings.violation("limit exceeded");
		}
		this.admitted.headMap(window - RateLimiter.TTL.dividedBy(RateLimiter.WINDOW)).clear();
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
