package io.migration.actuate;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.migration.Side;
import io.migration.mirror.Comparisons;
import io.migration.mirror.MirrorObserver;

/**
 * Observer of one migration. Its meters stand ready in arrays, so that an operation costs
 * no lookup and allocates nothing.
 */
final class MeteredMigration implements MirrorObserver {

	private final String migration;

	// nearly always one: Boot binds to a single, possibly composite registry
	private volatile Meters[] bound = {};

	MeteredMigration(String migration) {
		this.migration = migration;
	}

	/**
	 * Record in a further registry. Guarded by {@link MigrationMeters}.
	 * @param registry the registry
	 */
	void bindTo(MeterRegistry registry) {
		Meters[] more = Arrays.copyOf(this.bound, this.bound.length + 1);
		more[this.bound.length] = new Meters(this.migration, registry);
		this.bound = more;
	}

	@Override
	public void operation(boolean write, Side side, boolean success, long nanos) {
		int index = Meters.operation(write, side, success);
		for (Meters meters : this.bound) {
			meters.operations[index].record(nanos, TimeUnit.NANOSECONDS);
		}
	}

	@Override
	public void round(boolean success, int entries, long nanos) {
		for (Meters meters : this.bound) {
			(success ? meters.rounds : meters.failedRounds).record(nanos, TimeUnit.NANOSECONDS);
			if (success) {
				meters.batch.record(entries);
			}
		}
	}

	@Override
	public void comparison(Comparisons.Result result) {
		for (Meters meters : this.bound) {
			meters.comparisons[result.ordinal()].increment();
		}
	}

	@Override
	public void shed() {
		for (Meters meters : this.bound) {
			meters.shed.increment();
		}
	}

	void transition() {
		for (Meters meters : this.bound) {
			meters.transitions.increment();
		}
	}

	/**
	 * The meters of one migration in one registry.
	 */
	private static final class Meters {

		private final Timer[] operations = new Timer[8];

		private final Counter[] comparisons = new Counter[Comparisons.Result.values().length];

		private final Timer rounds;

		private final Timer failedRounds;

		private final DistributionSummary batch;

		private final Counter shed;

		private final Counter transitions;

		Meters(String migration, MeterRegistry registry) {
			for (boolean write : new boolean[] { false, true }) {
				for (Side side : Side.values()) {
					for (boolean success : new boolean[] { false, true }) {
						this.operations[operation(write, side, success)] = Timer.builder("migration.operations")
							.description("Operations of the application, from shadow on")
							.tag("migration", migration)
							.tag("operation", write ? "write" : "read")
							.tag("side", side.wireName())
							.tag("outcome", outcome(success))
							.register(registry);
					}
				}
			}
			for (Comparisons.Result result : Comparisons.Result.values()) {
				this.comparisons[result.ordinal()] = Counter.builder("migration.comparisons")
					.description("Comparisons of both sides")
					.tag("migration", migration)
					.tag("result", result.wireName())
					.register(registry);
			}
			this.rounds = round(migration, registry, true);
			this.failedRounds = round(migration, registry, false);
			this.batch = DistributionSummary.builder("migration.relay.batch")
				.description("Journal entries that a round of the relay takes")
				.tag("migration", migration)
				.register(registry);
			this.shed = Counter.builder("migration.shed")
				.description("Background work dropped because its bound was reached")
				.tag("migration", migration)
				.register(registry);
			this.transitions = Counter.builder("migration.transitions")
				.description("Changes of effective phase that this instance has followed")
				.tag("migration", migration)
				.register(registry);
		}

		private static Timer round(String migration, MeterRegistry registry, boolean success) {
			return Timer.builder("migration.relay")
				.description("Rounds of the relay")
				.tag("migration", migration)
				.tag("outcome", outcome(success))
				.register(registry);
		}

		private static String outcome(boolean success) {
			return success ? "success" : "error";
		}

		static int operation(boolean write, Side side, boolean success) {
			return (write ? 4 : 0) + ((side == Side.TARGET) ? 2 : 0) + (success ? 1 : 0);
		}

	}

}
