package io.migration.jdbc;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * What differs between databases in the SQL of the ledger: the clock.
 */
enum LedgerDialect {

	// now() would stand still while the transaction waits for a lock
	POSTGRESQL("clock_timestamp()", "cast(extract(epoch from clock_timestamp() - heartbeat) * 1000000 as bigint)"),

	// in UTC, whatever the time zone of the session
	MYSQL("utc_timestamp(6)", "timestampdiff(microsecond, heartbeat, utc_timestamp(6))"),

	H2("current_timestamp", "datediff(microsecond, heartbeat, current_timestamp)");

	private final String now;

	private final String silence;

	LedgerDialect(String now, String silence) {
		this.now = now;
		this.silence = silence;
	}

	/**
	 * Return the dialect of a product.
	 * @param productName the name as in the driver's metadata
	 * @return the dialect, {@code null} if there is none
	 */
	static @Nullable LedgerDialect of(String productName) {
		SqlDialect dialect = SqlDialect.of(productName);
		return (dialect != null) ? of(dialect) : null;
	}

	/**
	 * Return what the ledger needs of a dialect.
	 * @param dialect the dialect
	 * @return its counterpart here
	 */
	static LedgerDialect of(SqlDialect dialect) {
		return switch (dialect) {
			case POSTGRESQL -> POSTGRESQL;
			case MYSQL -> MYSQL;
			case H2 -> H2;
		};
	}

	/**
	 * Return the present time by the database's clock.
	 * @return an SQL expression
	 */
	String now() {
		return this.now;
	}

	/**
	 * Return a later time by the database's clock.
	 * @param duration how much later
	 * @return an SQL expression
	 */
	String later(Duration duration) {
		return switch (this) {
			case POSTGRESQL -> "clock_timestamp() + interval '%d milliseconds'".formatted(duration.toMillis());
			case MYSQL -> "utc_timestamp(6) + interval %d microsecond".formatted(duration.toMillis() * 1000);
			case H2 -> "dateadd(millisecond, %d, current_timestamp)".formatted(duration.toMillis());
		};
	}

	/**
	 * Return the microseconds since the column {@code heartbeat}, by the database's
	 * clock.
	 * @return an SQL expression
	 */
	String silence() {
		return this.silence;
	}

	/**
	 * Return whether an error says that a table does not exist, and nothing else.
	 * @param state the SQLState
	 * @return whether a table is missing
	 */
	boolean isMissingTable(@Nullable String state) {
		return switch (this) {
			case POSTGRESQL -> "42P01".equals(state);
			case MYSQL -> "42S02".equals(state);
			// H2 tells apart whether it knows a similar name, and whether it is empty
			case H2 -> "42S02".equals(state) || "42S03".equals(state) || "42S04".equals(state);
		};
	}

	/**
	 * Return the script that creates the tables.
	 * @return its location on the class path
	 */
	String script() {
		return "io/migration/jdbc/schema-" + switch (this) {
			case POSTGRESQL -> "postgresql";
			case MYSQL -> "mysql";
			case H2 -> "h2";
		} + ".sql";
	}

}
