package io.migration.redis;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import io.migration.Side;

/**
 * Remembers the scripts that the application has sent, and loads them on the side that
 * has not seen them, so that EVALSHA works there from the first call on. Bounded: beyond
 * that the least recently used are forgotten, and then the server answers NOSCRIPT as
 * after a restart. Thread safe.
 */
final class Scripts {

	private static final int REMEMBERED = 1000;

	/** Used as a set of contents: their digests are the servers' business. */
	private final Map<ByteBuffer, Boolean> seen = new LinkedHashMap<>(16, 0.75f, true) {

		@Override
		protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
			return size() > REMEMBERED;
		}

	};

	/**
	 * Take note of a script.
	 * @param script its text
	 * @return whether it is new
	 */
	synchronized boolean remember(byte[] script) {
		return this.seen.put(ByteBuffer.wrap(script), Boolean.TRUE) == null;
	}

	synchronized void forget() {
		this.seen.clear();
	}

	private synchronized List<ByteBuffer> all() {
		return new ArrayList<>(this.seen.keySet());
	}

	/**
	 * Load everything on a side, on a cluster on every node. May block.
	 * @param connection leads to the side
	 */
	void loadAll(PlainConnection connection) {
		all().forEach((script) -> connection.commands().scriptLoad(script.array()));
	}

	void loadAll(Echo echo, Side side) {
		echo.send(side, (connection) -> {
			loadAll(connection);
			return CompletableFuture.completedFuture(null);
		});
	}

	static void load(Echo echo, Side side, byte[] script) {
		echo.send(side, (connection) -> CompletableFuture.completedFuture(connection.commands().scriptLoad(script)));
	}

	static void flush(Echo echo, Side side) {
		echo.send(side, (connection) -> CompletableFuture.completedFuture(connection.commands().scriptFlush()));
	}

}
