package io.migration.grpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.mirror.Comparisons.Result;
import org.awaitility.Awaitility;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every phase, every kind of call, and a target that works, is gone, or does not answer:
 * who is called, and what the caller gets.
 */
class GrpcPhaseTableTests {

	enum Target {

		UP, STOPPED, HANGING

	}

	enum Kind {

		SAFE(Balances.GET, "a"), UNSAFE(Balances.DELETE, "a"), REPEATED(Balances.PUT, "a"),
		CLIENT_STREAMING(Balances.IMPORT, "a", "b"), SERVER_STREAMING(Balances.EXPORT, "3"),
		BIDI_STREAMING(Balances.CHAT, "a", "b");

		private final MethodDescriptor<String, String> method;

		private final List<String> requests;

		Kind(MethodDescriptor<String, String> method, String... requests) {
			this.method = method;
			this.requests = List.of(requests);
		}

		List<String> answers() {
			return switch (this) {
				case SAFE, UNSAFE, REPEATED -> List.of("answer to a");
				case CLIENT_STREAMING -> List.of("answer to a,b");
				case SERVER_STREAMING -> List.of("i", "i", "i");
				case BIDI_STREAMING -> List.of("answer to a", "answer to b");
			};
		}

	}

	static Stream<Arguments> table() {
		return Stream.of(MigrationPhase.values())
			.flatMap((phase) -> Stream.of(Kind.values())
				.flatMap((kind) -> Stream.of(Target.values()).map((target) -> Arguments.of(phase, kind, target))));
	}

	@ParameterizedTest
	@MethodSource("table")
	void whoIsCalledAndWhatComesBack(MigrationPhase phase, Kind kind, Target target) {
		try (MigratedBalances balances = MigratedBalances.in(phase)
			.comparingAll()
			.comparisons(Duration.ofMillis(200), 2, 10)
			.repeating("shop.Balances/Put")
			.writeTimeout((target == Target.UP) ? Duration.ofSeconds(60) : Duration.ofMillis(200))
			.start()) {
			if (target == Target.STOPPED) {
				balances.target.close();
			}
			else if (target == Target.HANGING) {
				balances.target.hang();
			}
			boolean both = kind == Kind.REPEATED
					&& (phase == MigrationPhase.DUAL_WRITE || phase == MigrationPhase.READ_NEW);
			boolean compared = kind == Kind.SAFE && phase != MigrationPhase.OFF && phase != MigrationPhase.CUTOVER;
			Side answers = (phase.compareTo(MigrationPhase.READ_NEW) >= 0 && !both) ? Side.TARGET : Side.SOURCE;
			boolean fails = answers == Side.TARGET && target != Target.UP;

			Caller caller = new Caller();
			caller.call(balances.channel, kind,
					(fails && target == Target.HANGING)
							? CallOptions.DEFAULT.withDeadlineAfter(300, TimeUnit.MILLISECONDS)
							: CallOptions.DEFAULT.withDeadlineAfter(60, TimeUnit.SECONDS));

			assertThat(caller.status.getCode()).as(caller.status.toString())
				.isEqualTo(!fails ? Code.OK : (target == Target.STOPPED) ? Code.UNAVAILABLE : Code.DEADLINE_EXCEEDED);
			if (!fails) {
				assertThat(caller.messages).isEqualTo(kind.answers());
				assertThat(caller.headers.get(BalancesServer.SERVED_BY)).isEqualTo(answers.wireName());
				assertThat(caller.trailers.get(BalancesServer.ENDED_BY)).isEqualTo(answers.wireName());
			}
			if (compared && !fails) {
				balances.awaitComparison((target == Target.UP) ? Result.MATCH : Result.ERROR);
			}
			else if (both && target != Target.UP) {
				balances.awaitComparison(Result.MISMATCH);
			}
			else {
				assertThat(balances.migration.comparisons().total(Result.values())).isZero();
			}
			List<String> once = List.of(kind.method.getBareMethodName());
			boolean reached = (answers == Side.TARGET || both || compared) && target != Target.STOPPED;
			Awaitility.await().untilAsserted(() -> {
				assertThat(balances.target.methods()).isEqualTo(reached ? once : List.of());
				assertThat(balances.source.methods())
					.isEqualTo((answers == Side.SOURCE || (compared && !fails)) ? once : List.of());
			});
			assertThat(balances.operations).isEqualTo((phase == MigrationPhase.OFF) ? List.of()
					: List.of(new MigratedBalances.Operation(kind != Kind.SAFE && kind != Kind.SERVER_STREAMING,
							answers, !fails)));
			if (phase == MigrationPhase.OFF) {
				assertThat(balances.target.connections()).isZero();
			}
		}
	}

	/**
	 * Calls as a stub does, and waits for the end.
	 */
	private static final class Caller extends ClientCall.Listener<String> {

		private final List<String> messages = new ArrayList<>();

		private final CountDownLatch closed = new CountDownLatch(1);

		private volatile Metadata headers = new Metadata();

		private volatile Metadata trailers = new Metadata();

		private volatile Status status = Status.UNKNOWN;

		void call(MigratingChannel channel, Kind kind, CallOptions options) {
			ClientCall<String, String> call = channel.newCall(kind.method, options);
			call.start(this, new Metadata());
			call.request(Integer.MAX_VALUE);
			kind.requests.forEach(call::sendMessage);
			call.halfClose();
			try {
				assertThat(this.closed.await(50, TimeUnit.SECONDS)).isTrue();
			}
			catch (InterruptedException ex) {
				throw new AssertionError(ex);
			}
		}

		@Override
		public void onHeaders(Metadata headers) {
			this.headers = headers;
		}

		@Override
		public void onMessage(String message) {
			this.messages.add(message);
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.status = status;
			this.trailers = trailers;
			this.closed.countDown();
		}

	}

}
