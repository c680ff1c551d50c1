package io.migration.redis;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What a server says of its commands in its {@code COMMAND} reply: which write, which
 * keys they touch, what to know of their replies. A command that the server does not know
 * counts as a write whose keys cannot be determined.
 *
 * @see <a href="https://redis.io/docs/latest/develop/reference/key-specs/">Key
 * specifications</a>
 */
final class CommandCatalog {

	private static final Set<String> LEAVE_SHORT_STRINGS = Set.of("SET", "SETEX", "PSETEX", "SETNX", "GETSET", "GETDEL",
			"DEL", "UNLINK", "INCR", "DECR", "INCRBY", "DECRBY", "INCRBYFLOAT");

	private final Map<String, Entry> entries;

	private CommandCatalog(Map<String, Entry> entries) {
		this.entries = entries;
	}

	/**
	 * Read a reply.
	 * @param reply the parsed reply of {@code COMMAND}
	 * @return the catalog
	 */
	static CommandCatalog of(List<?> reply) {
		Map<String, Entry> entries = new HashMap<>();
		for (Object command : reply) {
			if (command instanceof List<?> fields) {
				add(entries, fields);
			}
		}
		return new CommandCatalog(Map.copyOf(entries));
	}

	private static void add(Map<String, Entry> entries, List<?> fields) {
		String name = text(fields.get(0)).toUpperCase(Locale.ROOT);
		Set<String> flags = texts(fields.get(2));
		List<KeySpec> specs = new ArrayList<>();
		Set<String> tips = Set.of();
		boolean withSpecs = fields.size() > 8;
		if (withSpecs) {
			tips = texts(fields.get(7));
			for (Object described : (List<?>) fields.get(8)) {
				Map<String, Object> spec = map(described);
				// the channel of SPUBLISH, say, has a slot but is no key
				if (!texts(spec.getOrDefault("flags", List.of())).contains("not_key")) {
					specs.add(KeySpec.of(spec));
				}
			}
		}
		else if (number(fields.get(3)) > 0 && !flags.contains("movablekeys")) {
			specs.add(KeySpec.legacy(number(fields.get(3)), number(fields.get(4)), number(fields.get(5))));
		}
		entries.put(name,
				new Entry(name, flags, tips, specs, withSpecs || !flags.contains("movablekeys"), KeySyntax.of(name)));
		if (fields.size() > 9 && fields.get(9) instanceof List<?> subcommands) {
			for (Object subcommand : subcommands) {
				add(entries, (List<?>) subcommand);
			}
		}
	}

	/**
	 * Find a command.
	 * @param arguments its arguments, the name first
	 * @return what the server says of it, of its subcommand if it has one; {@code null}
	 * if the server does not know it
	 */
	@Nullable Entry find(List<byte[]> arguments) {
		String name = text(arguments.get(0)).toUpperCase(Locale.ROOT);
		if (arguments.size() > 1) {
			Entry subcommand = this.entries.get(name + "|" + text(arguments.get(1)).toUpperCase(Locale.ROOT));
			if (subcommand != null) {
				return subcommand;
			}
		}
		return this.entries.get(name);
	}

	/**
	 * Find a command by its name alone.
	 * @param name the name in upper case
	 * @return what the server says of it, {@code null} if it does not know it
	 */
	@Nullable Entry find(String name) {
		return this.entries.get(name);
	}

	boolean hasSubcommands(String name) {
		return this.entries.keySet().stream().anyMatch((key) -> key.startsWith(name + "|"));
	}

	Collection<Entry> entries() {
		return this.entries.values();
	}

	private static Set<String> texts(Object list) {
		Set<String> texts = new HashSet<>();
		((Collection<?>) list).forEach((item) -> texts.add(text(item).toLowerCase(Locale.ROOT)));
		return Set.copyOf(texts);
	}

	private static String text(Object item) {
		return (item instanceof byte[] bytes) ? new String(bytes, StandardCharsets.UTF_8) : String.valueOf(item);
	}

	private static int number(Object item) {
		return (item instanceof Number number) ? number.intValue() : Integer.parseInt(text(item));
	}

