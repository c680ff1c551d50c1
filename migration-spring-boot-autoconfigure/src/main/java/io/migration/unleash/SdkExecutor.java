package io.migration.unleash;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import io.getunleash.util.UnleashScheduledExecutor;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * One daemon thread for all that an Unleash client does in the background. Different from
 * the client's own executor in what matters here:
 * <ul>
 * <li>It belongs to one client; stopping it stops no other client of the application.
 * <li>Fetches run one after the other. On the client's two threads the first fetch and
 * the first poll overlap when the server is slow, and the older answer can win.
 * <li>A fetch that hung is not followed by a burst of those that were missed, and one
 * that throws is not the last.
 * <li>The queue is bounded: each evaluation of a flag puts an event there.
 * </ul>
 */
final class SdkExecutor implements UnleashScheduledExecutor {

	private static final Log logger = LogFactory.getLog(SdkExecutor.class);

	private static final int MAX_QUEUED = 1000;

	private final ScheduledThreadPoolExecutor executor;

	private volatile @Nullable Thread thread;

	SdkExecutor(String name) {
		this.executor = new ScheduledThreadPoolExecutor(1, (task) -> {
			Thread thread = new Thread(task, name);
			thread.setDaemon(true);
			this.thread = thread;
			return thread;
		});
		this.executor.setRemoveOnCancelPolicy(true);
	}

	@Override
	@SuppressWarnings("FutureReturnValueIgnored") // guarded tasks do not throw
	public void setInterval(Runnable command, long initialDelaySec, long periodSec) {
		this.executor.scheduleWithFixedDelay(guarded(command), initialDelaySec, periodSec, TimeUnit.SECONDS);
	}

	/**
	 * Run a task once. What a fetch has to tell, it tells at once: queued, it would come
	 * after the next fetch when that is due already, because this one hung. From outside
	 * come events of evaluations, which are dropped when too many wait.
	 */
	@Override
	public Future<Void> scheduleOnce(Runnable task) {
		if (Thread.currentThread() == this.thread) {
			guarded(task).run();
			return CompletableFuture.allOf();
		}
		if (this.executor.getQueue().size() >= MAX_QUEUED) {
			return dropped();
		}
		try {
			return this.executor.submit(() -> {
				guarded(task).run();
				return null;
			});
		}
		catch (RejectedExecutionException ex) {
			return dropped();
		}
	}

	@Override
	public void shutdown() {
		this.executor.shutdownNow();
	}

	@Override
	public void shutdownNow() {
		this.executor.shutdownNow();
	}

	private static Future<Void> dropped() {
		CompletableFuture<Void> dropped = new CompletableFuture<>();
		dropped.cancel(false);
		return dropped;
	}

	private static Runnable guarded(Runnable task) {
		return () -> {
			try {
				task.run();
			}
			catch (RuntimeException | LinkageError ex) {
				logger.warn("A background task of the Unleash client failed; it goes on", ex);
			}
		};
	}

}
