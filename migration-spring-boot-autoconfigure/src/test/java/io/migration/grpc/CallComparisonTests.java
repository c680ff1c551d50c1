package io.migration.grpc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.mirror.Comparisons.Divergence;
import io.migration.mirror.Comparisons.Result;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is found by asking both sides, and what is not held against anybody.
 */
class CallComparisonTests {

	@ParameterizedTest
	@EnumSource(value = MigrationPhase.class, names = { "SHADOW", "DUAL_WRITE", "READ_NEW" })
	void anAnswerThatDiffersIsFound(MigrationPhase phase) {
		try (MigratedBalances balances = MigratedBalances.in(phase).comparingAll().start()) {
			balances.target.answer((request) -> "another answer");
			balances.call(Balances.GET, "a");
			balances.awaitComparison(Result.MISMATCH);
			Divergence divergence = balances.migration.comparisons().divergences().get(0);
			assertThat(divergence.key()).isEqualTo("shop.Balances/Get");
			assertThat(divergence.difference())
				.isEqualTo("message (%s answered)".formatted((phase == MigrationPhase.READ_NEW) ? "target" : "source"));
		}
	}

	@Test
	void aStatusThatDiffersIsFound() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.SHADOW).comparingAll().start()) {
			balances.target.answer(Status.NOT_FOUND);
			assertThat(balances.call(Balances.GET, "a").status().isOk()).isTrue();
			balances.awaitComparison(Result.MISMATCH);
			assertThat(balances.migration.comparisons().divergences().get(0).difference())
				.isEqualTo("status OK, other side NOT_FOUND (source answered)");
		}
	}

	@Test
	void equalErrorsAreEqualAnswers() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.SHADOW).comparingAll().start()) {
			balances.source.answer(Status.NOT_FOUND.withDescription("in the words of source"));
			balances.target.answer(Status.NOT_FOUND);
			assertThat(balances.call(Balances.GET, "a").status().getCode()).isEqualTo(Code.NOT_FOUND);
			balances.awaitComparison(Result.MATCH);
			assertThat(balances.operations).containsExactly(new MigratedBalances.Operation(false, Side.SOURCE, true));
		}
	}

	@Test
	void anAnswerThatChangesByItselfIsNotHeldAgainstTarget() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.SHADOW).comparingAll().start()) {
			AtomicInteger clock = new AtomicInteger();
			balances.source.answer((request) -> "at " + clock.incrementAndGet());
			balances.target.answer((request) -> "at " + clock.incrementAndGet());
			balances.call(Balances.GET, "a");
			balances.awaitComparison(Result.SKIPPED);
			assertThat(balances.source.methods()).containsExactly("Get", "Get");
		}
	}

	@Test
	void aMethodIsSafeWhenTheSettingsSaySo() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.SHADOW).comparingAll().start()) {
			balances.call(Balances.FIND, "a");
			balances.awaitComparison(Result.MATCH);
			assertThat(balances.target.methods()).containsExactly("Find");
		}
	}

	@Test
	void theRepeatIsNeitherEndedByTheCallersContextNorByItsDeadline() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.SHADOW).comparingAll().start()) {
			balances.target.hang();
			try (Context.CancellableContext context = Context.current().withCancellation()) {
				context.run(() -> balances.call(Balances.GET, "a", new Metadata(),
						CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.HOURS).withWaitForReady()));
				Awaitility.await().until(() -> balances.target.methods().size() == 1);
			}
			assertThat(balances.target.last().deadline()).isNotNull();
			assertThat(balances.target.last().deadline().timeRemaining(TimeUnit.MINUTES)).isZero();
			balances.target.recover();
			// source's first answer and target's late one: it was not cut off in between
			balances.awaitComparison(Result.MISMATCH);
		}
	}

	@Test
	void whatSourceDidNotAnswerIsNotCompared() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.SHADOW).comparingAll().start()) {
			balances.source.answer(Status.UNAVAILABLE);
			assertThat(balances.call(Balances.GET, "a").status().getCode()).isEqualTo(Code.UNAVAILABLE);
			balances.source.answer((request) -> "back");
			balances.target.answer((request) -> "back");
			balances.call(Balances.GET, "b");
			balances.awaitComparison(Result.MATCH);
			assertThat(balances.target.methods()).hasSize(1);
			assertThat(balances.operations).extracting(MigratedBalances.Operation::success)
				.containsExactly(false, true);
		}
	}

	@Test
	void aTargetThatHangsKeepsNoCallerAndWorkIsShed() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.SHADOW)
			.comparingAll()
			.comparisons(Duration.ofHours(1), 2, 3)
			.start()) {
			balances.target.hang();
			for (int i = 0; i < 50; i++) {
				assertThat(balances.call(Balances.GET, "a" + i).message()).isEqualTo("answer to a" + i);
			}
			assertThat(balances.migration.shed()).isEqualTo(45);
			Awaitility.await().until(() -> balances.target.methods().size() == 2);
			assertThat(balances.migration.comparisons().total(Result.values())).isZero();
			assertThat(balances.operations).hasSize(50).allMatch(MigratedBalances.Operation::success);
		}
	}

	@Test
	void aTargetThatHangsIsGivenUpInTime() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.SHADOW)
			.comparingAll()
			.comparisons(Duration.ofMillis(50), 1, 1)
			.start()) {
			balances.target.hang();
			balances.call(Balances.GET, "a");
			balances.awaitComparison(Result.ERROR);
			Awaitility.await().until(() -> balances.target.cancelled() == 1);
		}
	}

}
