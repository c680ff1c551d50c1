package io.migration.jdbc;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * What the text of a query says about its results. Not a parser: it knows comments,
 * literals, quoted names and parentheses, and looks for words among the rest. Immutable.
 */
final class QueryText {

	private static final int LONGEST = 200;

	/** Characters of operators that are shown as one. */
	private static final String COMPARING = "<>=!|:&";

	private static final Set<String> BEGINNINGS = Set.of("select", "with", "values", "table");

	private static final Set<String> END_OF_ORDER = Set.of("limit", "offset", "fetch", "for");

	/** Words of a query that locks or writes. */
	private static final Set<String> WRITES = Set.of("insert", "update", "delete", "merge", "into");

	/** Names whose value belongs to the session or to the server. */
	private static final Set<String> NAMES_OF_ONE_SIDE = Set.of("current_user", "session_user", "system_user",
			"current_role", "current_schema", "current_catalog", "information_schema", "performance_schema", "ctid",
			"xmin", "xmax", "cmin", "cmax", "tableoid", "tablesample");

	/**
	 * Functions that answer by chance, that answer about the session or the server, or
	 * that do more than answer.
	 */
	private static final Set<String> FUNCTIONS_OF_ONE_SIDE = Set.of("random", "rand", "random_uuid", "gen_random_uuid",
			"uuid", "uuid_short", "uuidv4", "uuidv7", "newid", "nextval", "currval", "lastval", "setval", "identity",
			"last_insert_id", "found_rows", "row_count", "connection_id", "session_id", "get_lock", "release_lock",
			"release_all_locks", "is_free_lock", "is_used_lock", "sleep", "benchmark", "version", "h2version",
			"database", "schema", "user", "current_database", "current_setting", "current_schemas", "set_config",
			"load_file");

	private static final List<String> PREFIXES_OF_ONE_SIDE = List.of("pg_", "txid_", "lo_", "dblink", "inet_server",
			"inet_client", "uuid_generate", "file_", "csv");

	private final String normalized;

	private final boolean repeatable;

	private final boolean ordered;

	private final boolean limited;

	private final @Nullable List<String> orderedBy;

	private QueryText(List<Token> tokens, boolean clear) {
		this.normalized = normalize(tokens);
		this.repeatable = clear && repeatable(tokens);
		int order = -1;
		boolean cut = false;
		int depth = 0;
		for (int i = 0; i < tokens.size(); i++) {
			Token token = tokens.get(i);
			depth += token.nesting();
			if (depth == 0 && token.is("order") && i + 1 < tokens.size() && tokens.get(i + 1).is("by")) {
				order = i + 2;
			}
			cut |= depth == 0 && (token.is("limit") || token.is("offset") || token.is("fetch"));
		}
		this.ordered = order >= 0;
		this.limited = cut;
		this.orderedBy = (order >= 0) ? terms(tokens.subList(order, tokens.size())) : null;
	}

	/**
	 * Look at a query.
	 * @param sql its text
	 * @param dialect how it is written
	 * @return what it says
	 */
	static QueryText of(String sql, SqlDialect dialect) {
		Scanner scanner = new Scanner(sql, dialect);
		return new QueryText(scanner.tokens(), scanner.clear);
	}

	/**
	 * Return the text without comments and literals, shortened: it names the query, and
	 * holds no value.
	 * @return the text
	 */
	String normalized() {
		return (this.normalized.length() > LONGEST) ? this.normalized.substring(0, LONGEST) + "..." : this.normalized;
	}

	/**
	 * Return whether a result column may be called by this name without telling a value:
	 * some databases name a column after the text of its expression.
	 * @param label the name of the column
	 * @return whether it is part of the text outside of literals
	 */
	boolean mentions(String label) {
		return List.of(this.normalized.toLowerCase(Locale.ROOT).split("[^\\p{L}\\p{N}_$]+"))
			.contains(label.toLowerCase(Locale.ROOT));
	}

	/**
	 * Return whether it can be asked again, on both sides, without an effect and with the
	 * same result where the data is the same.
	 * @return whether nothing speaks against it
	 */
	boolean repeatable() {
		return this.repeatable;
	}

	/**
	 * Return whether the result as a whole is ordered.
	 * @return whether there is an ORDER BY outside of parentheses
	 */
	boolean ordered() {
		return this.ordered;
	}

	/**
	 * Return whether the result is cut off: then the database may choose among rows that
	 * the order does not tell apart.
	 * @return whether there is a LIMIT, OFFSET or FETCH outside of parentheses
	 */
	boolean limited() {
		return this.limited;
	}

	/**
	 * Return what the result is ordered by.
	 * @return names or positions of result columns, {@code null} if it is not ordered or
	 * ordered by an expression
	 */
	@Nullable List<String> orderedBy() {
		return this.orderedBy;
	}

