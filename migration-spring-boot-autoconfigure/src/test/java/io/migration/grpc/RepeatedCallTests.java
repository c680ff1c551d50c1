package io.migration.grpc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.MirrorSettings.OnFailure;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Calls that change something on both sides.
 */
class RepeatedCallTests {

	private static MigratedBalances.Builder repeating() {
		return MigratedBalances.in(MigrationPhase.DUAL_WRITE).repeating("shop.Balances/P*");
	}

	@Test
	void sourceIsAskedFirstAndTheCallerWaitsForTarget() {
		try (MigratedBalances balances = repeating().start()) {
			balances.target.hang();
			AtomicReference<@Nullable Status> closed = new AtomicReference<>();
			put(balances, CallOptions.DEFAULT, closed);
			Awaitility.await().until(() -> balances.target.methods().size() == 1);
			assertThat(balances.source.methods()).containsExactly("Put");
			assertThat(closed.get()).isNull();
			balances.target.recover();
			Awaitility.await().until(() -> closed.get() != null);
			assertThat(closed.get().isOk()).isTrue();
			assertThat(balances.operations).containsExactly(new MigratedBalances.Operation(true, Side.SOURCE, true));
		}
	}

	@Test
	void whatSourceRefusesDoesNotReachTarget() {
		try (MigratedBalances balances = repeating().start()) {
			balances.source.answer(Status.FAILED_PRECONDITION);
			MigratedBalances.Answer answer = balances.call(Balances.PUT, "a");
			assertThat(answer.status().getCode()).isEqualTo(Code.FAILED_PRECONDITION);
			assertThat(answer.endedBy()).isEqualTo("source");
			assertThat(balances.target.methods()).isEmpty();
		}
	}

	@Test
	void theAnswerIsSourcesEvenWhenTargetsDiffers() {
		try (MigratedBalances balances = repeating().start()) {
			balances.target.answer((request) -> "another answer");
			MigratedBalances.Answer answer = balances.call(Balances.PUT, "a");
			assertThat(answer.message()).isEqualTo("answer to a");
			assertThat(answer.servedBy()).isEqualTo("source");
			assertThat(answer.endedBy()).isEqualTo("source");
			assertThat(balances.target.methods()).containsExactly("Put");
		}
	}

	@ParameterizedTest
	@EnumSource(OnFailure.class)
	void whatTargetDoesNotConfirmIsAMismatch(OnFailure onFailure) {
		try (MigratedBalances balances = repeating().onFailure(onFailure).start()) {
			balances.target.answer(Status.RESOURCE_EXHAUSTED);
			MigratedBalances.Answer answer = balances.call(Balances.PUT, "a");
			if (onFailure == OnFailure.CONTINUE) {
				assertThat(answer.message()).isEqualTo("answer to a");
			}
			else {
				assertThat(answer.status().getCode()).isEqualTo(Code.UNKNOWN);
				assertThat(answer.status().getDescription()).isEqualTo(
						"Migration 'balances': source has done shop.Balances/Put, but target has not confirmed it (RESOURCE_EXHAUSTED). Do not repeat it.");
			}
			balances.awaitComparison(Result.MISMATCH);
			assertThat(balances.migration.comparisons().divergences().get(0).difference())
				.isEqualTo("done on source, not on target: it said RESOURCE_EXHAUSTED");
		}
	}

	@Test
	void aTargetThatHangsIsWaitedForNoLongerThanSaid() {
		try (MigratedBalances balances = repeating().writeTimeout(Duration.ofMillis(50)).start()) {
			balances.target.hang();
			AtomicReference<@Nullable Status> closed = new AtomicReference<>();
			put(balances, CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS), closed);
			Awaitility.await().until(() -> closed.get() != null);
			assertThat(closed.get().isOk()).isTrue();
			Awaitility.await().until(() -> balances.target.cancelled() == 1);
		}
	}

	@Test
	void targetIsWaitedForNoLongerThanTheCallersDeadline() {
		try (MigratedBalances balances = repeating().writeTimeout(Duration.ofHours(1)).start()) {
			// connects, so that the deadline below is not spent on that
			balances.call(Balances.GET, "a");
			balances.target.hang();
			AtomicReference<@Nullable Status> closed = new AtomicReference<>();
			put(balances, CallOptions.DEFAULT.withDeadlineAfter(2, TimeUnit.SECONDS), closed);
			Awaitility.await().until(() -> closed.get() != null);
			assertThat(closed.get().isOk()).isTrue();
		}
	}

	@Test
	void aCallerThatGivesUpIsNotKept() {
		try (MigratedBalances balances = repeating().writeTimeout(Duration.ofHours(1)).start()) {
			balances.target.hang();
			AtomicReference<@Nullable Status> closed = new AtomicReference<>();
			ClientCall<String, String> call = put(balances, CallOptions.DEFAULT, closed);
			Awaitility.await().until(() -> balances.target.methods().size() == 1);
			call.cancel("enough", null);
			Awaitility.await().until(() -> closed.get() != null);
			assertThat(closed.get().getCode()).isEqualTo(Code.CANCELLED);
			Awaitility.await().until(() -> balances.target.cancelled() == 1);
			balances.awaitComparison(Result.MISMATCH);
		}
	}

	@ParameterizedTest
	@EnumSource(value = MigrationPhase.class, names = { "OFF", "SHADOW", "CUTOVER" })
	void inOtherPhasesOneSideIsAsked(MigrationPhase phase) {
		try (MigratedBalances balances = MigratedBalances.in(phase).repeating("shop.Balances/*").start()) {
			balances.call(Balances.PUT, "a");
			assertThat(balances.server(phase.authority()).methods()).containsExactly("Put");
			assertThat(balances.server(phase.authority().other()).methods()).isEmpty();
		}
	}

	@Test
	void inReadNewSourceStillIsFirstAndAnswers() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.READ_NEW)
			.repeating("shop.Balances/Put")
			.rule("shop.Balances/*", null, Side.TARGET)
			.start()) {
			assertThat(balances.call(Balances.PUT, "a").servedBy()).isEqualTo("source");
			assertThat(balances.target.methods()).containsExactly("Put");
			assertThat(balances.call(Balances.DELETE, "a").servedBy()).isEqualTo("target");
			assertThat(balances.source.methods()).containsExactly("Put");
		}
	}

	@Test
	void whatIsSafeIsNotRepeatedInFrontOfTheCaller() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.DUAL_WRITE)
			.repeating("shop.Balances/*")
			.start()) {
			balances.call(Balances.GET, "a");
			balances.call(Balances.FIND, "a");
			assertThat(balances.target.methods()).isEmpty();
		}
	}

	private static ClientCall<String, String> put(MigratedBalances balances, CallOptions options,
			AtomicReference<@Nullable Status> closed) {
		ClientCall<String, String> call = balances.channel.newCall(Balances.PUT, options);
		call.start(new ClientCall.Listener<>() {

			@Override
			public void onClose(Status status, Metadata trailers) {
				closed.set(status);
			}

		}, new Metadata());
		call.request(2);
		call.sendMessage("a");
		call.halfClose();
		return call;
	}

}
