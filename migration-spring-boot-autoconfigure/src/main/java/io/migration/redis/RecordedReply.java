package io.migration.redis;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import org.jspecify.annotations.Nullable;

/**
 * A reply as it was decoded, to be looked at before it is handed on.
 */
final class RecordedReply extends CommandOutput<byte[], byte[], Object> {

	private final List<Consumer<CommandOutput<?, ?, ?>>> events = new ArrayList<>();

	private boolean nil = true;

	private byte @Nullable [] single;

	private @Nullable Long number;

	RecordedReply() {
		super(ByteArrayCodec.INSTANCE, "");
	}

	/**
	 * Return whether the reply is the absence of a value.
	 */
	boolean isNil() {
		return this.nil && !hasError();
	}

	/**
	 * Return the reply if it is a string.
	 */
	byte @Nullable [] single() {
		return this.single;
	}

	/**
	 * Return the reply if it is a number.
	 */
	@Nullable Long number() {
		return this.number;
	}

	/**
	 * Hand the reply on.
	 * @param output where to
	 */
	void replay(CommandOutput<?, ?, ?> output) {
		this.events.forEach((event) -> event.accept(output));
	}

	/**
	 * Hand on the absence of a value, as the protocol has it since version 3.
	 * @param output where to
	 */
	static void replayNil(CommandOutput<?, ?, ?> output) {
		output.set((ByteBuffer) null);
		output.complete(0);
	}

	private void record(boolean value, Consumer<CommandOutput<?, ?, ?>> event) {
		this.nil &= !value;
		this.events.add(event);
	}

	/**
	 * The buffer is the connection's, and is used again.
	 */
	private static @Nullable ByteBuffer copy(@Nullable ByteBuffer bytes) {
		return (bytes == null) ? null : ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
	}

	@Override
	public void set(ByteBuffer bytes) {
		ByteBuffer copy = copy(bytes);
		this.single = (copy != null) ? copy.array() : null;
		record(copy != null, (output) -> output.set(copy));
	}

	@Override
	public void setSingle(ByteBuffer bytes) {
		ByteBuffer copy = copy(bytes);
		record(true, (output) -> output.setSingle(copy));
	}

	@Override
	public void setBigNumber(ByteBuffer bytes) {
		ByteBuffer copy = copy(bytes);
		record(true, (output) -> output.setBigNumber(copy));
	}

	@Override
	public void set(long integer) {
		this.number = integer;
		record(true, (output) -> output.set(integer));
	}

	@Override
	public void set(double number) {
		record(true, (output) -> output.set(number));
	}

	@Override
	public void set(boolean value) {
		record(true, (output) -> output.set(value));
	}

	@Override
	public void setError(ByteBuffer error) {
		ByteBuffer copy = copy(error);
		super.setError(error);
		record(true, (output) -> output.setError(copy));
	}

	@Override
	public void setError(String error) {
		super.setError(error);
		record(true, (output) -> output.setError(error));
	}

	@Override
	public void multi(int count) {
		record(count >= 0, (output) -> output.multi(count));
	}

	@Override
	public void multiArray(int count) {
		record(count >= 0, (output) -> output.multiArray(count));
	}

	@Override
	public void multiPush(int count) {
		record(count >= 0, (output) -> output.multiPush(count));
	}

	@Override
	public void multiMap(int count) {
		record(count >= 0, (output) -> output.multiMap(count));
	}

	@Override
	public void multiSet(int count) {
		record(count >= 0, (output) -> output.multiSet(count));
	}

	@Override
	public void complete(int depth) {
		this.events.add((output) -> output.complete(depth));
	}

}
