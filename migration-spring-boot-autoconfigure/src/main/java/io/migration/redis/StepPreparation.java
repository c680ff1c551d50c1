package io.migration.redis;

import java.util.Collection;
import java.util.Map;

import io.lettuce.core.KeyScanCursor;
import io.lettuce.core.RedisException;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.StepRefusedException;
import io.migration.phase.Ledger;
import io.migration.phase.LedgerRecord;
import io.migration.phase.PhaseStep;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

/**
 * What must be true of the servers before a step is taken.
 */
final class StepPreparation {

	private static final Log logger = LogFactory.getLog(StepPreparation.class);

	private final String name;

	private final RedisKeys keys;

	private final RedisSides sides;

	private final RedisRouter router;

	private final TargetReconciliation reconciliation;

	private final KeyScope scope;

	private final boolean adopt;

	StepPreparation(String name, RedisSides sides, RedisRouter router, TargetReconciliation reconciliation,
			KeyScope scope, boolean adopt) {
		this.name = name;
		this.keys = new RedisKeys(name);
		this.sides = sides;
		this.router = router;
		this.reconciliation = reconciliation;
		this.scope = scope;
		this.adopt = adopt;
	}

	void prepare(PhaseStep step, LedgerRecord record) {
		try {
			if (step.to() == MigrationPhase.SHADOW && step.forward()) {
				prepareShadow(record);
			}
			else if (step.to() == MigrationPhase.READ_NEW || step.movesAuthority()) {
				this.sides.plain(step.to().authority()).commands().ping();
				this.sides.plain(Side.TARGET).connect();
			}
			if (step.movesAuthority()) {
				prepareAuthority(step.to().authority());
			}
		}
		catch (RedisException ex) {
			throw new StepRefusedException(this.name,
					"the step %s is not possible yet: %s".formatted(step, ex.getMessage()));
		}
	}

	/**
	 * Never adopt: what is in scope on target must be empty, or marked as this
	 * migration's, unless the operator said otherwise.
	 */
	private void prepareShadow(LedgerRecord record) {
		checkRights(Side.SOURCE);
		checkRights(Side.TARGET);
		CommandCatalog commands = this.sides.plain(Side.SOURCE).catalog();
		CommandCatalog targetCommands = this.sides.plain(Side.TARGET).catalog();
		if (commands.find("PEXPIRETIME") == null || targetCommands.find("PEXPIRETIME") == null) {
			throw new StepRefusedException(this.name, "both servers must be Redis 7.0 or later");
		}
		this.router.use(commands, targetCommands);
		checkUnits(Side.SOURCE);
		RedisLedger onTarget = new RedisLedger(this.name, this.sides.plain(Side.TARGET));
		Ledger.StoreMark mark = onTarget.mark();
		if (mark != null && mark.side() == Side.SOURCE) {
			throw new StepRefusedException(this.name,
					"%s is marked as the source of a migration of this name; the URLs are swapped"
						.formatted(this.sides.endpoint(Side.TARGET).address()));
		}
		boolean ours = mark != null && mark.pair().equals(record.pair());
		if (!ours && !this.adopt && holdsData(Side.TARGET)) {
			throw new StepRefusedException(this.name,
					"target %s is not empty and does not belong to this migration. Empty it, or set migration.redis.%s.target.adopt=true: then whatever source lacks is deleted there"
						.formatted(this.sides.endpoint(Side.TARGET).address(), this.name));
		}
		onTarget.mark(new Ledger.StoreMark(record.pair(), Side.TARGET));
		this.reconciliation.begin(!holdsData(Side.SOURCE));
	}

	/**
	 * A right that is found to be missing later would hold the relay, or the way back.
	 */
	private void checkRights(Side side) {
		try (NodeConnections nodes = this.sides.open(side)) {
			Collection<String> missing = RequiredRights.missing(nodes, this.keys);
			if (!missing.isEmpty()) {
				throw new StepRefusedException(this.name, "the user of %s %s lacks rights: %s"
					.formatted(side.wireName(), this.sides.endpoint(side).address(), String.join(" ", missing)));
			}
		}
	}

	/**
	 * A unit of write and journal entry must be allowed, and must not be evicted.
	 */
	private void checkUnits(Side side) {
		this.sides.inspect(side, (nodes) -> {
			byte[] journalKey = this.keys.journal(nodes.cluster() ? 0 : null);
			RedisAsyncCommands<byte[], byte[]> commands = nodes.forKey(journalKey);
			commands.multi();
			commands.xadd(journalKey, Map.of(RedisKeys.bytes("probe"), RedisKeys.bytes("1")));
			if (nodes.await(commands.exec()).wasDiscarded()) {
				throw new RedisException("MULTI is not possible on " + this.sides.endpoint(side).address());
			}
			return true;
		});
		try {
			Map<String, String> policy = this.sides.plain(side).commands().configGet("maxmemory*");
			boolean bounded = !policy.getOrDefault("maxmemory", "0").equals("0");
			if (bounded && policy.getOrDefault("maxmemory-policy", "").startsWith("allkeys")) {
				throw new StepRefusedException(this.name,
						"%s may evict the ledger and the journal (maxmemory-policy %s); set it to noeviction or one of volatile-*"
							.formatted(this.sides.endpoint(side).address(), policy.get("maxmemory-policy")));
			}
		}
		catch (RedisException ex) {
			logger.debug("CONFIG GET is not permitted on " + this.sides.endpoint(side).address(), ex);
		}
	}

	private void prepareAuthority(Side incoming) {
		checkUnits(incoming);
		try {
			MigratingConnectionFactory factory = this.sides.factory(incoming);
			factory.getConnection().close();
			factory.forwarding();
			this.router.scripts().loadAll(this.sides.plain(incoming));
		}
		catch (RuntimeException ex) {
			throw new StepRefusedException(this.name,
					"%s cannot be connected to: %s".formatted(incoming.wireName(), ex.getMessage()));
		}
	}

	private boolean holdsData(Side side) {
		return this.sides.inspect(side, (nodes) -> {
			for (StatefulRedisConnection<byte[], byte[]> node : nodes.all()) {
				ScanCursor cursor = ScanCursor.INITIAL;
				do {
					KeyScanCursor<byte[]> found = nodes.await(node.async().scan(cursor, ScanArgs.Builder.limit(100)));
					if (found.getKeys().stream().anyMatch((key) -> !RedisKeys.isOwn(key) && this.scope.includes(key))) {
						return true;
					}
					cursor = found;
				}
				while (!cursor.isFinished());
			}
			return false;
		});
	}

}
