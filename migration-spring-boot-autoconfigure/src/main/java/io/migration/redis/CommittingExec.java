package io.migration.redis;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;

/**
 * The EXEC of a MULTI block; who waits for it is told later.
 */
final class CommittingExec<K, V, T> extends CommandWrapper<K, V, T> {

	private final Runnable executed;

	private final Consumer<Throwable> failed;

	private final AtomicBoolean answered = new AtomicBoolean();

	private final ExecReply<K, V, T> reply;

	CommittingExec(RedisCommand<K, V, T> command, Runnable executed, Consumer<Throwable> failed) {
		super(command);
		this.executed = executed;
		this.failed = failed;
		this.reply = new ExecReply<>(command.getOutput());
	}

	@Override
	public CommandOutput<K, V, T> getOutput() {
		return this.reply;
	}

	@Override
	public boolean isDone() {
		return this.answered.get() || super.isDone();
	}

	@Override
	public void complete() {
		if (!this.answered.compareAndSet(false, true)) {
			return;
		}
		CommandOutput<K, V, T> output = getOutput();
		if (output.hasError()) {
			this.failed.accept(new RedisCommandExecutionException(output.getError()));
			return;
		}
		String lost = this.reply.journalError();
		if (lost != null) {
			this.failed.accept(new WriteUnit.JournalLostException(lost));
			return;
		}
		this.executed.run();
	}

	@Override
	public boolean completeExceptionally(Throwable failure) {
		if (!this.answered.compareAndSet(false, true)) {
			return false;
		}
		this.failed.accept(failure);
		return true;
	}

	@Override
	public void cancel() {
		completeExceptionally(new CancellationException());
	}

}
