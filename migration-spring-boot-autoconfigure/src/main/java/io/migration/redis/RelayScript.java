package io.migration.redis;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * The relay's scripts. They are loaded when the relay opens its connections, and called
 * by their digest.
 */
@SuppressWarnings("ImmutableEnumChecker") // nobody changes the arrays
enum RelayScript {

	/** Reads the state of keys. */
	READ_KEYS("read-keys.lua"),

	/** Writes states. */
	APPLY_STATES("apply-states.lua");

	private static final byte[] EVALSHA = RedisKeys.bytes("EVALSHA");

	private final byte[] body;

	private final byte[] digest;

	RelayScript(String file) {
		this.body = read(file);
		try {
			this.digest = RedisKeys
				.bytes(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(this.body)));
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static byte[] read(String file) {
		try (InputStream in = RelayScript.class.getResourceAsStream(file)) {
			if (in == null) {
				throw new IllegalStateException("the script %s is missing".formatted(file));
			}
			return in.readAllBytes();
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
	 * Call the script among other commands.
	 * @param batch the commands
	 * @param keys the keys
	 * @param arguments the arguments
	 */
	void addTo(AtomicBatch batch, List<byte[]> keys, List<byte[]> arguments) {
		List<byte[]> call = new ArrayList<>(3 + keys.size() + arguments.size());
		call.add(EVALSHA);
		call.add(this.digest);
		call.add(RedisKeys.bytes(String.valueOf(keys.size())));
		call.addAll(keys);
		call.addAll(arguments);
		batch.add(call.toArray(byte[][]::new));
	}

}
