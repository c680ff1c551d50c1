package io.migration.jdbc;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads JSON into values that are equal where the JSON means the same: members in any
 * order, the last one counts as in {@code jsonb}, numbers by value and without a bound on
 * their digits, which is why no JSON library does this. Strict, and bounded in depth.
 */
final class JsonStructure {

	private static final int DEEPEST = 200;

	private final String text;

	private int at;

	private JsonStructure(String text) {
		this.text = text;
	}

	/**
	 * Read JSON.
	 * @param text the JSON
	 * @return a map, a list, a text, a number, or a literal
	 * @throws IllegalArgumentException if it is none, or too deep
	 */
	static Object of(String text) {
		JsonStructure reader = new JsonStructure(text);
		try {
			Object value = reader.value(0);
			reader.skipSpace();
			if (reader.at != text.length()) {
				throw new IllegalArgumentException("JSON goes on after its end");
			}
			return value;
		}
		catch (StringIndexOutOfBoundsException ex) {
			throw new IllegalArgumentException("JSON ends too early", ex);
		}
	}

	private Object value(int depth) {
		if (depth > DEEPEST) {
			throw new IllegalArgumentException("JSON is too deep");
		}
		skipSpace();
		return switch (this.text.charAt(this.at)) {
			case '{' -> object(depth);
			case '[' -> array(depth);
			case '"' -> string();
			case 't' -> literal("true", true);
			case 'f' -> literal("false", false);
			case 'n' -> literal("null", Null.NULL);
			default -> number();
		};
	}

	private Map<String, Object> object(int depth) {
		Map<String, Object> members = new HashMap<>();
		this.at++;
		skipSpace();
		if (take('}')) {
			return members;
		}
		do {
			skipSpace();
			String name = string();
			skipSpace();
			expect(':');
			members.put(name, value(depth + 1));
			skipSpace();
		}
		while (take(','));
		expect('}');
		return members;
	}

	private List<Object> array(int depth) {
		List<Object> elements = new ArrayList<>();
		this.at++;
		skipSpace();
		if (take(']')) {
			return elements;
		}
		do {
			elements.add(value(depth + 1));
			skipSpace();
		}
		while (take(','));
		expect(']');
		return elements;
	}

	private String string() {
		expect('"');
		StringBuilder string = new StringBuilder();
		while (true) {
			char one = this.text.charAt(this.at++);
			if (one == '"') {
				return string.toString();
			}
			string.append((one == '\\') ? escaped() : one);
		}
	}

	private char escaped() {
		char one = this.text.charAt(this.at++);
		return switch (one) {
			case 'b' -> '\b';
			case 'f' -> '\f';
			case 'n' -> '\n';
			case 'r' -> '\r';
			case 't' -> '\t';
			case 'u' -> {
				this.at += 4;
				yield (char) Integer.parseInt(this.text.substring(this.at - 4, this.at), 16);
			}
			case '"', '\\', '/' -> one;
			default -> throw new IllegalArgumentException("JSON has an unknown escape");
		};
	}

	private Object literal(String word, Object value) {
		if (!this.text.startsWith(word, this.at)) {
			throw new IllegalArgumentException("JSON has an unknown word");
		}
		this.at += word.length();
		return value;
	}

	private BigDecimal number() {
		int start = this.at;
		while (this.at < this.text.length() && "+-.eE0123456789".indexOf(this.text.charAt(this.at)) >= 0) {
			this.at++;
		}
		return new BigDecimal(this.text.substring(start, this.at)).stripTrailingZeros();
	}

	private void skipSpace() {
		while (this.at < this.text.length() && this.text.charAt(this.at) <= ' ') {
			this.at++;
		}
	}

	private boolean take(char one) {
		if (this.text.charAt(this.at) != one) {
			return false;
		}
		this.at++;
		return true;
	}

	private void expect(char one) {
		if (!take(one)) {
			throw new IllegalArgumentException("JSON lacks a " + one);
		}
	}

	/** The null of JSON, which is not the NULL of SQL. */
	private enum Null {

		NULL

	}

}
