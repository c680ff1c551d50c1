package io.migration.autoconfigure;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ThreadFactory;
import java.util.function.Function;
import java.util.function.Supplier;

import io.migration.MigrationPhaseChangedEvent;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorObservers;
import io.migration.mirror.MirrorSettings;
import io.migration.mirror.RouteSettings;
import io.migration.phase.PhaseChange;
import io.migration.phase.PhaseControl;
import io.migration.phase.PhaseFlags;
import io.migration.phase.PhaseSettings;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.thread.Threading;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.env.Environment;
import org.springframework.core.task.VirtualThreadTaskExecutor;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * What migrations of every kind need of the application that they are part of.
 */
final class MigrationContext {

	private static final Log logger = LogFactory.getLog(MigrationContext.class);

	/** Bounds the wait of a request for a step, where no step pauses anybody. */
	private static final Duration NO_PAUSE = Duration.ofSeconds(1);

	private final ConfigurableListableBeanFactory beanFactory;

	private final Environment environment;

	private final ObjectProvider<PhaseFlags> flags;

	private final ObjectProvider<MirrorObservers> observers;

	private final ApplicationEventPublisher events;

	private @Nullable MigrationProperties properties;

	MigrationContext(ConfigurableListableBeanFactory beanFactory, Environment environment,
			ObjectProvider<PhaseFlags> flags, ObjectProvider<MirrorObservers> observers,
			ApplicationEventPublisher events) {
		this.beanFactory = beanFactory;
		this.environment = environment;
		this.flags = flags;
		this.observers = observers;
		this.events = events;
	}

	ConfigurableListableBeanFactory beanFactory() {
		return this.beanFactory;
	}

	/**
	 * Return what is configured. Bound once, and not before somebody asks.
	 */
	MigrationProperties properties() {
		MigrationProperties bound = this.properties;
		if (bound == null) {
			bound = Binder.get(this.environment).bindOrCreate("migration", MigrationProperties.class);
			this.properties = bound;
		}
		return bound;
	}

	/**
	 * Return the migrations of a kind by their names.
	 * @param kind the kind
	 * @param part the kind's part of the properties
	 * @param unset makes what a migration has when no property of it is known
	 */
	<T> Map<String, T> migrations(String kind, Function<MigrationProperties, Map<String, T>> part, Supplier<T> unset) {
		Map<String, T> migrations = part.apply(properties());
		var names = ConfiguredMigrations.names(this.environment, kind);
		migrations.keySet().retainAll(names);
		// nothing is bound for a name below which no property is known
		names.forEach((name) -> migrations.computeIfAbsent(name, (key) -> unset.get()));
		return migrations;
	}

	@Nullable PhaseFlags flags() {
		return this.flags.getIfAvailable();
	}

	MirrorObserver observer(String name) {
		MirrorObservers meters = this.observers.getIfAvailable();
		return (meters != null) ? meters.of(name) : MirrorObserver.NONE;
	}

	/**
	 * Tell the application. What it does with the news must not hold the walk.
	 */
	void publish(PhaseControl control, PhaseChange change) {
		try {
			this.events
				.publishEvent(new MigrationPhaseChangedEvent(control, change.from(), change.to(), change.epoch()));
		}
		catch (RuntimeException ex) {
			logger.warn("Migration '%s': a listener failed at the change from %s to %s".formatted(control.name(),
					change.from().wireName(), change.to().wireName()), ex);
		}
	}

	ThreadFactory threads(String name) {
		String threadName = "migration-" + name + "-";
		if (Threading.VIRTUAL.isActive(this.environment)) {
			return new VirtualThreadTaskExecutor(threadName).getVirtualThreadFactory();
		}
		CustomizableThreadFactory threads = new CustomizableThreadFactory(threadName);
		threads.setDaemon(true);
		return threads;
	}

	PhaseSettings phase(String kind, String name, MirroredMigrationProperties migration) {
		Checked checked = new Checked("migration.%s.%s".formatted(kind, name));
		return phase(kind, name, migration, checked.positive("cutover.timeout", migration.getCutover().getTimeout()));
	}

	RouteSettings route(String kind, String name, RoutedMigrationProperties migration) {
		Checked checked = new Checked("migration.%s.%s".formatted(kind, name));
		RoutedMigrationProperties.Compare compare = migration.getCompare();
		PhasedMigrationProperties.Gates gates = migration.getGates();
		return new RouteSettings(phase(kind, name, migration, NO_PAUSE),
				new RouteSettings.Gates(checked.duration("gates.min-time-in-phase", gates.getMinTimeInPhase()),
						checked.count("gates.min-comparisons", gates.getMinComparisons()),
						checked.rate("gates.max-mismatch-rate", gates.getMaxMismatchRate()),
						checked.rate("gates.max-error-rate", gates.getMaxErrorRate())),
				checked.within("compare.sample-rate", compare.getSampleRate(), 0, 1),
				checked.positive("compare.timeout", compare.getTimeout()),
				(int) checked.positive("compare.max-parallel", compare.getMaxParallel()),
				(int) checked.positive("compare.max-waiting", compare.getMaxWaiting()));
	}

	private PhaseSettings phase(String kind, String name, PhasedMigrationProperties migration,
			Duration cutoverTimeout) {
		Checked ofFleet = new Checked("migration.fleet");
		MigrationProperties.Fleet fleet = properties().getFleet();
		Duration heartbeat = ofFleet.positive("heartbeat", fleet.getHeartbeat());
		Duration lease = ofFleet.positive("lease", fleet.getLease());
		if (lease.compareTo(heartbeat.multipliedBy(3)) < 0) {
			throw ofFleet.invalid("lease", lease, "is shorter than three heartbeats",
					"Use at least three times migration.fleet.heartbeat (%s).".formatted(heartbeat));
		}
		Checked checked = new Checked("migration.%s.%s".formatted(kind, name));
		return new PhaseSettings(name, kind, (migration.getFlag() != null) ? migration.getFlag() : "migration." + name,
				migration.getPhase(), (int) checked.within("read-share", migration.getReadShare(), 0, 100),
				cutoverTimeout, lease, heartbeat);
	}

	static MirrorSettings mirror(Checked checked, MirroredMigrationProperties migration) {
		MirroredMigrationProperties.Mirror mirror = migration.getMirror();
		return new MirrorSettings(mirror.getOnFailure(), checked.positive("mirror.timeout", mirror.getTimeout()),
				mirror.getStaleReads(),
				checked.within("compare.sample-rate", migration.getCompare().getSampleRate(), 0, 1),
				checked.positive("mirror.journal.max-size", mirror.getJournal().getMaxSize()));
	}

	static Duration maxPark(Checked checked, MirroredMigrationProperties.Cutover cutover) {
		Duration maxPark = cutover.getMaxPark();
		return (maxPark != null) ? checked.positive("cutover.max-park", maxPark)
				: cutover.getTimeout().multipliedBy(3).dividedBy(2);
	}

}
