package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import io.migration.MigrationPhase;

/**
 * One command with arguments that make it change something, or find something. In the
 * text {@code @a} is a key of this sample, {@code $a} a value that is known only at run
 * time.
 *
 * @param tag what the keys of the sample have in common; on a cluster their slot
 * @param command the command
 * @param preparation what to do before
 * @param expected what has to come of it
 */
record CommandSample(String tag, String command, List<String> preparation, Expected expected) {

	List<String> arguments(Map<String, String> values) {
		return arguments(this.command, values);
	}

	List<byte[]> bytes(Map<String, String> values) {
		return arguments(values).stream().map((argument) -> argument.getBytes(StandardCharsets.ISO_8859_1)).toList();
	}

	List<List<String>> preparation(Map<String, String> values) {
		return this.preparation.stream().map((text) -> arguments(text, values)).toList();
	}

	private List<String> arguments(String text, Map<String, String> values) {
		return Arrays.stream(text.split(" "))
			.map((word) -> word.startsWith("@") ? key(word) : values.getOrDefault(word, word))
			.toList();
	}

	private String key(String word) {
		return "{" + this.tag + "}" + word.substring(1);
	}

	/**
	 * Return the keys of the command and of its preparation.
	 */
	Set<String> keys() {
		Set<String> keys = new LinkedHashSet<>();
		Stream.concat(this.preparation.stream(), Stream.of(this.command))
			.flatMap((text) -> Arrays.stream(text.split(" ")))
			.filter((word) -> word.startsWith("@"))
			.forEach((word) -> keys.add(key(word)));
		return keys;
	}

	boolean owns(String key) {
		return key.startsWith("{" + this.tag + "}");
	}

	/**
	 * What has to come of a command.
	 */
	enum Expected {

		/** As on a server without a migration, and both sides are equal afterwards. */
		SAME,

		/**
		 * As {@link #SAME}, where the authority is a single server; a cluster refuses.
		 */
		SAME_ON_A_SERVER,

		/** Passed in off, on source alone and counted in shadow, refused later. */
		SOURCE_ALONE,

		/** Passed in off, refused later. */
		REFUSED,

		/** A number of keys, as if the migration's own were not there. */
		LEAVES_OWN_KEYS_OUT,

		/** A reply that differs from one call to the next. */
		AT_RANDOM,

		/** Uses connections of another kind, which no command of data passes. */
		NOT_SENT;

		boolean refused(MigrationPhase phase) {
			return (this == REFUSED && phase.journals())
					|| (runsOnSourceAlone() && phase.journals() && phase != MigrationPhase.SHADOW);
		}

		boolean runsOnSourceAlone() {
			return this == SOURCE_ALONE;
		}

	}

}
