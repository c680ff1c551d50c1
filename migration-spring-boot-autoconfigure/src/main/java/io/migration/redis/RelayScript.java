package io.migration.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.async.RedisAsyncCommands;

/**
 * The relay's scripts. They are loaded when the relay opens its connections, and called
 * by their digest.
 */
enum RelayScript {

	/** Reads entries and the state of what they name. */
	READ_ROUND("state.lua", "read-round.lua"),

	/** Reads the state of whole keys. */
	READ_KEYS("state.lua", "read-keys.lua"),

	/** Writes states. */
	APPLY_STATES("apply-states.lua");

	private final byte[] body;

	private final String digest;

	RelayScript(String... files) {
		StringBuilder text = new StringBuilder();
		for (String file : files) {
			text.append(read(file)).append('\n');
		}
		this.body = text.toString().getBytes(StandardCharsets.UTF_8);
		try {
			this.digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(this.body));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static String read(String file) {
		try (InputStream in = RelayScript.class.getResourceAsStream(file)) {
			if (in == null) {
				throw new IllegalStateException("the script %s is missing".formatted(file));
			}
			return new String(in.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/**
	 * Make the scripts known to every node.
	 * @param nodes the nodes
	 * @param scripts the scripts
	 */
	static void load(NodeConnections nodes, RelayScript... scripts) {
		List<CompletableFuture<String>> loaded = new ArrayList<>();
		nodes.all().forEach((node) -> {
			for (RelayScript script : scripts) {
				loaded.add(node.async().scriptLoad(script.body).toCompletableFuture());
			}
		});
		loaded.forEach(nodes::await);
	}

	/**
	 * Run the script.
	 * @param commands commands of the node that serves the keys
	 * @param keys the keys
	 * @param arguments the arguments
	 * @return the reply, nested as the script nests it
	 */
	CompletableFuture<List<Object>> run(RedisAsyncCommands<byte[], byte[]> commands, List<byte[]> keys,
			List<byte[]> arguments) {
		return commands
			.<List<Object>>evalsha(this.digest, ScriptOutputType.MULTI, keys.toArray(byte[][]::new),
					arguments.toArray(byte[][]::new))
			.toCompletableFuture();
	}

}
