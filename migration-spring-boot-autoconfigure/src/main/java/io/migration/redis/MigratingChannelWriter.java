package io.migration.redis;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

import io.lettuce.core.RedisChannelWriter;
import io.lettuce.core.protocol.ConnectionFacade;
import io.lettuce.core.protocol.RedisCommand;
import io.lettuce.core.resource.ClientResources;
import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * Stands between a connection's API and its channel: every command passes here, whatever
 * it was called through. Holds what has to be remembered for one connection; decisions
 * are {@link RedisRouter}'s.
 */
final class MigratingChannelWriter implements RedisChannelWriter {

	private final RedisChannelWriter channel;

	private final Side side;

	private final RedisRouter router;

	/** Guards the order of commands while some are held back, and the start of MULTI. */
	private final Object order = new Object();

	private final Deque<ParkedWrites.Parked> held = new ArrayDeque<>();

	/** Commands that block, and are not with the channel while they do. */
	private final Set<RedisCommand<?, ?, ?>> waiting = ConcurrentHashMap.newKeySet();

	private volatile boolean holding;

	private boolean releasing;

	private Transactions.@Nullable Block transaction;

	private boolean watching;

	private volatile boolean closed;

	MigratingChannelWriter(RedisChannelWriter channel, Side side, RedisRouter router) {
		this.channel = channel;
		this.side = side;
		this.router = router;
		router.opened(this);
	}

	@Override
	public <K, V, T> RedisCommand<K, V, T> write(RedisCommand<K, V, T> command) {
		if (!this.holding || !holdBehindOthers(command)) {
			route(command);
		}
		return command;
	}

	private void route(RedisCommand<?, ?, ?> command) {
		try {
			this.router.route(this, command);
		}
		catch (RuntimeException ex) {
			command.completeExceptionally(ex);
		}
	}

	private boolean holdBehindOthers(RedisCommand<?, ?, ?> command) {
		synchronized (this.order) {
			if (!this.holding) {
				return false;
			}
			this.held.add(this.router.parked().park(command));
			return true;
		}
	}

	/**
	 * Hold a command, and whatever comes through this connection behind it, until
	 * {@link #release()}.
	 * @param command the command
	 */
	void hold(RedisCommand<?, ?, ?> command) {
		synchronized (this.order) {
			this.holding = true;
			ParkedWrites.Parked parked = this.router.parked().park(command);
			if (this.releasing) {
				this.held.addFirst(parked);
			}
			else {
				this.held.add(parked);
			}
		}
		if (!this.router.phase().get().parksWrites()) {
			// opened between the look at the phase and this moment
			release();
		}
	}

	/**
	 * Send what is held on its way, in its order, by the rules that hold now.
	 */
	void release() {
		synchronized (this.order) {
			if (this.releasing) {
				return;
			}
			this.releasing = true;
			try {
				while (!this.held.isEmpty() && !this.router.phase().get().parksWrites()) {
					ParkedWrites.Parked parked = this.held.remove();
					if (parked.take() && !WriteUnit.abandoned(parked.command())) {
						route(parked.command());
					}
				}
				this.holding = !this.held.isEmpty();
			}
			finally {
				this.releasing = false;
			}
		}
	}

	/**
	 * Begin a MULTI block.
	 * @param begun what is remembered of it
	 * @param multi the command
	 */
	void begin(Transactions.Block begun, RedisCommand<?, ?, ?> multi) {
		synchronized (this.order) {
			this.transaction = begun;
			this.channel.write(multi);
		}
	}

	/**
	 * Send a command of our own, unless a MULTI block is under way.
	 * @param command the command
	 * @return whether it was sent
	 */
	boolean writeOutsideTransaction(RedisCommand<?, ?, ?> command) {
		synchronized (this.order) {
			if (this.transaction != null) {
				return false;
			}
			this.channel.write(command);
			return true;
		}
	}

	@Override
	@SuppressWarnings("unchecked")
	public <K, V> Collection<RedisCommand<K, V, ?>> write(Collection<? extends RedisCommand<K, V, ?>> commands) {
		commands.forEach(this::write);
		return (Collection<RedisCommand<K, V, ?>>) commands;
	}

	/**
	 * Return the writer of the channel itself.
	 * @return the undecorated writer
	 */
	RedisChannelWriter channel() {
		return this.channel;
	}

	Side side() {
		return this.side;
	}

	Transactions.@Nullable Block transaction() {
		return this.transaction;
	}

	void endTransaction() {
		synchronized (this.order) {
			this.transaction = null;
		}
		this.watching = false;
	}

	boolean watching() {
		return this.watching;
	}

	void watching(boolean now) {
		this.watching = now;
	}

	/**
	 * Remember a command that is not with the channel while it waits: it ends with the
	 * connection.
	 * @param command the command
	 */
	void waits(RedisCommand<?, ?, ?> command) {
		this.waiting.removeIf(WriteUnit::abandoned);
		this.waiting.add(command);
		if (this.closed) {
			command.cancel();
		}
	}

	@Override
	public void close() {
		closeAsync().join();
	}

	@Override
	public CompletableFuture<Void> closeAsync() {
		this.router.closed(this);
		this.closed = true;
		this.waiting.forEach(RedisCommand::cancel);
		Transactions.Block open = this.transaction;
		this.transaction = null;
		if (open != null) {
			open.abandon();
		}
		return this.channel.closeAsync();
	}

	@Override
	public void setConnectionFacade(ConnectionFacade connection) {
		this.channel.setConnectionFacade(connection);
	}

	@Override
	public void setAutoFlushCommands(boolean autoFlush) {
		this.channel.setAutoFlushCommands(autoFlush);
	}

	@Override
	public void flushCommands() {
		this.channel.flushCommands();
	}

	@Override
	public ClientResources getClientResources() {
		return this.channel.getClientResources();
	}

}
