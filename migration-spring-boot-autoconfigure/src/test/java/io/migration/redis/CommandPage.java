package io.migration.redis;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import io.migration.MigrationPhase;
import io.migration.MigrationPhase.Reads;
import io.migration.redis.CommandSample.Expected;

/**
 * What becomes of each command in each phase, as a page. What reads and writes do follows
 * from the samples that were run, and from the phase table; the rest from the server's
 * table.
 */
final class CommandPage {

	private static final Set<String> TRANSACTIONS = Set.of("MULTI", "EXEC", "DISCARD", "WATCH", "UNWATCH");

	private static final Set<String> BOTH_SIDES = Set.of("PUBLISH", "SPUBLISH", "SCRIPT|LOAD", "SCRIPT|FLUSH");

	private static final Map<String, String> REMARKS = remarks();

	private final CommandCatalog catalog;

	private final Predicate<CommandCatalog.Entry> compared;

	private final Map<String, List<CommandSample>> samples = new TreeMap<>();

	/**
	 * Create the page.
	 * @param servers the servers whose table it shows
	 * @param compared whether a read may be compared
	 */
	CommandPage(SampleServers servers, Predicate<CommandCatalog.Entry> compared) {
		this.catalog = servers.catalog();
		this.compared = compared;
		Stream.of(CommandSamples.writes(), CommandSamples.wholeDatabase(), CommandSamples.reads())
			.flatMap(List::stream)
			.forEach((sample) -> this.samples.computeIfAbsent(servers.entry(sample).name(), (name) -> new ArrayList<>())
				.add(sample));
	}

	String text() {
		Map<Kind, List<CommandCatalog.Entry>> kinds = new EnumMap<>(Kind.class);
		this.catalog.entries()
			.stream()
			.filter((entry) -> entry.name().equals("COMMAND") || !this.catalog.hasSubcommands(entry.name()))
			.sorted(Comparator.comparing(CommandCatalog.Entry::name))
			.forEach((entry) -> kinds.computeIfAbsent(kind(entry), (kind) -> new ArrayList<>()).add(entry));
		StringBuilder page = new StringBuilder(INTRODUCTION);
		kinds.forEach((kind, entries) -> {
			page.append("\n## ").append(kind.title).append("\n\n").append(kind.introduction);
			if (kind == Kind.PASSED) {
				page.append(entries.stream().map((entry) -> code(entry)).collect(Collectors.joining(", ")))
					.append(".\n");
				return;
			}
			page.append("| command | ")
				.append(Arrays.stream(MigrationPhase.values())
					.map((phase) -> "`" + phase.wireName() + "`")
					.collect(Collectors.joining(" | ")))
				.append(" | remarks |\n|---|---|---|---|---|---|---|\n");
			entries.forEach((entry) -> page.append(row(entry)));
		});
		return page.toString();
	}

	private static String code(CommandCatalog.Entry entry) {
		return "`" + entry.name().replace('|', ' ') + "`";
	}

	private String row(CommandCatalog.Entry entry) {
		Function<MigrationPhase, String> treatment = treatment(entry);
		return Stream
			.of(Stream.of(code(entry)), Arrays.stream(MigrationPhase.values()).map(treatment), Stream.of(remark(entry)))
			.flatMap(Function.identity())
			.collect(Collectors.joining(" | ", "| ", " |\n"));
	}

	private String remark(CommandCatalog.Entry entry) {
		return Stream
			.of(entry.blocks() ? "can block" : "", (entry.reads() && !keyed(entry)) ? "names no key" : "",
					REMARKS.getOrDefault(entry.name(), ""))
			.filter((text) -> !text.isEmpty())
			.collect(Collectors.joining("; "));
	}

	private Kind kind(CommandCatalog.Entry entry) {
		if (TRANSACTIONS.contains(entry.name()) || entry.name().equals("SELECT")) {
			return Kind.TRANSACTION;
		}
		if (entry.flags().contains("pubsub")) {
			return Kind.PUB_SUB;
		}
		if (entry.name().matches("(EVAL|EVALSHA|FCALL)(_RO)?|SCRIPT.*|FUNCTION.*")) {
			return Kind.SCRIPT;
		}
		return entry.reads() ? Kind.READ : entry.writes() ? Kind.WRITE : Kind.PASSED;
	}

