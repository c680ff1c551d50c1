package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import io.migration.Side;
import io.migration.jdbc.MirroredTable.ColumnPair;
import io.migration.mirror.BackgroundWork;
import io.migration.mirror.Comparisons;
import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;
import org.jspecify.annotations.Nullable;

/**
 * Rids target of what source lacks: every key that target holds is journaled on source as
 * if it had been touched; the relay then copies or deletes the row. How far it has come
 * is remembered on source, where whoever finds that something went past the journal says
 * that it has to be done again. Thread safe.
 */
final class TargetReconciliation {

	private static final Log logger = LogFactory.getLog(TargetReconciliation.class);

	private static final int KEYS_AT_ONCE = 1000;

	private final JdbcSide source;

	private final JdbcSide target;

	private final Journal journal;

	private final RowQueries keys;

	private final BackgroundWork background;

	private final Comparisons comparisons;

	private final AtomicBoolean running = new AtomicBoolean();

	TargetReconciliation(JdbcSide source, JdbcSide target, Journal journal, BackgroundWork background,
			Comparisons comparisons) {
		this.source = source;
		this.target = target;
		this.journal = journal;
		this.keys = new RowQueries(Side.TARGET, target.dialect(), source.dialect(), List.of());
		this.background = background;
		this.comparisons = comparisons;
	}

	/**
	 * Go on in the background, unless it is under way.
	 * @param tables the tables that move
	 * @param state how far it has come
	 */
	void goOn(List<MirroredTable> tables, CopyState state) {
		if (!state.reconciles() || !this.running.compareAndSet(false, true)) {
			return;
		}
		boolean taken = this.background.submit(() -> {
			try {
				for (MirroredTable table : tables) {
					touchAll(table);
				}
				// unless somebody says meanwhile that it has to be done again
				boolean done = this.source
					.ask((connection) -> this.source.relayRow().copied(connection, state, state.reconciled()));
				if (done) {
					this.comparisons.restart();
				}
			}
			catch (SQLException | RuntimeException ex) {
				logger.debug("reconciling target was interrupted and is tried again", ex);
			}
			finally {
				this.running.set(false);
			}
		});
		if (!taken) {
			this.running.set(false);
		}
	}

	private void touchAll(MirroredTable table) throws SQLException {
		@Nullable String[] after = null;
		List<@Nullable String[]> some;
		do {
			some = page(table, after);
			if (some.isEmpty()) {
				return;
			}
			after = some.get(some.size() - 1);
			List<@Nullable String[]> touched = some.stream()
				.map((key) -> this.keys.keyForOtherSide(table, key))
				.toList();
			this.source.ask((connection) -> {
				this.journal.touch(connection, table, touched);
				return true;
			});
		}
		while (some.size() == KEYS_AT_ONCE);
	}

	private List<@Nullable String[]> page(MirroredTable table, @Nullable String @Nullable [] after)
			throws SQLException {
		SqlDialect dialect = this.target.dialect();
		List<Column> key = table.key().stream().map(ColumnPair::target).toList();
		// an order by the bare name would be that of the text
		List<String> qualified = key.stream().map((column) -> "t." + dialect.quote(column.name())).toList();
		String names = String.join(", ", qualified);
		String values = IntStream.range(0, key.size())
			.mapToObj((i) -> ColumnText.read(dialect, key.get(i), qualified.get(i)))
			.collect(Collectors.joining(", "));
		String bound = IntStream.range(0, key.size())
			.mapToObj((i) -> ColumnText.write(dialect, key.get(i), "?"))
			.collect(Collectors.joining(", "));
		String sql = "select %s from %s t%s order by %s limit %d".formatted(values,
				dialect.quote(table.target().name()),
				(after != null) ? " where (%s) > (%s)".formatted(names, bound) : "", names, KEYS_AT_ONCE);
		return this.target.ask((connection) -> read(connection, sql, after, key.size()));
	}

	private static List<@Nullable String[]> read(Connection connection, String sql, @Nullable String @Nullable [] after,
			int width) throws SQLException {
		List<@Nullable String[]> keys = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; after != null && i < width; i++) {
				statement.setString(i + 1, after[i]);
			}
			try (ResultSet results = statement.executeQuery()) {
				while (results.next()) {
					@Nullable String[] key = new String[width];
					for (int i = 0; i < width; i++) {
						key[i] = results.getString(i + 1);
					}
					keys.add(key);
				}
			}
		}
		return keys;
	}

}
