package io.migration.client;

import java.io.IOException;
import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.WriteNotMirroredException;
import io.migration.client.ClientScenario.Behaviour;
import io.migration.client.ClientScenario.SideException;
import io.migration.mirror.MirrorSettings.OnFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What users do with a template.
 */
@ExtendWith(OutputCaptureExtension.class)
class ClientTemplateTests {

	private static ClientScenario scenario(MigrationPhase phase) {
		return new ClientScenario(phase, ClientScenario.options());
	}

	/** What the compiler takes is part of the contract. */
	@Test
	void callbacksThrowWhatTheyLikeAndNeedNoWrapping() throws IOException {
		try (ClientScenario scenario = scenario(MigrationPhase.OFF)) {
			String unchecked = scenario.template().read(() -> "a", () -> "b");
			assertThat(unchecked).isEqualTo("a");
			String checked = scenario.template().read(ClientTemplateTests::file, ClientTemplateTests::file);
			assertThat(checked).isEqualTo("content");
			List<Integer> wide = scenario.template().write("key", () -> List.of(1), () -> new ArrayList<Integer>());
			assertThat(wide).containsExactly(1);
			assertThatExceptionOfType(IOException.class).isThrownBy(() -> scenario.template().read(() -> {
				throw new IOException("planted");
			}, ClientTemplateTests::file)).withMessage("planted");
		}
	}

	private static String file() throws IOException {
		return "content";
	}

