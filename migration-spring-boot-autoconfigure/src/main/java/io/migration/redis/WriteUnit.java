package io.migration.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.Command;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.DecoratedCommand;
import io.lettuce.core.protocol.ProtocolKeyword;
import io.lettuce.core.protocol.RedisCommand;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import org.jspecify.annotations.Nullable;

/**
 * A write and its journal entry as one atomic unit in one round trip: {@code MULTI}, the
 * caller's command, {@code XADD journal}, {@code EXEC}. If the caller waits for the relay
 * of this process, {@code PEXPIRETIME} and {@code DUMP} of what it touched come before
 * the EXEC, where that is little ({@link CarriedStates}).
 * <p>
 * For the client it is one command, the EXEC. {@link UnitExpander} puts the three others
 * in front of it when it reaches the event loop, so nothing gets in between, whichever
 * threads share the connection. Lettuce repeats commands that were under way when a
 * connection broke; of a unit it repeats the EXEC alone, because the others count as done
 * once their channel is gone, and the expander then puts fresh ones in front of it. So a
 * unit is repeated whole, as often and in the order as the raw command would be.
 * <p>
 * The reply of the caller's command, an error included, goes into its own output,
 * unaltered; the caller's command is not completed here but by whom listens to
 * {@link #onExecuted}.
 */
final class WriteUnit extends AsyncCommand<byte[], byte[], Object> {

	private static final byte[] MULTI = "*1\r\n$5\r\nMULTI\r\n".getBytes(StandardCharsets.US_ASCII);

	private static final byte[] EXEC = "*1\r\n$4\r\nEXEC\r\n".getBytes(StandardCharsets.US_ASCII);

	private final RedisCommand<?, ?, ?> write;

	private final byte[] wire;

	private final byte[] journalEntry;

	/** The keys whose state is read at the end of the unit. */
	private final List<byte[]> carried;

	private volatile @Nullable String refused;

	/**
	 * Create a unit.
	 * @param write the caller's command
	 * @param wire the caller's command, encoded
	 * @param journalEntry the command that adds the journal entry, encoded
	 * @param carried the keys whose state is to be read at the end of the unit, for
	 * {@link #state(long)}
	 */
	WriteUnit(RedisCommand<?, ?, ?> write, byte[] wire, byte[] journalEntry, List<byte[]> carried) {
		super(new Command<>(CommandType.EXEC, null));
		this.write = write;
		this.wire = wire;
		this.journalEntry = journalEntry;
		this.carried = carried;
		setOutput(new UnitOutput(write.getOutput(), !carried.isEmpty()));
	}

	/**
	 * Return the commands to send, this one last. Called on the event loop for each
	 * attempt.
	 * @param channel the channel they are sent through
	 * @return the commands
	 */
	List<RedisCommand<?, ?, ?>> expand(Channel channel) {
		this.refused = null;
		setOutput(new UnitOutput(this.write.getOutput(), !this.carried.isEmpty()));
		List<RedisCommand<?, ?, ?>> commands = new ArrayList<>(4 + 2 * this.carried.size());
		commands.add(new Part(this, CommandType.MULTI, MULTI, channel));
		commands.add(new Part(this, this.write.getType(), this.wire, channel));
		commands.add(new Part(this, CommandType.XADD, this.journalEntry, channel));
		for (byte[] key : this.carried) {
			commands.add(new Part(this, CommandType.PEXPIRETIME, StateReader.expiry(key), channel));
			commands.add(new Part(this, CommandType.DUMP, StateReader.dump(key), channel));
		}
		commands.add(this);
		return commands;
	}

	/**
	 * Return what the unit left behind.
	 * @param ticket who waits for it
	 * @return the state, {@code null} if it was not read
	 */
	CarriedStates.@Nullable Carried state(long ticket) {
		UnitOutput output = (UnitOutput) getOutput();
		StreamId id = output.id;
		if (this.carried.isEmpty() || id == null || output.read.size() != 2 * this.carried.size()) {
			return null;
		}
		List<KeyState> states = new ArrayList<>(this.carried.size());
		for (int i = 0; i < this.carried.size(); i++) {
			states.add(KeyState.whole(this.carried.get(i), output.read.get(2 * i), output.read.get(2 * i + 1)));
		}
		return new CarriedStates.Carried(id, ticket, states);
	}

	/**
	 * Return the caller's command, which this class never completes.
	 * @return the command
	 */
	RedisCommand<?, ?, ?> write() {
		return this.write;
	}

	/**
	 * Return whether the caller no longer waits, so that what was not sent yet need not
	 * be.
	 * @return whether the caller's command timed out or was cancelled
	 */
	boolean abandoned() {
		return abandoned(this.write);
	}

	/**
	 * Return whether nobody waits for a command any more. Some decorations of a command
	 * say that it is done only when they themselves were completed.
	 * @param command the command
	 * @return whether it timed out or was cancelled
	 */
	static boolean abandoned(RedisCommand<?, ?, ?> command) {
		RedisCommand<?, ?, ?> at = command;
		while (true) {
			if (at.isDone()) {
				return true;
			}
			if (!(at instanceof DecoratedCommand<?, ?, ?> decorated)) {
				return false;
			}
			at = decorated.getDelegate();
		}
	}

	@Override
	public ProtocolKeyword getType() {
		return this.write.getType();
	}

	@Override
	public void encode(ByteBuf buffer) {
		buffer.writeBytes(EXEC);
	}

