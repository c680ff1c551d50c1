package io.migration.jdbc;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import io.migration.jdbc.Routing.SqlKind;

/**
 * Tells from the text of a statement what it does. To take a read for a write costs a
 * little; to take a write for a read loses it. So what is not understood is a write, and
 * because the databases disagree on where a literal or a comment ends, a text is what it
 * is only if it is so in each {@link SqlWords.Lexis}.
 * <p>
 * Answers are kept, up to a bound. Thread safe.
 */
final class SqlKinds {

	private static final int MAX_TEXTS = 4096;

	private static final int MAX_LENGTH = 16384;

	private static final Set<String> READS = Set.of("select", "with", "values", "table", "explain", "describe", "desc");

	/** What SHOW tells belongs to the session, too. */
	private static final Set<String> SESSIONS = Set.of("set", "reset", "use", "begin", "start", "commit", "end",
			"rollback", "abort", "savepoint", "release", "show");

	private static final Set<String> WRITES = Set.of("insert", "update", "delete", "merge", "into", "call", "lock",
			"nextval", "currval", "lastval");

	private static final Set<String> LOCKS = Set.of("for", "key", "in");

	private static final Set<String> OF_SEQUENCES = Set.of("next", "previous", "current");

	private static final Set<String> EXPLAINED = Set.of("select", "with", "values", "table");

	private static final Set<String> EXPLAIN_OPTIONS = Set.of("analyze", "verbose", "costs", "settings", "buffers",
			"wal", "timing", "summary", "memory", "generic_plan", "serialize", "format", "text", "xml", "json", "yaml",
			"tree", "traditional", "on", "off", "true", "false", "none", "plan", "for", "extended", "partitions");

	/**
	 * Functions of sequences, of locks, and of what only the session knows, whose
	 * statement wrote before. Those of PostgreSQL that are about the server itself begin
	 * with pg_, those of its large objects with lo_.
	 */
	private static final Set<String> FUNCTIONS = Set.of("nextval", "setval", "currval", "lastval", "last_value",
			"last_insert_id", "row_count", "found_rows", "identity", "scope_identity", "get_lock", "release_lock",
			"release_all_locks", "is_free_lock", "is_used_lock", "connection_id", "set_config", "current_setting",
			"session_id", "dblink", "dblink_exec", "query_to_xml", "query_to_xml_and_xmlschema", "cursor_to_xml",
			"database_to_xml", "txid_current", "load_file", "sleep", "csvwrite", "file_write", "link_schema");

	private static final Set<String> FUNCTION_PREFIXES = Set.of("pg_", "lo_", "txid_", "dblink_");

	private final Supplier<Set<String>> volatileFunctions;

	private volatile Known known = new Known(Set.of());

	/**
	 * Create an empty memory.
	 * @param volatileFunctions names, in lower case, of the functions of the database
	 * that may write; another set when they have changed
	 */
	SqlKinds(Supplier<Set<String>> volatileFunctions) {
		this.volatileFunctions = volatileFunctions;
	}

	/**
	 * Tell what a statement does.
	 * @param sql the statement
	 * @return what it does
	 */
	SqlKind kind(String sql) {
		Set<String> functions = this.volatileFunctions.get();
		Known present = this.known;
		if (present.functions != functions) {
			present = new Known(functions);
			this.known = present;
		}
		SqlKind kind = present.kinds.get(sql);
		if (kind == null) {
			kind = classify(sql, functions);
			if (sql.length() <= MAX_LENGTH) {
				if (present.kinds.size() >= MAX_TEXTS) {
					// texts without parameters: none of them comes again
					present.kinds.clear();
				}
				present.kinds.put(sql, kind);
			}
		}
		return kind;
	}

	/**
	 * Return how many answers are kept.
	 */
	int remembered() {
		return this.known.kinds.size();
	}

	private static SqlKind classify(String sql, Set<String> functions) {
		SqlKind kind = null;
		for (SqlWords.Lexis lexis : SqlWords.Lexis.values()) {
			SqlKind read = new Classification(functions).read(new SqlWords(sql, lexis));
			if (kind != null && kind != read) {
				return SqlKind.WRITE;
			}
			kind = read;
		}
		return (kind != null) ? kind : SqlKind.WRITE;
	}

