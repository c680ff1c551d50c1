package io.migration.jdbc;

/**
 * The side that rows are copied to, written by one relay and nobody else. Used by one
 * thread at a time.
 */
interface RowSink {

	/**
	 * Take over: when this method has returned, nothing that an earlier owner has begun
	 * can take effect any more.
	 * @throws Exception if the side cannot be reached
	 */
	void open() throws Exception;

	/**
	 * Apply a batch and move the position, as one atomic unit, if this owner is still the
	 * latest. A batch that was applied before does no harm.
	 * @param batch what to apply
	 * @param position up to where the journal is applied then
	 * @param durable whether this batch, and with it all earlier ones, must survive a
	 * crash of the side when this method returns
	 * @throws io.migration.mirror.NotInChargeException if somebody took over
	 * @throws Exception if it was not applied, or nobody knows
	 */
	void apply(RowChanges.Batch batch, String position, boolean durable) throws Exception;

	/**
	 * Let go of the side. Never throws.
	 */
	void close();

}