	@Test
	void equalKeysAreAnsweredByTheSameSide() {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.READ_NEW,
				ClientScenario.options().readShare(50))) {
			Set<Side> all = new HashSet<>();
			for (int i = 0; i < 200; i++) {
				String key = "key-" + i;
				Set<Side> ofKey = new HashSet<>();
				for (int again = 0; again < 5; again++) {
					ofKey.add(scenario.template().read(new String(key), () -> Side.SOURCE, () -> Side.TARGET));
				}
				assertThat(ofKey).hasSize(1);
				all.addAll(ofKey);
			}
			assertThat(all).containsExactlyInAnyOrder(Side.values());
		}
	}

	@Test
	void withoutAKeyBothSidesAnswer() {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.READ_NEW,
				ClientScenario.options().readShare(50))) {
			int target = 0;
			for (int i = 0; i < 1000; i++) {
				target += scenario.template().read(() -> 0, () -> 1);
			}
			// at odds of one to 10^60 against
			assertThat(target).isBetween(250, 750);
		}
	}

	/** Their own hash codes differ in each instance of the application. */
	@Test
	void arraysAndEnumsStickByWhatTheyAre() {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.READ_NEW,
				ClientScenario.options().readShare(50))) {
			for (int i = 0; i < 50; i++) {
				byte[] id = UUID.nameUUIDFromBytes(new byte[] { (byte) i }).toString().getBytes();
				Side one = scenario.template().read(id, () -> Side.SOURCE, () -> Side.TARGET);
				assertThat(scenario.template()
					.<Side, RuntimeException>read(id.clone(), () -> Side.SOURCE, () -> Side.TARGET)).isEqualTo(one);
			}
			for (UnicodeScript constant : UnicodeScript.values()) {
				Side ofName = scenario.template().read(constant.name(), () -> Side.SOURCE, () -> Side.TARGET);
				assertThat(scenario.template()
					.<Side, RuntimeException>read(constant, () -> Side.SOURCE, () -> Side.TARGET)).isEqualTo(ofName);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void theCompensationGetsWhatTheFirstSideReturnedAndHowTheSecondFailed(OnFailure onFailure) throws Exception {
		for (int style = 0; style < 3; style++) {
			try (ClientScenario scenario = new ClientScenario(MigrationPhase.DUAL_WRITE,
					ClientScenario.options().onFailure(onFailure))) {
				scenario.target = Behaviour.FAILING;
				List<Object> seen = new ArrayList<>();
				CompletableFuture<String> written = written(scenario, style, (first, failure) -> {
					seen.add(first);
					seen.add(failure);
				});
				if (onFailure == OnFailure.CONTINUE) {
					assertThat(written.get()).isEqualTo("source");
				}
				else {
					assertThatThrownBy(written::get).cause().isInstanceOf(WriteNotMirroredException.class);
				}
				assertThat(seen).hasSize(2).first().isEqualTo("source");
				assertThat(seen.get(1)).isInstanceOf(SideException.class)
					.hasToString(new SideException(Side.TARGET).toString());
				assertThat(scenario.routed().comparisons().divergences()).isEmpty();
			}
		}
	}

	@Test
	void aCompensationThatFailsTurnsNoDoneWriteIntoAFailure(CapturedOutput output) throws Exception {
		for (int style = 0; style < 3; style++) {
			try (ClientScenario scenario = scenario(MigrationPhase.DUAL_WRITE)) {
				scenario.target = Behaviour.FAILING;
				assertThat(written(scenario, style, (first, failure) -> {
					throw new IllegalStateException("planted with a secret");
				}).get()).isEqualTo("source");
				assertThat(scenario.routed().comparisons().divergences()).singleElement()
					.satisfies((missed) -> assertThat(missed.difference()).contains("not on target")
						.doesNotContain("secret"));
			}
		}
		assertThat(output).contains("the compensation failed (java.lang.IllegalStateException)")
			.doesNotContain("secret");
	}

	@Test
	void aCompensationThatFailsIsSuppressedInWhatIsRaised() {
		for (int style = 0; style < 3; style++) {
			try (ClientScenario scenario = new ClientScenario(MigrationPhase.DUAL_WRITE,
					ClientScenario.options().onFailure(OnFailure.RAISE))) {
				scenario.target = Behaviour.FAILING;
				IllegalStateException planted = new IllegalStateException("planted");
				assertThatThrownBy(written(scenario, style, (first, failure) -> {
					throw planted;
				})::get).cause()
					.isInstanceOf(WriteNotMirroredException.class)
					.cause()
					.isInstanceOf(SideException.class)
					.hasSuppressedException(planted);
			}
		}
	}

	@Test
	void nothingIsCompensatedWhenBothSidesHaveTheWriteOrNeitherHas() throws Exception {
		for (int style = 0; style < 3; style++) {
			try (ClientScenario scenario = scenario(MigrationPhase.DUAL_WRITE)) {
				List<Object> seen = new ArrayList<>();
				written(scenario, style, (first, failure) -> seen.add(first)).get();
				scenario.source = Behaviour.FAILING;
				assertThatThrownBy(written(scenario, style, (first, failure) -> seen.add(first))::get).cause()
					.hasMessage("source");
				assertThat(seen).isEmpty();
			}
		}
	}

	private static CompletableFuture<String> written(ClientScenario scenario, int style, Hook hook) {
		return switch (style) {
			case 0 -> {
				CompletableFuture<String> written = new CompletableFuture<>();
				try {
					written.complete(scenario.template()
						.write(null, () -> scenario.call(Side.SOURCE), () -> scenario.call(Side.TARGET), hook::call));
				}
				catch (Exception ex) {
					written.completeExceptionally(ex);
				}
				yield written;
			}
			case 1 -> scenario.template()
				.writeAsync(null, () -> scenario.stage(Side.SOURCE), () -> scenario.stage(Side.TARGET), hook::call)
				.toCompletableFuture();
			default -> scenario.reactive()
				.write(null, () -> scenario.mono(Side.SOURCE), () -> scenario.mono(Side.TARGET),
						(first, failure) -> Mono.fromRunnable(() -> hook.call(first, failure)))
				.toFuture();
		};
	}

	@Test
	void failuresOfTheSecondSideAreLoggedOncePerEpisode(CapturedOutput output) throws Exception {
		try (ClientScenario scenario = scenario(MigrationPhase.DUAL_WRITE)) {
			for (Behaviour behaviour : List.of(Behaviour.FAILING, Behaviour.FAILING, Behaviour.OK, Behaviour.OK,
					Behaviour.FAILING)) {
				scenario.target = behaviour;
				written(scenario, 0, (first, failure) -> {
				}).get();
			}
			assertThat(output.toString().lines().filter((line) -> line.contains("failed on target"))).hasSize(2);
			assertThat(output.toString().lines().filter((line) -> line.contains("takes writes again"))).hasSize(1);
		}
	}

	@Test
	void anInterruptOfTheSecondWriteIsNotLost() throws Exception {
		try (ClientScenario scenario = scenario(MigrationPhase.DUAL_WRITE)) {
			String written = scenario.template().write(() -> "source", () -> {
				throw new InterruptedException("planted");
			});
			assertThat(written).isEqualTo("source");
			assertThat(Thread.interrupted()).isTrue();
		}
	}

	@Test
	void anInterruptedReadIsNotRepeatedOnSource() {
		try (ClientScenario scenario = scenario(MigrationPhase.READ_NEW)) {
			assertThatExceptionOfType(InterruptedException.class)
				.isThrownBy(() -> scenario.template().read(() -> "source", () -> {
					throw new InterruptedException("planted");
				}));
		}
	}

	@Test
	void inShadowACallerHasTheSourcesOwnStageAndMayCancelIt() {
		try (ClientScenario scenario = scenario(MigrationPhase.SHADOW)) {
			CompletableFuture<String> stage = new CompletableFuture<>();
			CompletionStage<String> answer = scenario.template()
				.readAsync(null, () -> stage, () -> scenario.stage(Side.TARGET));
			assertThat(answer).isSameAs(stage);
		}
	}

	@ParameterizedTest
	@EnumSource
	void whatFailsBeforeThereIsAStageIsTreatedAsOneThatFails(MigrationPhase phase) {
		try (ClientScenario scenario = scenario(phase)) {
			IllegalStateException planted = new IllegalStateException("planted");
			CompletionStage<String> written = null;
			if (phase != MigrationPhase.CUTOVER) {
				written = scenario.template().writeAsync(null, () -> scenario.stage(Side.SOURCE), () -> {
					throw planted;
				});
				assertThat(written.toCompletableFuture()).isCompletedWithValue("source");
			}
			if (phase == MigrationPhase.READ_NEW) {
				assertThat(scenario.template().readAsync(null, () -> scenario.stage(Side.SOURCE), () -> {
					throw planted;
				}).toCompletableFuture()).isCompletedWithValue("source");
			}
		}
	}

	@Test
	void aPublisherIsPinnedWhenItIsSubscribedTo() {
		try (ClientScenario scenario = scenario(MigrationPhase.OFF)) {
			scenario.routed().start();
			Mono<String> write = scenario.reactive()
				.write(null, () -> scenario.mono(Side.SOURCE), () -> scenario.mono(Side.TARGET));
			assertThat(scenario.calls).isEmpty();
			write.block();
			assertThat(scenario.calls).containsExactly(Side.SOURCE);
			scenario.routed().control().advance("test", null, false);
			scenario.routed().control().advance("test", null, false);
			assertThat(scenario.routed().rules().phase()).isEqualTo(MigrationPhase.DUAL_WRITE);
			write.block();
			assertThat(scenario.calls).containsExactly(Side.SOURCE, Side.SOURCE, Side.TARGET);
		}
	}

	@ParameterizedTest
	@EnumSource
	void manyAreWrittenToBothSides(MigrationPhase phase) {
		try (ClientScenario scenario = scenario(phase)) {
			List<String> written = scenario.reactive()
				.writeMany(null, () -> scenario.mono(Side.SOURCE).flux(), () -> scenario.mono(Side.TARGET).flux())
				.collectList()
				.block();
			assertThat(written).containsExactly((phase == MigrationPhase.CUTOVER) ? "target" : "source");
			assertThat(scenario.calls).isEqualTo(switch (phase) {
				case OFF, SHADOW -> List.of(Side.SOURCE);
				case DUAL_WRITE, READ_NEW -> List.of(Side.SOURCE, Side.TARGET);
				case CUTOVER -> List.of(Side.TARGET);
			});
		}
	}

	@Test
	void manyFromTargetThatFailAreNotBegunAnewOnSource() {
		try (ClientScenario scenario = scenario(MigrationPhase.READ_NEW)) {
			List<String> delivered = new ArrayList<>();
			assertThatThrownBy(() -> scenario.reactive()
				.readMany(null, () -> scenario.mono(Side.SOURCE).flux(),
						() -> Flux.just("a").concatWith(Mono.error(new IllegalStateException("planted"))))
				.doOnNext(delivered::add)
				.blockLast()).hasMessage("planted");
			assertThat(delivered).containsExactly("a");
			assertThat(scenario.calls).isEmpty();
		}
	}

	@Test
	void anEmptyAnswerStaysEmpty() {
		try (ClientScenario scenario = scenario(MigrationPhase.DUAL_WRITE)) {
			assertThat(scenario.reactive()
				.write(null, Mono::<String>empty, () -> scenario.mono(Side.TARGET))
				.blockOptional()).isEmpty();
			assertThat(scenario.calls).containsExactly(Side.TARGET);
		}
	}

	@Test
	void aTemplateSaysWhoseItIs() {
		try (ClientScenario scenario = scenario(MigrationPhase.OFF)) {
			assertThat(scenario.template()).hasToString("Template of migration 'catalog'");
			assertThat(scenario.reactive()).hasToString("Reactive template of migration 'catalog'");
		}
	}

	@FunctionalInterface
	private interface Hook {

		void call(String first, Throwable failure);

	}

}
