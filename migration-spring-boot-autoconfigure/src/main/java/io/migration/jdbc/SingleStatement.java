package io.migration.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * Applies a batch which is in memory to PostgreSQL by a single statement, which is a
 * transaction of its own: one exchange with the server. It moves the position first,
 * where the fencing token is ours, and whatever else it does depends on that.
 */
final class SingleStatement {

	/** Nothing is read from it that was not written by the same statement. */
	private static final String FENCE = "exists (select 1 from moved)";

	private final RelayRow row;

	private final Function<RowChanges, TableWriter> writers;

	/** The last text, and what it is for: most batches are alike. */
	private List<Object> shape = List.of();

	private String text = "";

	SingleStatement(RelayRow row, Function<RowChanges, TableWriter> writers) {
		this.row = row;
		this.writers = writers;
	}

	/**
	 * Apply a batch, if it can be done so: each row at most once, and nothing that has to
	 * happen before something else.
	 * @param connection a connection which is not in a transaction
	 * @param batch the batch
	 * @param token the fencing token
	 * @param position the new position
	 * @param durable whether to wait for the disk
	 * @return what came of it
	 * @throws SQLException if it was not applied, or nobody knows
	 */
	Outcome apply(Connection connection, RowChanges.Batch batch, long token, String position, boolean durable)
			throws SQLException {
		if (!(batch instanceof RowChanges.Few few) || !fits(few.parts())) {
			return Outcome.NOT_FIT;
		}
		connection.setAutoCommit(true);
		try (PreparedStatement statement = connection.prepareStatement(text(few.parts()))) {
			int index = this.row.bindMove(statement, token, position);
			statement.setString(index++, durable ? "on" : "off");
			for (RowChanges changes : few.parts()) {
				ArrayWriter writer = writer(changes);
				if (!changes.gone().isEmpty()) {
					index = writer.bind(statement, index, changes.gone(), writer.keyWidth());
				}
				if (!changes.present().isEmpty()) {
					index = writer.bind(statement, index, changes.present(), writer.width());
				}
			}
			try (ResultSet results = statement.executeQuery()) {
				return results.next() ? Outcome.APPLIED : Outcome.FENCED;
			}
		}
		catch (SQLException ex) {
			if (SqlStates.isRefusal(ex)) {
				// in steps it is found out which, and whether another order helps
				return Outcome.NOT_FIT;
			}
			throw ex;
		}
		finally {
			connection.setAutoCommit(false);
		}
	}

	private boolean fits(List<RowChanges> parts) {
		Set<MirroredTable> tables = new HashSet<>();
		for (RowChanges changes : parts) {
			boolean mixed = !changes.gone().isEmpty() && !changes.present().isEmpty();
			if (changes.everything() || !tables.add(changes.table()) || (mixed && !changes.table().keysEqualByText())
					|| writer(changes).deletesFirst()) {
				return false;
			}
		}
		return true;
	}

	private String text(List<RowChanges> parts) {
		List<Object> shape = new ArrayList<>();
		for (RowChanges changes : parts) {
			shape.add(changes.table());
			shape.add(changes.gone().isEmpty());
			shape.add(changes.present().isEmpty());
		}
		if (!shape.equals(this.shape)) {
			StringBuilder text = new StringBuilder("with moved as (").append(this.row.moving())
				.append(" returning set_config('synchronous_commit', ?, true))");
			for (RowChanges changes : parts) {
				ArrayWriter writer = writer(changes);
				if (!changes.gone().isEmpty()) {
					text.append(", gone")
						.append(text.length())
						.append(" as (")
						.append(writer.deletion(FENCE))
						.append(")");
				}
				if (!changes.present().isEmpty()) {
					text.append(", put").append(text.length()).append(" as (").append(writer.upsert(FENCE)).append(")");
				}
			}
			this.text = text.append(" select 1 from moved").toString();
			this.shape = shape;
		}
		return this.text;
	}

	private ArrayWriter writer(RowChanges changes) {
		return (ArrayWriter) this.writers.apply(changes);
	}

	/**
	 * What came of a batch.
	 */
	enum Outcome {

		/** It is applied. */
		APPLIED,

		/** The token is not ours any more, nothing was done. */
		FENCED,

		/** It cannot be done so, or a row was refused; nothing was done. */
		NOT_FIT

	}

}