	private static boolean repeatable(List<Token> tokens) {
		int first = 0;
		while (first < tokens.size() && tokens.get(first).text.equals("(")) {
			first++;
		}
		if (first == tokens.size() || tokens.get(first).kind != Kind.WORD
				|| !BEGINNINGS.contains(tokens.get(first).lower())) {
			return false;
		}
		for (int i = 0; i < tokens.size(); i++) {
			Token token = tokens.get(i);
			boolean called = i + 1 < tokens.size() && tokens.get(i + 1).text.equals("(");
			if ((token.text.equals(";") && i + 1 < tokens.size())
					|| (token.is("for") && i + 1 < tokens.size() && tokens.get(i + 1).locks())
					|| (token.kind == Kind.WORD && !allowed(token.lower(), called))) {
				return false;
			}
		}
		return true;
	}

	private static boolean allowed(String word, boolean called) {
		return !WRITES.contains(word) && !NAMES_OF_ONE_SIDE.contains(word)
				&& !(called && FUNCTIONS_OF_ONE_SIDE.contains(word))
				&& PREFIXES_OF_ONE_SIDE.stream().noneMatch((prefix) -> called && word.startsWith(prefix))
				&& !word.startsWith("pg_");
	}

	private static @Nullable List<String> terms(List<Token> tokens) {
		List<String> terms = new ArrayList<>();
		List<Token> term = new ArrayList<>();
		int depth = 0;
		for (Token token : tokens) {
			depth += token.nesting();
			boolean last = depth == 0
					&& (token.text.equals(";") || (token.kind == Kind.WORD && END_OF_ORDER.contains(token.lower())));
			if (last || (depth == 0 && token.text.equals(","))) {
				if (!add(term, terms)) {
					return null;
				}
				term.clear();
				if (last) {
					return terms;
				}
			}
			else {
				term.add(token);
			}
		}
		return add(term, terms) ? terms : null;
	}

	private static boolean add(List<Token> term, List<String> terms) {
		int end = term.size();
		if (end >= 2 && term.get(end - 2).is("nulls")) {
			end -= 2;
		}
		if (end >= 1 && (term.get(end - 1).is("asc") || term.get(end - 1).is("desc"))) {
			end--;
		}
		for (int i = 0; i < end; i++) {
			Token token = term.get(i);
			boolean name = token.kind == Kind.WORD || token.kind == Kind.QUOTED
					|| (token.kind == Kind.NUMBER && end == 1);
			if ((i % 2 == 0) ? !name : !token.text.equals(".")) {
				return false;
			}
		}
		if (end % 2 == 0) {
			return false;
		}
		Token name = term.get(end - 1);
		terms.add((name.kind == Kind.QUOTED) ? name.text.substring(1, name.text.length() - 1) : name.text);
		return true;
	}

	private static String normalize(List<Token> tokens) {
		StringBuilder text = new StringBuilder();
		String before = "";
		for (Token token : tokens) {
			boolean value = token.kind == Kind.LITERAL || token.kind == Kind.NUMBER;
			String next = value ? "?" : token.text;
			if (next.equals("?") && before.equals(",") && text.toString().endsWith("?,")) {
				// a list of any length is the same query
				text.setLength(text.length() - 1);
				before = "?";
				continue;
			}
			if (!text.isEmpty() && !next.equals(",") && !next.equals(".") && !next.equals(")") && !next.equals("(")
					&& !before.equals(".") && !before.equals("(")) {
				text.append(' ');
			}
			text.append(next);
			before = next;
		}
		return text.toString();
	}

	private enum Kind {

		WORD, QUOTED, LITERAL, NUMBER, SYMBOL

	}

	/**
	 * A piece of the text.
	 *
	 * @param kind what it is
	 * @param text as it is written
	 */
	private record Token(Kind kind, String text) {

		boolean is(String word) {
			return this.kind == Kind.WORD && this.text.equalsIgnoreCase(word);
		}

		boolean locks() {
			return is("update") || is("share") || is("no") || is("key");
		}

		int nesting() {
			return this.text.equals("(") ? 1 : this.text.equals(")") ? -1 : 0;
		}

		String lower() {
			return this.text.toLowerCase(Locale.ROOT);
		}

	}

	/**
	 * Cuts the text into pieces.
	 */
	private static final class Scanner {

		private final String sql;

		private final boolean mysql;

		private final boolean hasVariables;

		private int at;

		/** Whether the text means the same on every server and in every session. */
		private boolean clear = true;

		Scanner(String sql, SqlDialect dialect) {
			this.sql = sql;
			this.mysql = dialect == SqlDialect.MYSQL;
			this.hasVariables = dialect != SqlDialect.POSTGRESQL;
		}

