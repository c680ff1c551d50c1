package io.migration.actuate;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.migration.MigrationPhase;
import io.migration.MigrationPhaseChangedEvent;
import io.migration.Side;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.JournalStatus;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.ManagedMigration;
import io.migration.phase.CurrentPhase;
import io.migration.phase.PhaseControl;
import io.migration.phase.PhaseScenario;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;

import static org.assertj.core.api.Assertions.assertThat;

class MigrationMetersTests {

	private final PhaseScenario scenario = new PhaseScenario();

	private final DefaultListableBeanFactory beans = new DefaultListableBeanFactory();

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final MigrationMeters meters = new MigrationMeters(this.beans.getBeanProvider(ManagedMigration.class));

	private PhaseControl control;

	private StubMigration migration;

	@BeforeEach
	void migrate() {
		this.control = this.scenario.create(this.scenario.subject(), new CurrentPhase());
		this.migration = new StubMigration(this.control);
	}

	@AfterEach
	void stop() {
		this.scenario.close();
	}

	private MirrorObserver bound() {
		this.beans.registerSingleton("tokens", this.migration);
		MirrorObserver observer = this.meters.of("tokens");
		this.meters.bindTo(this.registry);
		return observer;
	}

	@ParameterizedTest
	@CsvSource({ "false,SOURCE,true,read,source,success", "false,SOURCE,false,read,source,error",
			"false,TARGET,true,read,target,success", "false,TARGET,false,read,target,error",
			"true,SOURCE,true,write,source,success", "true,SOURCE,false,write,source,error",
			"true,TARGET,true,write,target,success", "true,TARGET,false,write,target,error" })
	void operationsAreTimed(boolean write, Side side, boolean success, String operation, String sideTag,
			String outcome) {
		bound().operation(write, side, success, TimeUnit.MILLISECONDS.toNanos(7));
		assertThat(this.registry.get("migration.operations")
			.tags("migration", "tokens", "operation", operation, "side", sideTag, "outcome", outcome)
			.timer()
			.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(7);
		assertThat(this.registry.get("migration.operations").timers()).hasSize(8)
			.filteredOn((timer) -> timer.count() > 0)
			.hasSize(1);
	}

	@Test
	void comparisonsAreCounted() {
		MirrorObserver observer = bound();
		for (Result result : Result.values()) {
			for (int i = 0; i <= result.ordinal(); i++) {
				observer.comparison(result);
			}
		}
		for (Result result : Result.values()) {
			assertThat(this.registry.get("migration.comparisons")
				.tags("migration", "tokens", "result", result.wireName())
				.counter()
				.count()).isEqualTo(result.ordinal() + 1);
		}
	}

	@Test
	void roundsOfTheRelayAreTimed() {
		MirrorObserver observer = bound();
		observer.round(true, 10, TimeUnit.MILLISECONDS.toNanos(3));
		observer.round(true, 20, TimeUnit.MILLISECONDS.toNanos(4));
		observer.round(false, 0, TimeUnit.MILLISECONDS.toNanos(5));
		assertThat(this.registry.get("migration.relay")
			.tags("migration", "tokens", "outcome", "success")
			.timer()
			.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(7);
		assertThat(this.registry.get("migration.relay").tags("outcome", "error").timer().count()).isEqualTo(1);
		assertThat(this.registry.get("migration.relay.batch").tags("migration", "tokens").summary().count())
			.isEqualTo(2);
		assertThat(this.registry.get("migration.relay.batch").summary().max()).isEqualTo(20);
	}

	@Test
	void whatIsDroppedIsCounted() {
		MirrorObserver observer = bound();
		observer.shed();
		observer.shed();
		assertThat(this.registry.get("migration.shed").tags("migration", "tokens").counter().count()).isEqualTo(2);
	}

	@Test
	void changesOfPhaseAreCounted() {
		bound();
		this.meters.onApplicationEvent(
				new MigrationPhaseChangedEvent(this.control, MigrationPhase.OFF, MigrationPhase.SHADOW, 2));
		assertThat(this.registry.get("migration.transitions").tags("migration", "tokens").counter().count())
			.isEqualTo(1);
	}

	@Test
	void thePhaseIsTheGaugeThatIsOne() {
		bound();
		assertThat(phases()).isEmpty();
		this.control.join();
		assertThat(phases()).containsExactly("off");
		this.scenario.run(this.control);
		this.control.walkTo(MigrationPhase.READ_NEW, "anne", null, false);
		assertThat(phases()).containsExactly("read-new");
		assertThat(this.registry.get("migration.phase").tags("migration", "tokens").gauges()).hasSize(5);
	}

	private List<String> phases() {
		return this.registry.get("migration.phase")
			.gauges()
			.stream()
			.filter((gauge) -> gauge.value() == 1)
			.map((gauge) -> gauge.getId().getTag("phase"))
			.toList();
	}

	@Test
	void theJournalIsMeasured() {
		bound();
		this.migration.journal(new JournalStatus(42, Duration.ofMillis(2500)));
		assertThat(this.registry.get("migration.journal.depth").tags("migration", "tokens").gauge().value())
			.isEqualTo(42);
		assertThat(this.registry.get("migration.journal.age")
			.tags("migration", "tokens")
			.timeGauge()
			.value(TimeUnit.SECONDS)).isEqualTo(2.5);
		assertThat(this.registry.get("migration.journal.age").gauge().value()).isEqualTo(2.5);
	}

	@Test
	void whatIsNotKnownOfTheJournalIsNotANumber() {
		bound();
		this.migration.journal(JournalStatus.UNKNOWN);
		assertThat(this.registry.get("migration.journal.depth").gauge().value()).isNaN();
		assertThat(this.registry.get("migration.journal.age").gauge().value()).isNaN();
	}

	@Test
	void beforeThereIsARegistryNothingIsCountedAndNothingFails() {
		MirrorObserver observer = this.meters.of("tokens");
		observer.operation(true, Side.SOURCE, true, 1);
		observer.comparison(Result.MATCH);
		observer.round(true, 1, 1);
		observer.shed();
		this.meters.bindTo(this.registry);
		observer.shed();
		assertThat(this.registry.get("migration.shed").counter().count()).isEqualTo(1);
	}

	@Test
	void aMigrationThatComesLaterIsMeteredToo() {
		this.meters.bindTo(this.registry);
		MirrorObserver observer = this.meters.of("late");
		observer.shed();
		assertThat(this.registry.get("migration.shed").tags("migration", "late").counter().count()).isEqualTo(1);
		assertThat(this.meters.of("late")).isSameAs(observer);
	}

	@Test
	void everyRegistryGetsEverything() {
		MirrorObserver observer = bound();
		MeterRegistry other = new SimpleMeterRegistry();
		this.meters.bindTo(other);
		observer.operation(true, Side.SOURCE, true, 5);
		assertThat(List.of(this.registry, other)).allSatisfy((one) -> {
			assertThat(one.get("migration.operations")
				.tags("operation", "write", "side", "source", "outcome", "success")
				.timer()
				.count()).isEqualTo(1);
			assertThat(one.get("migration.phase").gauges()).hasSize(5);
		});
	}

	@Test
	void withoutMigrationsThereAreNoMeters() {
		this.meters.bindTo(this.registry);
		assertThat(this.registry.getMeters()).isEmpty();
	}

	@Test
	void tagsAreNamesAndValuesFromClosedSets() {
		bound();
		this.migration.diverge("session:4711");
		assertThat(this.registry.getMeters()).extracting((meter) -> meter.getId().getName())
			.containsOnly("migration.operations", "migration.comparisons", "migration.relay", "migration.relay.batch",
					"migration.shed", "migration.transitions", "migration.phase", "migration.journal.depth",
					"migration.journal.age");
		assertThat(this.registry.getMeters()).map(Meter::getId)
			.flatMap(Meter.Id::getTags)
			.extracting(Tag::getKey)
			.containsOnly("migration", "operation", "side", "outcome", "result", "phase");
	}

}
