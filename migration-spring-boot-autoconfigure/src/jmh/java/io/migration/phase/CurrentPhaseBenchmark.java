package io.migration.phase;

import java.util.concurrent.TimeUnit;

import io.migration.MigrationPhase;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs an operation to learn the phase (reads), and to be counted while it runs
 * (writes).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class CurrentPhaseBenchmark {

	private final CurrentPhase phase = new CurrentPhase();

	/**
	 * Reach a phase as phase control does.
	 */
	public CurrentPhaseBenchmark() {
		this.phase.replace(new PinnedPhase(MigrationPhase.OFF, 1, Stage.OPEN, 100));
	}

	/**
	 * Nothing, for comparison.
	 * @return a constant
	 */
	@Benchmark
	public Object baseline() {
		return this;
	}

	/**
	 * Look at the phase.
	 * @return the rules
	 */
	@Benchmark
	public Object look() {
		return this.phase.get();
	}

	/**
	 * Enter and exit.
	 * @return the rules
	 */
	@Benchmark
	public Object enterAndExit() {
		PinnedPhase pinned = this.phase.enter();
		pinned.exit();
		return pinned;
	}

	/**
	 * Enter and exit beside another thread.
	 * @return the rules
	 */
	@Benchmark
	@Threads(2)
	public Object enterAndExitByTwo() {
		return enterAndExit();
	}

}
