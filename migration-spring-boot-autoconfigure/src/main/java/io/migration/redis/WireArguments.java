package io.migration.redis;

import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * A command as it goes over the wire, encoded once: some arguments can be read only once.
 *
 * @param wire the encoded command
 * @param arguments the arguments, the command's name first
 */
record WireArguments(byte[] wire, List<byte[]> arguments) {

	static WireArguments of(RedisCommand<?, ?, ?> command) {
		ByteBuf buffer = Unpooled.buffer(128);
		command.encode(buffer);
		byte[] wire = new byte[buffer.readableBytes()];
		buffer.readBytes(wire);
		return new WireArguments(wire, parse(wire));
	}

	static WireArguments of(List<byte[]> arguments) {
		Wire wire = new Wire(128);
		wire.command(arguments.size());
		arguments.forEach(wire::argument);
		return new WireArguments(wire.bytes(), List.copyOf(arguments));
	}

	/**
	 * Parse an array of bulk strings, the one form in which clients send commands.
	 */
	static List<byte[]> parse(byte[] wire) {
		int[] position = { 0 };
		int count = number(wire, position, '*');
		List<byte[]> arguments = new ArrayList<>(count);
		for (int i = 0; i < count; i++) {
			int length = number(wire, position, '$');
			byte[] argument = new byte[length];
			System.arraycopy(wire, position[0], argument, 0, length);
			position[0] += length + 2;
			arguments.add(argument);
		}
		return arguments;
	}

	private static int number(byte[] wire, int[] position, char marker) {
		int at = position[0];
		if (wire[at++] != marker) {
			throw new IllegalArgumentException("not a command on the wire");
		}
		int number = 0;
		while (wire[at] != '\r') {
			number = number * 10 + (wire[at++] - '0');
		}
		position[0] = at + 2;
		return number;
	}

}
