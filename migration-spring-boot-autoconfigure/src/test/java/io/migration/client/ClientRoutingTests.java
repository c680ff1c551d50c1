package io.migration.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Stream;

import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.WriteNotMirroredException;
import io.migration.client.ClientScenario.Behaviour;
import io.migration.client.ClientScenario.SideException;
import io.migration.client.ClientSettings.Writes;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.phase.StepOutcome;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * The table: in each phase, for each call, whatever target does and however the caller
 * waits, who is called in which order, and what comes back.
 */
class ClientRoutingTests {

	private static final List<String> TABLE = List.of(
	// @formatter:off
			// phase     | call | target  | who is called  | what comes back
			"off         | read  | OK      | source         | source",
			"off         | read  | FAILING | source         | source",
			"off         | read  | HANGING | source         | source",
			"off         | write | OK      | source         | source",
			"off         | write | FAILING | source         | source",
			"off         | write | HANGING | source         | source",
			"shadow      | read  | OK      | source         | source",
			"shadow      | read  | FAILING | source         | source",
			"shadow      | read  | HANGING | source         | source",
			"shadow      | write | OK      | source         | source",
			"shadow      | write | FAILING | source         | source",
			"shadow      | write | HANGING | source         | source",
			"dual-write  | read  | OK      | source         | source",
			"dual-write  | read  | FAILING | source         | source",
			"dual-write  | read  | HANGING | source         | source",
			"dual-write  | write | OK      | source, target | source",
			"dual-write  | write | FAILING | source, target | source",
			"dual-write  | write | HANGING | source, target | waits, source",
			"read-new    | read  | OK      | target         | target",
			"read-new    | read  | FAILING | target, source | source",
			"read-new    | read  | HANGING | target         | waits, target",
			"read-new    | write | OK      | source, target | source",
			"read-new    | write | FAILING | source, target | source",
			"read-new    | write | HANGING | source, target | waits, source",
			"cutover     | read  | OK      | target         | target",
			"cutover     | read  | FAILING | target         | fails",
			"cutover     | read  | HANGING | target         | waits, target",
			"cutover     | write | OK      | target         | target",
			"cutover     | write | FAILING | target         | fails",
			"cutover     | write | HANGING | target         | waits, target");
	// @formatter:on

	static Stream<Arguments> table() {
		return TABLE.stream()
			.map((row) -> row.strip().split("\\s*\\|\\s*"))
			.flatMap((row) -> Stream.of(Style.values())
				.map((style) -> Arguments.of(MigrationPhase.of(row[0]), row[1].equals("write"),
						Behaviour.valueOf(row[2]), style, sides(row[3]), row[4])));
	}

	private static List<Side> sides(String names) {
		return Stream.of(names.split(", ")).map((name) -> name.equals("source") ? Side.SOURCE : Side.TARGET).toList();
	}

	@ParameterizedTest
	@MethodSource("table")
	void thePhaseDecides(MigrationPhase phase, boolean write, Behaviour target, Style style, List<Side> called,
			String outcome) throws Exception {
		try (ClientScenario scenario = new ClientScenario(phase, ClientScenario.options())) {
			scenario.target = target;
			CompletableFuture<String> answer = style.call(scenario, write);
			if (outcome.startsWith("waits")) {
				scenario.awaitCalls(called.toArray(Side[]::new));
				assertThat(answer).isNotDone();
				scenario.release();
			}
			if (outcome.equals("fails")) {
				assertThatThrownBy(answer::join).cause().isInstanceOf(SideException.class).hasMessage("target");
			}
			else {
				assertThat(answer.get()).isEqualTo(outcome.replace("waits, ", ""));
			}
			assertThat(scenario.calls).isEqualTo(called);
			boolean missed = write && called.size() == 2 && target == Behaviour.FAILING;
			assertThat(scenario.routed().comparisons().divergences()).hasSize(missed ? 1 : 0);
		}
	}

