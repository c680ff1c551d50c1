package io.migration.redis;

import java.util.concurrent.atomic.AtomicBoolean;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.output.VoidOutput;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;

/**
 * A read that the authority answers when target does not.
 */
final class FallbackRead<K, V, T> extends CommandWrapper<K, V, T> {

	private final RedisChannelWriter authority;

	private final AtomicBoolean fallen = new AtomicBoolean();

	@SuppressWarnings("unchecked")
	private final CommandOutput<K, V, T> discarded = (CommandOutput<K, V, T>) (CommandOutput<?, ?, ?>) new VoidOutput<>();

	FallbackRead(RedisCommand<K, V, T> command, RedisChannelWriter authority) {
		super(command);
		this.authority = authority;
	}

	@Override
	public boolean completeExceptionally(Throwable failure) {
		if (this.command.isDone() || !this.fallen.compareAndSet(false, true)) {
			return false;
		}
		this.command.getOutput().setError((String) null);
		this.authority.write(this.command);
		return true;
	}

	/**
	 * A late reply of target must not get into the reply of the authority.
	 */
	@Override
	public CommandOutput<K, V, T> getOutput() {
		return this.fallen.get() ? this.discarded : super.getOutput();
	}

	@Override
	public void complete() {
		if (!this.fallen.get()) {
			super.complete();
		}
	}

	@Override
	public boolean isDone() {
		return this.fallen.get() || super.isDone();
	}

}
