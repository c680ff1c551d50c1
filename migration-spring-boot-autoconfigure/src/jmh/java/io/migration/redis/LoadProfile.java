package io.migration.redis;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import io.migration.mirror.Relay;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;
import org.jspecify.annotations.Nullable;

/**
 * Says where the processor time of an operation goes: which threads of this process, what
 * they do there (sampled), and what the servers do. Where the processors are the limit,
 * the sum decides how many operations pass.
 */
final class LoadProfile {

	private static final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory
		.getOperatingSystemMXBean();

	private static final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

	private static final int TOP = 20;

	private static final String CALLERS = "callers";

	private static final String RELAY = "relay";

	/** What a thread does, by the class of the first frame that is not of the JDK. */
	private static final Map<String, List<String>> CODE = code();

	private final LoadVariant variant;

	private final LoadSlice slice;

	/** How long it took with what the relay did afterwards. */
	private final long nanos;

	/** Processor time of the threads of this process, in microseconds per operation. */
	private final Map<String, Time> client = new TreeMap<>();

	private final BenchmarkStore.Use source;

	private final BenchmarkStore.@Nullable Use target;

	private final List<Sample> samples;

	private LoadProfile(LoadVariant variant, Workload load, int callers, Duration duration) throws Exception {
		this.variant = variant;
		BenchmarkStore other = variant.target();
		LoadSlice.run(variant.client(), load, callers, duration);
		variant.settle();
		long begin = System.nanoTime();
		BenchmarkStore.Use sourceBefore = variant.source().use();
		BenchmarkStore.Use targetBefore = (other != null) ? other.use() : null;
		Map<Long, Time> before = times();
		long process = system.getProcessCpuTime();
		try (Recording recording = new Recording()) {
			recording.enable("jdk.ExecutionSample").withPeriod(Duration.ofMillis(1));
			recording.start();
			this.slice = LoadSlice.run(variant.client(), load, callers, duration);
			variant.settle();
			recording.stop();
			this.samples = samples(recording);
		}
		process = system.getProcessCpuTime() - process;
		this.nanos = System.nanoTime() - begin;
		this.source = variant.source().use().minus(sourceBefore);
		this.target = (other != null && targetBefore != null) ? other.use().minus(targetBefore) : null;
		Map<Long, String> names = names();
		this.client.put(CALLERS, new Time(this.slice.cpuNanos(), this.slice.userNanos()));
		times().forEach((id, time) -> {
			Time spent = time.minus(before.getOrDefault(id, Time.NONE));
			this.client.merge(names.getOrDefault(id, "other threads"), spent, Time::plus);
		});
		long known = this.client.values().stream().mapToLong(Time::cpu).sum();
		this.client.put("virtual machine (collector, compiler)", new Time(Math.max(0, process - known), 0));
	}

	/**
	 * Profile variants one after the other, and print what was found.
	 * @param variants the variants
	 * @param load what is done
	 * @param callers how many threads do it
	 * @param duration for how long
	 */
	static void report(List<LoadVariant> variants, Workload load, int callers, Duration duration) throws Exception {
		List<LoadProfile> profiles = new ArrayList<>();
		for (LoadVariant variant : variants) {
			profiles.add(new LoadProfile(variant, load, callers, duration));
		}
		RedisLoad.print("%n%s, %d threads: processor time, µs per operation (of it in the kernel)%n", load, callers);
		header(profiles, "who");
		profiles.stream()
			.flatMap((profile) -> profile.client.keySet().stream())
			.distinct()
			.sorted()
			.forEach((who) -> row(profiles, who, (profile) -> profile.clientTime(who)));
		row(profiles, "source", (profile) -> profile.micros(profile.source.cpu()));
		row(profiles, "target", (profile) -> (profile.target != null) ? profile.micros(profile.target.cpu()) : "");
		row(profiles, "**sum**", (profile) -> profile.micros(profile.total()));
		row(profiles, "operations a second", (profile) -> "%.0f".formatted(profile.slice.perSecond()));
		row(profiles, "processors used", (profile) -> "%.2f".formatted(profile.total() * 1e3 / profile.nanos));
		reportServer(profiles, "source", (profile) -> profile.source);
		reportServer(profiles, "target", (profile) -> profile.target);
		reportSamples(profiles);
	}

	private double total() {
		return this.client.values().stream().mapToLong(Time::cpu).sum() / 1e3 + this.source.cpu()
				+ ((this.target != null) ? this.target.cpu() : 0);
	}

