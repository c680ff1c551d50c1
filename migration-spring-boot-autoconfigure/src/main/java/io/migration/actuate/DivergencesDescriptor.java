package io.migration.actuate;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;

import io.migration.mirror.Comparisons.Divergence;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * The latest divergences.
 *
 * @param divergences the divergences, latest first
 */
public record DivergencesDescriptor(List<DivergenceDescriptor> divergences) implements OperationResponseBody {

	private static final int HASH_BYTES = 8;

	static DivergencesDescriptor of(List<Divergence> divergences, boolean showKeys) {
		return new DivergencesDescriptor(divergences.stream()
			.map((one) -> new DivergenceDescriptor(showKeys ? one.key() : hash(one.key()), one.difference(), one.at(),
					one.repaired()))
			.toList());
	}

	/**
	 * A key may be a credential: its hash tells equal keys from different ones, and the
	 * holder of a key can find it again.
	 */
	private static String hash(String key) {
		try {
			byte[] digest = MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
			return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
		}
		catch (NoSuchAlgorithmException ex) {
			throw new IllegalStateException("every Java platform has SHA-256", ex);
		}
	}

	/**
	 * Something that differs between the sides.
	 *
	 * @param key the key, or the first 16 hex digits of its SHA-256
	 * @param difference which operation showed it
	 * @param at when it was found
	 * @param repaired whether a repair has touched it since
	 */
	public record DivergenceDescriptor(String key, String difference, Instant at, boolean repaired) {

	}

}
