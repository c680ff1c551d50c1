package io.migration.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import org.jspecify.annotations.Nullable;

/**
 * Takes a reply as it is nested: an element is {@code byte[]}, {@code Long}, a list, a
 * {@link Failure} or {@code null}. An error within an array leaves the others be.
 */
final class NestedReply extends CommandOutput<byte[], byte[], Object> {

	private final Deque<Open> open = new ArrayDeque<>(4);

	private @Nullable Object reply;

	NestedReply() {
		super(ByteArrayCodec.INSTANCE, "");
	}

	/**
	 * Return the reply.
	 * @return the reply
	 */
	@Nullable Object reply() {
		return this.reply;
	}

	/**
	 * Require that a reply is a list.
	 * @param reply a reply, or an element of one
	 * @return the list
	 * @throws RedisException if it is an error, or something else
	 */
	static List<?> list(@Nullable Object reply) {
		if (reply instanceof Failure failure) {
			throw new RedisCommandExecutionException(failure.message());
		}
		if (reply instanceof List<?> list) {
			return list;
		}
		throw new RedisException("the server answered something else than a list: " + reply);
	}

	private void add(@Nullable Object value) {
		Object item = value;
		while (true) {
			Open innermost = this.open.peek();
			if (innermost == null) {
				this.reply = item;
				return;
			}
			innermost.items().add(item);
			if (innermost.items().size() < innermost.count()) {
				return;
			}
			item = this.open.pop().items();
		}
	}

	@Override
	public void multi(int count) {
		if (count < 0) {
			add(null);
		}
		else if (count == 0) {
			add(List.of());
		}
		else {
			this.open.push(new Open(count, new ArrayList<>(count)));
		}
	}

	@Override
	public void set(@Nullable ByteBuffer bytes) {
		add(copy(bytes));
	}

	@Override
	public void setSingle(ByteBuffer bytes) {
		add(copy(bytes));
	}

	@Override
	public void setBigNumber(ByteBuffer bytes) {
		add(copy(bytes));
	}

	/**
	 * The buffer is the connection's, and is used again.
	 */
	static byte @Nullable [] copy(@Nullable ByteBuffer bytes) {
		if (bytes == null) {
			return null;
		}
		byte[] copy = new byte[bytes.remaining()];
		bytes.duplicate().get(copy);
		return copy;
	}

	@Override
	public void set(long integer) {
		add(integer);
	}

	@Override
	public void set(double number) {
		add(RedisKeys.bytes(String.valueOf(number)));
	}

	@Override
	public void set(boolean value) {
		add(value ? 1L : 0L);
	}

	@Override
	public void setError(ByteBuffer error) {
		String message = StandardCharsets.UTF_8.decode(error.duplicate()).toString();
		if (this.open.isEmpty()) {
			super.setError(message);
		}
		add(new Failure(message));
	}

	private record Open(int count, List<@Nullable Object> items) {

	}

	/**
	 * An error in the place of an element.
	 *
	 * @param message what the server says
	 */
	record Failure(String message) {

	}

}
