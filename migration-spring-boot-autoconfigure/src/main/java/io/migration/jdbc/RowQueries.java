package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import io.migration.Side;
import io.migration.jdbc.MirroredTable.ColumnPair;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows that journal entries name: the keys that were touched, each once, and
 * beside each the row that has it now. Values come out as the text of the other side.
 */
final class RowQueries {

	private static final int FETCH_SIZE = 200;

	/** Before the key there are the number of the part, and that of the entries. */
	private static final int FIRST_OF_A_PART = 2;

	private static final int ROWS_OF_A_PART = 500;

	private static final int CHARACTERS_OF_A_PART = 4 << 20;

	private final SqlDialect dialect;

	private final SqlDialect other;

	private final Side authority;

	private final List<RowTransformer> transformers;

	private final Map<MirroredTable, Layout> layouts = new HashMap<>();

	/**
	 * Create queries.
	 * @param authority the side to read
	 * @param dialect its dialect
	 * @param other the dialect of the other side
	 * @param transformers change rows on their way
	 */
	RowQueries(Side authority, SqlDialect dialect, SqlDialect other, List<RowTransformer> transformers) {
		this.authority = authority;
		this.dialect = dialect;
		this.other = other;
		this.transformers = List.copyOf(transformers);
	}

	/**
	 * Read the rows of one table.
	 * @param connection in the transaction in which the journal was looked at
	 * @param table the table
	 * @param journal its journal, quoted
	 * @param condition which entries
	 * @param parameters of the condition
	 * @param taker gets the rows, in the order of their keys
	 * @throws Exception if they cannot be read, or the taker fails
	 */
	void read(Connection connection, MirroredTable table, String journal, String condition, Journal.Binder parameters,
			RowChanges.Taker taker) throws Exception {
		Layout layout = layout(table);
		try (PreparedStatement statement = connection.prepareStatement(layout.sql(journal, condition))) {
			statement.setFetchSize(FETCH_SIZE);
			parameters.bind(statement);
			try (ResultSet results = statement.executeQuery()) {
				Part part = new Part(layout, 0);
				while (results.next()) {
					part.add(results);
					if (part.full()) {
						taker.take(part.changes());
						part = new Part(layout, 0);
					}
				}
				if (!part.isEmpty()) {
					taker.take(part.changes());
				}
			}
		}
	}

	/**
	 * Return a query that may be one part of a larger one: its rows are texts, the first
	 * of which says which part it is.
	 * @param table the table
	 * @param number the number of the part
	 * @param width how many columns the larger query has, {@link #width} at least
	 * @param journal the table's journal, quoted
	 * @param condition which entries
	 * @param most how many entries to look at
	 * @return the query
	 */
	String part(MirroredTable table, int number, int width, String journal, String condition, int most) {
		return layout(table).part(number, width, journal, condition, most);
	}

	/**
	 * Return how many columns a part of a larger query needs.
	 * @param table the table
	 * @return the number, with the first column, and that of how many entries there are
	 */
	int width(MirroredTable table) {
		Layout layout = layout(table);
		return FIRST_OF_A_PART + layout.keys + layout.conversions.size();
	}

	/**
	 * Return what takes the rows of a part.
	 * @param table the table
	 * @return a part without rows
	 */
	Part part(MirroredTable table) {
		return new Part(layout(table), FIRST_OF_A_PART);
	}

	private Layout layout(MirroredTable table) {
		return this.layouts.computeIfAbsent(table, Layout::new);
	}

	/**
	 * Return a key as the other side has it.
	 * @param table the table
	 * @param key the key on the side that is read
	 * @return the key
	 */
	@Nullable String[] keyForOtherSide(MirroredTable table, @Nullable String[] key) {
		return layout(table).converted(key);
	}

	/**
	 * What is known about a table before its rows are read.
	 */
	private final class Layout {

		private final MirroredTable table;

		private final int keys;

		private final List<UnaryOperator<String>> conversions;

		/** Whether two different keys of the journal may find the same row. */
		private final boolean ambiguous;

