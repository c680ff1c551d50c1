package io.migration.client;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import io.migration.MigrationPhase;
import io.migration.MigrationTemplate.Call;
import io.migration.Side;
import io.migration.client.ClientScenario.Behaviour;
import io.migration.mirror.Comparisons.Divergence;
import io.migration.mirror.Comparisons.Result;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is compared beside the caller, what counts as a mismatch, and that nothing of it
 * reaches the caller.
 */
class ClientComparisonTests {

	private static final Call<String, RuntimeException> NEVER = () -> {
		throw new AssertionError("Must not be asked");
	};

	/** Gives one answer after the other, the last one for ever. */
	private static Call<String, RuntimeException> answering(String... answers) {
		Deque<String> left = new ConcurrentLinkedDeque<>(List.of(answers));
		return () -> (left.size() > 1) ? left.removeFirst() : left.getFirst();
	}

	private static ClientScenario comparing(MigrationPhase phase) {
		return new ClientScenario(phase, ClientScenario.options().sampleRate(1));
	}

	@ParameterizedTest
	@EnumSource(names = { "SHADOW", "DUAL_WRITE", "READ_NEW" })
	void equalAnswersMatch(MigrationPhase phase) {
		try (ClientScenario scenario = comparing(phase)) {
			assertThat(scenario.template().read(answering("a"), answering("a"))).isEqualTo("a");
			scenario.awaitResults(Result.MATCH, 1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "SHADOW", "DUAL_WRITE", "READ_NEW" })
	void whatStaysDifferentIsAMismatchThatShowsNoValue(MigrationPhase phase) {
		try (ClientScenario scenario = comparing(phase)) {
			scenario.template().read("key-of-4711", answering("secret one"), answering("secret two"));
			scenario.awaitResults(Result.MISMATCH, 1);
			Divergence divergence = scenario.routed().comparisons().divergences().get(0);
			assertThat(divergence.key()).isEqualTo("key-of-4711");
			assertThat(divergence.difference()).isEqualTo("read: the sides answer differently");
		}
	}

	@Test
	void whatChangedBetweenIsNoMismatch() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			assertThat(scenario.template().read(answering("old", "new"), answering("new"))).isEqualTo("old");
			scenario.awaitResults(Result.MATCH, 1);
			assertThat(scenario.routed().comparisons().total(Result.MISMATCH)).isZero();
		}
	}

	@Test
	void inReadNewItIsTargetThatIsAskedOnceMore() {
		try (ClientScenario scenario = comparing(MigrationPhase.READ_NEW)) {
			assertThat(scenario.template().read(answering("new"), answering("old", "new"))).isEqualTo("old");
			scenario.awaitResults(Result.MATCH, 1);
		}
	}

	@Test
	void whatChangedAndStillDiffersIsAMismatch() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			scenario.template().read(answering("one", "two"), answering("three"));
			scenario.awaitResults(Result.MISMATCH, 1);
		}
	}

	@Test
	void nothingIsAnAnswer() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			Call<String, RuntimeException> nothing = () -> null;
			scenario.template().read(nothing, nothing);
			scenario.awaitResults(Result.MATCH, 1);
			scenario.template().read(nothing, answering("a"));
			scenario.awaitResults(Result.MISMATCH, 1);
		}
	}

	@Test
	void arraysAreComparedByWhatTheyHold() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			scenario.template().read(() -> new byte[] { 1, 2 }, () -> new byte[] { 1, 2 });
			scenario.awaitResults(Result.MATCH, 1);
			scenario.template().read(() -> new String[][] { { "a" } }, () -> new String[][] { { "b" } });
			scenario.awaitResults(Result.MISMATCH, 1);
		}
	}

	@Test
	void anotherComparisonIsAnotherTemplate() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			scenario.template()
				.comparing((String one, String other) -> one.equalsIgnoreCase(other))
				.read(answering("a"), answering("A"));
			scenario.awaitResults(Result.MATCH, 1);
			scenario.template().read(answering("a"), answering("A"));
			scenario.awaitResults(Result.MISMATCH, 1);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "OFF", "CUTOVER" })
	void aSideAloneIsNotCompared(MigrationPhase phase) {
		try (ClientScenario scenario = comparing(phase)) {
			boolean off = phase == MigrationPhase.OFF;
			scenario.template().read(off ? answering("a") : NEVER, off ? NEVER : answering("a"));
			assertThat(scenario.routed().comparisons().total(Result.values())).isZero();
		}
	}

	@Test
	void withoutASampleTargetIsNotAsked() {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.SHADOW, ClientScenario.options())) {
			for (int i = 0; i < 1000; i++) {
				scenario.template().read(answering("a"), NEVER);
			}
			assertThat(scenario.routed().comparisons().total(Result.values())).isZero();
			assertThat(scenario.routed().shed()).isZero();
		}
	}

	@Test
	void whatTheCallerMayConsumeOnceIsNotComparedNorAskedForAgain() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			List<String> answer = scenario.template().read(() -> Stream.of("a"), () -> {
				throw new AssertionError("Must not be asked");
			}).toList();
			assertThat(answer).containsExactly("a");
			scenario.awaitResults(Result.SKIPPED, 1);
		}
	}

	@Test
	void aReadThatFailedIsNotCompared() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			scenario.source = Behaviour.FAILING;
			ClientRoutingTests.Style.VALUE.call(scenario, false).handle((value, failure) -> "").join();
			assertThat(scenario.calls).containsExactly(Side.SOURCE);
			assertThat(scenario.routed().comparisons().total(Result.values())).isZero();
		}
	}

	/** Errors too, after which the breaker still lets comparisons through. */
	@Test
	void whateverTheOtherSideThrowsTheCallerHasItsAnswer() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			Call<String, RuntimeException> broken = () -> {
				throw new StackOverflowError("planted");
			};
			assertThat(scenario.template().read(answering("a"), broken)).isEqualTo("a");
			scenario.awaitResults(Result.ERROR, 1);
			assertThat(scenario.template().read(answering("a"), answering("a"))).isEqualTo("a");
			scenario.awaitResults(Result.MATCH, 1);
		}
	}

	@Test
	void aComparisonThatThrowsIsAnErrorBesideTheCaller() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			assertThat(scenario.template().comparing((one, other) -> {
				throw new IllegalStateException("planted");
			}).read(answering("a"), answering("a"))).isEqualTo("a");
			scenario.awaitResults(Result.ERROR, 1);
		}
	}

	/** Two threads hang, three comparisons wait, the others are shed. */
	@Test
	void aTargetThatHangsIsShedAndCountedAndSlowsNobody() throws Exception {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.SHADOW,
				ClientScenario.options().sampleRate(1).bounds(Duration.ofMinutes(1), 2, 3))) {
			CountDownLatch hanging = new CountDownLatch(2);
			CountDownLatch released = new CountDownLatch(1);
			AtomicInteger asked = new AtomicInteger();
			for (int i = 0; i < 20; i++) {
				// returns while target hangs: it is released further down
				assertThat(scenario.template().read(() -> "a", () -> {
					asked.incrementAndGet();
					hanging.countDown();
					released.await();
					return "a";
				})).isEqualTo("a");
			}
			hanging.await();
			assertThat(scenario.routed().shed()).isEqualTo(15);
			assertThat(asked).hasValue(2);
			released.countDown();
			scenario.awaitResults(Result.MATCH, 5);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatHangsBesideTheCallerIsInterruptedOrCancelled(ClientRoutingTests.Style style) {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.SHADOW,
				ClientScenario.options().sampleRate(1).bounds(Duration.ofMillis(1), 1, 10))) {
			scenario.target = Behaviour.HANGING;
			assertThat(style.call(scenario, false).join()).isEqualTo("source");
			scenario.awaitResults(Result.ERROR, 1);
			assertThat(scenario.abandoned()).isTrue();
		}
	}

	@Test
	void aTargetThatKeepsFailingOpensTheBreakerAndIsLeftAlone() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			AtomicInteger asked = new AtomicInteger();
			Awaitility.await().until(() -> {
				scenario.template().read(answering("a"), () -> {
					asked.incrementAndGet();
					throw new IllegalStateException("planted");
				});
				return scenario.routed().circuitOpen();
			});
			assertThat(scenario.template().read(answering("a"), NEVER)).isEqualTo("a");
			assertThat(scenario.routed().comparisons().total(Result.SKIPPED)).isPositive();
			assertThat(asked).hasPositiveValue();
		}
	}

	@Test
	void anyNumberIsComparedAsAList() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			assertThat(scenario.reactive()
				.readMany(null, () -> Flux.just("a", "b"), () -> Flux.just("a", "b"))
				.collectList()
				.block()).containsExactly("a", "b");
			scenario.awaitResults(Result.MATCH, 1);
			scenario.reactive().readMany(null, () -> Flux.just("a", "b"), () -> Flux.just("b", "a")).blockLast();
			scenario.awaitResults(Result.MISMATCH, 1);
		}
	}

	@Test
	void manyAreNotKept() {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.SHADOW,
				ClientScenario.options().sampleRate(1).bounds(Duration.ofMinutes(1), 1, 10))) {
			Flux<Integer> many = Flux.range(0, 1002);
			assertThat(scenario.reactive().readMany(null, () -> many, () -> {
				throw new AssertionError("Must not be asked");
			}).count().block()).isEqualTo(1002);
			// in the only thread: what was handed over before has been compared before
			scenario.reactive().readMany(null, () -> Flux.just(1), () -> Flux.just(1)).blockLast();
			scenario.awaitResults(Result.MATCH, 1);
			assertThat(scenario.routed().comparisons().total(Result.values())).isOne();
		}
	}

	@Test
	void theSubscribersContextIsPassedOn() {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			Mono<String> user = Mono.deferContextual((context) -> Mono.just(context.get("user")));
			assertThat(scenario.reactive()
				.read(null, () -> user, () -> user)
				.contextWrite(Context.of("user", "somebody"))
				.block()).isEqualTo("somebody");
			scenario.awaitResults(Result.MATCH, 1);
		}
	}

	@Test
	void aCallersOwnChangeOfItsAnswerIsNoMismatch() throws Exception {
		try (ClientScenario scenario = comparing(MigrationPhase.SHADOW)) {
			CountDownLatch changed = new CountDownLatch(1);
			Deque<String> answer = scenario.template().read(() -> new ChangeableDeque("a"), () -> {
				changed.await();
				return new ChangeableDeque("a");
			});
			answer.add("b");
			changed.countDown();
			scenario.awaitResults(Result.MATCH, 1);
		}
	}

	private static final class ChangeableDeque extends ArrayDeque<String> {

		ChangeableDeque(String element) {
			super(List.of(element));
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof ChangeableDeque deque && List.copyOf(this).equals(List.copyOf(deque));
		}

		@Override
		public int hashCode() {
			return List.copyOf(this).hashCode();
		}

	}

}
