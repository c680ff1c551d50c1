package io.migration.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.CommandOutput;
import org.jspecify.annotations.Nullable;

/**
 * A reply as the client's decoder tells it, step by step: types, nesting and bytes. Two
 * replies with the same steps cannot be told apart by any other output.
 */
final class RawReply extends CommandOutput<byte[], byte[], List<String>> {

	RawReply() {
		super(ByteArrayCodec.INSTANCE, new ArrayList<>());
	}

	/**
	 * Return the steps, or the error alone.
	 */
	List<String> steps() {
		return hasError() ? List.of("error " + getError()) : List.copyOf(get());
	}

	@Override
	public void set(@Nullable ByteBuffer bytes) {
		step("bulk", text(bytes));
	}

	@Override
	public void setSingle(@Nullable ByteBuffer bytes) {
		set(bytes);
	}

	@Override
	public void setBigNumber(@Nullable ByteBuffer bytes) {
		step("big number", text(bytes));
	}

	@Override
	public void set(long integer) {
		step("integer", integer);
	}

	@Override
	public void set(double number) {
		step("double", number);
	}

	@Override
	public void set(boolean value) {
		step("boolean", value);
	}

	@Override
	public void multiArray(int count) {
		step("array", count);
	}

	@Override
	public void multiPush(int count) {
		step("push", count);
	}

	@Override
	public void multiMap(int count) {
		step("map", count);
	}

	@Override
	public void multiSet(int count) {
		step("set", count);
	}

	@Override
	public void complete(int depth) {
		step("complete", depth);
	}

	private void step(String type, @Nullable Object value) {
		get().add(type + " " + value);
	}

	private static @Nullable String text(@Nullable ByteBuffer bytes) {
		return (bytes != null) ? StandardCharsets.ISO_8859_1.decode(bytes.duplicate()).toString() : null;
	}

}