	private static Map<String, Object> map(Object flat) {
		Map<String, Object> map = new HashMap<>();
		List<?> items = (List<?>) flat;
		for (int i = 0; i + 1 < items.size(); i += 2) {
			map.put(text(items.get(i)), items.get(i + 1));
		}
		return map;
	}

	private static Object required(Map<String, Object> map, String name) {
		Object value = map.get(name);
		if (value == null) {
			throw new IllegalArgumentException("the server's reply to COMMAND lacks '%s'".formatted(name));
		}
		return value;
	}

	/**
	 * What the server says of one command.
	 *
	 * @param name its name in upper case, a subcommand's with its container's
	 * @param flags the command's flags
	 * @param tips what to know of its replies
	 * @param specs where its keys are
	 * @param keysKnown whether the specs say all there is to say
	 * @param syntax tells better than the specs, {@code null} if they are to be followed
	 */
	record Entry(String name, Set<String> flags, Set<String> tips, List<KeySpec> specs, boolean keysKnown,
			@Nullable KeySyntax syntax) {

		boolean reads() {
			return this.flags.contains("readonly");
		}

		/**
		 * Return whether the command changes data or may do so. Scripts carry no write
		 * flag: that their keys are not only read tells.
		 */
		boolean writes() {
			return !reads() && (this.flags.contains("write") || this.flags.contains("movablekeys")
					|| this.specs.stream().anyMatch((spec) -> !spec.readOnly()));
		}

		/**
		 * Return whether a command that could write only reads, because it names no key
		 * to write to. Scripts never do.
		 * @param arguments its arguments, the name first
		 */
		boolean onlyReads(List<byte[]> arguments) {
			if (!this.flags.contains("write") || this.specs.stream().noneMatch(KeySpec::readOnly)) {
				return false;
			}
			List<byte[]> written = keys(arguments, true);
			return written != null && written.isEmpty();
		}

		/**
		 * Return whether what is read may depend on more than the keys that are named.
		 */
		boolean readsUnnamedKeys() {
			return this.specs.stream().anyMatch((spec) -> !spec.complete());
		}

		/**
		 * Return whether a server without free memory executes the command, and a script
		 * may call it.
		 */
		boolean possibleOnFullServer() {
			return !this.flags.contains("denyoom") && !this.flags.contains("noscript");
		}

		/**
		 * Return whether each key that the command touches is a string afterwards that is
		 * not much longer than the command itself, or is absent, but in unusual cases.
		 */
		boolean leavesShortStrings() {
			return LEAVE_SHORT_STRINGS.contains(this.name);
		}

		boolean blocks() {
			return this.flags.contains("blocking");
		}

		/**
		 * Return whether the command may name more than one key.
		 */
		boolean severalKeys() {
			return this.specs.size() != 1 || this.specs.get(0).numbered() || this.specs.get(0).last() != 0;
		}

		/**
		 * Return whether the command is a step of an iteration, whose cursor means
		 * something only to the server that gave it.
		 */
		boolean iterates() {
			return this.name.endsWith("SCAN");
		}

		boolean repliesAtRandom() {
			return this.tips.contains("nondeterministic_output");
		}

		boolean repliesInAnyOrder() {
			return this.tips.contains("nondeterministic_output_order");
		}

		/**
		 * Return the keys of a command.
		 * @param arguments its arguments, the name first
		 * @param writtenOnly whether keys that are only read are left out
		 * @return the keys, {@code null} if they cannot be determined
		 */
		@Nullable List<byte[]> keys(List<byte[]> arguments, boolean writtenOnly) {
			if (this.syntax != null) {
				return this.syntax.keys(arguments, writtenOnly);
			}
			if (!this.keysKnown) {
				return null;
			}
			List<byte[]> keys = new ArrayList<>(2);
			for (KeySpec spec : this.specs) {
				if (writtenOnly && spec.readOnly()) {
					continue;
				}
				if (!spec.collect(arguments, keys)) {
					return null;
				}
			}
			return keys;
		}

	}

