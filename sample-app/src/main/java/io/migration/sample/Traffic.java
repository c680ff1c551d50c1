package io.migration.sample;

import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * Steady traffic of all kinds, which checks the answers it gets.
 */
@Component
final class Traffic implements SmartLifecycle {

	private static final int WORKERS = 4;

	private final List<Workload> workloads;

	private final TrafficProperties properties;

	private final Findings findings = new Findings();

	private volatile @Nullable ScheduledExecutorService workers;

	Traffic(List<Workload> workloads, TrafficProperties properties) {
		this.workloads = workloads;
		this.properties = properties;
	}

	Findings.Counters counters() {
		return this.findings.counters();
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
		this.workloads.get(ThreadLocalRandom.current().nextInt(this.workloads.size())).next(this.findings);
	}

}
