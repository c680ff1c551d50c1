package io.migration.client;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

import com.launchdarkly.logging.LDLogLevel;
import com.launchdarkly.sdk.LDContext;
import com.launchdarkly.sdk.LDValue;
import com.launchdarkly.sdk.server.Components;
import com.launchdarkly.sdk.server.LDClient;
import com.launchdarkly.sdk.server.LDConfig;
import com.launchdarkly.sdk.server.MigrationStage;
import com.launchdarkly.sdk.server.integrations.TestData;
import com.launchdarkly.sdk.server.migrations.Migration;
import com.launchdarkly.sdk.server.migrations.MigrationBuilder;
import com.launchdarkly.sdk.server.migrations.MigrationExecution;
import com.launchdarkly.sdk.server.migrations.MigrationMethodResult;
import com.launchdarkly.sdk.server.migrations.MigrationSerialOrder;
import com.launchdarkly.sdk.server.subsystems.EventSender;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.migration.MigrationPhase;
import io.migration.MigrationTemplate;
import io.migration.actuate.MigrationMeters;
import io.migration.client.ClientSettings.Writes;
import io.migration.mirror.ManagedMigration;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.mirror.RouteSettings;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.PhaseSettings;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.beans.factory.support.StaticListableBeanFactory;

/**
 * What routing adds to a read whose sides answer at once, as the caller sees it, with
 * meters. Beside it the migrations of another SDK, with its own measurements on: there,
 * shadow and live ask both sides for every read, and the caller waits for both; the
 * ratio says how many are compared.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(5)
public class MigrationTemplateBenchmark {

	private static final String KEY = "catalog";

	@Param({ "OFF", "SHADOW", "DUAL_WRITE", "READ_NEW", "CUTOVER" })
	private MigrationPhase phase;

	@Param({ "0.01", "1" })
	private double sampleRate;

	private RoutedMigration routed;

	private MigrationTemplate template;

	private LDClient client;

	private LDContext context;

	private Migration<String, String, String, String> parallel;

	private Migration<String, String, String, String> serial;

	/**
	 * Make both, in the phase to be measured.
	 */
	@Setup
	public void setUp() {
		MigrationMeters meters = new MigrationMeters(
				new StaticListableBeanFactory().getBeanProvider(ManagedMigration.class));
		meters.bindTo(new SimpleMeterRegistry());
		PhaseSettings walk = new PhaseSettings(KEY, "client", "migration.catalog", this.phase, 100,
				Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(1));
		this.routed = new RoutedMigration(
				new RouteSettings(walk, new RouteSettings.Gates(null, null, null, null), this.sampleRate,
						Duration.ofSeconds(2), 4, 100),
				null, meters.of(KEY), (control, change) -> {
				}, Executors.defaultThreadFactory());
		this.template = new ClientMigration(this.routed, new ClientSettings(Writes.BOTH, OnFailure.CONTINUE))
			.template();
		setUpOther();
	}

	private void setUpOther() {
		TestData flags = TestData.dataSource();
		flags.update(flags.flag(KEY)
			.valueForAll(LDValue.of(stage().toString()))
			.migrationCheckRatio(Math.round(1 / this.sampleRate)));
		this.client = new LDClient("sdk-key",
				new LDConfig.Builder().dataSource(flags)
					.diagnosticOptOut(true)
					.logging(Components.logging().level(LDLogLevel.ERROR))
					.events(Components.sendEvents().eventSender((context) -> new Nowhere()))
					.build());
		this.context = LDContext.create("caller");
		this.parallel = other(MigrationExecution.Parallel());
		this.serial = other(MigrationExecution.Serial(MigrationSerialOrder.FIXED));
		if (!"source target".contains(launchDarkly()) || this.routed.rules().phase() != this.phase) {
			throw new IllegalStateException("Not in the phase to be measured");
		}
	}

	private Migration<String, String, String, String> other(MigrationExecution execution) {
		return new MigrationBuilder<String, String, String, String>(this.client).trackErrors(true)
			.trackLatency(true)
			.readExecution(execution)
			.read((payload) -> MigrationMethodResult.Success("source"),
					(payload) -> MigrationMethodResult.Success("target"), (one, other) -> true)
			.write((payload) -> MigrationMethodResult.Success("source"),
					(payload) -> MigrationMethodResult.Success("target"))
			.build()
			.orElseThrow();
	}

	private MigrationStage stage() {
		return switch (this.phase) {
			case OFF -> MigrationStage.OFF;
			case SHADOW, DUAL_WRITE -> MigrationStage.SHADOW;
			case READ_NEW -> MigrationStage.LIVE;
			case CUTOVER -> MigrationStage.COMPLETE;
		};
	}

	/**
	 * Stop both.
	 * @throws IOException if the other does not stop
	 */
	@TearDown
	public void tearDown() throws IOException {
		this.routed.close();
		this.client.close();
	}

	/**
	 * The call alone.
	 * @return the answer
	 */
	@Benchmark
	public String plain() {
		return answer();
	}

	/**
	 * By a template; a sample is compared beside the caller, what does not fit is shed.
	 * @return the answer
	 */
	@Benchmark
	public String template() {
		return this.template.read(this::answer, this::answer);
	}

	/**
	 * As before, sticking to a key.
	 * @return the answer
	 */
	@Benchmark
	public String templateByKey() {
		return this.template.read(KEY, this::answer, this::answer);
	}

	/**
	 * By the other SDK, as it is unless told otherwise.
	 * @return the answer
	 */
	@Benchmark
	public String launchDarkly() {
		return this.parallel.read(KEY, this.context, MigrationStage.OFF).getResult().orElseThrow();
	}

	/**
	 * By the other SDK, one side after the other.
	 * @return the answer
	 */
	@Benchmark
	public String launchDarklySerial() {
		return this.serial.read(KEY, this.context, MigrationStage.OFF).getResult().orElseThrow();
	}

	private String answer() {
		return KEY;
	}

	/** Takes what would be sent. */
	private static final class Nowhere implements EventSender {

		@Override
		public Result sendAnalyticsEvents(byte[] data, int count, URI address) {
			return Result.SUCCESS;
		}

		@Override
		public Result sendDiagnosticEvent(byte[] data, URI address) {
			return Result.SUCCESS;
		}

		@Override
		public void close() {
			// nothing is open
		}

	}

}
