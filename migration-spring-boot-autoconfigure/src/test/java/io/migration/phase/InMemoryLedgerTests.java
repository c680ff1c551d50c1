package io.migration.phase;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The double of a ledger keeps what ledgers promise.
 */
class InMemoryLedgerTests extends LedgerContract {

	private final Map<String, InMemoryLedger> ledgers = new ConcurrentHashMap<>();

	@Override
	protected Ledger ledger(String migration) {
		return this.ledgers.computeIfAbsent(migration, InMemoryLedger::new);
	}

}
