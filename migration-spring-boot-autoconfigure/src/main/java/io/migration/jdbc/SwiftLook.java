package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

/**
 * A look at the journal, and at the rows it names, in one statement: one exchange with
 * the server, one moment, and nothing that stays open afterwards. Writers wait for as
 * long as a round takes, and most rounds are small and about the same few tables as the
 * one before.
 * <p>
 * Where there is more, it finds that out and leaves it to the thorough look, which then
 * says what tables are worth a swift one.
 */
final class SwiftLook {

	private static final int MOST_TABLES = 8;

	private static final int MOST_ENTRIES = RowChanges.Few.MOST_ENTRIES;

	/** Rows that are larger are not kept in memory. */
	private static final long CHARACTERS_OF_A_ROW = 16 << 10;

	private static final int SNAPSHOT = 2;

	private static final int COLUMNS = 3;

	private static final int ELSEWHERE = 4;

	private final RowQueries queries;

	/** The tables that rows were copied of, the latest first. */
	private final List<MirroredTable> lively = new ArrayList<>();

	/** Tables whose rows are too large. */
	private final Set<MirroredTable> large = new HashSet<>();

	private List<MirroredTable> tables = List.of();

	private @Nullable Text text;

	SwiftLook(RowQueries queries) {
		this.queries = queries;
	}

	/**
	 * Take note of where writers are.
	 * @param tables the tables that a thorough look has found entries of
	 * @param entries how many
	 */
	void seen(List<MirroredTable> tables, long entries) {
		if (entries <= MOST_ENTRIES) {
			this.lively.removeAll(tables);
			this.lively.addAll(0, tables);
			this.lively.removeAll(this.large);
			while (this.lively.size() > MOST_TABLES) {
				this.lively.remove(MOST_TABLES);
			}
			this.text = null;
		}
	}

	/**
	 * Begin anew.
	 */
	void reset() {
		this.lively.clear();
		this.large.clear();
		this.text = null;
	}

	/**
	 * Look.
	 * @param connection in autocommit mode
	 * @param tables the tables that move
	 * @param questions says what to ask about tables
	 * @return what was found, {@code null} if that is not worth it or not enough
	 * @throws SQLException if the side does not answer
	 */
	@Nullable Found look(Connection connection, List<MirroredTable> tables, Questions questions) throws SQLException {
		if (tables != this.tables) {
			reset();
			this.tables = tables;
		}
		if (this.lively.isEmpty()) {
			return null;
		}
		Text text = this.text;
		if (text == null) {
			text = text(tables, questions);
			this.text = text;
		}
		try (PreparedStatement statement = connection.prepareStatement(text.sql())) {
			int index = 1;
			for (int i = 0; i < tables.size(); i++) {
				index = questions.bind(statement, index);
			}
			try (ResultSet results = statement.executeQuery()) {
				return found(results, text.lively());
			}
		}
	}

	private Text text(List<MirroredTable> tables, Questions questions) {
		List<MirroredTable> lively = List.copyOf(this.lively);
		int width = Math.max(ELSEWHERE, lively.stream().mapToInt(this.queries::width).max().orElse(0));
		String elsewhere = tables.stream()
			.filter((table) -> !lively.contains(table))
			.map((table) -> "exists (select 1 from %s where %s)".formatted(questions.journal(table),
					questions.unseen()))
			.collect(Collectors.joining(" or "));
		String first = "select '0', pg_current_snapshot()::text, (%s)::text, (%s)::text%s".formatted(
				questions.columns(tables), elsewhere.isEmpty() ? "false" : elsewhere,
				", null".repeat(width - ELSEWHERE));
		String parts = IntStream.range(0, lively.size())
			.mapToObj((i) -> " union all " + this.queries.part(lively.get(i), i + 1, width,
					questions.journal(lively.get(i)), questions.unseen(), MOST_ENTRIES + 1))
			.collect(Collectors.joining());
		return new Text(lively, first + parts);
	}

	private @Nullable Found found(ResultSet results, List<MirroredTable> lively) throws SQLException {
		List<RowQueries.Part> parts = lively.stream().map(this.queries::part).toList();
		long[] entries = new long[parts.size()];
		String snapshot = "";
		long columns = 0;
		while (results.next()) {
			int number = results.getInt(1);
			if (number > 0) {
				entries[number - 1] += results.getLong(2);
				parts.get(number - 1).add(results);
			}
			else if (results.getString(ELSEWHERE).equals("true")) {
				return null;
			}
			else {
				snapshot = results.getString(SNAPSHOT);
				columns = results.getLong(COLUMNS);
			}
		}
		List<MirroredTable> pending = new ArrayList<>();
		List<RowChanges> rows = new ArrayList<>();
		for (int i = 0; i < parts.size(); i++) {
			RowQueries.Part part = parts.get(i);
			if (entries[i] > MOST_ENTRIES) {
				return null;
			}
			if (part.characters() > CHARACTERS_OF_A_ROW * entries[i]) {
				this.large.add(lively.get(i));
				this.lively.remove(lively.get(i));
				this.text = null;
			}
			if (!part.isEmpty()) {
				pending.add(lively.get(i));
				rows.add(part.changes());
			}
		}
		return new Found(snapshot, columns, IntStream.range(0, entries.length).mapToLong((i) -> entries[i]).sum(),
				pending, new RowChanges.Few(rows));
	}

	/**
	 * What to ask.
	 */
	interface Questions {

		/** Return the name of a table's journal. */
		String journal(MirroredTable table);

		/** Return the condition of entries that are not applied. */
		String unseen();

		/** Return the query for the number of columns of tables. */
		String columns(List<MirroredTable> tables);

		/** Set the parameters of the condition, and return the index of the next. */
		int bind(PreparedStatement statement, int index) throws SQLException;

	}

	/**
	 * What was found.
	 *
	 * @param snapshot what could be seen
	 * @param columns how many columns the tables have
	 * @param entries how many entries there are
	 * @param tables the tables that have some
	 * @param rows the rows
	 */
	record Found(String snapshot, long columns, long entries, List<MirroredTable> tables, RowChanges.Few rows) {

	}

	private record Text(List<MirroredTable> lively, String sql) {

	}

}
