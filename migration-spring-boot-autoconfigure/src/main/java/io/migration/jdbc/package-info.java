/**
 * Migrations of relational databases.
 * <p>
 * {@link JdbcLedger} is the ledger on either side, reached outside the decorated
 * {@code DataSource}.
 */
@NullMarked
package io.migration.jdbc;

import org.jspecify.annotations.NullMarked;
