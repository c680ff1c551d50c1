package io.migration.redis;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The arguments of {@link RedisLoad}.
 *
 * @param runs how often everything is measured
 * @param rounds how often each variant has its turn in a run
 * @param slice how long a turn lasts
 * @param warmUp how long each variant runs before the first run
 * @param threads numbers of threads
 * @param loads what is done
 * @param variants what is compared
 * @param sourceCluster whether source is a cluster
 * @param targetCluster whether target is a cluster
 * @param profile whether to say where the time goes instead
 */
record LoadOptions(int runs, int rounds, Duration slice, Duration warmUp, List<Integer> threads, List<Workload> loads,
		List<String> variants, boolean sourceCluster, boolean targetCluster, boolean profile) {

	static final String USAGE = """
			--runs 1                      how often everything is measured: median (smallest to largest)
			--rounds 3                    turns of each variant in a run
			--seconds 2                   length of a turn; with --profile of the measurement (10)
			--warm-up 15                  seconds for each variant, with the most threads, before anything is measured
			--threads 1,8,32              callers
			--loads set,mixed,set-hot,mixed-hot
			--variants lettuce,template,off,shadow,dual-write,read-new,both
			--relay-elsewhere             also shadow-elsewhere and dual-write-elsewhere: another process has the relay
			--source standalone           or cluster
			--target standalone           or cluster
			--profile                     where the time goes, with the most threads, in template, shadow, dual-write
			--quick                       a minute, to see that it works
			""";

	static LoadOptions parse(String... arguments) {
		Arguments given = new Arguments(arguments);
		boolean quick = given.has("--quick");
		boolean profile = given.has("--profile");
		List<String> variants = new ArrayList<>(given.list("--variants",
				profile ? LoadVariant.RAW + ",shadow,dual-write" : String.join(",", LoadVariant.STANDARD)));
		if (given.has("--relay-elsewhere")) {
			variants.addAll(LoadVariant.ELSEWHERE);
		}
		String seconds = profile ? (quick ? "3" : "10") : (quick ? "0.3" : "2");
		LoadOptions options = new LoadOptions(given.number("--runs", 1), given.number("--rounds", quick ? 1 : 3),
				given.seconds("--seconds", seconds), given.seconds("--warm-up", quick ? "1" : "15"),
				given.list("--threads", "1,8,32").stream().map(Integer::valueOf).toList(),
				given.list("--loads", profile ? "set,mixed" : "set,mixed,set-hot,mixed-hot")
					.stream()
					.map(Workload::of)
					.toList(),
				variants, given.cluster("--source"), given.cluster("--target"), profile);
		given.end();
		return options;
	}

}
