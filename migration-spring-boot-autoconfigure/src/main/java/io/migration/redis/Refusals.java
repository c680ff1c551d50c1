package io.migration.redis;

import io.migration.OperationRefusedException;
import io.migration.phase.PinnedPhase;

/**
 * Why a command is refused, in words. A refused command has touched nothing.
 */
final class Refusals {

	private final String migration;

	Refusals(String migration) {
		this.migration = migration;
	}

	OperationRefusedException because(String reason) {
		return new OperationRefusedException(this.migration, reason);
	}

	OperationRefusedException outOfReach(String name) {
		return because("%s was refused: it would take the ledger and the journal along, and cannot be mirrored"
			.formatted(name));
	}

	OperationRefusedException otherDatabase(String index) {
		return because(
				"SELECT %s was refused: a migration moves the one database that the connection factory is configured with. Use a second connection factory, with a migration of its own, for another database"
					.formatted(index));
	}

	OperationRefusedException ownKey() {
		return because(
				"keys that begin with '%s' are the starter's own and cannot be written".formatted(RedisKeys.PREFIX));
	}

	OperationRefusedException unmirrored(String name, PinnedPhase rules) {
		return because(
				"%s was refused in phase %s because it cannot be mirrored: its keys cannot be determined. Step back to shadow to run it on source alone"
					.formatted(name, rules.phase().wireName()));
	}

	OperationRefusedException unmirroredInTransaction(String name, PinnedPhase rules) {
		return because("the transaction was refused in phase %s because the keys of %s cannot be determined"
			.formatted(rules.phase().wireName(), name));
	}

	OperationRefusedException authorityMoved() {
		return because(
				"authority has moved while this connection was open; open a new connection and repeat the transaction");
	}

	OperationRefusedException flushWhileAuthorityMoves() {
		return because("authority has moved while the database was emptied; open a new connection and repeat it");
	}

	OperationRefusedException targetCannot(String name, String obstacle, PinnedPhase rules) {
		return because("%s was refused in phase %s because target cannot run it: %s".formatted(name,
				rules.phase().wireName(), obstacle));
	}

	OperationRefusedException mixedScope(String name) {
		return because(
				"%s was refused: it names keys that move and keys that do not (migration.redis.%s.keys), and they will live on two servers. Split it"
					.formatted(name, this.migration));
	}

	OperationRefusedException outOfScopeInTransaction() {
		return because(
				"the transaction was refused: it names keys that do not move (migration.redis.%s.keys), and authority has moved. Use a connection factory of your own for them"
					.formatted(this.migration));
	}

	OperationRefusedException catalogUnknown() {
		return because("the servers' command tables have not been read yet; try again");
	}

}
