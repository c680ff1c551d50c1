package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.jdbc.DatabaseDriver;

/**
 * The databases that a migration can move from or to.
 */
enum SqlDialect {

	/** PostgreSQL 14 or later. */
	POSTGRESQL('"'),

	/** MySQL 8.0 or later, MariaDB 10.6 or later. */
	MYSQL('`'),

	/** H2, for demonstrations. */
	H2('"');

	private final char quote;

	SqlDialect(char quote) {
		this.quote = quote;
	}

	/**
	 * Return the dialect of a product.
	 * @param productName the name as in the driver's metadata
	 * @return the dialect, {@code null} if there is none
	 */
	static @Nullable SqlDialect of(String productName) {
		return switch (DatabaseDriver.fromProductName(productName)) {
			case POSTGRESQL -> POSTGRESQL;
			case MYSQL, MARIADB -> MYSQL;
			case H2 -> H2;
			default -> null;
		};
	}

	/**
	 * Return the dialect of what a connection leads to.
	 * @param connection the connection
	 * @return the dialect
	 * @throws SQLException if the database cannot be asked, or is none that can be moved
	 */
	static SqlDialect of(Connection connection) throws SQLException {
		String product = connection.getMetaData().getDatabaseProductName();
		SqlDialect found = of(product);
		if (found == null) {
			throw new SQLException("%s cannot be migrated; PostgreSQL, MySQL, MariaDB and H2 can".formatted(product));
		}
		return found;
	}

	/**
	 * Quote an identifier.
	 * @param identifier the name as the database has it
	 * @return the name as it stands in a statement
	 */
	String quote(String identifier) {
		String one = String.valueOf(this.quote);
		return one + identifier.replace(one, one + one) + one;
	}

	/**
	 * Quote the name of a table with its schema.
	 * @param name the name
	 * @return the name as it stands in a statement
	 */
	String quote(TableName name) {
		return quote(name.schema()) + "." + quote(name.name());
	}

}