	private String clientTime(String who) {
		Time time = this.client.get(who);
		if (time == null) {
			return "";
		}
		return (time.user() > 0)
				? "%s (%s)".formatted(micros(time.cpu() / 1e3), micros(Math.max(0, time.cpu() - time.user()) / 1e3))
				: micros(time.cpu() / 1e3);
	}

	private String micros(double all) {
		return "%.2f".formatted(all / this.slice.operations());
	}

	private static void reportServer(List<LoadProfile> profiles, String side,
			Function<LoadProfile, BenchmarkStore.@Nullable Use> use) {
		RedisLoad.print(
				"%nCommands of %s: calls per operation x µs (of the clock) per call = µs per operation; what EXEC and EVAL run counts in them, too%n",
				side);
		header(profiles, "command");
		profiles.stream()
			.map(use)
			.filter((used) -> used != null)
			.flatMap((used) -> used.calls().keySet().stream())
			.distinct()
			.sorted()
			.forEach((name) -> row(profiles, name, (profile) -> {
				BenchmarkStore.Use used = use.apply(profile);
				BenchmarkStore.Calls calls = (used != null) ? used.calls().get(name) : null;
				return (calls == null) ? ""
						: "%.3f x %.2f = %s".formatted((double) calls.count() / profile.slice.operations(),
								(double) calls.micros() / calls.count(), profile.micros(calls.micros()));
			}));
	}

	private static void reportSamples(List<LoadProfile> profiles) {
		RedisLoad.print("%nSamples of Java code, by threads and code, in %% of all of the variant%n");
		header(profiles, "threads and code");
		profiles.stream()
			.flatMap((profile) -> profile.shares(Sample::place).keySet().stream())
			.distinct()
			.sorted()
			.forEach((place) -> row(profiles, place,
					(profile) -> "%.1f".formatted(profile.shares(Sample::place).getOrDefault(place, 0.0))));
		row(profiles, "samples", (profile) -> String.valueOf(profile.samples.size()));
		for (LoadProfile profile : profiles) {
			RedisLoad.print("%nMost sampled in %s, in %%%n", profile.variant.name());
			profile.shares((sample) -> sample.threads() + ": " + sample.method())
				.entrySet()
				.stream()
				.sorted(Map.Entry.<String, Double>comparingByValue().reversed())
				.limit(TOP)
				.forEach((entry) -> RedisLoad.print("%5.1f  %s", entry.getValue(), entry.getKey()));
		}
	}

	private Map<String, Double> shares(Function<Sample, String> by) {
		return this.samples.stream()
			.collect(Collectors.groupingBy(by, Collectors.summingDouble((sample) -> 100.0 / this.samples.size())));
	}

	private static void header(List<LoadProfile> profiles, String first) {
		row(profiles, first, (profile) -> profile.variant.name());
		RedisLoad.print("|---".repeat(profiles.size() + 1) + "|");
	}

	private static void row(List<LoadProfile> profiles, String first, Function<LoadProfile, String> figure) {
		System.out
			.println(profiles.stream().map(figure).collect(Collectors.joining(" | ", "| " + first + " | ", " |")));
	}

	private static Map<Long, Time> times() {
		long[] ids = threads.getAllThreadIds();
		long[] cpu = threads.getThreadCpuTime(ids);
		long[] user = threads.getThreadUserTime(ids);
		Map<Long, Time> times = new LinkedHashMap<>();
		for (int i = 0; i < ids.length; i++) {
			if (cpu[i] >= 0) {
				times.put(ids[i], new Time(cpu[i], user[i]));
			}
		}
		return times;
	}

	/**
	 * Return who the present threads are.
	 */
	private static Map<Long, String> names() {
		Map<Long, String> names = new LinkedHashMap<>();
		for (ThreadInfo info : threads.dumpAllThreads(false, false)) {
			boolean relay = Arrays.stream(info.getStackTrace())
				.anyMatch((frame) -> relayRuns(frame.getClassName(), frame.getMethodName()));
			names.put(info.getThreadId(), relay ? RELAY : who(info.getThreadName()));
		}
		return names;
	}

	private static boolean relayRuns(String type, String method) {
		return type.equals(Relay.class.getName()) && method.equals("run");
	}

	private static String who(String thread) {
		if (thread.startsWith(LoadSlice.THREAD_NAME)) {
			return CALLERS;
		}
		if (thread.startsWith("lettuce-") && thread.contains("EventLoop")) {
			return "Lettuce's event loops";
		}
		if (thread.startsWith("lettuce-eventExecutor")) {
			return "Lettuce's executor";
		}
		if (thread.startsWith("lettuce-timer")) {
			return "Lettuce's timer";
		}
		return thread.startsWith("migration-") ? "phase control, monitor, comparisons" : "other threads";
	}

