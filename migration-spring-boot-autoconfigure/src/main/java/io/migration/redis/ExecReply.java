package io.migration.redis;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

import io.lettuce.core.output.CommandOutput;
import org.jspecify.annotations.Nullable;

/**
 * Takes the reply of the journal entry, the last element, off the reply of EXEC.
 */
final class ExecReply<K, V, T> extends ForwardingOutput<K, V, T> {

	private int elements = -1;

	private int element;

	private @Nullable String journalError;

	ExecReply(CommandOutput<K, V, T> caller) {
		super(caller);
	}

	/**
	 * Return why the journal entry failed.
	 * @return the error, {@code null} if it did not
	 */
	@Nullable String journalError() {
		return this.journalError;
	}

	private boolean journals() {
		return this.elements > 0 && this.element == this.elements - 1;
	}

	@Override
	public void set(ByteBuffer bytes) {
		if (!journals()) {
			super.set(bytes);
		}
	}

	@Override
	public void setError(ByteBuffer error) {
		if (journals()) {
			this.journalError = StandardCharsets.UTF_8.decode(error.duplicate()).toString();
		}
		else {
			super.setError(error);
		}
	}

	@Override
	public void multi(int count) {
		begin(count);
		super.multi(count);
	}

	@Override
	public void multiArray(int count) {
		begin(count);
		super.multiArray(count);
	}

	private void begin(int count) {
		if (this.elements < 0) {
			this.elements = count;
		}
	}

	@Override
	public void complete(int depth) {
		if (depth == 0 || !journals()) {
			super.complete(depth);
		}
		if (depth == 1) {
			this.element++;
		}
	}

}
