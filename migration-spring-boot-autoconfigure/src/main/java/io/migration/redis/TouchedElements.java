package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Which elements of its keys a write touches, where its arguments tell: so the relay need
 * not copy a large hash, set or sorted set whole. A command that is not listed touches
 * whole keys, which is always right.
 *
 * @param kind {@code h}, {@code s} or {@code z}, or {@code x} if the write changes the
 * expiry alone
 * @param elements the elements
 */
record TouchedElements(byte kind, List<byte[]> elements) {

	/** Above this the names of the elements cost more than they save. */
	private static final int MOST = 1000;

	private static final Set<String> ZADD_OPTIONS = Set.of("NX", "XX", "GT", "LT", "CH", "INCR");

	/**
	 * Find the elements that a command touches.
	 * @param arguments its arguments, the name first
	 * @return the elements, {@code null} if it may touch any
	 */
	static @Nullable TouchedElements of(List<byte[]> arguments) {
		if (arguments.size() < 2) {
			return null;
		}
		return switch (text(arguments.get(0))) {
			case "HSET", "HMSET" -> of('h', arguments, 2, 2);
			case "HSETNX", "HINCRBY", "HINCRBYFLOAT" -> one('h', arguments, 2);
			case "HDEL" -> of('h', arguments, 2, 1);
			case "SADD", "SREM" -> of('s', arguments, 2, 1);
			case "SMOVE" -> one('s', arguments, 3);
			case "ZINCRBY" -> one('z', arguments, 3);
			case "ZREM" -> of('z', arguments, 2, 1);
			case "ZADD" -> scored(arguments);
			case "EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT", "PERSIST" ->
				new TouchedElements((byte) 'x', List.of(new byte[0]));
			default -> null;
		};
	}

	private static @Nullable TouchedElements scored(List<byte[]> arguments) {
		int first = 2;
		while (first < arguments.size() && ZADD_OPTIONS.contains(text(arguments.get(first)))) {
			first++;
		}
		return of('z', arguments, first + 1, 2);
	}

	private static @Nullable TouchedElements one(char kind, List<byte[]> arguments, int index) {
		return (index < arguments.size()) ? new TouchedElements((byte) kind, List.of(arguments.get(index))) : null;
	}

	private static @Nullable TouchedElements of(char kind, List<byte[]> arguments, int first, int step) {
		int count = (arguments.size() - first + step - 1) / step;
		if (count < 1 || count > MOST) {
			return null;
		}
		List<byte[]> elements = new ArrayList<>(count);
		for (int i = first; i < arguments.size(); i += step) {
			elements.add(arguments.get(i));
		}
		return new TouchedElements((byte) kind, elements);
	}

	private static String text(byte[] argument) {
		return new String(argument, StandardCharsets.US_ASCII).toUpperCase(Locale.ROOT);
	}

}
