package io.migration.redis;

import java.util.Arrays;

/**
 * Commands that are being encoded, next to each other in one array: cheaper on the hot
 * path than a buffer for each.
 */
final class Wire {

	private static final int LONGEST_NUMBER = 13;

	private byte[] bytes;

	private int end;

	Wire(int expected) {
		this.bytes = new byte[expected];
	}

	/**
	 * Append bytes that are encoded already.
	 * @param encoded the bytes
	 */
	void put(byte[] encoded) {
		require(encoded.length);
		System.arraycopy(encoded, 0, this.bytes, this.end, encoded.length);
		this.end += encoded.length;
	}

	/**
	 * Append the number of arguments of the command that follows.
	 * @param arguments the number, the command's name included
	 */
	void command(int arguments) {
		header('*', arguments);
	}

	/**
	 * Append an argument.
	 * @param argument the argument
	 */
	void argument(byte[] argument) {
		header('$', argument.length);
		require(argument.length + 2);
		System.arraycopy(argument, 0, this.bytes, this.end, argument.length);
		this.end += argument.length;
		this.bytes[this.end++] = '\r';
		this.bytes[this.end++] = '\n';
	}

	private void header(char marker, int number) {
		require(LONGEST_NUMBER);
		this.bytes[this.end++] = (byte) marker;
		if (number < 10) {
			this.bytes[this.end++] = (byte) ('0' + number);
			this.bytes[this.end++] = '\r';
			this.bytes[this.end++] = '\n';
			return;
		}
		int digits = 2;
		for (int rest = number; rest >= 100; rest /= 10) {
			digits++;
		}
		for (int i = this.end + digits - 1, rest = number; i >= this.end; i--, rest /= 10) {
			this.bytes[i] = (byte) ('0' + rest % 10);
		}
		this.end += digits;
		this.bytes[this.end++] = '\r';
		this.bytes[this.end++] = '\n';
	}

	private void require(int more) {
		if (this.bytes.length - this.end < more) {
			this.bytes = Arrays.copyOf(this.bytes, Math.max(2 * this.bytes.length, this.end + more));
		}
	}

	/**
	 * Return what was encoded.
	 * @return the bytes
	 */
	byte[] bytes() {
		return (this.end == this.bytes.length) ? this.bytes : Arrays.copyOf(this.bytes, this.end);
	}

}
