package io.migration.redis;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

import com.sun.management.OperatingSystemMXBean;

/**
 * Measures how many operations a second pass through plain Lettuce, a plain template and
 * migrated templates in each phase, and how long they take, on servers of this machine.
 * <p>
 * All variants are up at once, each with stores of its own, and take turns in short
 * slices whose order rotates: what the machine does besides hits all of them alike, and
 * the ratios within a run are worth more than the figures. Before the next turn begins
 * the relay of the last one has caught up.
 */
public final class RedisLoad {

	private static final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private final LoadOptions options;

	private final List<LoadVariant> variants;

	/** Results of each run. */
	private final Map<Cell, List<Result>> results = new LinkedHashMap<>();

	private RedisLoad(LoadOptions options, List<LoadVariant> variants) {
		this.options = options;
		this.variants = variants;
	}

	/**
	 * Measure.
	 * @param arguments see {@link LoadOptions#USAGE}
	 * @throws Exception if that is not possible
	 */
	public static void main(String[] arguments) throws Exception {
		if (Arrays.asList(arguments).contains("--help")) {
			System.out.print(LoadOptions.USAGE);
			return;
		}
		LoadOptions options = LoadOptions.parse(arguments);
		List<LoadVariant> variants = new ArrayList<>();
		try {
			for (String name : options.variants()) {
				variants.add(LoadVariant.start(name, options.sourceCluster(), options.targetCluster()));
			}
			new RedisLoad(options, variants).run();
		}
		finally {
			Collections.reverse(variants);
			for (LoadVariant variant : variants) {
				variant.close();
			}
		}
	}

	private void run() throws Exception {
		print("source: %s, target: %s; %d processors", kind(this.options.sourceCluster()),
				kind(this.options.targetCluster()), system.getAvailableProcessors());
		if (this.options.variants().stream().noneMatch(LoadVariant.ELSEWHERE::contains)) {
			print("not measured: the relay in another process (--relay-elsewhere)");
		}
		for (LoadVariant variant : this.variants) {
			// until then the compiler takes more of the processors than the load
			LoadSlice.run(variant.client(), Workload.MIXED, Collections.max(this.options.threads()),
					this.options.warmUp());
			variant.settle();
		}
		Thread.sleep(Duration.ofSeconds(1).toMillis());
		reportIdle();
		if (this.options.profile()) {
			for (Workload load : this.options.loads()) {
				LoadProfile.report(this.variants, load, Collections.max(this.options.threads()), this.options.slice());
			}
			return;
		}
		for (int run = 0; run < this.options.runs(); run++) {
			measure(run);
		}
		for (Workload load : this.options.loads()) {
			for (int threads : this.options.threads()) {
				report(load, threads);
			}
		}
	}

	static String kind(boolean cluster) {
		return cluster ? "cluster of 3 masters" : "one server";
	}

	/**
	 * Say what all variants together use while nobody operates: relays look at their
	 * journals, instances send heartbeats. It is in every figure.
	 */
	private void reportIdle() throws Exception {
		double servers = servers();
		long client = system.getProcessCpuTime();
		long begin = System.nanoTime();
		Thread.sleep(Duration.ofSeconds(3).toMillis());
		double micros = (System.nanoTime() - begin) / 1e3;
		print("idle, all variants together: %.1f %% of a processor in this process, %.1f %% in the servers",
				(system.getProcessCpuTime() - client) / 10 / micros, 100 * (servers() - servers) / micros);
	}

	private double servers() {
		return this.variants.stream()
			.mapToDouble((variant) -> variant.source().use().cpu()
					+ ((variant.target() != null) ? variant.target().use().cpu() : 0))
			.sum();
	}

	private void measure(int run) throws Exception {
		for (Workload load : this.options.loads()) {
			for (int threads : this.options.threads()) {
				Map<String, Result> ofRun = new LinkedHashMap<>();
				for (int round = 0; round < this.options.rounds(); round++) {
					List<LoadVariant> order = new ArrayList<>(this.variants);
					Collections.rotate(order, run + round);
					for (LoadVariant variant : order) {
						ofRun.merge(variant.name(), turn(variant, load, threads), Result::then);
					}
				}
				ofRun.forEach((variant, result) -> this.results
					.computeIfAbsent(new Cell(load, threads, variant), (cell) -> new ArrayList<>())
					.add(result));
			}
		}
	}

	private Result turn(LoadVariant variant, Workload load, int threads) throws Exception {
		LoadSlice slice = LoadSlice.run(variant.client(), load, threads, this.options.slice());
		long begin = System.nanoTime();
		variant.settle();
		return new Result(slice, System.nanoTime() - begin);
	}

	private void report(Workload load, int threads) {
		print("%n%s, %d %s%n", load, threads, (threads == 1) ? "thread" : "threads");
		print("| variant | operations a second | p50, µs | p99, µs | to template | to lettuce | catching up, s per s | failed |");
		print("|---|---|---|---|---|---|---|---|");
		for (String variant : this.options.variants()) {
			List<Result> runs = this.results.get(new Cell(load, threads, variant));
			print("| %s | %s | %s | %s | %s | %s | %s | %d |", variant,
					spread(runs, 0, (result) -> result.slice().perSecond()),
					spread(runs, 0, (result) -> result.slice().micros(50)),
					spread(runs, 0, (result) -> result.slice().micros(99)), ratio(runs, load, threads, LoadVariant.RAW),
					ratio(runs, load, threads, "lettuce"),
					spread(runs, 2, (result) -> (double) result.catchingUp() / result.slice().nanos()),
					runs.stream().mapToLong((result) -> result.slice().failed()).sum());
		}
	}

	private String ratio(List<Result> runs, Workload load, int threads, String to) {
		List<Result> others = this.results.get(new Cell(load, threads, to));
		return (others == null) ? "" : spread(runs, 2,
				(result) -> result.slice().perSecond() / others.get(runs.indexOf(result)).slice().perSecond());
	}

	private static String spread(List<Result> runs, int digits, ToDoubleFunction<Result> figure) {
		double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
		String format = "%." + digits + "f";
		String median = format.formatted((sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2);
		return (sorted.length == 1) ? median : "%s (%s to %s)".formatted(median, format.formatted(sorted[0]),
				format.formatted(sorted[sorted.length - 1]));
	}

	static void print(String line, Object... arguments) {
		System.out.println(line.formatted(arguments));
	}

	private record Cell(Workload load, int threads, String variant) {

	}

	/**
	 * What a variant did in a run.
	 *
	 * @param slice the load
	 * @param catchingUp how long the relay needed afterwards, in nanoseconds
	 */
	private record Result(LoadSlice slice, long catchingUp) {

		Result then(Result other) {
			return new Result(this.slice.then(other.slice), this.catchingUp + other.catchingUp);
		}

	}

}
