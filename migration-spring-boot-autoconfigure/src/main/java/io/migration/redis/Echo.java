package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;

import io.migration.Side;
import io.migration.mirror.BackgroundWork;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Sends what is no data, messages and scripts, to another side too: in the background, in
 * its order, bounded. What does not fit, or fails, is dropped. Thread safe.
 */
final class Echo {

	private static final Log logger = LogFactory.getLog(Echo.class);

	private static final int WAITING = 1000;

	private static final int TOGETHER = 100;

	private final RedisSides sides;

	private final BackgroundWork background;

	private final Duration timeout;

	private final BlockingQueue<Sending> waiting = new ArrayBlockingQueue<>(WAITING);

	private final AtomicBoolean running = new AtomicBoolean();

	Echo(RedisSides sides, BackgroundWork background, Duration timeout) {
		this.sides = sides;
		this.background = background;
		this.timeout = timeout;
	}

	/**
	 * Send something soon.
	 * @param side where to
	 * @param what sends it, on a thread that may block
	 */
	void send(Side side, Function<PlainConnection, CompletableFuture<?>> what) {
		if (this.waiting.offer(new Sending(side, what))) {
			run();
		}
	}

	private void run() {
		if (!this.waiting.isEmpty() && this.running.compareAndSet(false, true)
				&& !this.background.submit(this::sendWaiting)) {
			this.waiting.clear();
			this.running.set(false);
		}
	}

	private void sendWaiting() {
		List<Sending> together = new ArrayList<>();
		try {
			this.waiting.drainTo(together, TOGETHER);
			CompletableFuture
				.allOf(together.stream()
					.map((sending) -> sending.what().apply(this.sides.plain(sending.side())))
					.toArray(CompletableFuture[]::new))
				.get(this.timeout.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (Exception ex) {
			logger.debug("not everything reached the other side", ex);
		}
		finally {
			this.running.set(false);
			run();
		}
	}

	private record Sending(Side side, Function<PlainConnection, CompletableFuture<?>> what) {

	}

}
