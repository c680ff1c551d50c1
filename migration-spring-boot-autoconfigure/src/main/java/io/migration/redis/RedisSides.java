package io.migration.redis;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;

import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.lettuce.core.RedisException;
import io.lettuce.core.protocol.RedisCommand;
import io.migration.Side;
import io.migration.mirror.MirrorObserver;
import io.migration.mirror.Relay;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Everything that reaches one of the two sides: the factories whose connections the
 * application gets, plain connections past the decoration, and the relays. Thread safe.
 */
final class RedisSides {

	private static final Log logger = LogFactory.getLog(RedisSides.class);

	private static final Duration RELAY_IDLE = Duration.ofMillis(20);

	private final String name;

	private final Duration timeout;

	private final Map<Side, OneSide> sides = new EnumMap<>(Side.class);

	private @Nullable TargetRuns targetRuns;

	private @Nullable NodeConnections inspecting;

	private @Nullable Side inspected;

	RedisSides(String name, Duration timeout) {
		this.name = name;
		this.timeout = timeout;
	}

	/**
	 * Add a side.
	 * @param side which one
	 * @param endpoint how to reach it
	 * @param original a factory with its settings
	 * @param router decides about commands
	 */
	void add(Side side, RedisEndpoint endpoint, LettuceConnectionFactory original, RedisRouter router) {
		this.sides.put(side, new OneSide(endpoint, MigratingConnectionFactory.like(original, endpoint, side, router),
				new PlainConnection(endpoint, "migration-" + this.name, this.timeout)));
	}

	/**
	 * Prepare the relays, one for each side that may have authority.
	 * @param keys the migration's keys
	 * @param instance names this instance among waiting writers
	 * @param observer told about rounds
	 * @param journalBroken told when target may lack what was journaled
	 */
	void addRelays(RedisKeys keys, String instance, MirrorObserver observer, Runnable journalBroken) {
		TargetRuns targetRuns = new TargetRuns(keys, journalBroken);
		this.targetRuns = targetRuns;
		for (Side authority : Side.values()) {
			OneSide from = of(authority);
			RedisEndpoint to = endpoint(authority.other());
			RedisRelayLease lease = new RedisRelayLease(keys, instance, authority, from.plain,
					from.endpoint.resources().eventExecutorGroup());
			RelayMessages messages = new RelayMessages(keys, instance, from.plain);
			RedisCopier copier = new RedisCopier(keys, instance, from.endpoint, to, this.timeout, (source, target) -> {
				lease.confirm(source);
				targetRuns.check(source, target);
			}, journalBroken, messages, new CarriedStates());
			CircuitBreaker breaker = CircuitBreaker
				.of("migration-%s-%s".formatted(this.name, authority.other().wireName()), CircuitBreakerConfig.custom()
					// two failures in a row: one may be a successor's take-over
					.slidingWindowSize(2)
					.minimumNumberOfCalls(2)
					.failureRateThreshold(100)
					.waitDurationInOpenState(Duration.ofSeconds(1))
					.permittedNumberOfCallsInHalfOpenState(1)
					.build());
			from.relaying = new Relaying(lease, messages, copier,
					new Relay("'%s' from %s".formatted(this.name, authority.wireName()), copier, lease, breaker,
							observer, RELAY_IDLE));
		}
	}

	private OneSide of(Side side) {
		OneSide one = this.sides.get(side);
		if (one == null) {
			throw new IllegalStateException("nothing for " + side);
		}
		return one;
	}

	RedisEndpoint endpoint(Side side) {
		return of(side).endpoint;
	}

	PlainConnection plain(Side side) {
		return of(side).plain;
	}

	/**
	 * Return the relay that copies from a side to the other.
	 * @param authority the side it copies from
	 * @return the relay
	 */
	Relay relay(Side authority) {
		return relaying(authority).relay();
	}

	/**
	 * Return everything that relays from a side.
	 * @param authority the side it copies from
	 * @return the parts
	 */
	Relaying relaying(Side authority) {
		Relaying relaying = of(authority).relaying;
		if (relaying == null) {
			throw new IllegalStateException("no relay from " + authority);
		}
		return relaying;
	}

	/**
	 * Return the factory of a side, started.
	 * @param side the side
	 * @return the factory
	 */
	MigratingConnectionFactory factory(Side side) {
		MigratingConnectionFactory factory = of(side).factory;
		if (!factory.isRunning()) {
			synchronized (factory) {
				if (!factory.isRunning()) {
					factory.start();
				}
			}
		}
		return factory;
	}

	boolean cluster(Side side) {
		return endpoint(side).cluster();
	}

	int database(Side side) {
		return endpoint(side).database();
	}

	/**
	 * Send a command that changes nothing.
	 * @param side where to
	 * @param command the command
	 */
	void read(Side side, RedisCommand<?, ?, ?> command) {
		plain(side).dispatch(command);
	}