		List<Token> tokens() {
			List<Token> tokens = new ArrayList<>();
			while (this.at < this.sql.length()) {
				int start = this.at;
				Kind kind = next();
				if (kind == Kind.LITERAL && !tokens.isEmpty() && prefixes(tokens.get(tokens.size() - 1), start)) {
					tokens.remove(tokens.size() - 1);
				}
				if (kind != null) {
					tokens.add(new Token(kind, this.sql.substring(start, this.at)));
				}
			}
			return tokens;
		}

		/** E'', B'', X'' and N'' are one literal. */
		private boolean prefixes(Token before, int start) {
			return before.kind == Kind.WORD && before.text.length() == 1 && "ebxn".contains(before.lower())
					&& this.sql.charAt(start) == '\'' && this.sql.startsWith(before.text, start - 1);
		}

		private @Nullable Kind next() {
			char one = this.sql.charAt(this.at);
			if (Character.isWhitespace(one)) {
				this.at++;
				return null;
			}
			if (startsComment()) {
				return null;
			}
			if (one == '\'' || (one == '"' && this.mysql)) {
				quoted(one);
				return Kind.LITERAL;
			}
			if (one == '"' || one == '`') {
				quoted(one);
				return Kind.QUOTED;
			}
			if (one == '$' && !this.mysql && dollarQuoted()) {
				return Kind.LITERAL;
			}
			if (Character.isDigit(one) || (one == '.' && digitAt(this.at + 1))) {
				number();
				return Kind.NUMBER;
			}
			if (partOfWord(one)) {
				while (this.at < this.sql.length() && partOfWord(this.sql.charAt(this.at))) {
					this.at++;
				}
				return Kind.WORD;
			}
			this.clear &= one != '@' || !this.hasVariables;
			this.at++;
			while (COMPARING.indexOf(one) >= 0 && this.at < this.sql.length()
					&& COMPARING.indexOf(this.sql.charAt(this.at)) >= 0) {
				this.at++;
			}
			return Kind.SYMBOL;
		}

		private boolean startsComment() {
			if (this.sql.startsWith("/*", this.at)) {
				// of MySQL: what follows is run
				this.clear &= !this.sql.startsWith("/*!", this.at);
				skipBlock();
				return true;
			}
			boolean line = (this.sql.startsWith("--", this.at)
					&& (!this.mysql || this.at + 2 == this.sql.length() || this.sql.charAt(this.at + 2) <= ' '))
					|| (this.mysql && this.sql.charAt(this.at) == '#');
			if (line) {
				int end = this.sql.indexOf('\n', this.at);
				this.at = (end < 0) ? this.sql.length() : end;
			}
			return line;
		}

		private void skipBlock() {
			int depth = 0;
			while (this.at < this.sql.length()) {
				if (this.sql.startsWith("/*", this.at) && (depth == 0 || !this.mysql)) {
					depth++;
					this.at += 2;
				}
				else if (this.sql.startsWith("*/", this.at)) {
					this.at += 2;
					if (--depth == 0) {
						return;
					}
				}
				else {
					this.at++;
				}
			}
			this.clear = false;
		}

		private void quoted(char quote) {
			this.at++;
			while (this.at < this.sql.length()) {
				char one = this.sql.charAt(this.at++);
				if (one == quote) {
					if (this.at == this.sql.length() || this.sql.charAt(this.at) != quote) {
						return;
					}
					this.at++;
				}
				else if (one == '\\' && this.at < this.sql.length() && this.sql.charAt(this.at) == quote) {
					// an escape, or the end: that depends on settings of the server, and
					// what follows may be part of a value
					break;
				}
			}
			this.clear = false;
			this.at = this.sql.length();
		}

		private boolean dollarQuoted() {
			int end = this.at + 1;
			while (end < this.sql.length() && this.sql.charAt(end) != '$' && partOfWord(this.sql.charAt(end))) {
				end++;
			}
			if (end == this.sql.length() || this.sql.charAt(end) != '$' || digitAt(this.at + 1)) {
				return false;
			}
			String tag = this.sql.substring(this.at, end + 1);
			int close = this.sql.indexOf(tag, end + 1);
			this.clear &= close >= 0;
			this.at = (close >= 0) ? close + tag.length() : this.sql.length();
			return true;
		}

		private void number() {
			while (this.at < this.sql.length()) {
				char one = this.sql.charAt(this.at);
				boolean sign = (one == '+' || one == '-') && (this.sql.charAt(this.at - 1) | 0x20) == 'e'
						&& digitAt(this.at + 1);
				if (!partOfWord(one) && one != '.' && !sign) {
					return;
				}
				this.at++;
			}
		}

		private boolean digitAt(int index) {
			return index < this.sql.length() && Character.isDigit(this.sql.charAt(index));
		}

		private static boolean partOfWord(char one) {
			return Character.isLetterOrDigit(one) || one == '_' || one == '$' || Character.isSurrogate(one);
		}

	}

}
