package io.migration.test;

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

/**
 * A program of the test class path in a process of its own, which can be killed and
 * stopped. It answers one line to each line it is asked, and ends with its parent. Some
 * numbers that it notes stand in a file that survives it.
 */
public final class ForkedProcess implements AutoCloseable {

	private final String name;

	private final Path noted;

	private final int numbers;

	private final Process process;

	private final BufferedWriter questions;

	private final BufferedReader answers;

	private ForkedProcess(String name, Path noted, int numbers, Process process) {
		this.name = name;
		this.noted = noted;
		this.numbers = numbers;
		this.process = process;
		this.questions = process.outputWriter(StandardCharsets.UTF_8);
		this.answers = process.inputReader(StandardCharsets.UTF_8);
	}

	/**
	 * Start a process, and return at once.
	 * @param program its main class, which has to call {@link Child#of}
	 * @param name names it
	 * @param numbers how many numbers it can note
	 * @param arguments what it gets to know
	 * @return the process, which may not answer yet
	 */
	public static ForkedProcess start(Class<?> program, String name, int numbers, List<String> arguments) {
		try {
			Path noted = Files.createTempFile("noted-", ".bin");
			List<String> command = new ArrayList<>(
					List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Xmx256m",
							"-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"), program.getName(),
							name, noted.toString(), String.valueOf(numbers)));
			command.addAll(arguments);
			Process process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
			return new ForkedProcess(name, noted, numbers, process);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Return what names it.
	 * @return the name
	 */
	public String name() {
		return this.name;
	}

	/**
	 * Ask the process, and wait for its answer.
	 * @param question a line
	 * @return the answer, a line
	 */
	public String ask(String question) {
		try {
			this.questions.write(question);
			this.questions.newLine();
			this.questions.flush();
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

	/**
	 * Return the numbers it has noted last, whether or not it still runs.
	 * @return the numbers, zero where none was noted
	 */
	public long[] noted() {
		try {
			LongBuffer all = LongBuffer.allocate(this.numbers);
			all.put(map(this.noted, this.numbers));
			return all.array();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Kill it, as by {@code kill -9}, and wait until it has ended.
	 */
	public void kill() {
		this.process.destroyForcibly();
		try {
			if (!this.process.waitFor(30, TimeUnit.SECONDS)) {
				throw new IllegalStateException("process %s does not end".formatted(this.name));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/**
	 * Stop the process as a debugger or a suspended machine does.
	 */
	public void freeze() {
		signal("STOP");
	}

	/**
	 * Let it go on.
	 */
	public void thaw() {
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

	@Override
	public void close() {
		kill();
		this.noted.toFile().delete();
	}

	private static LongBuffer map(Path file, int numbers) throws IOException {
		try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
			return channel.map(FileChannel.MapMode.READ_WRITE, 0, (long) numbers * Long.BYTES).asLongBuffer();
		}
	}

	/**
	 * The process seen from inside.
	 *
	 * @param name names it
	 * @param noted takes numbers that survive it
	 * @param arguments what it gets to know
	 */
	public record Child(String name, LongBuffer noted, List<String> arguments) {

		/**
		 * Understand the arguments of {@code main}.
		 * @param arguments the arguments
		 * @return what they say
		 * @throws IOException if there is no place for numbers
		 */
		public static Child of(String[] arguments) throws IOException {
			LongBuffer noted = map(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
			return new Child(arguments[0], noted, List.of(arguments).subList(3, arguments.length));
		}

		/**
		 * Answer until the parent has ended.
		 * @param answering answers the words of a question
		 * @throws Exception what it throws
		 */
		public void serve(Answering answering) throws Exception {
			BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
			for (String line = lines.readLine(); line != null; line = lines.readLine()) {
				System.out.println("@" + answering.answer(line.split(" ")).replace('\n', ' '));
			}
		}

	}

	/**
	 * Answers questions.
	 */
	@FunctionalInterface
	public interface Answering {

		/**
		 * Answer a question.
		 * @param words its words
		 * @return the answer
		 * @throws Exception if there is none
		 */
		String answer(String[] words) throws Exception;

	}

}
