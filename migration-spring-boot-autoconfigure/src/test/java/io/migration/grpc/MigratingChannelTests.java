package io.migration.grpc;

import java.net.SocketAddress;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.grpc.Attributes;
import io.grpc.CallCredentials;
import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.ClientInterceptor;
import io.grpc.ConnectivityState;
import io.grpc.ForwardingClientCall.SimpleForwardingClientCall;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.Status.Code;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.mirror.Comparisons.Result;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * What a caller may rely on beside the answer.
 */
class MigratingChannelTests {

	private static Metadata headers(String... pairs) {
		Metadata headers = new Metadata();
		for (int i = 0; i < pairs.length; i += 2) {
			headers.put(BalancesServer.key(pairs[i]), pairs[i + 1]);
		}
		return headers;
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void credentialsGoToTheHostTheyAreMeantForOnly(Side side) {
		try (MigratedBalances balances = answering(side).start()) {
			callWithCredentials(balances);
			BalancesServer.Received received = balances.server(side).last();
			boolean meant = side == Side.SOURCE;
			assertThat(received.header("authorization")).isEqualTo(meant ? "Bearer secret" : null);
			assertThat(received.header("cookie")).isEqualTo(meant ? "session=secret" : null);
			assertThat(received.header("credentials")).isEqualTo(meant ? "of the call" : null);
			assertThat(received.header("tenant")).isEqualTo("eu");
		}
	}

	@Test
	void credentialsGoToTargetWhereThatIsWanted() {
		try (MigratedBalances balances = answering(Side.TARGET).forwardingCredentials().start()) {
			callWithCredentials(balances);
			BalancesServer.Received received = balances.target.last();
			assertThat(received.header("authorization")).isEqualTo("Bearer secret");
			assertThat(received.header("cookie")).isEqualTo("session=secret");
			assertThat(received.header("credentials")).isEqualTo("of the call");
		}
	}

	@Test
	void credentialsDoNotGoToTargetBesideTheCallerEither() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.DUAL_WRITE)
			.comparingAll()
			.repeating("shop.Balances/Put")
			.start()) {
			callWithCredentials(balances);
			balances.call(Balances.PUT, "a", headers("authorization", "Bearer secret"), CallOptions.DEFAULT);
			Awaitility.await()
				.untilAsserted(() -> assertThat(balances.target.methods()).containsExactlyInAnyOrder("Get", "Put"));
			assertThat(balances.target.received()).allMatch((received) -> received.header("authorization") == null
					&& received.header("cookie") == null && received.header("credentials") == null);
			assertThat(balances.source.received())
				.allMatch((received) -> "Bearer secret".equals(received.header("authorization")));
		}
	}

	@Test
	void whatAnInterceptorOfTargetsChannelAddsIsTakenAwayByAFilterNextToTheTransport() {
		ClientInterceptor authenticating = adding("authorization", "Bearer secret");
		// the first is next to the transport
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.CUTOVER)
			.intercepting(authenticating, new CredentialsFilter(), authenticating)
			.start()) {
			balances.call(Balances.GET, "a");
			assertThat(balances.target.last().header("authorization")).isNull();
		}
	}

	private static MigratedBalances.Builder answering(Side side) {
		return MigratedBalances.in((side == Side.SOURCE) ? MigrationPhase.SHADOW : MigrationPhase.READ_NEW);
	}

	private static void callWithCredentials(MigratedBalances balances) {
		MigratedBalances.Answer answer = balances.call(Balances.GET, "a",
				headers("authorization", "Bearer secret", "cookie", "session=secret", "tenant", "eu"),
				CallOptions.DEFAULT.withCallCredentials(new CallCredentials() {

					@Override
					public void applyRequestMetadata(RequestInfo info, Executor executor, MetadataApplier applier) {
						applier.apply(headers("credentials", "of the call"));
					}

				}));
		assertThat(answer.status().isOk()).as(answer.status().toString()).isTrue();
	}

	private static ClientInterceptor adding(String header, String value) {
		return new ClientInterceptor() {

			@Override
			public <Q, R> ClientCall<Q, R> interceptCall(MethodDescriptor<Q, R> method, CallOptions options,
					Channel next) {
				return new SimpleForwardingClientCall<>(next.newCall(method, options)) {

					@Override
					public void start(Listener<R> listener, Metadata headers) {
						headers.put(BalancesServer.key(header), value);
						super.start(listener, headers);
					}

				};
			}

		};
	}

	@Test
	void whatAnInterceptorOfOneSideAddsStaysThere() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.DUAL_WRITE)
			.comparingAll()
			.repeating("shop.Balances/Put")
			.intercepting(adding("old", "yes"), adding("new", "yes"))
			.start()) {
			balances.call(Balances.GET, "a");
			balances.call(Balances.PUT, "a");
			Awaitility.await()
				.untilAsserted(() -> assertThat(balances.target.methods()).containsExactlyInAnyOrder("Get", "Put"));
			assertThat(balances.source.received())
				.allMatch((received) -> received.header("old") != null && received.header("new") == null);
			assertThat(balances.target.received())
				.allMatch((received) -> received.header("old") == null && received.header("new") != null);
		}
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void theAuthorityIsTheSidesOwn(Side side) {
		try (MigratedBalances balances = answering(side).start()) {
			balances.call(Balances.GET, "a");
			assertThat(balances.server(side).last().authority()).isEqualTo(balances.server(side).address());
			balances.call(Balances.GET, "a", new Metadata(), CallOptions.DEFAULT.withAuthority("named.example"));
			assertThat(balances.server(side).last().authority())
				.isEqualTo((side == Side.SOURCE) ? "named.example" : balances.target.address());
		}
		try (MigratedBalances balances = MigratedBalances
			.in((side == Side.SOURCE) ? MigrationPhase.OFF : MigrationPhase.CUTOVER)
			.start()) {
			assertThat(balances.channel.authority()).isEqualTo(balances.server(side).address());
		}
	}

	@Test
	void callsThatStickToAHeaderAreAnsweredByOneSide() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.READ_NEW)
			.readShare(50)
			.stickyBy("customer")
			.start()) {
			Set<String> sides = IntStream.range(0, 40).mapToObj((customer) -> {
				Set<String> of = IntStream.range(0, 3)
					.mapToObj((i) -> String.valueOf(
							balances
								.call((i == 0) ? Balances.PUT : Balances.GET, "a", headers("customer", "c" + customer),
										CallOptions.DEFAULT)
								.servedBy()))
					.collect(Collectors.toSet());
				assertThat(of).as("customer " + customer).hasSize(1);
				return of.iterator().next();
			}).collect(Collectors.toSet());
			assertThat(sides).containsExactlyInAnyOrder("source", "target");
		}
	}

	@Test
	void callsThatStickToNothingAreSpread() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.READ_NEW)
			.readShare(50)
			.stickyBy("customer")
			.start()) {
			// no share of a fair coin misses one side in a hundred throws
			for (int i = 0; i < 100; i++) {
				balances.call(Balances.GET, "a");
			}
			assertThat(balances.source.methods()).isNotEmpty();
			assertThat(balances.target.methods()).isNotEmpty();
		}
	}

	@ParameterizedTest
	@CsvSource({ "0, source", "100, target" })
	void theShareDecidesForAll(int share, String side) {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.READ_NEW).readShare(share).start()) {
			for (int i = 0; i < 20; i++) {
				assertThat(balances.call(Balances.GET, "a").servedBy()).isEqualTo(side);
			}
		}
	}

	@Test
	void theFirstRuleThatFitsDecides() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.READ_NEW)
			.readShare(100)
			.rule("shop.Balances/Get", "tenant=eu", Side.SOURCE)
			.rule("shop.Balances/Get", null, Side.TARGET)
			.rule(null, "tenant=eu", Side.TARGET)
			.rule("shop.Balances/*", "tenant=us", Side.SOURCE)
			.start()) {
			assertThat(served(balances, Balances.GET, "tenant", "eu")).isEqualTo("source");
			assertThat(served(balances, Balances.GET, "tenant", "us")).isEqualTo("target");
			assertThat(served(balances, Balances.FIND, "tenant", "eu")).isEqualTo("target");
			assertThat(served(balances, Balances.FIND, "tenant", "us")).isEqualTo("source");
			assertThat(served(balances, Balances.PUT, "tenant", "us")).isEqualTo("source");
			assertThat(served(balances, Balances.FIND, "tenant", "asia")).isEqualTo("target");
			assertThat(served(balances, Balances.FIND, "tenant", "us", "tenant", "eu")).isEqualTo("target");
		}
	}

	@ParameterizedTest
	@EnumSource(value = MigrationPhase.class, names = "READ_NEW", mode = EnumSource.Mode.EXCLUDE)
	void rulesCountInReadNewOnly(MigrationPhase phase) {
		try (MigratedBalances balances = MigratedBalances.in(phase)
			.rule("shop.Balances/*", null, phase.authority().other())
			.start()) {
			assertThat(balances.call(Balances.GET, "a").servedBy()).isEqualTo(phase.authority().wireName());
		}
	}

	private static @Nullable String served(MigratedBalances balances, MethodDescriptor<String, String> method,
			String... headers) {
		return balances.call(method, "a", headers(headers), CallOptions.DEFAULT).servedBy();
	}

	@Test
	void aCallKeepsThePhaseItWasMadeIn() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.READ_NEW).start()) {
			balances.migration.start();
			ClientCall<String, String> call = balances.channel.newCall(Balances.GET, CallOptions.DEFAULT);
			balances.walkTo(MigrationPhase.DUAL_WRITE);
			Recorder recorder = new Recorder();
			call.start(recorder, new Metadata());
			call.request(1);
			call.sendMessage("a");
			call.halfClose();
			recorder.awaitClosed(Code.OK);
			assertThat(balances.target.methods()).containsExactly("Get");
			assertThat(balances.source.methods()).isEmpty();
			assertThat(balances.call(Balances.GET, "a").servedBy()).isEqualTo("source");
		}
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void theDeadlineOfTheCallerIsTheServers(Side side) {
		try (MigratedBalances balances = answering(side).start()) {
			balances.call(Balances.GET, "a", new Metadata(), CallOptions.DEFAULT.withDeadlineAfter(1, TimeUnit.HOURS));
			BalancesServer.Received received = balances.server(side).last();
			assertThat(received.deadline()).isNotNull();
			assertThat(received.deadline().timeRemaining(TimeUnit.MINUTES)).isBetween(50L, 60L);
			balances.server(side).hang();
			assertThat(balances
				.call(Balances.GET, "a", new Metadata(),
						CallOptions.DEFAULT.withDeadlineAfter(100, TimeUnit.MILLISECONDS))
				.status()
				.getCode()).isEqualTo(Code.DEADLINE_EXCEEDED);
		}
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void cancellationReachesTheServer(Side side) {
		try (MigratedBalances balances = answering(side).start()) {
			Recorder recorder = new Recorder();
			ClientCall<String, String> call = balances.channel.newCall(Balances.CHAT, CallOptions.DEFAULT);
			call.start(recorder, new Metadata());
			call.request(1);
			call.sendMessage("a");
			Awaitility.await().until(() -> recorder.messages.contains("answer to a"));
			assertThat(balances.server(side).cancelled()).isZero();
			call.cancel("enough", null);
			recorder.awaitClosed(Code.CANCELLED);
			Awaitility.await().until(() -> balances.server(side).cancelled() == 1);
		}
	}

	@Test
	void aCallThatIsCancelledBeforeItStartsCannotStart() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.READ_NEW).readShare(0).start()) {
			// a channel that has not connected yet is more patient
			balances.call(Balances.GET, "a");
			ClientCall<String, String> call = balances.channel.newCall(Balances.GET, CallOptions.DEFAULT);
			assertThat(call.isReady()).isFalse();
			assertThat(call.getAttributes()).isEqualTo(Attributes.EMPTY);
			assertThat(call).hasToString("RoutedCall[shop.Balances/Get: null]");
			assertThatIllegalStateException().isThrownBy(() -> call.request(1));
			call.cancel("not wanted", null);
			assertThatIllegalStateException().isThrownBy(() -> call.start(new Recorder(), new Metadata()));
		}
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void aServerIsHeldBackByACallerThatDoesNotRead(Side side) {
		try (MigratedBalances balances = answering(side).comparingAll().start()) {
			BalancesServer server = balances.server(side);
			Recorder recorder = new Recorder();
			ClientCall<String, String> call = balances.channel.newCall(Balances.EXPORT, CallOptions.DEFAULT);
			call.start(recorder, new Metadata());
			call.sendMessage("400x65536");
			call.halfClose();
			call.request(1);
			Awaitility.await().until(() -> recorder.messages.size() == 1 && server.isExportStalled());
			assertThat(server.exported()).isLessThan(400);
			assertThat(recorder.messages).hasSize(1);
			call.request(400);
			recorder.awaitClosed(Code.OK);
			assertThat(recorder.messages).hasSize(400);
		}
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void aCallerIsHeldBackByAServerThatDoesNotRead(Side side) {
		try (MigratedBalances balances = answering(side).start()) {
			balances.server(side).hang();
			Recorder recorder = new Recorder();
			ClientCall<String, String> call = balances.channel.newCall(Balances.IMPORT, CallOptions.DEFAULT);
			call.start(recorder, new Metadata());
			Awaitility.await().until(() -> recorder.ready.get() > 0);
			String large = "i".repeat(65536);
			Awaitility.await().until(() -> {
				if (call.isReady()) {
					call.sendMessage(large);
				}
				return !call.isReady() && recorder.readySeen(call);
			});
			call.cancel("enough", null);
			recorder.awaitClosed(Code.CANCELLED);
		}
	}

	@ParameterizedTest
	@EnumSource(Side.class)
	void compressionAndAttributesAreTheSidesOwn(Side side) {
		try (MigratedBalances balances = answering(side).start()) {
			Recorder recorder = new Recorder();
			ClientCall<String, String> call = balances.channel.newCall(Balances.CHAT,
					CallOptions.DEFAULT.withCompression("gzip"));
			call.start(recorder, new Metadata());
			call.setMessageCompression(true);
			call.request(1);
			call.sendMessage("a");
			Awaitility.await().until(() -> recorder.messages.contains("answer to a"));
			assertThat(balances.server(side).last().header("grpc-encoding")).isEqualTo("gzip");
			SocketAddress remote = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
			assertThat(String.valueOf(remote)).endsWith(":" + balances.server(side).port());
			call.halfClose();
			recorder.awaitClosed(Code.OK);
		}
	}

	@Test
	void nobodyConnectsToTargetInOffAndConnectionsEndOnTheWayBackThere() {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.OFF).comparingAll().start()) {
			balances.migration.start();
			assertThat(balances.channel.getState(true)).isNotEqualTo(ConnectivityState.SHUTDOWN);
			for (int i = 0; i < 10; i++) {
				balances.call(Balances.GET, "a");
			}
			assertThat(balances.target.connections()).isZero();
			assertThat(balances.operations).isEmpty();
			balances.walkTo(MigrationPhase.SHADOW);
			balances.call(Balances.GET, "a");
			Awaitility.await().until(() -> balances.target.connected() == 1);
			balances.awaitComparison(Result.MATCH);
			balances.walkTo(MigrationPhase.OFF);
			assertThat(balances.call(Balances.GET, "a").servedBy()).isEqualTo("source");
			Awaitility.await().until(() -> balances.target.connected() == 0);
			assertThat(balances.source.connected()).isOne();
		}
	}

	@Test
	void bothSidesAreShutDownTogether() throws InterruptedException {
		try (MigratedBalances balances = MigratedBalances.in(MigrationPhase.READ_NEW).readShare(50).start()) {
			for (int i = 0; i < 100; i++) {
				balances.call(Balances.GET, "a");
			}
			assertThat(balances.target.connected() + balances.source.connected()).isEqualTo(2);
			assertThat(balances.channel.isShutdown()).isFalse();
			assertThat(balances.channel.shutdown()).isSameAs(balances.channel);
			assertThat(balances.channel.isShutdown()).isTrue();
			assertThat(balances.channel.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
			assertThat(balances.channel.isTerminated()).isTrue();
			Awaitility.await().until(() -> balances.target.connected() + balances.source.connected() == 0);
			assertThat(balances.call(Balances.GET, "a").status().getCode()).isEqualTo(Code.UNAVAILABLE);
		}
	}

	@ParameterizedTest
	@EnumSource(MigrationPhase.class)
	void theStateIsThatOfTheSideWithAuthority(MigrationPhase phase) {
		try (MigratedBalances balances = MigratedBalances.in(phase).start()) {
			assertThat(balances.channel.getState(false)).isEqualTo(ConnectivityState.IDLE);
			AtomicInteger changes = new AtomicInteger();
			balances.channel.notifyWhenStateChanged(ConnectivityState.IDLE, changes::incrementAndGet);
			balances.channel.getState(true);
			Awaitility.await().until(() -> balances.channel.getState(false) == ConnectivityState.READY);
			Awaitility.await().until(() -> changes.get() == 1);
			Awaitility.await().until(() -> balances.server(phase.authority()).connected() == 1);
			assertThat(balances.server(phase.authority().other()).connections()).isZero();
			balances.channel.enterIdle();
			Awaitility.await().until(() -> balances.channel.getState(false) == ConnectivityState.IDLE);
		}
	}

	/**
	 * Remembers what a listener is told.
	 */
	private static final class Recorder extends ClientCall.Listener<String> {

		private final Queue<String> messages = new ConcurrentLinkedQueue<>();

		private final AtomicInteger ready = new AtomicInteger();

		private final AtomicReference<@Nullable Status> closed = new AtomicReference<>();

		boolean readySeen(ClientCall<String, String> call) {
			return this.ready.get() > 0 && !call.isReady();
		}

		void awaitClosed(Code code) {
			Awaitility.await().until(() -> this.closed.get() != null);
			assertThat(List.of(this.closed.get().getCode())).containsExactly(code);
		}

		@Override
		public void onMessage(String message) {
			this.messages.add(message);
		}

		@Override
		public void onReady() {
			this.ready.incrementAndGet();
		}

		@Override
		public void onClose(Status status, Metadata trailers) {
			this.closed.set(status);
		}

	}

}