	/**
	 * Send a read whose answer counts to target. It fails when target was lost, and was
	 * not seen to be the same since: it may have forgotten a deletion.
	 * @param command the command
	 */
	void readFromTarget(RedisCommand<?, ?, ?> command) {
		PlainConnection target = plain(Side.TARGET);
		if (target.trusted()) {
			target.dispatch(command);
		}
		else {
			command.completeExceptionally(
					new RedisException("target was lost, and has not been seen to be the same since"));
		}
	}

	/**
	 * Connect to target for reads that count, and see that it is the one that the relay
	 * has worked with. May block; does nothing while that is known.
	 */
	void trustTarget() {
		PlainConnection target = plain(Side.TARGET);
		target.connectIfPossible();
		if (target.trusted()) {
			return;
		}
		try {
			target.trustIf(() -> {
				Set<String> present;
				try (NodeConnections nodes = open(Side.TARGET)) {
					present = TargetRuns.present(nodes);
				}
				return inspect(Side.SOURCE, (nodes) -> present.containsAll(this.targetRuns().remembered(nodes)));
			});
		}
		catch (RedisException ex) {
			logger.debug("target of migration '%s' cannot be looked at".formatted(this.name), ex);
		}
	}

	private TargetRuns targetRuns() {
		return Objects.requireNonNull(this.targetRuns, "no relays yet");
	}

	/**
	 * Send a write through a connection of the side with authority, where it is routed
	 * like any other.
	 * @param side where to
	 * @param command the command
	 */
	@SuppressWarnings({ "unchecked", "rawtypes" })
	void forward(Side side, RedisCommand<?, ?, ?> command) {
		factory(side).forwarding().dispatch((RedisCommand) command);
	}

	/**
	 * Say that a slot of a cluster has a journal entry, so that the relay need not look
	 * at all of them.
	 * @param side the cluster
	 * @param slot the slot
	 */
	void touched(Side side, int slot) {
		relaying(side).copier().touched(slot);
	}

	/**
	 * Return whether writes should read what they leave behind, because the relay of this
	 * process copies it.
	 * @param authority the side they are executed on
	 */
	boolean takesCarried(Side authority) {
		Relaying relaying = relaying(authority);
		return relaying.lease().held() && relaying.copier().takesCarried();
	}

	/**
	 * Tell the relay what a write is about to wait for.
	 * @param authority the side it was executed on
	 * @param left what it has left behind, {@code null} if the relay has to read that
	 */
	void waits(Side authority, CarriedStates.@Nullable Carried left) {
		RedisCopier copier = relaying(authority).copier();
		if (left != null) {
			copier.offer(left);
		}
		else {
			copier.wantJournal();
		}
	}

	/**
	 * Connect to every master of a side, for one use.
	 * @param side the side
	 * @return the connections, to be closed
	 */
	NodeConnections open(Side side) {
		return NodeConnections.open(endpoint(side), "migration-" + this.name, this.timeout);
	}

	/**
	 * Look at a side through connections that are kept; one at a time.
	 * @param <T> the type of the answer
	 * @param side the side
	 * @param question what to ask
	 * @return the answer
	 */
	synchronized <T> T inspect(Side side, Function<NodeConnections, T> question) {
		if (this.inspected != side) {
			closeInspection();
		}
		NodeConnections nodes = this.inspecting;
		try {
			if (nodes == null) {
				nodes = open(side);
				this.inspecting = nodes;
				this.inspected = side;
			}
			return question.apply(nodes);
		}
		catch (RedisException ex) {
			closeInspection();
			throw ex;
		}
	}

	private void closeInspection() {
		if (this.inspecting != null) {
			this.inspecting.close();
		}
		this.inspecting = null;
		this.inspected = null;
	}

	/**
	 * Stop the relay from a side.
	 * @param authority the side it copies from
	 */
	void stopRelay(Side authority) {
		relay(authority).stop();
	}

	/**
	 * Stop the relays, and listen no longer.
	 */
	void stopRelays() {
		this.sides.keySet().forEach((side) -> {
			stopRelay(side);
			relaying(side).messages().close();
		});
	}

	/**
	 * Close every connection. They are opened again when they are needed.
	 */
	synchronized void stop() {
		stopRelays();
		closeInspection();
		this.sides.values().forEach((side) -> {
			side.factory.stop();
			side.plain.close();
		});
	}

	/**
	 * What relays from one side.
	 *
	 * @param lease says which instance relays
	 * @param messages between the instances
	 * @param copier does the copying
	 * @param relay runs it
	 */
	record Relaying(RedisRelayLease lease, RelayMessages messages, RedisCopier copier, Relay relay) {

		/**
		 * Listen to other instances. May block.
		 */
		void listen() {
			this.messages.listen((slots) -> {
				slots.stream().forEach(this.copier::touched);
				if (this.lease.held()) {
					this.copier.wantJournal();
					this.relay.signal();
				}
			}, this.relay);
		}

	}

	private static final class OneSide {

		private final RedisEndpoint endpoint;

		private final MigratingConnectionFactory factory;

		private final PlainConnection plain;

		private @Nullable Relaying relaying;

		OneSide(RedisEndpoint endpoint, MigratingConnectionFactory factory, PlainConnection plain) {
			this.endpoint = endpoint;
			this.factory = factory;
			this.plain = plain;
		}

	}

}
