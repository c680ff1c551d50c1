package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import io.lettuce.core.RedisException;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.migration.mirror.Copier;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * What instances tell each other while writers wait, over publish and subscribe on the
 * side with authority: an instance whose writers wait wakes the relay of another one, and
 * that relay says which of them are served.
 * <p>
 * A message may be lost. A lost hint costs the time until the relay looks unasked. A lost
 * word about a writer ends in that writer's time limit, as if the relay had been late:
 * its write is on the authority and in the journal all the same. Thread safe, but for
 * {@link #tell} and {@link #send}, which belong to the relay's round.
 */
final class RelayMessages {

	private static final Log logger = LogFactory.getLog(RelayMessages.class);

	private static final int SILENT = 0;

	private static final int SENDING = 1;

	private static final int SENDING_STALE = 2;

	private final RedisKeys keys;

	private final String instance;

	private final PlainConnection authority;

	private final AtomicInteger hinting = new AtomicInteger();

	private final Map<String, StringBuilder> served = new LinkedHashMap<>();

	private @Nullable StatefulRedisPubSubConnection<byte[], byte[]> subscription;

	RelayMessages(RedisKeys keys, String instance, PlainConnection authority) {
		this.keys = keys;
		this.instance = instance;
		this.authority = authority;
	}

	/**
	 * Listen, unless this is done already. May block.
	 * @param hinted what to do about a hint; on a cluster it names slots
	 * @param waiters told about this instance's writers
	 */
	synchronized void listen(Consumer<BitSet> hinted, Copier.Waiters waiters) {
		if (this.subscription != null) {
			return;
		}
		StatefulRedisPubSubConnection<byte[], byte[]> created = this.authority.subscribe();
		created.addListener(new RedisPubSubAdapter<>() {

			@Override
			public void message(byte[] channel, byte[] message) {
				String text = new String(message, StandardCharsets.UTF_8);
				if (Arrays.equals(channel, RelayMessages.this.keys.hints())) {
					BitSet slots = new BitSet();
					for (String slot : text.isEmpty() ? new String[0] : text.split(" ")) {
						slots.set(Integer.parseInt(slot));
					}
					hinted.accept(slots);
				}
				else {
					hear(text, waiters);
				}
			}

		});
		try {
			created.sync().subscribe(this.keys.hints(), this.keys.told(this.instance));
			this.subscription = created;
		}
		catch (RedisException ex) {
			created.closeAsync();
			throw ex;
		}
	}

	private static void hear(String text, Copier.Waiters waiters) {
		if (text.startsWith("!")) {
			int end = text.indexOf(' ');
			waiters.refused(Long.parseLong(text.substring(1, end)), text.substring(end + 1));
			return;
		}
		for (String ticket : text.split(" ")) {
			waiters.covered(Long.parseLong(ticket));
		}
	}

	/**
	 * Wake the relay of another instance. One hint is under way at a time; it speaks for
	 * all writers that have come before it was sent.
	 * @param slots on a cluster, the slots that have entries
	 */
	void hint(Supplier<BitSet> slots) {
		if (this.hinting.compareAndSet(SILENT, SENDING)) {
			sendHint(slots);
		}
		else if (!this.hinting.compareAndSet(SENDING, SENDING_STALE) && this.hinting.compareAndSet(SILENT, SENDING)) {
			sendHint(slots);
		}
	}

	private void sendHint(Supplier<BitSet> slots) {
		String named = slots.get().stream().mapToObj(String::valueOf).collect(Collectors.joining(" "));
		publish(this.keys.hints(), named).whenComplete((heard, failure) -> {
			if (!this.hinting.compareAndSet(SENDING, SILENT)) {
				this.hinting.set(SENDING);
				sendHint(slots);
			}
		});
	}

	/**
	 * Note what has become of a writer of another instance.
	 * @param other the instance
	 * @param ticket the writer's ticket
	 * @param reason why target does not take the write, {@code null} if it has it
	 */
	void tell(String other, long ticket, @Nullable String reason) {
		if (reason != null) {
			publish(this.keys.told(other), "!" + ticket + " " + reason);
			return;
		}
		StringBuilder tickets = this.served.computeIfAbsent(other, (name) -> new StringBuilder());
		tickets.append((tickets.length() == 0) ? "" : " ").append(ticket);
	}

	/**
	 * Send what was noted.
	 */
	void send() {
		if (!this.served.isEmpty()) {
			this.served.forEach((other, tickets) -> publish(this.keys.told(other), tickets.toString()));
			this.served.clear();
		}
	}

	private CompletableFuture<Long> publish(byte[] channel, String message) {
		try {
			return this.authority.publish(channel, RedisKeys.bytes(message));
		}
		catch (RedisException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	/**
	 * Listen no longer.
	 */
	synchronized void close() {
		StatefulRedisPubSubConnection<byte[], byte[]> open = this.subscription;
		this.subscription = null;
		if (open != null) {
			try {
				open.closeAsync();
			}
			catch (RedisException ex) {
				logger.debug("the subscription could not be closed", ex);
			}
		}
	}

}
