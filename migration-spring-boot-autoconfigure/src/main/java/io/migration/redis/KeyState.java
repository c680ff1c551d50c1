package io.migration.redis;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The state of a key at one moment, as {@link StateReader} reads and {@link StateWriter}
 * writes it: the whole value, or some elements of a large one, or that the key is absent;
 * always with the absolute time of expiry.
 *
 * @param key the key
 * @param arguments the state, encoded for the script that writes it
 */
record KeyState(byte[] key, List<byte[]> arguments) {

	private static final byte[] ZERO = RedisKeys.bytes("0");

	private static final long NOT_THERE = -2;

	private static final byte[] ONE = RedisKeys.bytes("1");

	private static final byte[] ABSENT = { 'd' };

	private static final byte[] SERIALIZED = { 'v' };

	/**
	 * Return the state of a whole key.
	 * @param key the key
	 * @param expiry what {@code PEXPIRETIME} answered: milliseconds, negative if it does
	 * not expire or is not there
	 * @param dump what {@code DUMP} answered, {@code null} if the key is not there
	 * @return the state
	 */
	static KeyState whole(byte[] key, @Nullable Object expiry, @Nullable Object dump) {
		long time = (expiry instanceof Long number) ? number : NOT_THERE;
		if (time == NOT_THERE || dump == null) {
			return new KeyState(key, List.of(ABSENT));
		}
		return new KeyState(key,
				List.of(SERIALIZED, (time > 0) ? RedisKeys.bytes(String.valueOf(time)) : ZERO, bytes(dump)));
	}

	/**
	 * Translate what a reading script returned into what the writing script takes.
	 * @param reply one state
	 * @return the state
	 */
	static KeyState of(List<?> reply) {
		byte[] key = bytes(reply.get(0));
		byte[] kind = bytes(reply.get(1));
		switch (kind[0]) {
			case 'd' -> {
				return whole(key, NOT_THERE, null);
			}
			case 'v' -> {
				return whole(key, reply.get(2), reply.get(3));
			}
			default -> {
				List<byte[]> arguments = new ArrayList<>();
				arguments.add(kind);
				if (kind[0] == 't') {
					byType(reply, arguments);
				}
				else {
					elements(reply, arguments, kind[0]);
				}
				return new KeyState(key, arguments);
			}
		}
	}

	/**
	 * Return whether the key is not there.
	 */
	boolean absent() {
		return this.arguments.get(0)[0] == 'd';
	}

	/**
	 * Return whether this is the whole value as the server serializes it; the arguments
	 * are the time of expiry and the value then.
	 */
	boolean serialized() {
		return this.arguments.get(0)[0] == 'v';
	}

	/**
	 * Return how many bytes the state has, about.
	 */
	long size() {
		long size = this.key.length;
		for (byte[] argument : this.arguments) {
			size += argument.length;
		}
		return size;
	}

	/**
	 * Return whether only some elements are known.
	 */
	boolean partial() {
		byte kind = this.arguments.get(0)[0];
		return kind == 'h' || kind == 's' || kind == 'z';
	}

	private static void elements(List<?> reply, List<byte[]> arguments, byte kind) {
		List<?> members = (List<?>) required(reply.get(4));
		List<?> values = (List<?>) required(reply.get(5));
		List<?> expiries = (List<?>) required(reply.get(6));
		arguments.add(bytes(reply.get(2)));
		arguments.add(bytes(reply.get(3)));
		arguments.add(bytes(members.size()));
		for (int i = 0; i < members.size(); i++) {
			arguments.add(bytes(members.get(i)));
			arguments.add((i < expiries.size()) ? bytes(expiries.get(i)) : ZERO);
			Object value = values.get(i);
			boolean present = value != null && !(kind == 's' && Long.valueOf(0).equals(value));
			arguments.add(present ? ONE : ZERO);
			if (present) {
				arguments.add(bytes(value));
			}
		}
	}

	private static void byType(List<?> reply, List<byte[]> arguments) {
		byte[] type = bytes(reply.get(3));
		arguments.add(bytes(reply.get(2)));
		arguments.add(type);
		Object content = reply.get(4);
		if (type.length == "stream".length() && type[2] == 'r' && content instanceof List<?> stream) {
			stream(stream, arguments);
		}
		else {
			list((content instanceof List<?> items) ? items : (content != null) ? List.of(content) : List.of(),
					arguments);
		}
	}

	private static void stream(List<?> content, List<byte[]> arguments) {
		List<?> entries = (List<?>) required(content.get(0));
		arguments.add(bytes(entries.size()));
		for (Object entry : entries) {
			List<?> parts = (List<?>) entry;
			arguments.add(bytes(parts.get(0)));
			list((List<?>) required(parts.get(1)), arguments);
		}
		arguments.add(bytes(content.get(1)));
		List<?> groups = (List<?>) required(content.get(2));
		arguments.add(bytes(groups.size()));
		for (Object item : groups) {
			List<?> group = (List<?>) item;
			arguments.add(bytes(group.get(0)));
			arguments.add(bytes(group.get(1)));
			list((List<?>) required(group.get(2)), arguments);
			List<?> pending = (List<?>) required(group.get(3));
			arguments.add(bytes(pending.size()));
			for (Object claim : pending) {
				((List<?>) claim).forEach((part) -> arguments.add(bytes(part)));
			}
		}
	}

	private static void list(List<?> items, List<byte[]> arguments) {
		arguments.add(bytes(items.size()));
		items.forEach((item) -> arguments.add(bytes(item)));
	}

	private static Object required(@Nullable Object part) {
		if (part == null) {
			throw new IllegalArgumentException("a part of the state is missing");
		}
		return part;
	}

	private static byte[] bytes(@Nullable Object item) {
		Object present = required(item);
		return (present instanceof byte[] bytes) ? bytes : RedisKeys.bytes(String.valueOf(present));
	}

}
