package io.migration.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import io.migration.MigrationPhase;
import io.migration.test.ForkedProcess;

/**
 * A {@link MigratedApplication} in a process of its own, which can be killed and stopped.
 * It writes {@link ContendedWrites}, and notes the numbers that were acknowledged.
 */
final class ForkedApplication implements AutoCloseable {

	private static final int THREADS = 8;

	private final ForkedProcess process;

	private ForkedApplication(ForkedProcess process) {
		this.process = process;
	}

	/**
	 * Start a process, and return at once.
	 * @param name names it and its keys
	 * @param source address of source
	 * @param properties properties of the migration
	 * @return the process, which may not answer yet
	 */
	static ForkedApplication start(String name, String source, String... properties) {
		List<String> arguments = new ArrayList<>(List.of(source));
		arguments.addAll(List.of(properties));
		return new ForkedApplication(ForkedProcess.start(ForkedApplication.class, name, THREADS, arguments));
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
	 * @return acknowledged, not confirmed by target, and failed writes
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

	String ownKey(int thread) {
		return "count:" + this.process.name() + ":" + thread;
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
		List<String> properties = child.arguments().subList(1, child.arguments().size());
		AtomicReference<ContendedWrites> writing = new AtomicReference<>();
		try (MigratedApplication application = MigratedApplication.start(child.arguments().get(0),
				properties.toArray(String[]::new))) {
			child.serve((words) -> switch (words[0]) {
				case "await" -> {
					application.redis().hasKey("none");
					application.awaitPhase(MigrationPhase.valueOf(words[1]));
					yield "ready";
				}
				case "start" -> {
					writing.set(new ContendedWrites(application.redis(), child.name(), THREADS, child.noted()));
					yield "started";
				}
				case "count" -> String.valueOf((writing.get() != null) ? writing.get().acknowledged() : 0);
				case "relay" -> String.valueOf(application.migration().holdsTheRelay());
				case "stop" -> {
					ContendedWrites writes = writing.get();
					writes.close();
					yield "%d %d %d %s".formatted(writes.acknowledged(), writes.unconfirmed(), writes.failed(),
							writes.failures());
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
	 * @param failed how many failed otherwise
	 * @param failures some of those
	 */
	record Written(long acknowledged, long unconfirmed, long failed, String failures) {

	}

}