	/**
	 * Where some keys of a command are: begin the search, then find the keys.
	 *
	 * @param readOnly whether the command only reads these keys
	 * @param complete whether the server says that this finds all of them
	 * @param keyword the argument after which they begin, {@code null} if they begin at
	 * an index
	 * @param from the index, or where the search for the keyword begins (negative: from
	 * the end)
	 * @param numbered whether a number says how many there are
	 * @param last the last key relative to the first, negative from the end; with a
	 * number: where the first key is, relative to where the search ended
	 * @param step the distance between keys
	 * @param limit if last is -1: the part of the arguments to stop at; with a number:
	 * where the number is
	 */
	record KeySpec(boolean readOnly, boolean complete, @Nullable String keyword, int from, boolean numbered, int last,
			int step, int limit) {

		static KeySpec legacy(int first, int last, int step) {
			return new KeySpec(false, true, null, first, false, (last < 0) ? last : last - first, step, 0);
		}

		static KeySpec of(Map<String, Object> spec) {
			Set<String> flags = texts(spec.getOrDefault("flags", List.of()));
			boolean readOnly = flags.contains("ro");
			Map<String, Object> begin = map(required(spec, "begin_search"));
			Map<String, Object> find = map(required(spec, "find_keys"));
			String beginType = text(required(begin, "type"));
			String findType = text(required(find, "type"));
			if (beginType.equals("unknown") || findType.equals("unknown")) {
				return new KeySpec(readOnly, false, null, 0, false, 0, 1, 0);
			}
			Map<String, Object> beginSpec = map(required(begin, "spec"));
			Map<String, Object> findSpec = map(required(find, "spec"));
			boolean byKeyword = beginType.equals("keyword");
			String keyword = byKeyword ? text(required(beginSpec, "keyword")) : null;
			int from = number(byKeyword ? required(beginSpec, "startfrom") : required(beginSpec, "index"));
			boolean complete = !flags.contains("incomplete");
			if (findType.equals("keynum")) {
				return new KeySpec(readOnly, complete, keyword, from, true, number(required(findSpec, "firstkey")),
						number(required(findSpec, "keystep")), number(required(findSpec, "keynumidx")));
			}
			return new KeySpec(readOnly, complete, keyword, from, false, number(required(findSpec, "lastkey")),
					number(required(findSpec, "keystep")), number(required(findSpec, "limit")));
		}

		/**
		 * Add the keys to a list.
		 * @return whether all keys were found
		 */
		boolean collect(List<byte[]> arguments, List<byte[]> keys) {
			if (!this.complete) {
				return false;
			}
			int first = begin(arguments);
			if (first < 0) {
				return true;
			}
			if (this.numbered) {
				return collectNumbered(arguments, keys, first);
			}
			int end = (this.last >= 0) ? first + this.last : (this.limit <= 1) ? arguments.size() + this.last
					: first + (arguments.size() - first) / this.limit + this.last;
			for (int i = first; i <= end && i < arguments.size(); i += this.step) {
				keys.add(arguments.get(i));
			}
			return true;
		}

		private boolean collectNumbered(List<byte[]> arguments, List<byte[]> keys, int start) {
			if (start + this.limit >= arguments.size()) {
				return false;
			}
			int count;
			try {
				count = Integer.parseInt(text(arguments.get(start + this.limit)));
			}
			catch (NumberFormatException ex) {
				return false;
			}
			int first = start + this.last;
			if (count < 0 || first + (count - 1L) * this.step >= arguments.size()) {
				return false;
			}
			for (int i = 0; i < count; i++) {
				keys.add(arguments.get(first + i * this.step));
			}
			return true;
		}

		private int begin(List<byte[]> arguments) {
			if (this.keyword == null) {
				return (this.from < arguments.size()) ? this.from : -1;
			}
			int step = (this.from < 0) ? -1 : 1;
			int at = (this.from < 0) ? arguments.size() + this.from : this.from;
			for (; at > 0 && at < arguments.size(); at += step) {
				if (text(arguments.get(at)).equalsIgnoreCase(this.keyword)) {
					return at + 1;
				}
			}
			return -1;
		}

	}

}