		private final @Nullable RowTransformer transformer;

		Layout(MirroredTable table) {
			this.table = table;
			this.keys = table.key().size();
			Side to = RowQueries.this.authority.other();
			this.conversions = columns()
				.map((pair) -> ColumnText.conversion(RowQueries.this.dialect, pair.on(RowQueries.this.authority),
						RowQueries.this.other, pair.on(to)))
				.toList();
			this.ambiguous = !table.key()
				.stream()
				.allMatch((pair) -> ColumnText.equalByText(pair.on(RowQueries.this.authority)));
			this.transformer = RowQueries.this.transformers.stream()
				.filter((one) -> one.handles(table.source().name().name()))
				.findFirst()
				.orElse(null);
		}

		private Stream<ColumnPair> columns() {
			return Stream.concat(this.table.key().stream(), this.table.others().stream());
		}

		String sql(String journal, String condition) {
			String entries = "select distinct %s from %s where %s".formatted(touched(), journal, condition);
			return joined(values(), entries);
		}

		String part(int number, int width, String journal, String condition, int most) {
			Stream<String> columns = Stream.of(number + "::text", "e.entries::text");
			Stream<String> padding = Stream.generate(() -> "null").limit(width - width(this.table));
			String few = "select %s from %s where %s limit %d".formatted(names(key()), journal, condition, most);
			String entries = "select %s, count(*) as entries from (%s) few group by %s".formatted(touched(), few,
					touchedOnce());
			return "(%s)".formatted(joined(Stream.concat(columns, Stream.concat(values(), padding)), entries));
		}

		private String joined(Stream<String> values, String entries) {
			SqlDialect dialect = RowQueries.this.dialect;
			String join = key().stream()
				.map((column) -> "t.%1$s = e.%1$s".formatted(dialect.quote(column.name())))
				.collect(Collectors.joining(" and "));
			String nulls = (dialect == SqlDialect.POSTGRESQL) ? " nulls first" : "";
			String order = key().stream()
				.map((column) -> "e." + dialect.quote(column.name()) + nulls)
				.collect(Collectors.joining(", "));
			return "select %s from (%s) e left join %s t on %s order by %s".formatted(
					values.collect(Collectors.joining(", ")), entries,
					dialect.quote(this.table.on(RowQueries.this.authority).name()), join, order);
		}

		private List<Column> key() {
			return this.table.key().stream().map((pair) -> pair.on(RowQueries.this.authority)).toList();
		}

		private Stream<String> values() {
			return Stream.concat(key().stream().map((column) -> read(column, "e.")),
					columns().map((pair) -> read(pair.on(RowQueries.this.authority), "t.")));
		}

		private String read(Column column, String from) {
			SqlDialect dialect = RowQueries.this.dialect;
			return ColumnText.read(dialect, column, from + dialect.quote(column.name()));
		}

		private String names(List<Column> columns) {
			return columns.stream()
				.map((column) -> RowQueries.this.dialect.quote(column.name()))
				.collect(Collectors.joining(", "));
		}

		private String touched() {
			return key().stream().map(this::distinct).collect(Collectors.joining(", "));
		}

		/** By their positions. */
		private String touchedOnce() {
			long spellings = key().stream().filter((column) -> !ColumnText.equalByText(column)).count();
			return IntStream.rangeClosed(1, this.keys + (int) spellings)
				.mapToObj(String::valueOf)
				.collect(Collectors.joining(", "));
		}

		/**
		 * Keys which a collation takes for equal are different keys on the other side:
		 * each of them must be looked at.
		 */
		private String distinct(Column column) {
			String quoted = RowQueries.this.dialect.quote(column.name());
			if (ColumnText.equalByText(column)) {
				return quoted;
			}
			String spelling = RowQueries.this.dialect.quote("migration spelling of " + column.name());
			return switch (RowQueries.this.dialect) {
				case POSTGRESQL -> "%1$s, %1$s::text collate \"C\" as %2$s".formatted(quoted, spelling);
				case MYSQL -> "%1$s, cast(%1$s as binary) as %2$s".formatted(quoted, spelling);
				case H2 -> "%1$s, cast(%1$s as varchar) as %2$s".formatted(quoted, spelling);
			};
		}

