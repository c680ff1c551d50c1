package io.migration.jdbc;

import javax.sql.DataSource;

import io.migration.Side;

/**
 * The connection pools of one migration. Nothing is connected to before the first
 * connection is asked for. Thread safe.
 */
public interface JdbcPools extends AutoCloseable {

	/**
	 * Return a small pool of our own, for ledger, relay and triggers, which a busy
	 * application cannot exhaust.
	 * @param side where it leads
	 * @return the pool
	 */
	DataSource own(Side side);

	/**
	 * Return the address of a side.
	 * @param side the side
	 * @return its JDBC URL; may have to connect to tell
	 */
	String url(Side side);

	/**
	 * Return the pool that serves the application once target has authority.
	 * @return the pool
	 */
	DataSource target();

	/**
	 * Return the pool that answers reads on target before that. Its sessions refuse to
	 * write.
	 * @return the pool
	 */
	DataSource targetReads();

	@Override
	void close();

}
