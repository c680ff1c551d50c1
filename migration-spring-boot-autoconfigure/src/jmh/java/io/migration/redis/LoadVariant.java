package io.migration.redis;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.migration.MigrationPhase;
import org.jspecify.annotations.Nullable;

/**
 * One way to reach Redis that is compared with others: with stores of its own, filled
 * alike, so that all can be up at once.
 */
final class LoadVariant implements AutoCloseable {

	/** The plain template, to which the others are compared. */
	static final String RAW = "template";

	static final List<String> STANDARD = List.of("lettuce", RAW, "off", "shadow", "dual-write", "read-new", "both");

	/** With the relay in another process. */
	static final List<String> ELSEWHERE = List.of("shadow-elsewhere", "dual-write-elsewhere");

	private final String name;

	private final BenchmarkStore source;

	private final @Nullable BenchmarkStore target;

	private final @Nullable BenchmarkApplication application;

	private final LoadClient client;

	private final Deque<AutoCloseable> open;

	private LoadVariant(String name, BenchmarkStore source, @Nullable BenchmarkStore target,
			@Nullable BenchmarkApplication application, LoadClient client, Deque<AutoCloseable> open) {
		this.name = name;
		this.source = source;
		this.target = target;
		this.application = application;
		this.client = client;
		this.open = open;
	}

	/**
	 * Start a variant: its stores, its application, in the phase that it is named after.
	 * @param name its name
	 * @param sourceCluster whether source is a cluster
	 * @param targetCluster whether target is a cluster
	 * @return the variant
	 */
	static LoadVariant start(String name, boolean sourceCluster, boolean targetCluster) {
		Deque<AutoCloseable> open = new ArrayDeque<>();
		BenchmarkStore source = store(sourceCluster, open);
		if (name.equals("lettuce")) {
			source.fill(Workload.KEYS);
			return new LoadVariant(name, source, null, null, LoadClient.of(source.commands()), open);
		}
		if (name.equals(RAW)) {
			source.fill(Workload.KEYS);
			BenchmarkApplication application = BenchmarkApplication.plain(source);
			open.push(application);
			return new LoadVariant(name, source, null, null, LoadClient.of(application.redis()), open);
		}
		BenchmarkStore target = store(targetCluster, open);
		BenchmarkApplication application = null;
		if (!name.equals("both")) {
			if (ELSEWHERE.contains(name)) {
				open.push(otherInstance(source, target));
			}
			application = BenchmarkApplication.migrated(source, target);
			open.push(application);
			application.walkTo(MigrationPhase.of(name.replace("-elsewhere", "")));
			application.awaitReconciled(target);
		}
		// past the migration, and only now: it has nothing to copy or to reconcile
		source.fill(Workload.KEYS);
		target.fill(Workload.KEYS);
		LoadClient client = (application != null) ? LoadClient.of(application.redis())
				: LoadClient.both(LoadClient.of(source.commands()), LoadClient.of(target.commands()));
		return new LoadVariant(name, source, target, application, client, open);
	}

	private static BenchmarkStore store(boolean cluster, Deque<AutoCloseable> open) {
		BenchmarkStore store = BenchmarkStore.start(cluster);
		open.push(store);
		return store;
	}

	/**
	 * Start an instance in a process of its own, which is there first.
	 */
	private static AutoCloseable otherInstance(BenchmarkStore source, BenchmarkStore target) {
		List<String> command = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElse("java"),
				"-Xmx512m", "-Dlogging.level.io.migration=WARN", "-classpath", System.getProperty("java.class.path"),
				BenchmarkApplication.class.getName()));
		command.addAll(BenchmarkApplication.properties(source, target));
		try {
			Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
			if (process.inputReader().lines().noneMatch(BenchmarkApplication.READY::equals)) {
				throw new IllegalStateException("the other instance has ended with " + process.waitFor());
			}
			return process::destroy;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	String name() {
		return this.name;
	}

	LoadClient client() {
		return this.client;
	}

	BenchmarkStore source() {
		return this.source;
	}

	@Nullable BenchmarkStore target() {
		return this.target;
	}

	/**
	 * Wait until nothing that was caused by this variant goes on.
	 */
	void settle() {
		if (this.application != null && this.application.control().phase().journals()) {
			this.application.awaitRelay();
		}
	}

	@Override
	public void close() throws Exception {
		while (!this.open.isEmpty()) {
			this.open.pop().close();
		}
	}

}
