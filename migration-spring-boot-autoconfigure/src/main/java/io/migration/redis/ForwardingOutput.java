package io.migration.redis;

import java.nio.ByteBuffer;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;

/**
 * Hands a reply on to another output, for those who change it on its way.
 */
abstract class ForwardingOutput<K, V, T> extends CommandOutput<K, V, T> {

	private final CommandOutput<K, V, T> caller;

	@SuppressWarnings("unchecked")
	ForwardingOutput(CommandOutput<K, V, T> caller) {
		super((RedisCodec<K, V>) (RedisCodec<?, ?>) ByteArrayCodec.INSTANCE, caller.get());
		this.caller = caller;
	}

	@Override
	public T get() {
		return this.caller.get();
	}

	@Override
	public void set(ByteBuffer bytes) {
		this.caller.set(bytes);
	}

	@Override
	public void setSingle(ByteBuffer bytes) {
		this.caller.setSingle(bytes);
	}

	@Override
	public void setBigNumber(ByteBuffer bytes) {
		this.caller.setBigNumber(bytes);
	}

	@Override
	public void set(long integer) {
		this.caller.set(integer);
	}

	@Override
	public void set(double number) {
		this.caller.set(number);
	}

	@Override
	public void set(boolean value) {
		this.caller.set(value);
	}

	@Override
	public void setError(ByteBuffer error) {
		this.caller.setError(error);
	}

	@Override
	public void setError(String error) {
		this.caller.setError(error);
	}

	@Override
	public boolean hasError() {
		return this.caller.hasError();
	}

	@Override
	public String getError() {
		return this.caller.getError();
	}

	@Override
	public void multi(int count) {
		this.caller.multi(count);
	}

	@Override
	public void multiArray(int count) {
		this.caller.multiArray(count);
	}

	@Override
	public void multiPush(int count) {
		this.caller.multiPush(count);
	}

	@Override
	public void multiMap(int count) {
		this.caller.multiMap(count);
	}

	@Override
	public void multiSet(int count) {
		this.caller.multiSet(count);
	}

	@Override
	public void complete(int depth) {
		this.caller.complete(depth);
	}

}
