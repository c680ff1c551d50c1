package io.migration.jdbc;

import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import io.migration.MigrationException;
import io.migration.Side;
import org.jspecify.annotations.Nullable;

/**
 * The tables that move, as both sides have them, and whether they fit. Thread safe.
 * <p>
 * The relay works with what was read last, and stands still while the sides do not fit.
 */
final class JdbcSchemas implements MirroredTables {

	private final String migration;

	private final JdbcSide source;

	private final JdbcSide target;

	private final TableScope scope;

	private final AtomicInteger changes = new AtomicInteger();

	private volatile @Nullable Reading reading;

	JdbcSchemas(String migration, JdbcSide source, JdbcSide target, TableScope scope) {
		this.migration = migration;
		this.source = source;
		this.target = target;
		this.scope = scope;
	}

	@Override
	public List<MirroredTable> get() {
		Reading last = this.reading;
		if (last == null) {
			try {
				last = refresh();
			}
			catch (SQLException ex) {
				throw new MigrationException(this.migration,
						"the tables cannot be compared yet: %s".formatted(ex.getMessage()), ex);
			}
		}
		if (!last.differences().isEmpty()) {
			throw new MigrationException(this.migration,
					"the tables of the sides do not fit, the relay waits: %s".formatted(last.text()));
		}
		return last.tables();
	}

	@Override
	public void changed() {
		// a reading that is under way may have begun before: it sees the count and reads
		// once more, or was published before and is dropped
		this.changes.incrementAndGet();
		this.reading = null;
	}

	/**
	 * Return what was read last.
	 * @return the tables, {@code null} if none were read yet
	 */
	@Nullable Reading last() {
		return this.reading;
	}

	/**
	 * Read the tables anew.
	 * @return what was read
	 * @throws SQLException if a side does not answer
	 */
	synchronized Reading refresh() throws SQLException {
		Reading read;
		int changes;
		do {
			changes = this.changes.get();
			read = read();
			this.reading = read;
		}
		while (changes != this.changes.get());
		return read;
	}

	private Reading read() throws SQLException {
		TableMapping.Schema onSource = schema(this.source, this.scope);
		TableMapping.Schema onTarget = schema(this.target, TableMapping.onTarget(this.scope));
		Set<String> functions = this.source
			.ask((connection) -> SchemaReader.volatileFunctions(connection, this.source.dialect()));
		TableMapping mapping = TableMapping.of(onSource, onTarget, this.scope.mappings());
		return new Reading(onSource.tables(), mapping.tables(), mapping.differences(), functions);
	}

	private static TableMapping.Schema schema(JdbcSide side, TableScope scope) throws SQLException {
		return side.ask((connection) -> new TableMapping.Schema(side.dialect(),
				SchemaReader.currentSchema(connection, side.dialect()),
				SchemaReader.read(connection, side.dialect(), scope)));
	}

	/**
	 * What was read.
	 *
	 * @param source the tables in scope on source
	 * @param tables those that both sides have
	 * @param differences what keeps them from fitting
	 * @param functions names of functions on source that may write
	 */
	record Reading(List<Table> source, List<MirroredTable> tables, List<SchemaDifference> differences,
			Set<String> functions) {

		String text() {
			return this.differences.stream().map(String::valueOf).collect(Collectors.joining("; "));
		}

		List<Table> on(Side side) {
			return (side == Side.SOURCE) ? this.source : this.tables.stream().map(MirroredTable::target).toList();
		}

	}

}
