package io.migration.client;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

import io.migration.MigrationPhase;
import io.migration.MigrationTemplate;
import io.migration.ReactiveMigrationTemplate;
import io.migration.Side;
import io.migration.client.ClientSettings.Writes;
import io.migration.mirror.Comparisons;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.mirror.RouteSettings;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.PhaseSettings;
import org.awaitility.Awaitility;
import reactor.core.publisher.Mono;

/**
 * A migration in some phase, and two sides that write down when they are called.
 */
final class ClientScenario implements AutoCloseable {

	private final RoutedMigration routed;

	private final ClientMigration migration;

	/** Who was called, in order. */
	final List<Side> calls = new CopyOnWriteArrayList<>();

	/** What was reported, in order. */
	final List<String> reported = new CopyOnWriteArrayList<>();

	private final CountDownLatch released = new CountDownLatch(1);

	private final CompletableFuture<String> hanging = new CompletableFuture<>();

	private volatile CompletableFuture<String> latest = this.hanging;

	private volatile boolean interrupted;

	volatile Behaviour target = Behaviour.OK;

	volatile Behaviour source = Behaviour.OK;

	ClientScenario(MigrationPhase phase, Options options) {
		PhaseSettings walk = new PhaseSettings("catalog", "client", "migration.catalog", phase, options.readShare(),
				Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofSeconds(1));
		this.routed = new RoutedMigration(
				new RouteSettings(walk, new RouteSettings.Gates(null, null, null, null), options.sampleRate(),
						options.timeout(), options.parallel(), options.waiting()),
				null, new Reports(), (control, change) -> {
				}, Executors.defaultThreadFactory());
		this.migration = new ClientMigration(this.routed, new ClientSettings(options.writes(), options.onFailure()));
	}

	static Options options() {
		return new Options(0, 100, Writes.BOTH, OnFailure.CONTINUE, Duration.ofMinutes(1), 2, 10);
	}

	MigrationTemplate template() {
		return this.migration.template();
	}

	ReactiveMigrationTemplate reactive() {
		return ReactiveTemplates.of(this.migration);
	}

	ClientMigration migration() {
		return this.migration;
	}

	RoutedMigration routed() {
		return this.routed;
	}

	String call(Side side) throws Exception {
		this.calls.add(side);
		switch (behaviour(side)) {
			case OK -> {
			}
			case FAILING -> throw new SideException(side);
			case HANGING -> {
				try {
					this.released.await();
				}
				catch (InterruptedException ex) {
					this.interrupted = true;
					throw ex;
				}
			}
		}
		return side.wireName();
	}

	CompletableFuture<String> stage(Side side) {
		this.calls.add(side);
		return switch (behaviour(side)) {
			case OK -> CompletableFuture.completedFuture(side.wireName());
			case FAILING -> CompletableFuture.failedFuture(new SideException(side));
			case HANGING -> {
				CompletableFuture<String> stage = this.hanging.thenApply((done) -> side.wireName());
				this.latest = stage;
				yield stage;
			}
		};
	}

	/**
	 * Return whether nobody waits any more for the call that hangs.
	 */
	boolean abandoned() {
		return this.interrupted || this.latest.isCancelled();
	}

	Mono<String> mono(Side side) {
		return Mono.fromFuture(() -> stage(side));
	}

	private Behaviour behaviour(Side side) {
		return (side == Side.SOURCE) ? this.source : this.target;
	}

	void release() {
		this.released.countDown();
		this.hanging.complete("");
	}

	void awaitCalls(Side... sides) {
		Awaitility.await().until(() -> this.calls.equals(List.of(sides)));
	}

	void awaitResults(Result result, long count) {
		Comparisons comparisons = this.routed.comparisons();
		Awaitility.await().until(() -> comparisons.total(result) == count);
	}

	@Override
	public void close() {
		release();
		this.routed.close();
	}

	/**
	 * What a side does.
	 */
	enum Behaviour {

		OK, FAILING, HANGING

	}

	/**
	 * How the migration is configured.
	 */
	record Options(double sampleRate, int readShare, Writes writes, OnFailure onFailure, Duration timeout, int parallel,
			int waiting) {

		Options sampleRate(double other) {
			return new Options(other, this.readShare, this.writes, this.onFailure, this.timeout, this.parallel,
					this.waiting);
		}

		Options readShare(int other) {
			return new Options(this.sampleRate, other, this.writes, this.onFailure, this.timeout, this.parallel,
					this.waiting);
		}

		Options writes(Writes other) {
			return new Options(this.sampleRate, this.readShare, other, this.onFailure, this.timeout, this.parallel,
					this.waiting);
		}

		Options onFailure(OnFailure other) {
			return new Options(this.sampleRate, this.readShare, this.writes, other, this.timeout, this.parallel,
					this.waiting);
		}

		Options bounds(Duration timeout, int parallel, int waiting) {
			return new Options(this.sampleRate, this.readShare, this.writes, this.onFailure, timeout, parallel,
					waiting);
		}

	}

	/**
	 * How a side fails: by a checked exception.
	 */
	static final class SideException extends Exception {

		SideException(Side side) {
			super(side.wireName());
		}

	}

	private final class Reports implements MirrorObserver {

		@Override
		public void operation(boolean write, Side side, boolean success, long nanos) {
			ClientScenario.this.reported
				.add("%s %s %s".formatted(write ? "write" : "read", side.wireName(), success ? "done" : "failed"));
		}

	}

}
