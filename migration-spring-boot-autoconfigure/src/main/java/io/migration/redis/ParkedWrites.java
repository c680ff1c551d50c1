package io.migration.redis;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import io.lettuce.core.protocol.RedisCommand;
import io.migration.OperationRefusedException;
import io.migration.phase.CurrentPhase;

/**
 * Writes that wait until authority has moved, in the order in which they came. No thread
 * waits: the caller waits for its command as for any other.
 */
final class ParkedWrites {

	private static final int CAPACITY = 100_000;

	private final String migration;

	private final CurrentPhase phase;

	private final Duration longest;

	private final Queue<Parked> queue = new ArrayDeque<>();

	ParkedWrites(String migration, CurrentPhase phase, Duration longest) {
		this.migration = migration;
		this.phase = phase;
		this.longest = longest;
	}

	/**
	 * Park a command.
	 * @param writer the writer it came through
	 * @param command the command
	 */
	void park(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		synchronized (this.queue) {
			if (this.queue.size() >= CAPACITY) {
				command.completeExceptionally(new OperationRefusedException(this.migration,
						"more than %d writes wait for authority to move; try again later".formatted(CAPACITY)));
				return;
			}
			this.queue.add(new Parked(writer, command));
		}
		CompletableFuture.delayedExecutor(this.longest.toMillis(), TimeUnit.MILLISECONDS)
			.execute(() -> command.completeExceptionally(new OperationRefusedException(this.migration,
					"the write waited longer than cutover.max-park (%s) for authority to move; it was not executed, repeat it"
						.formatted(this.longest))));
		if (!this.phase.get().parksWrites()) {
			// opened between the caller's look and the queue
			release();
		}
	}

	/**
	 * Send the parked commands on their way, by the rules that hold now.
	 */
	void release() {
		List<Parked> released;
		synchronized (this.queue) {
			released = new ArrayList<>(this.queue);
			this.queue.clear();
		}
		released.forEach((parked) -> {
			if (!parked.command().isDone()) {
				parked.writer().write(parked.command());
			}
		});
	}

	int size() {
		synchronized (this.queue) {
			return this.queue.size();
		}
	}

	private record Parked(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {

	}

}
