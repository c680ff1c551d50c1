package io.migration.autoconfigure;

import org.springframework.context.SmartLifecycle;

/**
 * Starts migrations before the web server takes requests, and stops them after it has
 * drained.
 */
abstract class MigrationLifecycle implements SmartLifecycle {

	/** Below the phases of the web server's start and of its graceful shutdown. */
	static final int PHASE = DEFAULT_PHASE - 4096;

	private volatile boolean running;

	abstract void startMigrations();

	abstract void stopMigrations();

	@Override
	public final void start() {
		startMigrations();
		this.running = true;
	}

	@Override
	public final void stop() {
		stopMigrations();
		this.running = false;
	}

	@Override
	public final boolean isRunning() {
		return this.running;
	}

	@Override
	public final int getPhase() {
		return PHASE;
	}

}