	/**
	 * With every read compared the caller gets the same, without waiting for more.
	 */
	@ParameterizedTest
	@MethodSource("table")
	void comparingChangesNothingForTheCaller(MigrationPhase phase, boolean write, Behaviour target, Style style,
			List<Side> called, String outcome) throws Exception {
		try (ClientScenario scenario = new ClientScenario(phase, ClientScenario.options().sampleRate(1))) {
			scenario.target = target;
			CompletableFuture<String> answer = style.call(scenario, write);
			if (outcome.startsWith("waits")) {
				scenario.awaitCalls(called.toArray(Side[]::new));
				assertThat(answer).isNotDone();
				scenario.release();
			}
			if (outcome.equals("fails")) {
				assertThatThrownBy(answer::join).cause().isInstanceOf(SideException.class);
			}
			else {
				assertThat(answer.get()).isEqualTo(outcome.replace("waits, ", ""));
			}
			assertThat(scenario.calls).startsWith(called.toArray(Side[]::new));
			boolean compared = !write && phase != MigrationPhase.OFF && phase != MigrationPhase.CUTOVER
					&& !(phase == MigrationPhase.READ_NEW && target == Behaviour.FAILING);
			if (compared) {
				// the other side is asked, and what hangs there hangs beside the caller
				Awaitility.await().until(() -> scenario.calls.size() > called.size());
				assertThat(scenario.calls.get(called.size())).isEqualTo(called.get(0).other());
			}
			else {
				assertThat(scenario.calls).isEqualTo(called);
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void whenTheFirstWriteFailsTheSecondIsNotAttempted(Style style) {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.DUAL_WRITE, ClientScenario.options())) {
			scenario.source = Behaviour.FAILING;
			assertThatThrownBy(style.call(scenario, true)::join).cause()
				.isInstanceOf(SideException.class)
				.hasMessage("source");
			assertThat(scenario.calls).containsExactly(Side.SOURCE);
			assertThat(scenario.reported).containsExactly("write source failed");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aSecondWriteThatFailsIsRaisedIfConfigured(Style style) {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.DUAL_WRITE,
				ClientScenario.options().onFailure(OnFailure.RAISE))) {
			scenario.target = Behaviour.FAILING;
			assertThatThrownBy(style.call(scenario, true)::join).cause()
				.isInstanceOf(WriteNotMirroredException.class)
				.hasMessageContaining("'catalog'")
				.hasMessageContaining("done on source")
				.hasMessageNotContaining("journal")
				.cause()
				.isInstanceOf(SideException.class);
			assertThat(scenario.reported).containsExactly("write source done", "write target failed");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aReadThatTargetFailsIsRaisedIfConfigured(Style style) {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.READ_NEW,
				ClientScenario.options().onFailure(OnFailure.RAISE))) {
			scenario.target = Behaviour.FAILING;
			assertThatThrownBy(style.call(scenario, false)::join).cause()
				.isInstanceOf(SideException.class)
				.hasMessage("target");
			assertThat(scenario.calls).containsExactly(Side.TARGET);
		}
	}

	/** Source lacks what was written to target alone. */
	@ParameterizedTest
	@EnumSource
	void sourceDoesNotStandInWhereWritesGoToOneSide(Style style) {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.READ_NEW,
				ClientScenario.options().writes(Writes.ROUTE))) {
			scenario.target = Behaviour.FAILING;
			assertThatThrownBy(style.call(scenario, false)::join).cause().isInstanceOf(SideException.class);
			assertThat(scenario.calls).containsExactly(Side.TARGET);
		}
	}

	@ParameterizedTest
	@EnumSource
	void routedWritesGoToOneSideInEveryPhase(Style style) {
		for (MigrationPhase phase : MigrationPhase.values()) {
			for (int share : new int[] { 0, 100 }) {
				try (ClientScenario scenario = new ClientScenario(phase,
						ClientScenario.options().writes(Writes.ROUTE).readShare(share))) {
					style.call(scenario, true).join();
					boolean target = phase == MigrationPhase.CUTOVER
							|| (phase == MigrationPhase.READ_NEW && share == 100);
					assertThat(scenario.calls).containsExactly(target ? Side.TARGET : Side.SOURCE);
				}
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void callsAreReportedFromShadowOn(Style style) {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.OFF, ClientScenario.options())) {
			style.call(scenario, false).join();
			assertThat(scenario.reported).isEmpty();
		}
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.DUAL_WRITE, ClientScenario.options())) {
			style.call(scenario, false).join();
			style.call(scenario, true).join();
			assertThat(scenario.reported).containsExactly("read source done", "write source done", "write target done");
		}
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.READ_NEW, ClientScenario.options())) {
			scenario.target = Behaviour.FAILING;
			style.call(scenario, false).join();
			assertThat(scenario.reported).containsExactly("read target failed", "read source done");
		}
	}

	@ParameterizedTest
	@EnumSource
	void aChangeOfPhaseConcernsTheNextCall(Style style) {
		try (ClientScenario scenario = new ClientScenario(MigrationPhase.DUAL_WRITE, ClientScenario.options())) {
			scenario.source = Behaviour.HANGING;
			CompletableFuture<String> begun = style.call(scenario, true);
			scenario.awaitCalls(Side.SOURCE);
			scenario.routed().start();
			assertThat(scenario.routed().control().rollback("test", null)).isEqualTo(new StepOutcome.Done());
			assertThat(scenario.routed().rules().phase()).isEqualTo(MigrationPhase.SHADOW);
			scenario.release();
			begun.join();
			assertThat(scenario.calls).containsExactly(Side.SOURCE, Side.TARGET);
			scenario.calls.clear();
			style.call(scenario, true).join();
			assertThat(scenario.calls).containsExactly(Side.SOURCE);
		}
	}

	/**
	 * How a caller waits.
	 */
	enum Style {

		/** By its own thread. */
		VALUE {

			@Override
			CompletableFuture<String> call(ClientScenario scenario, boolean write) {
				CompletableFuture<String> answer = new CompletableFuture<>();
				Thread caller = new Thread(() -> {
					try {
						answer.complete(write
								? scenario.template()
									.write(() -> scenario.call(Side.SOURCE), () -> scenario.call(Side.TARGET))
								: scenario.template()
									.read(() -> scenario.call(Side.SOURCE), () -> scenario.call(Side.TARGET)));
					}
					catch (Exception ex) {
						answer.completeExceptionally(ex);
					}
				});
				caller.setDaemon(true);
				caller.start();
				return wrapped(answer);
			}

		},

		/** By a stage. */
		STAGE {

			@Override
			CompletableFuture<String> call(ClientScenario scenario, boolean write) {
				return wrapped((write
						? scenario.template()
							.writeAsync(null, () -> scenario.stage(Side.SOURCE), () -> scenario.stage(Side.TARGET))
						: scenario.template()
							.readAsync(null, () -> scenario.stage(Side.SOURCE), () -> scenario.stage(Side.TARGET)))
					.toCompletableFuture());
			}

		},

		/** By a publisher. */
		MONO {

			@Override
			CompletableFuture<String> call(ClientScenario scenario, boolean write) {
				return wrapped((write
						? scenario.reactive()
							.write(null, () -> scenario.mono(Side.SOURCE), () -> scenario.mono(Side.TARGET))
						: scenario.reactive()
							.read(null, () -> scenario.mono(Side.SOURCE), () -> scenario.mono(Side.TARGET)))
					.toFuture());
			}

		};

		abstract CompletableFuture<String> call(ClientScenario scenario, boolean write);

		/** Failures have one wrapping, whoever waits. */
		static CompletableFuture<String> wrapped(CompletableFuture<String> answer) {
			return answer.handle((value, failure) -> {
				if (failure != null) {
					throw (failure instanceof CompletionException) ? (CompletionException) failure
							: new CompletionException(failure);
				}
				return value;
			});
		}

	}

}