	/**
	 * Tell what a statement of kind SESSION does to the transaction.
	 * @param sql the statement
	 * @return what it does
	 */
	static Effect effect(String sql) {
		SqlWords words = new SqlWords(sql, SqlWords.Lexis.STANDARD);
		String first = "";
		String second = "";
		while (words.next()) {
			if (words.isWord()) {
				if (first.isEmpty()) {
					first = words.text();
				}
				else if (second.isEmpty()) {
					second = words.text();
				}
				else if (words.text().equals("to")) {
					second = "to";
				}
			}
		}
		return switch (first) {
			case "begin" -> Effect.BEGINS;
			case "start" -> second.equals("transaction") ? Effect.BEGINS : Effect.NONE;
			case "commit", "end" -> Effect.COMMITS;
			case "rollback", "abort" -> second.equals("to") ? Effect.NONE : Effect.ROLLS_BACK;
			default -> Effect.NONE;
		};
	}

	/**
	 * What a statement does to the transaction.
	 */
	enum Effect {

		/** It begins one. */
		BEGINS,

		/** It commits it. */
		COMMITS,

		/** It rolls it back as a whole. */
		ROLLS_BACK,

		/** Nothing of that. */
		NONE

	}

	private static final class Known {

		private final Set<String> functions;

		private final Map<String, SqlKind> kinds = new ConcurrentHashMap<>();

		Known(Set<String> functions) {
			this.functions = functions;
		}

	}

	/**
	 * Reads one text in one lexis.
	 */
	private static final class Classification {

		private final Set<String> functions;

		private String first = "";

		private String previous = "";

		private boolean explaining;

		private boolean readsOnly = true;

		private boolean sessionOnly = true;

		private int statements;

		private boolean suspect;

		Classification(Set<String> functions) {
			this.functions = functions;
		}

		SqlKind read(SqlWords words) {
			while (!this.suspect && words.next()) {
				if (words.endsStatement()) {
					endStatement();
				}
				else if (words.isWord()) {
					word(words.text());
				}
				if (words.isCalled()) {
					call(words.text());
				}
			}
			endStatement();
			if (this.suspect || words.isBroken() || this.statements == 0) {
				return SqlKind.WRITE;
			}
			if (this.readsOnly) {
				return SqlKind.READ;
			}
			return (this.sessionOnly && this.statements == 1) ? SqlKind.SESSION : SqlKind.WRITE;
		}

		private void endStatement() {
			if (!this.first.isEmpty()) {
				this.statements++;
				this.readsOnly &= READS.contains(this.first) && !this.explaining;
				this.sessionOnly &= SESSIONS.contains(this.first);
			}
			this.first = "";
			this.previous = "";
			this.explaining = false;
		}

		private void word(String word) {
			if (this.first.isEmpty()) {
				this.first = word;
				this.explaining = word.equals("explain");
			}
			else if (this.explaining) {
				if (EXPLAINED.contains(word)) {
					this.explaining = false;
				}
				else {
					this.suspect |= !EXPLAIN_OPTIONS.contains(word);
				}
			}
			else if (SESSIONS.contains(this.first)) {
				// COMMIT PREPARED ends another transaction, COMMIT AND CHAIN not this one
				this.suspect |= word.equals("prepared") || word.equals("chain");
			}
			this.suspect |= writes(word);
			this.previous = word;
		}

		private boolean writes(String word) {
			return WRITES.contains(word) || (word.equals("share") && LOCKS.contains(this.previous))
					|| (word.equals("value") && OF_SEQUENCES.contains(this.previous)) || word.startsWith("@");
		}

		private void call(String name) {
			// a backslash: an identifier may have escapes, and be any
			this.suspect |= name.indexOf('\\') >= 0 || FUNCTIONS.contains(name) || this.functions.contains(name)
					|| this.first.equals("set") || FUNCTION_PREFIXES.stream().anyMatch(name::startsWith);
		}

	}

}
