package io.migration.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.migration.MigrationPhase;
import io.migration.test.ForkedProcess;

/**
 * A {@link MigratedDatabase} in a process of its own, which can be killed and stopped. It
 * writes {@link ContendedRows}, and notes the numbers that were acknowledged.
 */
final class ForkedDatabaseApplication implements AutoCloseable {

	static final int THREADS = 6;

	private final ForkedProcess process;

	private ForkedDatabaseApplication(ForkedProcess process) {
		this.process = process;
	}

	/**
	 * Start a process, and return at once.
	 * @param name names it and its rows
	 * @param dialect what its SQL may contain
	 * @param source address of source
	 * @param target address of target
	 * @param properties properties of the migration
	 * @return the process, which may not answer yet
	 */
	static ForkedDatabaseApplication start(String name, RowOperations.Dialect dialect, String source, String target,
			String... properties) {
		List<String> arguments = new ArrayList<>(List.of(dialect.name(), source, target));
		arguments.addAll(List.of(properties));
		return new ForkedDatabaseApplication(
				ForkedProcess.start(ForkedDatabaseApplication.class, name, THREADS, arguments));
	}

	/** Wait until it serves the phase that the ledger says. */
	void awaitPhase(MigrationPhase phase) {
		this.process.ask("await " + phase.name());
	}

	void startWriting() {
		this.process.ask("start");
	}

	/**
	 * Stop writing.
	 * @return what became of the writes
	 */
	Written stopWriting() {
		String[] parts = this.process.ask("stop").split(" ", 4);
		return new Written(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]), parts[3]);
	}

	long acknowledged() {
		return Long.parseLong(this.process.ask("count"));
	}

	boolean holdsTheRelay() {
		return Boolean.parseBoolean(this.process.ask("relay"));
	}

	/** The last number each thread was told is written. */
	long[] counted() {
		return this.process.noted();
	}

	String ownRow(int thread) {
		return "%s:%d".formatted(this.process.name(), thread);
	}

	void kill() {
		this.process.kill();
	}

	void freeze() {
		this.process.freeze();
	}

	void thaw() {
		this.process.thaw();
	}

	@Override
	public void close() {
		this.process.close();
	}

	/**
	 * The process itself.
	 */
	public static void main(String[] arguments) throws Exception {
		ForkedProcess.Child child = ForkedProcess.Child.of(arguments);
		List<String> given = child.arguments();
		AtomicReference<ContendedRows> writing = new AtomicReference<>();
		try (MigratedDatabase application = MigratedDatabase.start(given.get(1), given.get(2),
				given.subList(3, given.size()).toArray(String[]::new))) {
			child.serve((words) -> switch (words[0]) {
				case "await" -> {
					application.jdbc().queryForObject("select 1", Integer.class);
					application.awaitPhase(MigrationPhase.valueOf(words[1]));
					yield "ready";
				}
				case "start" -> {
					writing.set(new ContendedRows(application.jdbc(), application.transactions(),
							RowOperations.Dialect.valueOf(given.get(0)), child.name(), THREADS, child.noted()));
					yield "started";
				}
				case "count" -> String.valueOf((writing.get() != null) ? writing.get().acknowledged() : 0);
				case "relay" -> String.valueOf(application.migration().holdsTheRelay());
				case "stop" -> {
					ContendedRows rows = writing.get();
					rows.close();
					yield "%d %d %d conflicts %s, failures %s".formatted(rows.acknowledged(), rows.unconfirmed(),
							rows.failed(), rows.conflicts(), rows.failures());
				}
				default -> throw new IllegalArgumentException(words[0]);
			});
		}
	}

	/**
	 * What became of the writes.
	 *
	 * @param acknowledged how many returned
	 * @param unconfirmed how many were on the authority, but late on target
	 * @param failed how many failed for another reason than that writers are in each
	 * other's way
	 * @param more what they failed of
	 */
	record Written(long acknowledged, long unconfirmed, long failed, String more) {

	}

}
