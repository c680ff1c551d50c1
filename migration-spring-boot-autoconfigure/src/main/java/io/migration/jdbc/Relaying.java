package io.migration.jdbc;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.ThreadFactory;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.migration.jdbc.JdbcMigrationSettings.Acknowledge;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.Relay;

/**
 * What relays from one side to the other.
 *
 * @param journal the journal on the side with authority
 * @param lease says which instance relays
 * @param relay copies
 */
record Relaying(Journal journal, JdbcRelayLease lease, Relay relay) {

	private static final Duration IDLE = Duration.ofMillis(10);

	static Relaying from(JdbcSide from, JdbcSide to, String migration, String instance, Acknowledge acknowledge,
			Duration timeout, List<RowTransformer> transformers, MirroredTables tables, MirrorObserver observer,
			ThreadFactory threads) {
		Journal journal = Journal.of(from.dialect(), from.side(),
				new RowQueries(from.side(), from.dialect(), to.dialect(), transformers));
		JdbcRelayLease lease = new JdbcRelayLease(from.relayRow(), from.dataSource(), instance, from.side(), threads);
		RowSink sink = new JdbcRowSink(to.relayRow(), to.side(), to.dialect(), to.dataSource(), timeout,
				acknowledge == Acknowledge.DURABLE, tables);
		RelayFollower follower = new RelayFollower(journal, to.relayRow(), from.dataSource(), to.dataSource(), tables,
				threads);
		JdbcCopier copier = new JdbcCopier(journal, from.dataSource(), sink, lease, follower, tables, timeout, threads);
		Relay relay = new Relay("'%s' from %s".formatted(migration, from.side().wireName()), copier, lease,
				breaker(migration, to), observer, IDLE);
		follower.serve(relay);
		return new Relaying(journal, lease, relay);
	}

	private static CircuitBreaker breaker(String migration, JdbcSide to) {
		return CircuitBreaker.of("migration-%s-%s".formatted(migration, to.side().wireName()),
				CircuitBreakerConfig.custom()
					// two failures in a row: one may be a successor's take-over
					.slidingWindowSize(2)
					.minimumNumberOfCalls(2)
					.failureRateThreshold(100)
					.waitDurationInOpenState(Duration.ofSeconds(1))
					.permittedNumberOfCallsInHalfOpenState(1)
					.build());
	}

}
