package io.migration.mirror;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/**
 * Work beside the caller, bounded in threads and in what may wait: what does not fit is
 * dropped and counted, and never slows the caller down. Thread safe.
 */
public final class BackgroundWork implements AutoCloseable {

	private final ThreadPoolExecutor executor;

	private final MirrorObserver observer;

	private final LongAdder shed = new LongAdder();

	/**
	 * Create a bounded executor.
	 * @param threads creates its threads
	 * @param parallel how many run at once
	 * @param waiting how many wait at most
	 * @param observer told what is dropped
	 */
	public BackgroundWork(ThreadFactory threads, int parallel, int waiting, MirrorObserver observer) {
		this.executor = new ThreadPoolExecutor(parallel, parallel, 10, TimeUnit.SECONDS,
				new ArrayBlockingQueue<>(waiting), threads);
		this.executor.allowCoreThreadTimeOut(true);
		this.observer = observer;
	}

	/**
	 * Run a task soon, or drop it.
	 * @param task the task; must bound its own time
	 * @return whether it was taken
	 */
	public boolean submit(Runnable task) {
		try {
			this.executor.execute(task);
			return true;
		}
		catch (RejectedExecutionException ex) {
			this.shed.increment();
			this.observer.shed();
			return false;
		}
	}

	/**
	 * Return how many tasks were dropped.
	 * @return the count
	 */
	public long shed() {
		return this.shed.sum();
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
	}

}
