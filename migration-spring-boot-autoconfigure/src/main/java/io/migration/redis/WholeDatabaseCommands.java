package io.migration.redis;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CommandWrapper;
import io.lettuce.core.protocol.RedisCommand;

/**
 * Commands about all keys of a database answer as if the migration's own were not there,
 * in off, too: the ledger is there from the first start on.
 */
final class WholeDatabaseCommands {

	private static final Set<CommandType> CONCERNED = EnumSet.of(CommandType.KEYS, CommandType.SCAN,
			CommandType.RANDOMKEY, CommandType.DBSIZE, CommandType.FLUSHDB, CommandType.FLUSHALL);

	/**
	 * So many random keys in a row that are ours mean that there are hardly others.
	 */
	private static final int TRIES = 50;

	private final RedisKeys keys;

	private final RedisRouter router;

	private final ScopedFlush flush;

	WholeDatabaseCommands(RedisKeys keys, RedisRouter router, ScopedFlush flush) {
		this.keys = keys;
		this.router = router;
		this.flush = flush;
	}

	static boolean include(CommandType type) {
		return CONCERNED.contains(type);
	}

	/**
	 * Route such a command outside a MULTI block.
	 * @param writer the writer of its connection
	 * @param type what it is
	 * @param command the command
	 */
	void route(MigratingChannelWriter writer, CommandType type, RedisCommand<?, ?, ?> command) {
		switch (type) {
			case RANDOMKEY -> randomKey(writer, command, WireArguments.of(command).wire(), TRIES);
			case DBSIZE -> size(writer, command);
			case FLUSHDB, FLUSHALL -> this.flush.run(writer, command);
			default -> {
				this.router.observeRead(command);
				this.router.sendRead(writer, new Filtered<>(command));
			}
		}
	}

	/**
	 * Prepare such a command for a MULTI block, whose reply goes into the command's
	 * output wherever that comes from.
	 * @param command the command
	 */
	static <K, V, T> void filterReply(RedisCommand<K, V, T> command) {
		String name = command.getType().toString();
		if (name.equalsIgnoreCase("KEYS") || name.equalsIgnoreCase("SCAN")) {
			command.setOutput(new OwnKeysFilter<>(command.getOutput()));
		}
	}

	private void randomKey(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command, byte[] wire, int tries) {
		ask(writer, command, wire, (reply) -> {
			byte[] key = reply.single();
			if (key == null || !RedisKeys.isOwn(key)) {
				reply.replay(command.getOutput());
				command.complete();
			}
			else if (tries > 1) {
				randomKey(writer, command, wire, tries - 1);
			}
			else {
				RecordedReply.replayNil(command.getOutput());
				command.complete();
			}
		});
	}

	/**
	 * On a cluster our keys count: which of them are where is not worth the question.
	 */
	private void size(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		byte[] wire = WireArguments.of(command).wire();
		if (this.router.cluster(writer.side())) {
			this.router.sendRead(writer, new EncodedCommand<>(command, wire));
			return;
		}
		ask(writer, command, WireArguments.of(this.keys.exists()).wire(), (own) -> ask(writer, command, wire, (all) -> {
			Long total = all.number();
			Long ours = own.number();
			if (total == null || ours == null) {
				all.replay(command.getOutput());
			}
			else {
				command.getOutput().set(Math.max(0, total - ours));
				command.getOutput().complete(0);
			}
			command.complete();
		}));
	}

	private void ask(MigratingChannelWriter writer, RedisCommand<?, ?, ?> caller, byte[] wire,
			Consumer<RecordedReply> then) {
		SentInstead question = new SentInstead(caller, wire);
		question.whenComplete((reply, failure) -> {
			try {
				if (failure != null && !question.reply().hasError()) {
					caller.completeExceptionally(failure);
				}
				else {
					then.accept(question.reply());
				}
			}
			catch (RuntimeException ex) {
				caller.completeExceptionally(ex);
			}
		});
		this.router.sendRead(writer, question);
	}

	/**
	 * Its reply passes a filter.
	 */
	private static final class Filtered<K, V, T> extends CommandWrapper<K, V, T> {

		private final OwnKeysFilter<K, V, T> filter;

		Filtered(RedisCommand<K, V, T> command) {
			super(command);
			this.filter = new OwnKeysFilter<>(command.getOutput());
		}

		@Override
		public CommandOutput<K, V, T> getOutput() {
			return this.filter;
		}

	}

}
