package io.migration.jdbc;

import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

import javax.sql.DataSource;

import io.migration.mirror.BackgroundWork;
import io.migration.mirror.Comparisons;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.SampleRate;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;

/**
 * Repeats a sample of the reads on both sides in the background and compares the results.
 * Both sides are asked anew: the caller's own answer may be older than the copy. Thread
 * safe.
 * <p>
 * A difference counts only if it cannot be a copy under way. So each further look reads
 * source, waits until the relay has passed everything journaled up to then, reads target,
 * and reads source again. If both readings of source are equal, target had to answer the
 * same, unless source changed to something else and back in between; therefore every look
 * must find the same on both sides. Otherwise the result is changing, and the comparison
 * counts as skipped. So does one that source cannot answer, since that says nothing about
 * target.
 */
final class ReadComparison {

	private static final Log logger = LogFactory.getLog(ReadComparison.class);

	private static final int FURTHER_LOOKS = 3;

	private static final int MOST_WARNINGS = 100;

	private final String migration;

	private final ReadingSide source;

	private final ReadingSide target;

	private final Comparisons comparisons;

	private final BackgroundWork background;

	private final SampleRate sampleRate;

	private final Duration timeout;

	private final CatchUp catchUp;

	private final BooleanSupplier copyComplete;

	private final BooleanSupplier circuitOpen;

	/** What target did not answer the last time. */
	private final Set<String> unanswered = ConcurrentHashMap.newKeySet();

	/**
	 * Create a comparison.
	 * @param migration the name of the migration
	 * @param source leads to source
	 * @param target leads to target, by sessions that refuse to write
	 * @param comparisons where it counts
	 * @param background what it runs on
	 * @param sampleRate the share of the reads that it takes
	 * @param timeout how long a side may take for an answer, and the relay to catch up
	 * @param catchUp waits for the relay
	 * @param copyComplete whether target has what source held before journaling began
	 * @param circuitOpen whether target is not to be asked
	 */
	ReadComparison(String migration, DataSource source, DataSource target, Comparisons comparisons,
			BackgroundWork background, double sampleRate, Duration timeout, CatchUp catchUp,
			BooleanSupplier copyComplete, BooleanSupplier circuitOpen) {
		this.migration = migration;
		this.source = new ReadingSide(source, timeout);
		this.target = new ReadingSide(target, timeout);
		this.comparisons = comparisons;
		this.background = background;
		this.sampleRate = new SampleRate(sampleRate);
		this.timeout = timeout;
		this.catchUp = catchUp;
		this.copyComplete = copyComplete;
		this.circuitOpen = circuitOpen;
	}

	/**
	 * Decide whether the next read is part of the sample.
	 * @return whether it is
	 */
	boolean wants() {
		return this.sampleRate.takesNext();
	}

	/**
	 * Compare a read in the background, or drop it. Never blocks and never fails.
	 * @param query what was asked
	 */
	void compare(RecordedQuery query) {
		if (this.circuitOpen.getAsBoolean()) {
			this.comparisons.count(Result.SKIPPED);
			return;
		}
		this.background.submit(() -> {
			try {
				count(query);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
			}
			catch (RuntimeException ex) {
				this.comparisons.count(Result.ERROR);
			}
		});
	}

	private void count(RecordedQuery query) throws InterruptedException {
		QueryText text;
		try {
			text = QueryText.of(query.sql(), this.source.dialect());
		}
		catch (DataAccessException | TransactionException ex) {
			this.comparisons.count(Result.SKIPPED);
			return;
		}
		try {
			ResultComparison.Outcome outcome = text.repeatable() ? look(query, text) : ResultComparison.UNDECIDED;
			if (outcome.result() == Result.MISMATCH) {
				this.comparisons.mismatch(
						new Comparisons.Divergence(text.normalized(), outcome.difference(), Instant.now(), false));
			}
			else {
				this.comparisons.count(outcome.result());
			}
		}
		catch (SourceFailedException ex) {
			this.comparisons.count(Result.SKIPPED);
		}
		catch (DataAccessException ex) {
			this.comparisons.count(Result.ERROR);
			warnOnce(text.normalized(), ex);
		}
		catch (TransactionException ex) {
			this.comparisons.count(Result.ERROR);
			warnOnce("", ex);
		}
	}

	private ResultComparison.Outcome look(RecordedQuery query, QueryText text) throws InterruptedException {
		boolean limited = query.maxRows() > 0;
		QueryResult expected = askSource(query, text);
		QueryResult found = askTarget(query, text);
		ResultComparison.Outcome outcome = ResultComparison.of(text, limited, expected, found);
		for (int look = 0; look < FURTHER_LOOKS && outcome.result() == Result.MISMATCH; look++) {
			if (!this.copyComplete.getAsBoolean() || this.circuitOpen.getAsBoolean()) {
				return ResultComparison.UNDECIDED;
			}
			QueryResult before = askSource(query, text);
			if (!this.catchUp.await(this.timeout)) {
				return ResultComparison.UNDECIDED;
			}
			QueryResult next = askTarget(query, text);
			outcome = ResultComparison.of(text, limited, expected, next);
			// the first answer of target may have been older than the copy
			boolean changing = differ(text, expected, before) || (look > 0 && differ(text, found, next));
			if (outcome.result() == Result.MISMATCH && (changing || differ(text, expected, askSource(query, text)))) {
				return ResultComparison.UNDECIDED;
			}
			found = next;
		}
		boolean certain = outcome.result() != Result.MISMATCH || this.copyComplete.getAsBoolean();
		return certain ? outcome : ResultComparison.UNDECIDED;
	}

	private static boolean differ(QueryText text, QueryResult one, QueryResult other) {
		return ResultComparison.of(text, false, one, other).result() != Result.MATCH;
	}

	private QueryResult askSource(RecordedQuery query, QueryText text) {
		try {
			return this.source.ask(query, text);
		}
		catch (DataAccessException | TransactionException ex) {
			throw new SourceFailedException(ex);
		}
	}

	private QueryResult askTarget(RecordedQuery query, QueryText text) {
		QueryResult found = this.target.ask(query, text);
		this.unanswered.remove(text.normalized());
		this.unanswered.remove("");
		return found;
	}

	/**
	 * Warn when an episode begins. What the database says about the error stays out of
	 * the log: it may quote values.
	 */
	private void warnOnce(String query, Exception failure) {
		if (this.unanswered.size() >= MOST_WARNINGS || !this.unanswered.add(query)) {
			return;
		}
		String state = (failure.getCause() instanceof SQLException sql) ? "SQL state " + sql.getSQLState()
				: failure.getClass().getSimpleName();
		if (query.isEmpty()) {
			logger
				.warn("Migration '%s': target is not reachable for comparisons (%s)".formatted(this.migration, state));
		}
		else {
			logger.warn("Migration '%s': target does not answer a query that source answers (%s): %s"
				.formatted(this.migration, state, query));
		}
	}

	/**
	 * Source did not answer.
	 */
	private static final class SourceFailedException extends RuntimeException {

		SourceFailedException(Exception cause) {
			super(cause);
		}

	}

}
