package io.migration.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import io.lettuce.core.protocol.ProtocolKeyword;
import io.migration.mirror.BackgroundWork;
import io.migration.mirror.Comparisons;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.SampleRate;

/**
 * Repeats a sample of the reads on both sides in the background and compares the raw
 * replies. Both sides are asked anew: the caller's own reply may be older than the copy.
 * <p>
 * A difference counts only if it is still there after the relay has had time to pass, in
 * several looks; keys that change all the time, or that were not copied yet, count as
 * skipped.
 */
final class ReadComparison implements ReadSampler {

	private static final int LOOKS = 6;

	private static final Set<String> UNFIT = Set.of("DUMP", "TOUCH", "SCAN", "SSCAN", "HSCAN", "ZSCAN", "RANDOMKEY",
			"SRANDMEMBER", "HRANDFIELD", "ZRANDMEMBER", "KEYS", "DBSIZE", "XREAD", "LOLWUT", "MEMORY|USAGE");

	private static final Map<String, Long> TIME_TOLERANCE = Map.of("TTL", 1L, "EXPIRETIME", 1L, "PTTL", 1000L,
			"PEXPIRETIME", 1000L);

	private final PlainConnection source;

	private final PlainConnection target;

	private final Comparisons comparisons;

	private final BackgroundWork background;

	private final SampleRate sampleRate;

	private final Duration timeout;

	private final BooleanSupplier copyComplete;

	private final BooleanSupplier targetBroken;

	ReadComparison(PlainConnection source, PlainConnection target, Comparisons comparisons, BackgroundWork background,
			double sampleRate, Duration timeout, BooleanSupplier copyComplete, BooleanSupplier targetBroken) {
		this.source = source;
		this.target = target;
		this.comparisons = comparisons;
		this.background = background;
		this.sampleRate = new SampleRate(sampleRate);
		this.timeout = timeout;
		this.copyComplete = copyComplete;
		this.targetBroken = targetBroken;
	}

	@Override
	public boolean wants(CommandCatalog.Entry entry) {
		return this.sampleRate.takesNext() && (!entry.repliesAtRandom() || TIME_TOLERANCE.containsKey(entry.name()))
				&& !entry.name().startsWith("OBJECT|") && !entry.name().startsWith("XINFO|")
				&& !UNFIT.contains(entry.name()) && !this.targetBroken.getAsBoolean();
	}

	@Override
	public void sample(CommandCatalog.Entry entry, WireArguments arguments) {
		this.background.submit(() -> compare(entry, arguments.arguments()));
	}

	private void compare(CommandCatalog.Entry entry, List<byte[]> command) {
		try {
			Object previous = null;
			boolean changing = false;
			for (int look = 0; look < LOOKS; look++) {
				if (look > 0) {
					TimeUnit.MILLISECONDS.sleep(10L << look);
				}
				CompletableFuture<List<Object>> fromSource = ask(this.source, command);
				CompletableFuture<List<Object>> fromTarget = ask(this.target, command);
				List<Object> expected = answer(fromSource);
				if (equal(entry, expected, answer(fromTarget))) {
					this.comparisons.count(Result.MATCH);
					return;
				}
				Object seen = comparable(expected);
				changing = previous != null && !previous.equals(seen);
				previous = seen;
			}
			if (changing) {
				this.comparisons.count(Result.SKIPPED);
				return;
			}
			if (!this.copyComplete.getAsBoolean() && missingOnTarget(entry, command)) {
				this.comparisons.count(Result.SKIPPED);
				return;
			}
			this.comparisons.mismatch(
					new Comparisons.Divergence(keyOf(entry, command), entry.name() + " differs", Instant.now(), false));
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		catch (Exception ex) {
			this.comparisons.count(Result.ERROR);
		}
	}

	private static String keyOf(CommandCatalog.Entry entry, List<byte[]> command) {
		List<byte[]> keys = entry.keys(command, false);
		return (keys == null || keys.isEmpty()) ? "" : new String(keys.get(0), StandardCharsets.UTF_8);
	}

	private static boolean equal(CommandCatalog.Entry entry, List<Object> expected, List<Object> found) {
		Long tolerance = TIME_TOLERANCE.get(entry.name());
		if (tolerance != null && expected.get(0) instanceof Long one && found.get(0) instanceof Long other && one > 0
				&& other > 0) {
			return Math.abs(one - other) <= tolerance;
		}
		boolean pairs = entry.name().equals("HGETALL");
		return (pairs || entry.repliesInAnyOrder()) ? bag(expected, pairs).equals(bag(found, pairs))
				: comparable(expected).equals(comparable(found));
	}

	private boolean missingOnTarget(CommandCatalog.Entry entry, List<byte[]> command) throws Exception {
		List<byte[]> keys = entry.keys(command, false);
		if (keys == null) {
			return false;
		}
		for (byte[] key : keys) {
			List<byte[]> exists = List.of(RedisKeys.bytes("EXISTS"), key);
			if (answer(ask(this.target, exists)).equals(List.of(0L))
					&& answer(ask(this.source, exists)).equals(List.of(1L))) {
				return true;
			}
		}
		return false;
	}

	private static CompletableFuture<List<Object>> ask(PlainConnection side, List<byte[]> command) {
		return side.raw(new Keyword(new String(command.get(0), StandardCharsets.US_ASCII)),
				command.subList(1, command.size()));
	}

	private List<Object> answer(CompletableFuture<List<Object>> reply) throws Exception {
		return reply.get(this.timeout.toNanos(), TimeUnit.NANOSECONDS);
	}

	private static List<Object> comparable(List<?> reply) {
		List<Object> comparable = new ArrayList<>(reply.size());
		for (Object item : reply) {
			comparable.add((item instanceof byte[] bytes) ? ByteBuffer.wrap(bytes)
					: (item instanceof List<?> nested) ? comparable(nested) : String.valueOf(item));
		}
		return comparable;
	}

	private static Map<Object, Integer> bag(List<?> reply, boolean pairs) {
		List<Object> items = comparable((reply.size() == 1 && reply.get(0) instanceof List<?> nested) ? nested : reply);
		Map<Object, Integer> bag = new HashMap<>();
		for (int i = 0; i < items.size(); i += pairs ? 2 : 1) {
			bag.merge(pairs ? items.subList(i, Math.min(i + 2, items.size())) : items.get(i), 1, Integer::sum);
		}
		return bag;
	}

	/**
	 * A command by its name, as it came.
	 *
	 * @param command the name
	 */
	private record Keyword(String command) implements ProtocolKeyword {

		@Override
		public byte[] getBytes() {
			return RedisKeys.bytes(this.command);
		}

		@Override
		public String toString() {
			return this.command;
		}

	}

}
