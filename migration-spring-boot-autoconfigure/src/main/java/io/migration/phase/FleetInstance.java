package io.migration.phase;

import java.time.Duration;

/**
 * A running instance of the application, as the ledger knows it.
 *
 * @param id unique for each start of each process
 * @param host where it runs, for operators
 * @param applied the revision of the ledger record whose rules it follows, all operations
 * begun under earlier ones having ended
 * @param silence how long ago, by the store's clock, it was last heard of
 */
public record FleetInstance(String id, String host, long applied, Duration silence) {

}
