package io.migration.redis;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.LongBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.migration.MigrationPhase;

/**
 * A {@link MigratedApplication} in a process of its own, which can be killed and stopped.
 * It writes {@link ContendedWrites}; the numbers it has acknowledged stand in a file that
 * survives it.
 */
final class ForkedApplication implements AutoCloseable {

	private static final int THREADS = 8;

	private final String name;

	private final Path counted;

	private final Process process;

	private final BufferedWriter commands;

	private final BufferedReader answers;

	private ForkedApplication(String name, Path counted, Process process) {
		this.name = name;
		this.counted = counted;
		this.process = process;
		this.commands = process.outputWriter(StandardCharsets.UTF_8);
		this.answers = process.inputReader(StandardCharsets.UTF_8);
	}

	/**
	 * Start a process, and return at once.
	 * @param name names it and its keys
	 * @param source address of source
	 * @param properties properties of the migration
	 * @return the process, which may not answer yet
	 */
	static ForkedApplication start(String name, String source, String... properties) {
		try {
			Path counted = Files.createTempFile("counted-", ".bin");
			List<String> command = new ArrayList<>(
					List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
							"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
							ForkedApplication.class.getName(), name, counted.toString(), source));
			command.addAll(List.of(properties));
			Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
			return new ForkedApplication(name, counted, process);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Ask the process, and wait for its answer.
	 * @param question a line
	 * @return the answer, a line
	 */
	String ask(String question) {
		try {
			this.commands.write(question);
			this.commands.newLine();
			this.commands.flush();
			for (String line = this.answers.readLine(); line != null; line = this.answers.readLine()) {
				if (line.startsWith("@")) {
					return line.substring(1);
				}
			}
			throw new IllegalStateException("process %s has ended".formatted(this.name));
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** Wait until it serves the phase that the ledger says. */
	void awaitPhase(MigrationPhase phase) {
		ask("await " + phase.name());
	}

	void startWriting() {
		ask("start");
	}

	/**
	 * Stop writing.
	 * @return acknowledged, not confirmed by target, and failed writes
	 */
	Written stopWriting() {
		String[] parts = ask("stop").split(" ", 4);
		return new Written(Long.parseLong(parts[0]), Long.parseLong(parts[1]), Long.parseLong(parts[2]), parts[3]);
	}

	long acknowledged() {
		return Long.parseLong(ask("count"));
	}

	boolean holdsTheRelay() {
		return Boolean.parseBoolean(ask("relay"));
	}

	/** The last number each thread was told is written. */
	long[] counted() {
		try {
			LongBuffer numbers = LongBuffer.allocate(THREADS);
			numbers.put(map(this.counted));
			return numbers.array();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	String ownKey(int thread) {
		return "count:" + this.name + ":" + thread;
	}

	void kill() {
		this.process.destroyForcibly();
		awaitEnd();
	}

	/** Stop the process as a debugger or a suspended machine does. */
	void freeze() {
		signal("STOP");
	}

	void thaw() {
		signal("CONT");
	}

	private void signal(String signal) {
		try {
			new ProcessBuilder("kill", "-" + signal, String.valueOf(this.process.pid())).start().waitFor();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void awaitEnd() {
		try {
			if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
				throw new IllegalStateException("process %s does not end".formatted(this.name));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	@Override
	public void close() {
		kill();
		this.counted.toFile().delete();
	}

	private static LongBuffer map(Path file) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
			return channel.map(FileChannel.MapMode.READ_WRITE, 0, THREADS * Long.BYTES).asLongBuffer();
		}
	}

	/**
	 * The process itself: answers one line to each line it reads, and ends with its
	 * parent.
	 */
	public static void main(String[] arguments) throws Exception {
		LongBuffer counted = map(Path.of(arguments[1]));
		String[] properties = List.of(arguments).subList(3, arguments.length).toArray(String[]::new);
		ContendedWrites writes = null;
		try (MigratedApplication application = MigratedApplication.start(arguments[2], properties);
				BufferedReader questions = new BufferedReader(new InputStreamReader(System.in))) {
			for (String line = questions.readLine(); line != null; line = questions.readLine()) {
				String[] words = line.split(" ");
				switch (words[0]) {
					case "await" -> {
						application.redis().hasKey("none");
						application.awaitPhase(MigrationPhase.valueOf(words[1]));
						answer("ready");
					}
					case "start" -> {
						writes = new ContendedWrites(application.redis(), arguments[0], THREADS, counted);
						answer("started");
					}
					case "count" -> answer(String.valueOf((writes != null) ? writes.acknowledged() : 0));
					case "relay" -> answer(String.valueOf(application.migration().holdsTheRelay()));
					case "stop" -> {
						if (writes == null) {
							throw new IllegalStateException("not started");
						}
						writes.close();
						answer("%d %d %d %s".formatted(writes.acknowledged(), writes.unconfirmed(), writes.failed(),
								writes.failures().toString().replace('\n', ' ')));
					}
					default -> throw new IllegalArgumentException(line);
				}
			}
		}
	}

	private static void answer(String text) {
		System.out.println("@" + text);
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