	private static List<Sample> samples(Recording recording) throws IOException {
		Path file = Files.createTempFile("load", ".jfr");
		try {
			recording.dump(file);
			return RecordingFile.readAllEvents(file)
				.stream()
				.filter((event) -> event.getEventType().getName().equals("jdk.ExecutionSample"))
				.map(LoadProfile::sample)
				.toList();
		}
		finally {
			Files.delete(file);
		}
	}

	private static Sample sample(RecordedEvent event) {
		List<RecordedFrame> frames = event.getStackTrace().getFrames();
		boolean relay = frames.stream().anyMatch((frame) -> relayRuns(type(frame), frame.getMethod().getName()));
		String who = relay ? RELAY : who(event.getThread("sampledThread").getJavaName());
		List<RecordedFrame> jdk = frames.stream().takeWhile(LoadProfile::ofJdk).toList();
		RecordedFrame own = (jdk.size() < frames.size()) ? frames.get(jdk.size()) : frames.get(0);
		boolean handOver = jdk.stream().anyMatch((frame) -> type(frame).startsWith("java.util.concurrent."));
		String top = shortName(frames.get(0));
		String method = (own == frames.get(0)) ? top : "%s in %s".formatted(top, shortName(own));
		return new Sample(who, handOver ? "hand-over (java.util.concurrent)" : code(type(own)), method);
	}

	private static boolean ofJdk(RecordedFrame frame) {
		String type = type(frame);
		return type.startsWith("java.") || type.startsWith("jdk.") || type.startsWith("sun.");
	}

	private static String type(RecordedFrame frame) {
		return frame.getMethod().getType().getName();
	}

	private static String shortName(RecordedFrame frame) {
		return type(frame).substring(type(frame).lastIndexOf('.') + 1) + "." + frame.getMethod().getName();
	}

	private static String code(String type) {
		Predicate<String> prefix = type::startsWith;
		return CODE.entrySet()
			.stream()
			.filter((entry) -> entry.getValue().stream().anyMatch(prefix))
			.map(Map.Entry::getKey)
			.findFirst()
			.orElse("other");
	}

	private static Map<String, List<String>> code() {
		String own = "io.migration.redis.";
		String lettuce = "io.lettuce.core.";
		Map<String, List<String>> code = new LinkedHashMap<>();
		code.put("load", List.of(own + "Load", own + "Workload", "org.HdrHistogram"));
		code.put("starter: unit", List.of(own + "WriteUnit", own + "UnitExpander"));
		code.put("starter: arguments, keys, entry", List.of(own + "WireArguments", own + "Touches",
				own + "EncodedCommand", own + "CommandCatalog", own + "RedisKeys", own + "Wire"));
		code.put("starter: relay", Stream.concat(
				Stream.of("RedisCopier", "NodeConnections", "JournalBatch", "StateReader", "StateWriter", "KeyState",
						"CarriedStates", "AtomicBatch", "NestedReply", "StreamId")
					.map(own::concat),
				Stream.of("io.migration.mirror.Relay"))
			.toList());
		code.put("starter: router and others", List.of("io.migration."));
		code.put("Lettuce: encode", List.of(lettuce + "protocol.CommandEncoder", lettuce + "protocol.CommandArgs",
				lettuce + "protocol.BaseRedisCommandBuilder", lettuce + "codec."));
		code.put("Lettuce: decode", List.of(lettuce + "protocol.CommandHandler", lettuce + "protocol.RedisStateMachine",
				lettuce + "output."));
		code.put("Lettuce: metrics of commands", List.of(lettuce + "metrics.", "org.LatencyUtils", "io.micrometer."));
		code.put("Lettuce: others", List.of("io.lettuce."));
		code.put("Netty", List.of("io.netty."));
		code.put("Spring", List.of("org.springframework."));
		code.put("JDK", List.of("java.", "jdk.", "sun."));
		return code;
	}

	/**
	 * Processor time in nanoseconds.
	 *
	 * @param cpu all of it
	 * @param user what was not in the kernel
	 */
	private record Time(long cpu, long user) {

		static final Time NONE = new Time(0, 0);

		Time plus(Time other) {
			return new Time(this.cpu + other.cpu, this.user + other.user);
		}

		Time minus(Time other) {
			return new Time(this.cpu - other.cpu, this.user - other.user);
		}

	}

	/**
	 * One look at a running thread.
	 *
	 * @param threads who it is
	 * @param code what it does
	 * @param method the method that runs
	 */
	private record Sample(String threads, String code, String method) {

		String place() {
			return this.threads + ": " + this.code;
		}

	}

}
