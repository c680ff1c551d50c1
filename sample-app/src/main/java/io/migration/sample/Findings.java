package io.migration.sample;

import java.util.concurrent.atomic.LongAdder;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What the traffic has noticed. A <em>failure</em> is an exception. A <em>violation</em>
 * is an answer that must never be given, whatever happens to the data meanwhile.
 * <p>
 * Only what is certainly wrong counts as a violation: where an exception leaves it open
 * whether something was done, or time may have run out, nothing is claimed.
 */
final class Findings {

	private static final Log logger = LogFactory.getLog(Findings.class);

	private final LongAdder operations = new LongAdder();

	private final LongAdder failures = new LongAdder();

	private final LongAdder violations = new LongAdder();

	private volatile @Nullable String lastFailure;

	void run(String operation, Runnable action) {
		this.operations.increment();
		try {
			action.run();
		}
		catch (RuntimeException ex) {
			this.failures.increment();
			this.lastFailure = operation + ": " + ex;
		}
	}

	void violation(String description) {
		this.violations.increment();
		this.lastFailure = "violation: " + description;
		logger.warn("Violation: " + description);
	}

	Counters counters() {
		return new Counters(this.operations.sum(), this.failures.sum(), this.violations.sum(), this.lastFailure);
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

}
