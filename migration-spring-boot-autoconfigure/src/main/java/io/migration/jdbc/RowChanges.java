package io.migration.jdbc;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The present state of some rows of a table that were touched.
 *
 * @param table the table
 * @param everything whether the whole table was emptied first; what it holds since stands
 * in the journal too
 * @param touched the keys that were touched, each in the order of the key's columns, as
 * the journal has them
 * @param gone those of them under which there is no row now
 * @param present the rows there are now: the columns of the key, then the others
 */
record RowChanges(MirroredTable table, boolean everything, List<@Nullable String[]> touched,
		List<@Nullable String[]> gone, List<@Nullable String[]> present) {

	/**
	 * Return how large it is.
	 * @return the number of the rows' characters
	 */
	long characters() {
		long characters = 0;
		for (@Nullable
		String[] row : this.present) {
			for (String value : row) {
				characters += (value != null) ? value.length() : 0;
			}
		}
		return characters;
	}

	/**
	 * What one round found, in any number of parts. May be read more than once, and shows
	 * the same moment each time.
	 */
	@FunctionalInterface
	interface Batch {

		/**
		 * Read it.
		 * @param taker gets the parts, one after the other; those of one table in order
		 * @throws Exception if it cannot be read, or the taker fails
		 */
		void forEach(Taker taker) throws Exception;

	}

	/**
	 * A batch that is in memory.
	 *
	 * @param parts its parts
	 */
	record Few(List<RowChanges> parts) implements Batch {

		/** How many entries name rows that are few. */
		static final int MOST_ENTRIES = 500;

		@Override
		public void forEach(Taker taker) throws Exception {
			for (RowChanges part : this.parts) {
				taker.take(part);
			}
		}

	}

	/**
	 * Takes parts of a batch.
	 */
	@FunctionalInterface
	interface Taker {

		/**
		 * Take a part.
		 * @param changes the part, which is not used any more afterwards
		 * @throws Exception if it cannot be taken
		 */
		void take(RowChanges changes) throws Exception;

	}

}
