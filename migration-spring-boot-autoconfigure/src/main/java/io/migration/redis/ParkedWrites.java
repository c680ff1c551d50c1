package io.migration.redis;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.lettuce.core.protocol.RedisCommand;
import io.migration.OperationRefusedException;

/**
 * Bounds what waits while authority moves: how many commands, and for how long. They wait
 * in the order of their connection, in {@link MigratingChannelWriter}; no thread waits,
 * the caller waits for its command as for any other.
 */
final class ParkedWrites {

	private static final int CAPACITY = 100_000;

	private final String migration;

	private final Duration longest;

	private final AtomicInteger size = new AtomicInteger();

	ParkedWrites(String migration, Duration longest) {
		this.migration = migration;
		this.longest = longest;
	}

	/**
	 * Take a place for a command.
	 * @param command the command
	 * @return the place; a command that finds none has failed
	 */
	Parked park(RedisCommand<?, ?, ?> command) {
		Parked parked = new Parked(command);
		if (this.size.incrementAndGet() > CAPACITY) {
			fail(parked, "more than %d commands wait for authority to move".formatted(CAPACITY));
			return parked;
		}
		CompletableFuture.delayedExecutor(this.longest.toMillis(), TimeUnit.MILLISECONDS)
			.execute(() -> fail(parked,
					"it waited longer than cutover.max-park (%s) for authority to move".formatted(this.longest)));
		return parked;
	}

	private void fail(Parked parked, String reason) {
		if (parked.take()) {
			parked.command()
				.completeExceptionally(new OperationRefusedException(this.migration,
						"the command was not executed, repeat it: " + reason));
		}
	}

	int size() {
		return this.size.get();
	}

	/**
	 * A command that waits. Whoever takes it, the release or the time limit, decides what
	 * becomes of it; nobody else can any more.
	 */
	final class Parked {

		private final RedisCommand<?, ?, ?> command;

		private final AtomicBoolean taken = new AtomicBoolean();

		private Parked(RedisCommand<?, ?, ?> command) {
			this.command = command;
		}

		RedisCommand<?, ?, ?> command() {
			return this.command;
		}

		boolean take() {
			if (this.taken.compareAndSet(false, true)) {
				ParkedWrites.this.size.decrementAndGet();
				return true;
			}
			return false;
		}

	}

}
