package io.migration.client;

import java.util.concurrent.atomic.AtomicBoolean;

import io.migration.WriteNotMirroredException;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.mirror.RoutedMigration;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What becomes of writes that source has taken and target has not. Their failures are
 * logged once until one succeeds again; messages of clients may hold what only some may
 * see, hence types alone are logged.
 */
final class SecondWrites {

	private static final Log logger = LogFactory.getLog(SecondWrites.class);

	private final RoutedMigration migration;

	private final OnFailure onFailure;

	private final AtomicBoolean failing = new AtomicBoolean();

	SecondWrites(RoutedMigration migration, OnFailure onFailure) {
		this.migration = migration;
		this.onFailure = onFailure;
	}

	void succeeded() {
		if (this.failing.get() && this.failing.compareAndSet(true, false)) {
			logger.info("Migration '%s': target takes writes again".formatted(name()));
		}
	}

	/**
	 * Report a write that target has not taken.
	 * @param call the call
	 * @param failure why
	 * @param compensated whether it is about to be compensated
	 */
	void failed(ClientCall call, Throwable failure, boolean compensated) {
		if (!compensated) {
			missed(call, failure);
		}
		if (failure instanceof InterruptedException) {
			Thread.currentThread().interrupt();
		}
		if (this.failing.compareAndSet(false, true)) {
			logger.warn("Migration '%s': %s failed on target after source had taken it (%s); more is not logged"
				.formatted(name(), call.operation(), failure.getClass().getName()));
		}
	}

	void notCompensated(ClientCall call, Throwable failure, Throwable ofCompensation) {
		missed(call, failure);
		logger.warn("Migration '%s': %s is on source alone, and the compensation failed (%s)".formatted(name(),
				call.operation(), ofCompensation.getClass().getName()));
		if (failure != ofCompensation) {
			failure.addSuppressed(ofCompensation);
		}
	}

	private void missed(ClientCall call, Throwable failure) {
		this.migration.missed(call.subject(), failure.getClass().getSimpleName());
	}

	private String name() {
		return this.migration.control().name();
	}

	boolean raises() {
		return this.onFailure == OnFailure.RAISE;
	}

	WriteNotMirroredException notMirrored(Throwable failure) {
		return WriteNotMirroredException.withoutJournal(name(), failure.toString(), failure);
	}

}
