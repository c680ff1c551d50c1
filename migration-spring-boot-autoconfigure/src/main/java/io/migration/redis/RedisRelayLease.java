package io.migration.redis;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.lettuce.core.ScriptOutputType;
import io.migration.Side;
import io.migration.mirror.NotInChargeException;
import io.migration.mirror.RelayLease;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * The lease of the relay as an expiring key on the side with authority, beside the
 * journal. It is asked for, and prolonged, three times in its duration.
 * <p>
 * It is granted only while the ledger there names that side as the one with authority, so
 * no relay of a direction that has ended gets it, whatever its process has missed.
 * <p>
 * The lease spares instances a quarrel and nothing else: a relay that was stopped for
 * longer than it lasts is kept from doing harm by {@link RelayFence}. Therefore it is
 * short, much shorter than the lease of an instance.
 */
final class RedisRelayLease implements RelayLease {

	private static final Log logger = LogFactory.getLog(RedisRelayLease.class);

	static final Duration DURATION = Duration.ofMillis(1500);

	private static final String IN_CHARGE = """
			local authority = redis.call('HGET', KEYS[2], 'authority')
			if authority and authority ~= ARGV[2] then return 0 end
			local holder = redis.call('GET', KEYS[1])
			if holder and holder ~= ARGV[1] then return 0 end
			""";

	private static final byte[] ACQUIRE = RedisKeys
		.bytes(RedisLedger.ALLOW_OOM + IN_CHARGE + "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3]) return 1");

	private static final byte[] CONFIRM = RedisKeys.bytes(IN_CHARGE + "return 1");

	private static final byte[] RELEASE = RedisKeys
		.bytes("if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0");

	private final RedisKeys keys;

	private final String instance;

	private final Side authority;

	private final PlainConnection connection;

	private final ScheduledExecutorService timer;

	private volatile long heldUntil = System.nanoTime();

	private volatile boolean elsewhere;

	private final AtomicBoolean skipsNext = new AtomicBoolean();

	private @Nullable ScheduledFuture<?> seeking;

	RedisRelayLease(RedisKeys keys, String instance, Side authority, PlainConnection connection,
			ScheduledExecutorService timer) {
		this.keys = keys;
		this.instance = instance;
		this.authority = authority;
		this.connection = connection;
		this.timer = timer;
	}

	@Override
	public synchronized void seek(Runnable change) {
		if (this.seeking == null) {
			this.skipsNext.set(false);
			this.elsewhere = false;
			this.seeking = this.timer.scheduleWithFixedDelay(() -> ask(change), 0, DURATION.toMillis() / 3,
					TimeUnit.MILLISECONDS);
		}
	}

	private void ask(Runnable change) {
		if (this.skipsNext.getAndSet(false)) {
			return;
		}
		long sent = System.nanoTime();
		eval(ACQUIRE, String.valueOf(DURATION.toMillis())).whenComplete((reply, failure) -> {
			if (failure != null) {
				logger.debug("the relay's lease cannot be asked for", failure);
				// nobody can be known to hold it
				this.elsewhere = false;
				return;
			}
			boolean before = held();
			boolean granted = isOne(reply);
			this.heldUntil = granted ? sent + DURATION.toNanos() : sent;
			this.elsewhere = !granted;
			if (before != granted) {
				change.run();
			}
		});
	}

	private CompletableFuture<List<Object>> eval(byte[] script, String last) {
		return this.connection.eval(script, List.of(this.keys.relay(), this.keys.ledger()),
				List.of(holder(), RedisKeys.bytes(this.authority.wireName()), RedisKeys.bytes(last)));
	}

	private byte[] holder() {
		return RedisKeys.bytes(this.instance);
	}

	private static boolean isOne(List<Object> reply) {
		return !reply.isEmpty() && Long.valueOf(1).equals(reply.get(0));
	}

	@Override
	public boolean held() {
		return this.heldUntil - System.nanoTime() > 0;
	}

	@Override
	public boolean elsewhere() {
		return this.elsewhere;
	}

	/**
	 * See on the authority itself that this instance is in charge. Called after the other
	 * side was taken over: who was granted the lease meanwhile takes over later, and then
	 * our connections are gone.
	 * @param nodes connections to the authority
	 */
	void confirm(NodeConnections nodes) {
		Long confirmed = nodes.await(nodes.forKey(this.keys.relay())
			.eval(CONFIRM, ScriptOutputType.INTEGER, new byte[][] { this.keys.relay(), this.keys.ledger() }, holder(),
					RedisKeys.bytes(this.authority.wireName())));
		if (confirmed != 1) {
			throw new NotInChargeException("another instance runs the relay, or authority has moved");
		}
	}

	/**
	 * Keep every relay of this direction from opening again, our own included.
	 * @param nodes connections to the authority
	 * @param duration for how long
	 */
	void seal(NodeConnections nodes, Duration duration) {
		nodes.await(nodes.evenIfFull(this.keys.relay(), RedisKeys.bytes("PSETEX"), this.keys.relay(),
				RedisKeys.bytes(String.valueOf(duration.toMillis())), RedisKeys.bytes("sealed by " + this.instance)));
	}

	/**
	 * Undo {@link #seal}: authority stays where it is.
	 * @param nodes connections to the authority
	 */
	void unseal(NodeConnections nodes) {
		nodes.await(nodes.forKey(this.keys.relay())
			.eval(RELEASE, ScriptOutputType.INTEGER, new byte[][] { this.keys.relay() },
					RedisKeys.bytes("sealed by " + this.instance)));
	}

	@Override
	public void offer() {
		this.skipsNext.set(true);
		giveUp();
	}

	private void giveUp() {
		this.heldUntil = System.nanoTime();
		eval(RELEASE, "").exceptionally((failure) -> {
			logger.debug("the relay's lease could not be given up and runs out by itself", failure);
			return List.of();
		});
	}

	@Override
	public synchronized void release() {
		if (this.seeking != null) {
			this.seeking.cancel(false);
			this.seeking = null;
			giveUp();
		}
	}

}
