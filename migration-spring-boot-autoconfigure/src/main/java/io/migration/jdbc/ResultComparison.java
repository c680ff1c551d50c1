package io.migration.jdbc;

import java.math.BigDecimal;
import java.time.temporal.ChronoField;
import java.time.temporal.Temporal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

import io.migration.mirror.Comparisons.Result;
import org.jspecify.annotations.Nullable;

/**
 * Compares what two databases, of different engines perhaps, have answered to one query:
 * by position of the columns and by value, see {@link CommonForm}.
 * <p>
 * A difference is only what the query leaves no choice about. Rows that its order does
 * not tell apart may come in any order. Where a limit cuts the result off, the database
 * also chooses which of them it returns; then nothing can be said about those at the cut.
 * <p>
 * What is said about a difference holds the numbers of rows and the names of columns, and
 * never a value.
 */
final class ResultComparison {

	private static final Outcome MATCH = new Outcome(Result.MATCH, "");

	/** Nothing can be said. */
	static final Outcome UNDECIDED = new Outcome(Result.SKIPPED, "");

	private final QueryText query;

	private final boolean limited;

	private final QueryResult source;

	private final QueryResult target;

	private ResultComparison(QueryText query, boolean limited, QueryResult source, QueryResult target) {
		this.query = query;
		this.limited = limited;
		this.source = source;
		this.target = target;
	}

	/**
	 * Compare two results.
	 * @param query what was asked
	 * @param limited whether the caller has limited the rows, beside what the query says
	 * @param source what source has answered
	 * @param target what target has answered
	 * @return what was found
	 */
	static Outcome of(QueryText query, boolean limited, QueryResult source, QueryResult target) {
		if (!source.whole() || !target.whole()) {
			return UNDECIDED;
		}
		if (source.columns().size() != target.columns().size()) {
			return differs(
					"columns: %d on source, %d on target".formatted(source.columns().size(), target.columns().size()));
		}
		if (source.rows().size() != target.rows().size()) {
			return differs("rows: %d on source, %d on target".formatted(source.rows().size(), target.rows().size()));
		}
		ResultComparison comparison = new ResultComparison(query, limited || query.limited(), source, target);
		Outcome cut = comparison.compare(false);
		if (cut.result() != Result.MATCH && comparison.dropsDigits()) {
			Outcome rounded = comparison.compare(true);
			return (rounded.result() == Result.MATCH) ? rounded : cut;
		}
		return cut;
	}

	private static Outcome differs(String difference) {
		return new Outcome(Result.MISMATCH, difference);
	}

	private Outcome compare(boolean rounded) {
		List<CommonForm> forms = new ArrayList<>();
		for (int i = 0; i < this.source.columns().size(); i++) {
			forms.add(CommonForm.of(this.source.columns().get(i), this.target.columns().get(i), digits(i), rounded));
		}
		List<List<@Nullable Object>> expected = inForm(this.source.rows(), forms);
		List<List<@Nullable Object>> found = inForm(this.target.rows(), forms);
		if (expected.equals(found)) {
			return MATCH;
		}
		List<Integer> order = orderedBy();
		Outcome difference = difference(expected, found);
		if (order == null) {
			return (difference != null && this.limited) ? UNDECIDED : (difference != null) ? difference : MATCH;
		}
		for (int row = 0; row < expected.size(); row++) {
			if (!pick(expected.get(row), order).equals(pick(found.get(row), order))) {
				return (difference != null) ? difference : differs("row %d comes in another order".formatted(row + 1));
			}
		}
		if (difference == null) {
			return MATCH;
		}
		return this.limited ? withinCut(expected, found, order) : difference;
	}

	/**
	 * The first and the last of the rows that the order tells apart may be cut; between
	 * them all rows are there.
	 */
	private static Outcome withinCut(List<List<@Nullable Object>> expected, List<List<@Nullable Object>> found,
			List<Integer> order) {
		int begin = 0;
		int end = expected.size();
		List<@Nullable Object> first = pick(expected.get(0), order);
		List<@Nullable Object> last = pick(expected.get(end - 1), order);
		while (begin < end && pick(expected.get(begin), order).equals(first)) {
			begin++;
		}
		while (end > begin && pick(expected.get(end - 1), order).equals(last)) {
			end--;
		}
		boolean differs = !bag(expected.subList(begin, end)).equals(bag(found.subList(begin, end)));
		return differs ? differs("rows %d to %d".formatted(begin + 1, end)) : UNDECIDED;
	}

	private static List<List<@Nullable Object>> inForm(List<List<@Nullable Object>> rows, List<CommonForm> forms) {
		List<List<@Nullable Object>> formed = new ArrayList<>(rows.size());
		for (List<@Nullable Object> row : rows) {
			List<@Nullable Object> values = new ArrayList<>(row.size());
			for (int i = 0; i < row.size(); i++) {
				values.add(forms.get(i).apply(row.get(i)));
			}
			formed.add(values);
		}
		return formed;
	}

