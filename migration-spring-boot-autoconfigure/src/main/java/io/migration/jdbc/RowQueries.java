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
import java.util.stream.Stream;

import io.migration.Side;
import io.migration.jdbc.MirroredTable.ColumnPair;
import org.jspecify.annotations.Nullable;

/**
 * Reads the rows that journal entries name, with one query for each table: the keys that
 * were touched, each once, and beside each the row that has it now. Values come out as
 * the text of the other side.
 */
final class RowQueries {

	private static final int FETCH_SIZE = 200;

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
		Layout layout = this.layouts.computeIfAbsent(table, Layout::new);
		try (PreparedStatement statement = connection.prepareStatement(layout.sql(journal, condition))) {
			statement.setFetchSize(FETCH_SIZE);
			parameters.bind(statement);
			try (ResultSet results = statement.executeQuery()) {
				Part part = new Part(layout);
				while (results.next()) {
					part.add(results);
					if (part.full()) {
						taker.take(part.changes());
						part = new Part(layout);
					}
				}
				if (!part.isEmpty()) {
					taker.take(part.changes());
				}
			}
		}
	}

	/**
	 * Return a key as the other side has it.
	 * @param table the table
	 * @param key the key on the side that is read
	 * @return the key
	 */
	@Nullable String[] keyForOtherSide(MirroredTable table, @Nullable String[] key) {
		return this.layouts.computeIfAbsent(table, Layout::new).converted(key);
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
			SqlDialect dialect = RowQueries.this.dialect;
			Side authority = RowQueries.this.authority;
			List<Column> key = this.table.key().stream().map((pair) -> pair.on(authority)).toList();
			String touched = key.stream()
				.map((column) -> distinct(column, dialect.quote(column.name())))
				.collect(Collectors.joining(", "));
			String values = Stream.concat(
					key.stream().map((column) -> ColumnText.read(dialect, column, "e." + dialect.quote(column.name()))),
					columns().map((pair) -> pair.on(authority))
						.map((column) -> ColumnText.read(dialect, column, "t." + dialect.quote(column.name()))))
				.collect(Collectors.joining(", "));
			String join = key.stream()
				.map((column) -> "t.%1$s = e.%1$s".formatted(dialect.quote(column.name())))
				.collect(Collectors.joining(" and "));
			String order = key.stream()
				.map((column) -> "e." + dialect.quote(column.name()))
				.collect(Collectors.joining(", "));
			return "select %s from (select distinct %s from %s where %s) e left join %s t on %s order by %s".formatted(
					values, touched, journal, condition, dialect.quote(this.table.on(authority).name()), join,
					(dialect == SqlDialect.POSTGRESQL) ? order.replace(", ", " nulls first, ") + " nulls first"
							: order);
		}

		/**
		 * Keys which a collation takes for equal are different keys on the other side:
		 * each of them must be looked at.
		 */
		private String distinct(Column column, String quoted) {
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

		@Nullable String[] row(ResultSet results) throws SQLException {
			int count = this.conversions.size();
			@Nullable String[] row = new String[count];
			for (int i = 0; i < count; i++) {
				row[i] = results.getString(this.keys + i + 1);
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
	private static final class Part {

		private final Layout layout;

		private boolean everything;

		private long characters;

		private final List<@Nullable String[]> touched = new ArrayList<>();

		private final List<@Nullable String[]> gone = new ArrayList<>();

		private final List<@Nullable String[]> present = new ArrayList<>();

		private final Map<List<@Nullable String>, Boolean> seen = new HashMap<>();

		Part(Layout layout) {
			this.layout = layout;
		}

		void add(ResultSet results) throws SQLException {
			int keys = this.layout.keys;
			@Nullable String[] key = new String[keys];
			for (int i = 0; i < keys; i++) {
				key[i] = results.getString(i + 1);
			}
			if (key[0] == null) {
				this.everything = true;
				return;
			}
			@Nullable String[] row = this.layout.row(results);
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

		boolean isEmpty() {
			return !this.everything && this.touched.isEmpty();
		}

		RowChanges changes() {
			return new RowChanges(this.layout.table, this.everything, this.touched, this.gone, this.present);
		}

	}

}
