package io.migration.redis;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.KeyScanOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.RedisCommand;
import org.jspecify.annotations.Nullable;

/**
 * Empties a database key by key, without the migration's own: FLUSHDB names no keys that
 * could be journaled, and would take the ledger and the journal along. Each chunk is a
 * write like any other. It is not atomic: what others write meanwhile may stay or go.
 * From shadow on keys out of scope stay.
 */
final class ScopedFlush {

	private static final int SCANNED = 1000;

	private static final int CHUNK = 100;

	private final RedisRouter router;

	private final KeyScope scope;

	private final Refusals refusals;

	ScopedFlush(RedisRouter router, KeyScope scope, Refusals refusals) {
		this.router = router;
		this.scope = scope;
		this.refusals = refusals;
	}

	/**
	 * Empty the database of a connection. Completes the command when nothing is left.
	 * @param writer the writer of the connection, on a cluster of a node
	 * @param command the caller's command
	 */
	void run(MigratingChannelWriter writer, RedisCommand<?, ?, ?> command) {
		scan(writer, command, ScanCursor.INITIAL);
	}

	private void scan(MigratingChannelWriter writer, RedisCommand<?, ?, ?> caller, ScanCursor from) {
		if (WriteUnit.abandoned(caller)) {
			return;
		}
		if (this.router.phase().get().authority() != writer.side()) {
			caller.completeExceptionally(this.refusals.flushWhileAuthorityMoves());
			return;
		}
		CommandArgs<byte[], byte[]> args = new CommandArgs<>(ByteArrayCodec.INSTANCE).add(from.getCursor());
		ScanArgs.Builder.limit(SCANNED).build(args);
		AsyncCommand<byte[], byte[], KeyScanCursor<byte[]>> scan = new AsyncCommand<>(
				new Command<>(CommandType.SCAN, new KeyScanOutput<>(ByteArrayCodec.INSTANCE), args));
		scan.thenCompose((found) -> {
			CompletableFuture<Void> done = unlink(writer, found.getKeys());
			return done.thenRun(() -> {
				if (found.isFinished()) {
					caller.getOutput().setSingle(ByteBuffer.wrap(RedisKeys.bytes("OK")));
					caller.getOutput().complete(0);
					caller.complete();
				}
				else {
					scan(writer, caller, found);
				}
			});
		}).whenComplete((done, failure) -> {
			if (failure != null) {
				Throwable cause = (failure.getCause() != null) ? failure.getCause() : failure;
				caller.completeExceptionally(cause);
			}
		});
		writer.channel().write(scan);
	}

	private CompletableFuture<Void> unlink(MigratingChannelWriter writer, List<byte[]> found) {
		Map<@Nullable Integer, List<byte[]>> bySlot = new LinkedHashMap<>();
		boolean cluster = this.router.cluster(writer.side());
		boolean everything = !this.router.phase().get().phase().journals();
		for (byte[] key : found) {
			if (!RedisKeys.isOwn(key) && (everything || this.scope.includes(key))) {
				bySlot.computeIfAbsent(cluster ? SlotHash.getSlot(key) : null, (slot) -> new ArrayList<>()).add(key);
			}
		}
		List<CompletableFuture<?>> all = new ArrayList<>();
		for (List<byte[]> keys : bySlot.values()) {
			for (int i = 0; i < keys.size(); i += CHUNK) {
				all.add(unlinkTogether(writer, keys.subList(i, Math.min(i + CHUNK, keys.size()))));
			}
		}
		return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
	}

	private CompletableFuture<?> unlinkTogether(MigratingChannelWriter writer, Collection<byte[]> keys) {
		AsyncCommand<byte[], byte[], Long> unlink = new AsyncCommand<>(
				new Command<>(CommandType.UNLINK, new IntegerOutput<>(ByteArrayCodec.INSTANCE),
						new CommandArgs<>(ByteArrayCodec.INSTANCE).addKeys(keys)));
		writer.write(unlink);
		return unlink;
	}

}
