package io.migration.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

import org.jspecify.annotations.Nullable;

/**
 * Keeps what a caller reads, up to a bound. Used by one thread at a time.
 */
final class Capture {

	private final int most;

	private @Nullable ByteArrayOutputStream kept = new ByteArrayOutputStream();

	Capture(int most) {
		this.most = most;
	}

	void add(byte[] bytes, int offset, int length) {
		ByteArrayOutputStream keeping = this.kept;
		if (keeping == null) {
			return;
		}
		if (keeping.size() + length > this.most) {
			this.kept = null;
			return;
		}
		keeping.write(bytes, offset, length);
	}

	void add(ByteBuffer buffer) {
		byte[] bytes = new byte[buffer.remaining()];
		buffer.duplicate().get(bytes);
		add(bytes, 0, bytes.length);
	}

	/**
	 * Return what was read.
	 * @return the bytes, {@code null} if they were too many
	 */
	byte @Nullable [] bytes() {
		ByteArrayOutputStream keeping = this.kept;
		return (keeping != null) ? keeping.toByteArray() : null;
	}

}
