package io.migration.mirror;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.migration.mirror.Copier.Round;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * {@link Relay} with a copier whose rounds a test ends.
 */
class RelayTests {

	private static final Duration LONG = Duration.ofSeconds(20);

	private final HeldCopier copier = new HeldCopier();

	private final CircuitBreaker breaker = CircuitBreaker.of("test",
			CircuitBreakerConfig.custom()
				.slidingWindowSize(2)
				.minimumNumberOfCalls(2)
				.failureRateThreshold(100)
				.waitDurationInOpenState(LONG)
				.build());

	private final Relay relay = new Relay("test", this.copier, RelayLease.ALWAYS, this.breaker, MirrorObserver.NONE,
			Duration.ofMillis(1));

	@BeforeEach
	void start() {
		this.relay.start(Thread::new);
	}

	@AfterEach
	void stop() {
		this.copier.ending = true;
		this.copier.endAll();
		this.relay.stop();
	}

	@Test
	void roundsNeverOverlapHoweverManySignalsCome() {
		CompletableFuture<Round> first = this.copier.awaitRound();
		for (int i = 0; i < 100; i++) {
			this.relay.signal();
		}
		assertThat(this.copier.rounds.get()).isEqualTo(1);
		first.complete(Round.EMPTY);
		this.copier.awaitRound();
		assertThat(this.copier.mostAtOnce.get()).isEqualTo(1);
	}

	@Test
	void aSignalDuringARoundIsFollowedByAnotherOne() {
		CompletableFuture<Round> first = this.copier.awaitRound();
		Relay.Ticket ticket = this.relay.ticket();
		CompletableFuture<Void> covered = this.relay.await(ticket, LONG);
		first.complete(Round.EMPTY);
		CompletableFuture<Round> second = this.copier.awaitRound();
		assertThat(covered).isNotDone();
		this.relay.covered(ticket.number());
		second.complete(new Round(1, false));
		assertThat(covered).isCompleted();
	}

	@Test
	void aWriterThatWasServedBeforeItBeganToWaitDoesNotWait() {
		Relay.Ticket ticket = this.relay.ticket();
		this.relay.covered(ticket.number());
		assertThat(this.relay.await(ticket, LONG)).isCompleted();
	}

	@Test
	void whatTargetRefusesFailsItsOwnWriterOnly() {
		Relay.Ticket refused = this.relay.ticket();
		Relay.Ticket other = this.relay.ticket();
		CompletableFuture<Void> waiting = this.relay.await(refused, LONG);
		CompletableFuture<Void> others = this.relay.await(other, LONG);
		this.relay.refused(refused.number(), "not this one");
		assertThatExceptionOfType(CompletionException.class).isThrownBy(waiting::join)
			.withMessageContaining("not this");
		assertThat(others).isNotDone();
	}

	@Test
	void twoFailuresInARowTellTheWritersAtOnce() {
		CompletableFuture<Void> waiting = this.relay.await(this.relay.ticket(), LONG);
		this.copier.awaitRound().completeExceptionally(new IllegalStateException("lost"));
		assertThat(waiting).isNotDone();
		this.copier.awaitRound().completeExceptionally(new IllegalStateException("lost again"));
		assertThatExceptionOfType(CompletionException.class)
			.isThrownBy(() -> waiting.orTimeout(10, TimeUnit.SECONDS).join())
			.withMessageContaining("lost again");
		assertThat(this.relay.broken()).isTrue();
		assertThat(this.relay.await(this.relay.ticket(), LONG)).isCompletedExceptionally();
	}

	@Test
	void aRelayThatIsNotInChargeStandsAsideAndNothingIsWrong() {
		CompletableFuture<Round> first = this.copier.awaitRound();
		this.copier.notInCharge = true;
		first.completeExceptionally(new IllegalStateException("taken over"));
		CompletableFuture<Void> waiting = this.relay.await(this.relay.ticket(), LONG);
		Awaitility.await().until(() -> this.copier.refusedToOpen.get() >= 4);
		assertThat(this.relay.broken()).isFalse();
		assertThat(waiting).isNotDone();
		this.copier.notInCharge = false;
		this.copier.awaitRound();
	}

	@Test
	void afterStopNoRoundIsUnderWayAndNoneBegins() throws Exception {
		CompletableFuture<Round> running = this.copier.awaitRound();
		CompletableFuture<Void> waiting = this.relay.await(this.relay.ticket(), LONG);
		this.copier.whenClosed = this.relay::signal;
		Thread stopping = new Thread(this.relay::stop);
		stopping.start();
		Awaitility.await().until(() -> stopping.getState() == Thread.State.WAITING);
		running.complete(Round.EMPTY);
		stopping.join(10_000);
		assertThat(stopping.isAlive()).isFalse();
		this.relay.signal();
		assertThat(this.copier.rounds.get()).isOne();
		assertThat(this.copier.open).isFalse();
		assertThat(waiting).isCompletedExceptionally();
	}

	private static final class HeldCopier implements Copier {

		private final Queue<CompletableFuture<Round>> held = new ArrayDeque<>();

		private final Queue<CompletableFuture<Round>> all = new ConcurrentLinkedQueue<>();

		private final AtomicInteger rounds = new AtomicInteger();

		private final AtomicInteger atOnce = new AtomicInteger();

		private final AtomicInteger mostAtOnce = new AtomicInteger();

		private final AtomicInteger refusedToOpen = new AtomicInteger();

		private volatile boolean notInCharge;

		private volatile boolean ending;

		private volatile boolean open;

		private volatile Runnable whenClosed = () -> {
		};

		@Override
		public void open() {
			if (this.notInCharge) {
				this.refusedToOpen.incrementAndGet();
				throw new NotInChargeException("another one is");
			}
			this.open = true;
		}

		@Override
		public CompletableFuture<Round> copy(int limit, Waiters waiters) {
			if (this.ending) {
				return CompletableFuture.completedFuture(Round.EMPTY);
			}
			this.rounds.incrementAndGet();
			this.mostAtOnce.accumulateAndGet(this.atOnce.incrementAndGet(), Math::max);
			CompletableFuture<Round> round = new CompletableFuture<>();
			this.all.add(round);
			synchronized (this.held) {
				this.held.add(round);
			}
			if (this.ending) {
				round.complete(Round.EMPTY);
			}
			// before whoever waits for the round, and may begin the next one, learns of
			// it
			return round.whenComplete((done, failure) -> this.atOnce.decrementAndGet());
		}

		private @Nullable CompletableFuture<Round> poll() {
			synchronized (this.held) {
				return this.held.poll();
			}
		}

		/** Wait until a round has begun that nobody has taken yet. */
		CompletableFuture<Round> awaitRound() {
			return Awaitility.await().until(this::poll, (round) -> round != null);
		}

		void endAll() {
			this.all.forEach((round) -> round.complete(Round.EMPTY));
		}

		@Override
		public void hint() {
			// no other instance
		}

		@Override
		public void close() {
			this.whenClosed.run();
			this.open = false;
		}

	}

}
