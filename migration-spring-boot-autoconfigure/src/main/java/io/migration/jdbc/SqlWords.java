package io.migration.jdbc;

import java.util.Locale;

/**
 * Goes through the words of an SQL text: what stands in literals, comments and quoted
 * identifiers is none, but a quoted identifier may be the name of a function that is
 * called.
 */
final class SqlWords {

	private final String sql;

	private final Lexis lexis;

	private int at;

	private String text = "";

	private boolean word;

	private boolean quoted;

	private boolean end;

	private boolean broken;

	private int executed;

	SqlWords(String sql, Lexis lexis) {
		this.sql = sql;
		this.lexis = lexis;
	}

	/**
	 * Go to the next word, quoted identifier or semicolon.
	 * @return whether there is one
	 */
	boolean next() {
		this.word = false;
		this.quoted = false;
		this.end = false;
		while (this.at < this.sql.length()) {
			char c = this.sql.charAt(this.at);
			if (skipped(c) || (c == '$' && this.lexis == Lexis.STANDARD && dollarQuoted())) {
				continue;
			}
			if (c == '\'') {
				literal(this.at, this.lexis.backslash);
			}
			else if (c == '`' || (c == '"' && this.lexis == Lexis.STANDARD)) {
				quoted(c);
				return true;
			}
			else if (c == '"') {
				literal(this.at, true);
			}
			else if (c == ';') {
				this.at++;
				this.end = true;
				return true;
			}
			else if (isPart(c) || (c == '@' && isVariable())) {
				word();
				return true;
			}
			else {
				this.at++;
			}
		}
		this.broken |= this.executed > 0;
		return false;
	}

	/**
	 * Skip white space and comments.
	 */
	private boolean skipped(char c) {
		if (Character.isWhitespace(c)) {
			this.at++;
			return true;
		}
		if (c == '-' && follows("--") && (this.lexis == Lexis.STANDARD || endsWord(this.at + 2))) {
			skipLine();
			return true;
		}
		if (c == '#' && this.lexis == Lexis.MYSQL) {
			skipLine();
			return true;
		}
		if (c == '/' && follows("/*")) {
			comment();
			return true;
		}
		if (c == '*' && this.executed > 0 && follows("*/")) {
			this.executed--;
			this.at += 2;
			return true;
		}
		return false;
	}

	private boolean endsWord(int index) {
		return index >= this.sql.length() || this.sql.charAt(index) <= ' ';
	}

	private boolean follows(String expected) {
		return this.sql.startsWith(expected, this.at);
	}

	private void skipLine() {
		while (this.at < this.sql.length() && this.sql.charAt(this.at) != '\n' && this.sql.charAt(this.at) != '\r') {
			this.at++;
		}
	}

	private void comment() {
		if (this.lexis == Lexis.MYSQL && (follows("/*!") || follows("/*M!"))) {
			// what stands in it is executed
			this.executed++;
			this.at += follows("/*!") ? 3 : 4;
			while (this.at < this.sql.length() && Character.isDigit(this.sql.charAt(this.at))) {
				this.at++;
			}
			return;
		}
		int depth = 0;
		while (this.at < this.sql.length()) {
			if (follows("/*") && (depth == 0 || this.lexis == Lexis.STANDARD)) {
				depth++;
				this.at += 2;
			}
			else if (follows("*/")) {
				depth--;
				this.at += 2;
				if (depth == 0) {
					return;
				}
			}
			else {
				this.at++;
			}
		}
		this.broken = true;
	}

	/**
	 * Skip a literal; a quote within is doubled, or behind a backslash.
	 */
	private void literal(int start, boolean backslash) {
		char quote = this.sql.charAt(start);
		int index = start + 1;
		while (index < this.sql.length()) {
			char c = this.sql.charAt(index);
			if (c == '\\' && backslash) {
				index++;
			}
			else if (c == quote) {
				if (index + 1 < this.sql.length() && this.sql.charAt(index + 1) == quote) {
					index++;
				}
				else {
					this.at = index + 1;
					return;
				}
			}
			index++;
		}
		this.broken = true;
		this.at = this.sql.length();
	}

	private void quoted(char quote) {
		int start = this.at;
		literal(start, false);
		this.quoted = true;
		String doubled = String.valueOf(quote) + quote;
		this.text = lower(
				this.sql.substring(start + 1, Math.max(start + 1, this.at - 1)).replace(doubled, doubled.substring(1)));
	}

	/**
	 * Skip a dollar quote, if there is one.
	 */
	private boolean dollarQuoted() {
		int index = this.at + 1;
		while (index < this.sql.length() && isPart(this.sql.charAt(index)) && this.sql.charAt(index) != '$') {
			index++;
		}
		boolean parameter = index > this.at + 1 && Character.isDigit(this.sql.charAt(this.at + 1));
		if (parameter || index >= this.sql.length() || this.sql.charAt(index) != '$') {
			return false;
		}
		String tag = this.sql.substring(this.at, index + 1);
		int close = this.sql.indexOf(tag, index + 1);
		this.broken |= close < 0;
		this.at = (close < 0) ? this.sql.length() : close + tag.length();
		return true;
	}

	private boolean isVariable() {
		int index = this.at;
		while (index < this.sql.length() && this.sql.charAt(index) == '@') {
			index++;
		}
		return index < this.sql.length()
				&& (isPart(this.sql.charAt(index)) || "'\"`".indexOf(this.sql.charAt(index)) >= 0);
	}

	private void word() {
		int start = this.at;
		while (this.at < this.sql.length() && this.sql.charAt(this.at) == '@') {
			this.at++;
		}
		while (this.at < this.sql.length() && isPart(this.sql.charAt(this.at))) {
			this.at++;
		}
		this.word = true;
		this.text = lower(this.sql.substring(start, this.at));
		boolean escapes = this.text.equals("e") && this.at < this.sql.length() && this.sql.charAt(this.at) == '\'';
		if (escapes) {
			literal(this.at, true);
		}
	}

	private static boolean isPart(char c) {
		return c == '_' || c == '$' || Character.isLetterOrDigit(c) || c >= 0x80;
	}

	private static String lower(String text) {
		return text.toLowerCase(Locale.ROOT);
	}

	/**
	 * Return whether this is a word that is not quoted.
	 */
	boolean isWord() {
		return this.word;
	}

	/**
	 * Return whether a statement ends here.
	 */
	boolean endsStatement() {
		return this.end;
	}

	/**
	 * Return whether a parenthesis follows the word or quoted identifier.
	 */
	boolean isCalled() {
		if (!this.word && !this.quoted) {
			return false;
		}
		while (this.at < this.sql.length()) {
			char c = this.sql.charAt(this.at);
			if (!skipped(c)) {
				return c == '(';
			}
		}
		return false;
	}

	/**
	 * Return whether something was opened and not closed.
	 */
	boolean isBroken() {
		return this.broken;
	}

	/**
	 * Return the word or the quoted identifier, in lower case.
	 */
	String text() {
		return this.text;
	}

	/**
	 * Where databases disagree.
	 */
	enum Lexis {

		/**
		 * PostgreSQL and H2: dollar quotes, nested comments, double quotes around
		 * identifiers, a backslash means nothing but in E''.
		 */
		STANDARD(false),

		/**
		 * MySQL and MariaDB: comments behind #, comments that are executed, double quotes
		 * around literals, a backslash escapes.
		 */
		MYSQL(true);

		private final boolean backslash;

		Lexis(boolean backslash) {
			this.backslash = backslash;
		}

	}

}
