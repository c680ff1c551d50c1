package io.migration.jdbc;

import java.util.List;

import io.migration.Side;

/**
 * A table that moves, as both sides have it.
 *
 * @param source the table on source
 * @param target the table on target
 * @param key the columns that identify a row, on both sides
 * @param others the other columns that move
 */
record MirroredTable(Table source, Table target, List<ColumnPair> key, List<ColumnPair> others) {

	MirroredTable {
		key = List.copyOf(key);
		others = List.copyOf(others);
	}

	/**
	 * Return the table on one side.
	 * @param side the side
	 * @return the table
	 */
	Table on(Side side) {
		return (side == Side.SOURCE) ? this.source : this.target;
	}

	/**
	 * Return whether every column that can be written on a side is written by the relay.
	 * @param side the side
	 * @return whether no column has a value of its own there
	 */
	boolean fedWhole(Side side) {
		long writable = on(side).columns().stream().filter((column) -> !column.computed()).count();
		return writable == this.key.size() + this.others.size();
	}

	/**
	 * Return whether keys that are equal always have the same text, on both sides.
	 * @return {@code false} if a collation or notation may make two texts one key
	 */
	boolean keysEqualByText() {
		return this.key.stream()
			.allMatch((pair) -> ColumnText.equalByText(pair.source()) && ColumnText.equalByText(pair.target()));
	}

	/** Tables are looked up in every round: cheap, and as good as one of all columns. */
	@Override
	public int hashCode() {
		return this.source.name().hashCode();
	}

	@Override
	public String toString() {
		return this.source.name().toString();
	}

	/**
	 * A column that moves, as both sides have it.
	 *
	 * @param source the column on source
	 * @param target the column on target
	 */
	record ColumnPair(Column source, Column target) {

		/**
		 * Return the column on one side.
		 * @param side the side
		 * @return the column
		 */
		Column on(Side side) {
			return (side == Side.SOURCE) ? this.source : this.target;
		}

	}

}