		@Nullable String[] row(ResultSet results, int before) throws SQLException {
			int count = this.conversions.size();
			@Nullable String[] row = new String[count];
			for (int i = 0; i < count; i++) {
				row[i] = results.getString(before + this.keys + i + 1);
			}
			return row;
		}

		@Nullable String[] converted(@Nullable String[] values) {
			@Nullable String[] converted = new String[values.length];
			for (int i = 0; i < values.length; i++) {
				String value = values[i];
				converted[i] = (value != null) ? this.conversions.get(i).apply(value) : null;
			}
			return converted;
		}

		@Nullable String[] forOtherSide(@Nullable String[] row) {
			return converted((this.transformer != null) ? transformed(this.transformer, row) : row);
		}

		private @Nullable String[] transformed(RowTransformer transformer, @Nullable String[] row) {
			List<String> names = columns().map((pair) -> pair.on(RowQueries.this.authority).name()).toList();
			Map<String, @Nullable String> values = new LinkedHashMap<>();
			for (int i = 0; i < row.length; i++) {
				values.put(names.get(i), row[i]);
			}
			String name = this.table.source().name().name();
			Map<String, @Nullable String> changed = (RowQueries.this.authority == Side.SOURCE)
					? transformer.toTarget(name, values) : transformer.toSource(name, values);
			@Nullable String[] result = new String[row.length];
			for (int i = 0; i < row.length; i++) {
				result[i] = changed.get(names.get(i));
				if (i < this.keys && !String.valueOf(result[i]).equals(row[i])) {
					throw new IllegalStateException(
							"%s has changed the key column '%s' of %s; keys must stay what they are"
								.formatted(transformer.getClass().getName(), names.get(i), this.table));
				}
			}
			return result;
		}

	}

	/**
	 * Some rows of a table, as they are read.
	 */
	static final class Part {

		private final Layout layout;

		/** How many columns stand before the key. */
		private final int before;

		private boolean everything;

		private long characters;

		private final List<@Nullable String[]> touched = new ArrayList<>();

		private final List<@Nullable String[]> gone = new ArrayList<>();

		private final List<@Nullable String[]> present = new ArrayList<>();

		private final Map<List<@Nullable String>, Boolean> seen = new HashMap<>();

		private Part(Layout layout, int before) {
			this.layout = layout;
			this.before = before;
		}

		void add(ResultSet results) throws SQLException {
			int keys = this.layout.keys;
			@Nullable String[] key = new String[keys];
			for (int i = 0; i < keys; i++) {
				key[i] = results.getString(this.before + i + 1);
			}
			if (key[0] == null) {
				this.everything = true;
				return;
			}
			@Nullable String[] row = this.layout.row(results, this.before);
			@Nullable String[] entry = this.layout.converted(key);
			this.touched.add(entry);
			if (row[0] == null) {
				this.gone.add(entry);
				return;
			}
			if (this.layout.ambiguous) {
				List<@Nullable String> rowKey = Arrays.asList(Arrays.copyOf(row, keys));
				if (!rowKey.equals(Arrays.asList(key))) {
					// the row is there under another spelling of the key
					this.gone.add(entry);
				}
				if (this.seen.put(rowKey, true) != null) {
					return;
				}
			}
			for (String value : row) {
				this.characters += (value != null) ? value.length() : 0;
			}
			this.present.add(this.layout.forOtherSide(row));
		}

		boolean full() {
			return this.touched.size() >= ROWS_OF_A_PART || this.characters >= CHARACTERS_OF_A_PART;
		}

		long characters() {
			return this.characters;
		}

		boolean isEmpty() {
			return !this.everything && this.touched.isEmpty();
		}

		RowChanges changes() {
			return new RowChanges(this.layout.table, this.everything, this.touched, this.gone, this.present);
		}

	}

}
