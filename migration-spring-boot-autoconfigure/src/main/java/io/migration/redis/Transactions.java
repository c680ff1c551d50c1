package io.migration.redis;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.CompleteableCommand;
import io.lettuce.core.protocol.RedisCommand;
import io.migration.MigrationPhase;
import io.migration.phase.CurrentPhase;
import io.migration.phase.PinnedPhase;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of MULTI blocks. A block is pinned to the rules it began under,
 * runs on one connection to the side with authority, and has one journal entry for all
 * its writes.
 */
final class Transactions {

	private static final Set<String> FLUSHES = Set.of("FLUSHDB", "FLUSHALL");

	private static final Set<String> OUT_OF_REACH = Set.of("SWAPDB", "SELECT");

	private final RedisRouter router;

	private final KeyScope scope;

	private final CurrentPhase phase;

	private final MirroredWrites writes;

	private final UnsupportedCommands unsupported;

	private final Refusals refusals;

	Transactions(RedisRouter router, KeyScope scope, CurrentPhase phase, MirroredWrites writes,
			UnsupportedCommands unsupported, Refusals refusals) {
		this.router = router;
		this.scope = scope;
		this.phase = phase;
		this.writes = writes;
		this.unsupported = unsupported;
		this.refusals = refusals;
	}

	/**
	 * Route a MULTI.
	 * @param writer the writer of its connection
	 * @param multi the command
	 */
	void begin(MigratingChannelWriter writer, RedisCommand<?, ?, ?> multi) {
		PinnedPhase pinned = this.phase.enter();
		if (pinned.parksWrites()) {
			pinned.exit();
			writer.hold(multi);
			return;
		}
		if (pinned.authority() != writer.side()) {
			pinned.exit();
			multi.completeExceptionally(this.refusals.authorityMoved());
			return;
		}
		writer.begin(new Block(pinned), multi);
	}

	/**
	 * Route what comes after a MULTI, its end included.
	 * @param writer the writer of the connection
	 * @param block the block
	 * @param name the command's name in upper case
	 * @param command the command
	 * @param known the command table, {@code null} if it has not been read
	 */
	void route(MigratingChannelWriter writer, Block block, String name, RedisCommand<?, ?, ?> command,
			@Nullable CommandCatalog known) {
		switch (name) {
			case "EXEC" -> commit(writer, block, command);
			case "DISCARD" -> {
				writer.endTransaction();
				MirroredWrites.exitWhenDone(block.pinned, command);
				writer.channel().write(command);
			}
			default -> queue(writer, block, name, command, known);
		}
	}

	private void queue(MigratingChannelWriter writer, Block block, String name, RedisCommand<?, ?, ?> command,
			@Nullable CommandCatalog known) {
		WholeDatabaseCommands.filterReply(command);
		boolean mirrored = block.pinned.phase().journals() && known != null;
		if (FLUSHES.contains(name) || (mirrored && OUT_OF_REACH.contains(name))) {
			block.refuse(this.refusals.outOfReach(name));
			writer.channel().write(command);
			return;
		}
		boolean published = command.getType() instanceof CommandType type && Publications.include(type);
		if ((!mirrored && !published) || known == null) {
			writer.channel().write(command);
			return;
		}
		WireArguments arguments = WireArguments.of(command);
		CommandCatalog.Entry entry = known.find(arguments.arguments());
		if (published) {
			block.published.put(command, arguments.arguments());
		}
		KeyScope.Relation relation = (mirrored && entry != null) ? relation(entry, arguments.arguments()) : null;
		if (relation != null) {
			checkScope(block, relation);
		}
		if (relation == KeyScope.Relation.OUT) {
			writer.channel().write(new EncodedCommand<>(command, arguments.wire()));
			return;
		}
		if (mirrored && entry != null && (entry.reads() || entry.writes())) {
			checkTarget(block, name, entry, arguments.arguments());
		}
		boolean write = entry == null || (entry.writes() && !entry.onlyReads(arguments.arguments()));
		List<byte[]> touched = write && entry != null ? entry.keys(arguments.arguments(), true) : null;
		if (write && (touched == null || touched.isEmpty())) {
			this.unsupported.count(name, RedisRouter.UNMIRRORED);
			if (block.pinned.phase() == MigrationPhase.SHADOW) {
				this.writes.journalingBroken();
			}
			else {
				block.refuse(this.refusals.unmirroredInTransaction(name, block.pinned));
			}
		}
		else if (touched != null) {
			if (touched.stream().anyMatch(RedisKeys::isOwn)) {
				block.refuse(this.refusals.ownKey());
			}
			block.touched.addAll(touched);
		}
		writer.channel().write(new EncodedCommand<>(command, arguments.wire()));
	}

