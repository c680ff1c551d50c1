package io.migration.grpc;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptor;
import io.grpc.ClientInterceptors;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.migration.MigrationPhase;
import io.migration.Side;
import io.migration.mirror.Comparisons.Result;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.MirrorSettings.OnFailure;
import io.migration.mirror.RouteSettings;
import io.migration.mirror.RoutedMigration;
import io.migration.phase.PhaseSettings;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A migration between two servers, and the channel that it makes.
 */
final class MigratedBalances implements AutoCloseable, MirrorObserver {

	final BalancesServer source = BalancesServer.start("source");

	final BalancesServer target = BalancesServer.start("target");

	final List<Operation> operations = new CopyOnWriteArrayList<>();

	final RoutedMigration migration;

	final MigratingChannel channel;

	private MigratedBalances(Builder builder) {
		PhaseSettings phase = new PhaseSettings("balances", "grpc", "migration.balances", builder.phase,
				builder.readShare, Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofMillis(50));
		this.migration = new RoutedMigration(new RouteSettings(phase, new RouteSettings.Gates(null, null, null, null),
				builder.sampleRate, builder.timeout, builder.parallel, builder.waiting), null, this,
				(control, change) -> {
				}, (task) -> {
					Thread thread = new Thread(task, "balances");
					thread.setDaemon(true);
					return thread;
				});
		CallSettings settings = new CallSettings(builder.stickyBy, builder.rules,
				List.of(new MethodPattern("shop.Balances/Fin*")), builder.repeatMethods, builder.onFailure,
				builder.writeTimeout, builder.forwardCredentials);
		this.channel = new MigratingChannel(this.migration, settings, connect(this.source, builder.ofSource),
				connect(this.target, builder.ofTarget));
	}

	private static ManagedChannel connect(BalancesServer server, List<ClientInterceptor> interceptors) {
		return NettyChannelBuilder.forTarget(server.address()).usePlaintext().intercept(interceptors).build();
	}

	static Builder in(MigrationPhase phase) {
		return new Builder(phase);
	}

	/** Call without headers. */
	Answer call(MethodDescriptor<String, String> method, String request) {
		return call(method, request, new Metadata(), CallOptions.DEFAULT);
	}

	Answer call(MethodDescriptor<String, String> method, String request, Metadata headers, CallOptions options) {
		AtomicReference<@Nullable Metadata> answered = new AtomicReference<@Nullable Metadata>();
		AtomicReference<@Nullable Metadata> ended = new AtomicReference<@Nullable Metadata>();
		Channel calls = ClientInterceptors.intercept(this.channel, MetadataUtils.newAttachHeadersInterceptor(headers),
				MetadataUtils.newCaptureMetadataInterceptor(answered, ended));
		CallOptions bounded = (options.getDeadline() != null) ? options
				: options.withDeadlineAfter(20, TimeUnit.SECONDS);
		Status status = Status.OK;
		String message = null;
		try {
			message = ClientCalls.blockingUnaryCall(calls, method, bounded, request);
		}
		catch (StatusRuntimeException ex) {
			status = ex.getStatus();
		}
		return new Answer(status, message, value(answered.get(), BalancesServer.SERVED_BY),
				value(ended.get(), BalancesServer.ENDED_BY));
	}

	private static @Nullable String value(@Nullable Metadata metadata, Metadata.Key<String> key) {
		return (metadata != null) ? metadata.get(key) : null;
	}

	BalancesServer server(Side side) {
		return (side == Side.SOURCE) ? this.source : this.target;
	}

	void walkTo(MigrationPhase phase) {
		this.migration.control().walkTo(phase, "test", null, true);
		Awaitility.await().until(() -> this.migration.rules().phase() == phase);
	}

	void awaitComparison(Result result) {
		Awaitility.await().until(() -> this.migration.comparisons().total(Result.values()) > 0);
		assertThat(this.migration.comparisons().total(result))
			.as(() -> this.migration.comparisons().divergences().toString())
			.isOne();
	}

	@Override
	public void operation(boolean write, Side side, boolean success, long nanos) {
		this.operations.add(new Operation(write, side, success));
	}

	@Override
	public void close() {
		this.channel.shutdownNow();
		this.migration.close();
		this.source.close();
		this.target.close();
	}

	/** What a caller got. */
	record Answer(Status status, @Nullable String message, @Nullable String servedBy, @Nullable String endedBy) {

	}

	/** What was reported. */
	record Operation(boolean write, Side side, boolean success) {

	}

	/** Says how. */
	static final class Builder {

		private final MigrationPhase phase;

		private final List<CallRule> rules = new ArrayList<>();

		private List<ClientInterceptor> ofSource = List.of();

		private List<ClientInterceptor> ofTarget = List.of();

		private int readShare = 100;

		private double sampleRate;

		private Duration timeout = Duration.ofSeconds(10);

		private int parallel = 2;

		private int waiting = 10;

		private Metadata.@Nullable Key<String> stickyBy;

		private List<MethodPattern> repeatMethods = List.of();

		private OnFailure onFailure = OnFailure.CONTINUE;

		private Duration writeTimeout = Duration.ofSeconds(10);

		private boolean forwardCredentials;

		Builder(MigrationPhase phase) {
			this.phase = phase;
		}

		Builder readShare(int percent) {
			this.readShare = percent;
			return this;
		}

		Builder comparingAll() {
			this.sampleRate = 1;
			return this;
		}

		Builder comparisons(Duration timeout, int parallel, int waiting) {
			this.timeout = timeout;
			this.parallel = parallel;
			this.waiting = waiting;
			return this;
		}

		Builder stickyBy(String header) {
			this.stickyBy = BalancesServer.key(header);
			return this;
		}

		Builder rule(@Nullable String method, @Nullable String header, Side side) {
			String[] parts = (header != null) ? header.split("=") : new String[0];
			this.rules.add(new CallRule((method != null) ? new MethodPattern(method) : null,
					(header != null) ? new CallRule.Header(BalancesServer.key(parts[0]), parts[1]) : null, side));
			return this;
		}

		Builder repeating(String methods) {
			this.repeatMethods = List.of(new MethodPattern(methods));
			return this;
		}

		Builder onFailure(OnFailure onFailure) {
			this.onFailure = onFailure;
			return this;
		}

		Builder writeTimeout(Duration writeTimeout) {
			this.writeTimeout = writeTimeout;
			return this;
		}

		Builder forwardingCredentials() {
			this.forwardCredentials = true;
			return this;
		}

		Builder intercepting(ClientInterceptor ofSource, ClientInterceptor... ofTarget) {
			this.ofSource = List.of(ofSource);
			this.ofTarget = List.of(ofTarget);
			return this;
		}

		MigratedBalances start() {
			return new MigratedBalances(this);
		}

	}

}
