package io.migration.actuate;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.TimeGauge;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.migration.MigrationPhase;
import io.migration.MigrationPhaseChangedEvent;
import io.migration.mirror.JournalStatus;
import io.migration.mirror.ManagedMigration;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorObservers;
import io.migration.mirror.MirroredMigration;
import io.migration.phase.PhaseControl;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.ApplicationListener;

/**
 * The meters of all migrations. Tags are names of migrations and values from closed sets,
 * never a key or an address.
 * <p>
 * Migrations ask for their observers while the beans that they decorate are created, long
 * before there is a registry. So an observer begins without meters, and gets those of
 * each registry when that is bound; what happens before is not counted. Thread safe.
 */
public final class MigrationMeters
		implements MirrorObservers, MeterBinder, ApplicationListener<MigrationPhaseChangedEvent> {

	private final ObjectProvider<ManagedMigration> migrations;

	private final Map<String, MeteredMigration> observers = new ConcurrentHashMap<>();

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	/**
	 * Create the meters.
	 * @param migrations the migrations, asked for when a registry is bound
	 */
	public MigrationMeters(ObjectProvider<ManagedMigration> migrations) {
		this.migrations = migrations;
	}

	@Override
	public MirrorObserver of(String migration) {
		return metered(migration);
	}

	private MeteredMigration metered(String migration) {
		MeteredMigration known = this.observers.get(migration);
		return (known != null) ? known : meter(migration);
	}

	private synchronized MeteredMigration meter(String migration) {
		return this.observers.computeIfAbsent(migration, (name) -> {
			MeteredMigration created = new MeteredMigration(name);
			this.registries.forEach(created::bindTo);
			return created;
		});
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		List<ManagedMigration> all = this.migrations.orderedStream().toList();
		bind(registry);
		all.forEach((one) -> {
			metered(one.control().name());
			gauges(registry, one);
		});
	}

	private synchronized void bind(MeterRegistry registry) {
		this.registries.add(registry);
		this.observers.values().forEach((observer) -> observer.bindTo(registry));
	}

	private static void gauges(MeterRegistry registry, ManagedMigration migration) {
		String name = migration.control().name();
		for (MigrationPhase phase : MigrationPhase.values()) {
			Gauge.builder("migration.phase", migration.control(), (control) -> in(control, phase))
				.description("1 for the effective phase, 0 for the others")
				.tag("migration", name)
				.tag("phase", phase.wireName())
				.register(registry);
		}
		if (migration instanceof MirroredMigration mirrored) {
			gauges(registry, name, mirrored);
		}
	}

	private static void gauges(MeterRegistry registry, String name, MirroredMigration migration) {
		Gauge.builder("migration.journal.depth", migration, (one) -> one.journal().depth())
			.description("Journal entries that the other side has not acknowledged")
			.tag("migration", name)
			.register(registry);
		TimeGauge.builder("migration.journal.age", migration, TimeUnit.MILLISECONDS, (one) -> age(one.journal()))
			.description("How long the oldest journal entry has waited")
			.tag("migration", name)
			.register(registry);
	}

	private static double in(PhaseControl control, MigrationPhase phase) {
		return (control.joined() && control.phase() == phase) ? 1 : 0;
	}

	private static double age(JournalStatus journal) {
		return Double.isNaN(journal.depth()) ? Double.NaN : journal.age().toMillis();
	}

	@Override
	public void onApplicationEvent(MigrationPhaseChangedEvent event) {
		metered(event.getMigration().name()).transition();
	}

}