	private Function<MigrationPhase, String> treatment(CommandCatalog.Entry entry) {
		if (TRANSACTIONS.contains(entry.name())) {
			return (phase) -> phase.authority().wireName();
		}
		if (entry.name().equals("SELECT")) {
			return (phase) -> phase.journals() ? "its own database only" : "passed";
		}
		if (entry.flags().contains("pubsub") && entry.name().endsWith("SUBSCRIBE")) {
			return (phase) -> "not captured";
		}
		if (BOTH_SIDES.contains(entry.name())) {
			return (phase) -> phase.journals() ? "both sides" : phase.authority().wireName();
		}
		List<CommandSample> samples = this.samples.get(entry.name());
		if (samples == null) {
			return (phase) -> "passed";
		}
		if (entry.reads()) {
			return (phase) -> read(entry, phase);
		}
		Expected expected = samples.get(0).expected();
		return (phase) -> expected.refused(phase) ? "refused"
				: (expected.runsOnSourceAlone() && phase.journals()) ? "source alone" : written(phase);
	}

	private boolean keyed(CommandCatalog.Entry entry) {
		return this.samples.getOrDefault(entry.name(), List.of())
			.stream()
			.anyMatch((sample) -> !sample.keys().isEmpty());
	}

	private String read(CommandCatalog.Entry entry, MigrationPhase phase) {
		if (phase.reads() == Reads.AUTHORITY || !keyed(entry) || entry.blocks() || entry.iterates()) {
			return phase.authority().wireName();
		}
		return ((phase.reads() == Reads.SHARED) ? phase.authority().other() : phase.authority()).wireName()
				+ (this.compared.test(entry) ? ", compared" : "");
	}

	private static String written(MigrationPhase phase) {
		return phase.authority().wireName() + switch (phase.writes()) {
			case PLAIN -> "";
			case JOURNALED -> ", copied";
			case AWAITED -> ", awaited";
			case REQUIRED -> ", required";
		};
	}

	private enum Kind {

		READ("Reads", ""), WRITE("Writes", ""), SCRIPT("Scripts and functions", ""),
		TRANSACTION("Transactions and databases", """
				What a MULTI block writes is journaled by one entry, right before its EXEC.

				"""),
		PUB_SUB("Publish and subscribe",
				"""
						Subscriptions use connections of another kind, which stay on the side on which they were opened. So messages
						go to both sides.

						"""),
		PASSED("Connection and server",
				"""
						Passed in every phase, to the side of the connection: source before `cutover`, target after. Nothing of it is
						journaled or copied.

						""");

		private final String title;

		private final String introduction;

		Kind(String title, String introduction) {
			this.title = title;
			this.introduction = introduction;
		}

	}

	private static Map<String, String> remarks() {
		Map<String, String> remarks = new TreeMap<>();
		for (String name : List.of("EVAL", "EVALSHA", "FCALL")) {
			remarks.put(name, "without keys: source alone in `shadow`, then refused");
		}
		for (String name : List.of("KEYS", "SCAN", "DBSIZE", "RANDOMKEY")) {
			remarks.put(name, "the migration's own keys are left out");
		}
		for (String name : List.of("HSCAN", "SSCAN", "ZSCAN")) {
			remarks.put(name, "a cursor means something only to the server that gave it");
		}
		remarks.put("COPY", "with `DB`: the other database is not journaled");
		remarks.put("FCALL_RO", "on target the function must have been loaded");
		remarks.put("FLUSHALL", "key by key; this database only");
		remarks.put("FLUSHDB", "key by key, in `off`, too");
		remarks.put("MOVE", "the other database is not journaled; a cluster refuses it");
		remarks.put("PFCOUNT", "may store the count that it finds; no difference to whoever asks");
		String patterns = "with patterns, or when target is a cluster: source in `read-new`";
		remarks.put("SORT_RO", patterns);
		return remarks;
	}

	private static final String INTRODUCTION = """
			# Redis commands

			What becomes of each command of Redis 7.0 in each [phase](phases.md). What this page says of reads and writes is
			held by tests that run each of them: `RedisEveryCommandIntegrationTests` and `RedisEveryReadIntegrationTests`.
			The second of them also writes this page.

			| word | meaning |
			|---|---|
			| source, target | the side that answers, alone |
			| compared | a sample is repeated on both sides in the background and compared |
			| copied | journaled; the relay copies the keys to the other side in the background |
			| awaited | copied, and it returns when the other side has it; `mirror.on-failure` says what happens if not |
			| required | copied, and it fails if the other side does not have it in time, unless `stale-reads: allow` |
			| source alone | not journaled; counted, and the gate `unsupported` closes |
			| both sides | the authority answers; the other side gets it, too |
			| passed | to the side of the connection, unaltered |
			| refused | fails with `OperationRefusedException`; nothing was touched |
			| not captured | does not pass the starter |

			In `read-new` the share `read-share` of the reads goes to target, the rest to source. The server itself answers
			for a command that it does not know. One that it has learnt since its table was read is source alone in `shadow`,
			and refused later.
			""";

}
