package io.migration.redis;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;
import org.jspecify.annotations.Nullable;

/**
 * The EXEC of a MULTI block, or another command that does all that a write has to do; who
 * waits for it is told later.
 */
final class CommittingExec<K, V, T> extends CommandWrapper<K, V, T> {

	private final Runnable executed;

	private final Consumer<Throwable> failed;

	private final AtomicBoolean answered = new AtomicBoolean();

	private final @Nullable ExecReply<K, V, T> reply;

	/**
	 * Create a command.
	 * @param command the caller's command
	 * @param journaled whether the last element of its reply is that of a journal entry
	 * @param executed runs when it was executed
	 * @param failed told why it was not
	 */
	CommittingExec(RedisCommand<K, V, T> command, boolean journaled, Runnable executed, Consumer<Throwable> failed) {
		super(command);
		this.executed = executed;
		this.failed = failed;
		this.reply = journaled ? new ExecReply<>(command.getOutput()) : null;
	}

	@Override
	public CommandOutput<K, V, T> getOutput() {
		return (this.reply != null) ? this.reply : super.getOutput();
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
		if (output != null && output.hasError()) {
			this.failed.accept(new RedisCommandExecutionException(output.getError()));
			return;
		}
		String lost = (this.reply != null) ? this.reply.journalError() : null;
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