	private static List<@Nullable Object> pick(List<@Nullable Object> row, List<Integer> columns) {
		List<@Nullable Object> picked = new ArrayList<>(columns.size());
		columns.forEach((column) -> picked.add(row.get(column)));
		return picked;
	}

	private static Map<List<@Nullable Object>, Integer> bag(List<List<@Nullable Object>> rows) {
		Map<List<@Nullable Object>, Integer> bag = new HashMap<>();
		rows.forEach((row) -> bag.merge(row, 1, Integer::sum));
		return bag;
	}

	/**
	 * Describe how the rows differ, in any order.
	 * @return the difference, {@code null} if there is none
	 */
	private @Nullable Outcome difference(List<List<@Nullable Object>> expected, List<List<@Nullable Object>> found) {
		Map<List<@Nullable Object>, Integer> missing = bag(expected);
		List<List<@Nullable Object>> others = new ArrayList<>();
		for (List<@Nullable Object> row : found) {
			if (missing.merge(row, -1, Integer::sum) < 0) {
				others.add(row);
			}
		}
		if (others.isEmpty()) {
			return null;
		}
		int row = 0;
		while (missing.getOrDefault(expected.get(row), 0) <= 0) {
			row++;
		}
		List<Integer> columns = List.of();
		for (List<@Nullable Object> other : others) {
			List<Integer> differing = differing(expected.get(row), other);
			if (columns.isEmpty() || differing.size() < columns.size()) {
				columns = differing;
			}
		}
		return differs("row %d, %s".formatted(row + 1, name(columns.get(0))));
	}

	private static List<Integer> differing(List<@Nullable Object> one, List<@Nullable Object> other) {
		List<Integer> differing = new ArrayList<>();
		for (int i = 0; i < one.size(); i++) {
			if (!Objects.equals(one.get(i), other.get(i))) {
				differing.add(i);
			}
		}
		return differing;
	}

	private String name(int column) {
		ResultColumn found = this.source.columns().get(column);
		return found.telling() ? "column " + found.label() : "column " + (column + 1);
	}

	/**
	 * Return the columns that the result is ordered by.
	 * @return their indexes, {@code null} if it is not ordered, or by something that is
	 * not among its columns
	 */
	private @Nullable List<Integer> orderedBy() {
		List<String> terms = this.query.orderedBy();
		if (terms == null) {
			return null;
		}
		List<Integer> columns = new ArrayList<>();
		for (String term : terms) {
			int column = column(term);
			if (column < 0) {
				return null;
			}
			columns.add(column);
		}
		return columns;
	}

	private int column(String term) {
		int count = this.source.columns().size();
		if (Character.isDigit(term.charAt(0))) {
			return (term.length() <= 4 && term.chars().allMatch(Character::isDigit) && Integer.parseInt(term) <= count)
					? Integer.parseInt(term) - 1 : -1;
		}
		int found = -1;
		for (int i = 0; i < count; i++) {
			if (this.source.columns().get(i).label().toLowerCase(Locale.ROOT).equals(term.toLowerCase(Locale.ROOT))) {
				if (found >= 0) {
					return -1;
				}
				found = i;
			}
		}
		return found;
	}

	private boolean dropsDigits() {
		for (int i = 0; i < this.source.columns().size(); i++) {
			if (Math.max(digits(this.source, i), digits(this.target, i)) > digits(i)) {
				return true;
			}
		}
		return false;
	}

	private int digits(int column) {
		return Math.min(digits(this.source, column), digits(this.target, column));
	}

	/**
	 * Return how many digits of a second a column holds: what its type says, unless its
	 * values show more.
	 */
	private static int digits(QueryResult result, int column) {
		int digits = Math.max(0, Math.min(9, result.columns().get(column).scale()));
		for (List<@Nullable Object> row : result.rows()) {
			if (row.get(column) instanceof Temporal time && time.isSupported(ChronoField.NANO_OF_SECOND)) {
				int nanos = time.get(ChronoField.NANO_OF_SECOND);
				if (nanos != 999_999_999) {
					// that is how a driver shows infinity
					BigDecimal second = BigDecimal.valueOf(nanos, 9).stripTrailingZeros();
					digits = Math.max(digits, Math.max(0, second.scale()));
				}
			}
		}
		return digits;
	}

	/**
	 * What a comparison has found.
	 *
	 * @param result match, mismatch, or skipped if nothing can be said
	 * @param difference the first difference, empty unless it is a mismatch
	 */
	record Outcome(Result result, String difference) {

	}

}
