package io.migration.http;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import io.micrometer.observation.ObservationRegistry;
import io.migration.MigrationPhase;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.mirror.RouteSettings;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.PhaseSettings;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import org.springframework.http.HttpMethod;
import org.springframework.http.client.ClientHttpRequest;
import org.springframework.http.client.ClientHttpRequestFactory;
import org.springframework.mock.http.client.MockClientHttpRequest;

/**
 * What the routing adds to making a request, in front of a client that makes none: for a
 * URL that no migration has to do with, and for one in off.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(3)
public class HttpRoutingBenchmark {

	private static final ClientHttpRequest REQUEST = new MockClientHttpRequest();

	/** The client alone, and the routing in front of it. */
	@Param({ "raw", "other", "off" })
	private String variant = "raw";

	private RoutedMigration migration;

	private ClientHttpRequestFactory factory;

	private URI url;

	/**
	 * Create the client.
	 */
	@Setup(Level.Trial)
	public void open() {
		ClientHttpRequestFactory original = (uri, method) -> REQUEST;
		this.migration = new RoutedMigration(
				new RouteSettings(
						new PhaseSettings("pricing", "http", "migration.pricing", MigrationPhase.OFF, 100,
								Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(1)),
						new RouteSettings.Gates(null, null, null, null), 0.01, Duration.ofSeconds(2), 4, 100),
				null, MirrorObserver.NONE, (control, change) -> {
				}, Thread::new);
		HttpRouteSettings settings = new HttpRouteSettings(BaseUrl.of("http://pricing.internal/api"),
				BaseUrl.of("http://pricing-v2.internal/v2"), Set.of(), OnFailure.CONTINUE, false, null, List.of(),
				new HttpRouteSettings.Comparison(List.of(), List.of(), false, 1000));
		HttpRoutes routes = new HttpRoutes(
				List.of(new HttpRoute(settings, this.migration, new HttpClients(null, original))));
		this.factory = this.variant.equals("raw") ? original
				: new MigratingRequestFactory(original, () -> routes, () -> ObservationRegistry.NOOP);
		this.url = URI.create(this.variant.equals("other") ? "http://orders.internal/api/items/7?q=1"
				: "http://pricing.internal/api/items/7?q=1");
	}

	/**
	 * Close the migration.
	 */
	@TearDown(Level.Trial)
	public void close() {
		this.migration.close();
	}

	/**
	 * Make a request.
	 * @return the request
	 * @throws IOException never
	 */
	@Benchmark
	public ClientHttpRequest request() throws IOException {
		return this.factory.createRequest(this.url, HttpMethod.GET);
	}

}