	/**
	 * Say what has become of the unit once the server has answered.
	 * @param repeatable whether the caller's command is left alone when the unit was
	 * {@link #refusedForMemory()}, because it is executed in another way
	 * @param listener told when the caller's command has its reply: {@code true} if the
	 * write was executed without an error; or why that is not known
	 */
	void onExecuted(boolean repeatable, BiConsumer<Boolean, @Nullable Throwable> listener) {
		whenComplete((reply, failure) -> {
			String reason = this.refused;
			if (reason != null) {
				if (!repeatable || !refusedForMemory()) {
					this.write.getOutput().setError(reason);
				}
				listener.accept(false, null);
			}
			else if (failure != null) {
				listener.accept(false, failure);
			}
			else {
				String lost = ((UnitOutput) getOutput()).journalError;
				listener.accept(lost == null && !this.write.getOutput().hasError(),
						(lost != null) ? new JournalLostException(lost) : null);
			}
		});
	}

	/**
	 * Return whether nothing was executed because the server has no free memory: then it
	 * takes no MULTI block at all.
	 */
	boolean refusedForMemory() {
		String reason = this.refused;
		return reason != null && reason.startsWith("OOM");
	}

	/**
	 * The write was executed, its journal entry was not.
	 */
	static final class JournalLostException extends RuntimeException {

		JournalLostException(String error) {
			super(error);
		}

	}

	/**
	 * One of the commands in front of the EXEC. Its reply says QUEUED, or why the server
	 * will not execute the unit.
	 */
	static final class Part extends Command<byte[], byte[], Object> {

		private final WriteUnit unit;

		private final byte[] encoded;

		private final Channel channel;

		Part(WriteUnit unit, ProtocolKeyword type, byte[] encoded, Channel channel) {
			super(type, new QueuedOutput());
			this.unit = unit;
			this.encoded = encoded;
			this.channel = channel;
		}

		@Override
		public void encode(ByteBuf buffer) {
			buffer.writeBytes(this.encoded);
		}

		@Override
		public void complete() {
			if (getOutput().hasError() && this.unit.refused == null) {
				this.unit.refused = getOutput().getError();
			}
			super.complete();
		}

		@Override
		public boolean isDone() {
			return super.isDone() || !this.channel.isActive();
		}

	}

	/**
	 * Takes the reply of EXEC apart: the first element belongs to the caller's command,
	 * the second is the id of the journal entry, and the state of keys follows.
	 */
	private static final class UnitOutput extends CommandOutput<byte[], byte[], Object> {

		private final CommandOutput<?, ?, ?> caller;

		private final boolean carries;

		private int element = -1;

		private @Nullable StreamId id;

		private final List<@Nullable Object> read = new ArrayList<>(2);

		private @Nullable String journalError;

		@SuppressWarnings("unchecked")
		UnitOutput(CommandOutput<?, ?, ?> caller, boolean carries) {
			super((RedisCodec<byte[], byte[]>) (RedisCodec<?, ?>) ByteArrayCodec.INSTANCE, "");
			this.caller = caller;
			this.carries = carries;
		}

		@Override
		public void set(ByteBuffer bytes) {
			if (this.element == 0) {
				this.caller.set(bytes);
			}
			else if (this.carries && this.element == 1 && bytes != null) {
				this.id = StreamId.of(StandardCharsets.US_ASCII.decode(bytes.duplicate()).toString());
			}
			else if (this.carries) {
				this.read.add(NestedReply.copy(bytes));
			}
		}

		@Override
		public void setSingle(ByteBuffer bytes) {
			if (this.element == 0) {
				this.caller.setSingle(bytes);
			}
		}

		@Override
		public void setBigNumber(ByteBuffer bytes) {
			if (this.element == 0) {
				this.caller.setBigNumber(bytes);
			}
		}

		@Override
		public void set(long integer) {
			if (this.element == 0) {
				this.caller.set(integer);
			}
			else {
				this.read.add(integer);
			}
		}

		@Override
		public void set(double number) {
			if (this.element == 0) {
				this.caller.set(number);
			}
		}

		@Override
		public void set(boolean value) {
			if (this.element == 0) {
				this.caller.set(value);
			}
		}

		@Override
		public void setError(ByteBuffer error) {
			if (this.element == 0) {
				this.caller.setError(error);
			}
			else if (this.element == 1) {
				this.journalError = StandardCharsets.UTF_8.decode(error).toString();
			}
			else if (this.element < 0) {
				super.setError(error);
			}
			// else a state was not read: the relay reads it
		}

		@Override
		public void multi(int count) {
			if (!begins()) {
				this.caller.multi(count);
			}
		}

		@Override
		public void multiArray(int count) {
			if (!begins()) {
				this.caller.multiArray(count);
			}
		}

		@Override
		public void multiPush(int count) {
			if (!begins()) {
				this.caller.multiPush(count);
			}
		}

		@Override
		public void multiMap(int count) {
			if (!begins()) {
				this.caller.multiMap(count);
			}
		}

		@Override
		public void multiSet(int count) {
			if (!begins()) {
				this.caller.multiSet(count);
			}
		}

		private boolean begins() {
			if (this.element < 0) {
				this.element = 0;
				return true;
			}
			return this.element > 0;
		}

		@Override
		public void complete(int depth) {
			if (depth >= 1 && this.element == 0) {
				this.caller.complete(depth - 1);
			}
			if (depth == 1) {
				this.element++;
			}
		}

	}

}
