package io.migration.redis;

import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The state of a key at one moment, as {@code state.lua} reads and
 * {@code apply-states.lua} takes it: the whole value, or some elements of a large one, or
 * that the key is absent; always with the absolute time of expiry.
 *
 * @param key the key
 * @param arguments the state, encoded for the script that writes it
 */
record KeyState(byte[] key, List<byte[]> arguments) {

	private static final byte[] ZERO = RedisKeys.bytes("0");

	private static final byte[] ONE = RedisKeys.bytes("1");

	/**
	 * Translate what the reading script returned into what the writing script takes.
	 * @param reply one state
	 * @return the state
	 */
	static KeyState of(List<?> reply) {
		List<byte[]> arguments = new ArrayList<>();
		byte[] kind = bytes(reply.get(1));
		arguments.add(kind);
		switch (kind[0]) {
			case 'd' -> {
				// there is no more to say
			}
			case 'v' -> {
				arguments.add(bytes(reply.get(2)));
				arguments.add(bytes(reply.get(3)));
			}
			case 't' -> byType(reply, arguments);
			default -> elements(reply, arguments, kind[0]);
		}
		return new KeyState(bytes(reply.get(0)), arguments);
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
