package io.migration.redis;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import io.migration.Side;
import io.migration.mirror.BackgroundWork;
import io.migration.mirror.Comparisons;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * Brings target to what source has where no entry of the journal says so: every key that
 * target held when journaling began, and every key that source got while its emptiness
 * was looked at, is journaled on source; the relay copies or deletes it. That it is done
 * is remembered on target.
 */
final class TargetReconciliation {

	private static final Log logger = LogFactory.getLog(TargetReconciliation.class);

	/** How long after a gap it is not worth while to begin: there may be another. */
	private static final long QUIET_NANOS = Duration.ofSeconds(2).toNanos();

	private final String name;

	private final RedisKeys keys;

	private final RedisSides sides;

	private final KeyScope scope;

	private final BackgroundWork background;

	private final Comparisons comparisons;

	private final AtomicBoolean running = new AtomicBoolean();

	private final AtomicInteger begun = new AtomicInteger();

	private volatile boolean done;

	private volatile boolean sourceWasEmpty;

	/** Whether the mark on target was set before something went past the journal. */
	private volatile boolean markStale;

	private volatile long brokenAt = System.nanoTime() - QUIET_NANOS;

	private volatile long lookedAt;

	TargetReconciliation(String name, RedisSides sides, KeyScope scope, BackgroundWork background,
			Comparisons comparisons) {
		this.name = name;
		this.keys = new RedisKeys(name);
		this.sides = sides;
		this.scope = scope;
		this.background = background;
		this.comparisons = comparisons;
	}

	/**
	 * Begin anew, before the step into shadow.
	 * @param emptySource whether source holds nothing
	 */
	void begin(boolean emptySource) {
		this.begun.incrementAndGet();
		this.done = false;
		this.sourceWasEmpty = emptySource;
		this.sides.plain(Side.TARGET).commands().del(this.keys.reconciled());
	}

	/**
	 * Take note that a write went past the journal, or that target may have forgotten
	 * something. What target holds may differ then in elements that no later entry names,
	 * so all of it is copied whole once more.
	 */
	void journalingBroken() {
		this.sourceWasEmpty = false;
		this.brokenAt = System.nanoTime();
		this.markStale = true;
		this.begun.incrementAndGet();
		this.done = false;
	}

	/**
	 * Return whether target holds nothing that source lacks but what the journal names.
	 * @return whether it is done
	 */
	boolean done() {
		return this.done && !this.markStale;
	}

	/**
	 * Return whether everything that source holds has been journaled or copied.
	 * @return whether source was empty when journaling began
	 */
	boolean sourceWasEmpty() {
		return this.sourceWasEmpty;
	}

	/**
	 * Go on in the background, unless it is under way; if it is done, see now and then
	 * that no instance has begun anew. Only while every write is journaled.
	 */
	void goOn() {
		long now = System.nanoTime();
		if (now - this.brokenAt < QUIET_NANOS || (done() && now - this.lookedAt < QUIET_NANOS)
				|| !this.running.compareAndSet(false, true)) {
			return;
		}
		this.lookedAt = now;
		boolean taken = this.background.submit(() -> {
			try {
				if (!done() || !marked()) {
					reconcile(this.begun.get());
				}
			}
			catch (RuntimeException ex) {
				logger.debug(
						"Migration '%s': reconciling target was interrupted and is tried again".formatted(this.name),
						ex);
			}
			finally {
				this.running.set(false);
			}
		});
		if (!taken) {
			this.running.set(false);
		}
	}

	/**
	 * Return whether target still bears the mark: another instance that has found a gap
	 * takes it away.
	 */
	private boolean marked() {
		return this.sides.plain(Side.TARGET).commands().get(this.keys.reconciled()) != null;
	}

	private void reconcile(int attempt) {
		try (NodeConnections target = this.sides.open(Side.TARGET);
				NodeConnections source = this.sides.open(Side.SOURCE)) {
			byte[] reconciled = this.keys.reconciled();
			if (this.markStale) {
				target.await(target.forKey(reconciled).del(reconciled));
				this.markStale = false;
			}
			if (target.await(target.forKey(reconciled).get(reconciled)) == null) {
				this.done = false;
				touchAll(target, source);
				if (this.sourceWasEmpty) {
					touchAll(source, source);
				}
				if (this.begun.get() != attempt) {
					return;
				}
				target.await(target.forKey(reconciled).set(reconciled, RedisKeys.bytes("1")));
				this.comparisons.restart();
			}
			this.done = this.begun.get() == attempt;
		}
	}

	private void touchAll(NodeConnections holding, NodeConnections source) {
		for (StatefulRedisConnection<byte[], byte[]> node : holding.all()) {
			ScanCursor cursor = ScanCursor.INITIAL;
			do {
				KeyScanCursor<byte[]> found = holding.await(node.async().scan(cursor, ScanArgs.Builder.limit(500)));
				for (byte[] key : found.getKeys()) {
					if (!RedisKeys.isOwn(key) && this.scope.includes(key)) {
						byte[] journalKey = this.keys.journal(source.cluster() ? SlotHash.getSlot(key) : null);
						source.await(source.forKey(journalKey).xadd(journalKey, Map.of(RedisKeys.bytes("k"), key)));
					}
				}
				cursor = found;
			}
			while (!cursor.isFinished());
		}
	}

}