	private KeyScope.@Nullable Relation relation(CommandCatalog.Entry entry, List<byte[]> arguments) {
		if (!this.scope.restricted() || !(entry.reads() || entry.writes())) {
			return null;
		}
		List<byte[]> keys = entry.keys(arguments, false);
		return (keys == null || keys.isEmpty()) ? null : this.scope.relation(keys);
	}

	/**
	 * A block runs on one server: keys that move and keys that do not cannot be in one.
	 */
	private void checkScope(Block block, KeyScope.Relation relation) {
		block.inScope |= relation != KeyScope.Relation.OUT;
		block.outOfScope |= relation != KeyScope.Relation.IN;
		if (block.outOfScope && block.pinned.phase() == MigrationPhase.CUTOVER) {
			block.refuse(this.refusals.outOfScopeInTransaction());
		}
		else if (block.inScope && block.outOfScope) {
			block.refuse(this.refusals.mixedScope("the transaction"));
		}
	}

	private void checkTarget(Block block, String name, CommandCatalog.Entry entry, List<byte[]> arguments) {
		TargetLimits limits = this.router.targetLimits();
		String obstacle = limits.concern(entry) ? limits.obstacle(entry, arguments) : null;
		if (obstacle == null && limits.bySlot()) {
			List<byte[]> keys = entry.keys(arguments, false);
			block.named.addAll((keys != null) ? keys : List.of());
			if (TargetLimits.slots(block.named) > 1) {
				name = "MULTI";
				obstacle = "the keys of the block fall into several slots of target's cluster";
			}
		}
		if (obstacle != null && block.obstacles.add(name)) {
			this.unsupported.count(name, obstacle + "; from read-new on it is refused");
			if (block.pinned.phase().compareTo(MigrationPhase.READ_NEW) >= 0) {
				block.refuse(this.refusals.targetCannot(name, obstacle, block.pinned));
			}
		}
	}

	private void commit(MigratingChannelWriter writer, Block block, RedisCommand<?, ?, ?> exec) {
		writer.endTransaction();
		if (block.refusal != null) {
			writer.channel()
				.write(new AsyncCommand<>(
						new Command<>(CommandType.DISCARD, new StatusOutput<>(ByteArrayCodec.INSTANCE))));
			block.pinned.exit();
			exec.completeExceptionally(block.refusal);
		}
		else if (block.touched.isEmpty()) {
			echoPublished(block, exec);
			MirroredWrites.exitWhenDone(block.pinned, exec);
			writer.channel().write(exec);
		}
		else {
			echoPublished(block, exec);
			this.writes.commit(writer, block.pinned, block.touched, exec);
		}
	}

	private void echoPublished(Block block, RedisCommand<?, ?, ?> exec) {
		if (!block.published.isEmpty() && exec instanceof CompleteableCommand<?> hook) {
			hook.onComplete((result, failure) -> {
				if (failure == null && !MirroredWrites.discarded(exec)) {
					block.published
						.forEach((command, arguments) -> this.router.echoPublished(block.pinned, command, arguments));
				}
			});
		}
	}

	/**
	 * A MULTI block under way: pinned from MULTI to EXEC.
	 */
	static final class Block {

		private final PinnedPhase pinned;

		private final List<byte[]> touched = new ArrayList<>();

		private boolean inScope;

		private boolean outOfScope;

		private final List<byte[]> named = new ArrayList<>();

		private final Set<String> obstacles = new HashSet<>();

		private final Map<RedisCommand<?, ?, ?>, List<byte[]>> published = new LinkedHashMap<>();

		private @Nullable RuntimeException refusal;

		Block(PinnedPhase pinned) {
			this.pinned = pinned;
		}

		/**
		 * Give the block up: its connection is closed.
		 */
		void abandon() {
			this.pinned.exit();
		}

		private void refuse(RuntimeException reason) {
			if (this.refusal == null) {
				this.refusal = reason;
			}
		}

	}

}
