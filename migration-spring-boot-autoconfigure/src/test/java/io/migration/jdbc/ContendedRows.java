package io.migration.jdbc;

import java.nio.LongBuffer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

import org.jspecify.annotations.Nullable;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Threads that change contended rows in every way that {@link RowOperations} knows, until
 * they are stopped. Each thread also counts in a row of its own, and notes the last
 * number whose write was acknowledged.
 * <p>
 * What fails is told apart: by conflict, because the writers are in each other's way; not
 * confirmed, when the write is on the authority but not on target; or for another reason,
 * which no test must let pass.
 */
final class ContendedRows implements AutoCloseable {

	/** Serialization, deadlock, lock wait, unique and foreign keys. */
	private static final Set<String> CONFLICTS = Set.of("40001", "40P01", "55P03", "23505", "23503", "23000");

	private static final Set<Integer> MARIADB_CONFLICTS = Set.of(1020, 1205, 1213);

	private final JdbcTemplate jdbc;

	private final TransactionTemplate transactions;

	private final RowOperations operations;

	private final LongAdder acknowledged = new LongAdder();

	private final LongAdder unconfirmed = new LongAdder();

	private final LongAdder failed = new LongAdder();

	private final Map<String, LongAdder> conflicts = new ConcurrentHashMap<>();

	private final BlockingQueue<String> failures = new ArrayBlockingQueue<>(10);

	private final ThreadPoolExecutor executor;

	private volatile boolean running = true;

	/**
	 * Start to write.
	 * @param jdbc what to write through
	 * @param transactions its transactions
	 * @param dialect what its SQL may contain
	 * @param writer names this writer, for the rows of its own
	 * @param threads how many threads
	 * @param counted where the threads note the last acknowledged number
	 */
	ContendedRows(JdbcTemplate jdbc, TransactionTemplate transactions, RowOperations.Dialect dialect, String writer,
			int threads, LongBuffer counted) {
		this.jdbc = jdbc;
		this.transactions = transactions;
		this.operations = new RowOperations(jdbc, dialect, writer);
		this.executor = new ThreadPoolExecutor(threads, threads, 1, TimeUnit.SECONDS,
				new ArrayBlockingQueue<>(threads));
		for (int i = 0; i < threads; i++) {
			int thread = i;
			this.executor.execute(() -> run(new SplittableRandom(writer.hashCode() * 31L + thread),
					"%s:%d".formatted(writer, thread), thread, counted));
		}
	}

	private void run(SplittableRandom random, String own, int thread, LongBuffer counted) {
		long number = 1;
		while (this.running) {
			long next = number;
			if (attempt(() -> change(random))) {
				this.acknowledged.increment();
			}
			if (attempt(() -> count(own, next))) {
				counted.put(thread, next);
			}
			number++;
		}
	}

	private void change(SplittableRandom random) {
		if (random.nextInt(3) == 0) {
			this.operations.alone(random);
			return;
		}
		this.transactions.executeWithoutResult((status) -> {
			this.operations.inTransaction(random, status);
			if (random.nextInt(5) == 0) {
				status.setRollbackOnly();
			}
		});
	}

	private void count(String own, long number) {
		if (this.jdbc.update("update counted set number = ? where name = ?", number, own) == 0) {
			this.jdbc.update("insert into counted (name, number) values (?, ?)", own, number);
		}
	}

	private boolean attempt(Runnable write) {
		try {
			write.run();
			return true;
		}
		catch (DataAccessException | TransactionException ex) {
			SQLException cause = sqlException(ex);
			if (cause instanceof WriteNotMirroredSQLException) {
				this.unconfirmed.increment();
			}
			else if (cause != null && isConflict(cause)) {
				this.conflicts.computeIfAbsent(String.valueOf(cause.getSQLState()), (state) -> new LongAdder())
					.increment();
			}
			else {
				this.failed.increment();
				this.failures.offer("%s: %s".formatted(ex, cause));
			}
			return false;
		}
	}

	private static boolean isConflict(SQLException ex) {
		return CONFLICTS.contains(String.valueOf(ex.getSQLState())) || MARIADB_CONFLICTS.contains(ex.getErrorCode());
	}

	private static @Nullable SQLException sqlException(Throwable ex) {
		for (Throwable cause = ex; cause != null; cause = cause.getCause()) {
			if (cause instanceof SQLException found) {
				return found;
			}
		}
		return null;
	}

	long acknowledged() {
		return this.acknowledged.sum();
	}

	long unconfirmed() {
		return this.unconfirmed.sum();
	}

	long failed() {
		return this.failed.sum();
	}

	/** How many writes lost against others, by SQL state. */
	Map<String, Long> conflicts() {
		Map<String, Long> all = new TreeMap<>();
		this.conflicts.forEach((state, count) -> all.put(state, count.sum()));
		return all;
	}

	List<String> failures() {
		return new ArrayList<>(this.failures);
	}

	/**
	 * Stop, and return when no write is under way.
	 */
	@Override
	public void close() {
		this.running = false;
		this.executor.shutdown();
		try {
			if (!this.executor.awaitTermination(70, TimeUnit.SECONDS)) {
				throw new IllegalStateException("writers do not end");
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
