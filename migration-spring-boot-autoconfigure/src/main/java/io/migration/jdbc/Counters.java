package io.migration.jdbc;

import java.math.BigInteger;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * Everything in some schemas of a database that gives ids.
 *
 * @param schema the schema that connections begin in
 * @param columns by table and column, what gives values to the column
 * @param free sequences that belong to no column
 */
record Counters(String schema, Map<TableName, Map<String, Counter>> columns, Map<TableName, Counter> free) {

	/**
	 * Return what gives values to a column.
	 * @param table the column's table
	 * @param column its name
	 * @return the counter, {@code null} if there is none
	 */
	@Nullable Counter ofColumn(TableName table, String column) {
		return this.columns.getOrDefault(table, Map.of()).get(column);
	}

	/**
	 * Read where the counters of a database stand.
	 * @param connection where to
	 * @param dialect the dialect of the database
	 * @param schema the schema that connections begin in
	 * @param schemas the schemas to look into
	 * @return the counters
	 * @throws SQLException if the database cannot be asked
	 */
	static Counters read(Connection connection, SqlDialect dialect, String schema, List<String> schemas)
			throws SQLException {
		Counters counters = new Counters(schema, new HashMap<>(), new LinkedHashMap<>());
		switch (dialect) {
			case POSTGRESQL -> counters.readPostgres(connection, schemas);
			case MYSQL -> counters.readMySql(connection, schemas);
			case H2 -> counters.readH2(connection, schemas);
		}
		return counters;
	}

	private void readPostgres(Connection connection, List<String> schemas) throws SQLException {
		List<PostgresSequence> sequences = new ArrayList<>();
		query(connection, """
				select sn.nspname, s.relname, q.seqincrement, n.nspname, c.relname, a.attname
				from pg_catalog.pg_sequence q
					join pg_catalog.pg_class s on s.oid = q.seqrelid
					join pg_catalog.pg_namespace sn on sn.oid = s.relnamespace
					left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = s.oid
						and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i')
					left join pg_catalog.pg_class c on c.oid = d.refobjid
					left join pg_catalog.pg_namespace n on n.oid = c.relnamespace
					left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
				where coalesce(n.nspname, sn.nspname) in (%s) and s.relpersistence <> 't'
				order by sn.nspname, s.relname""", schemas, (row) -> {
			String column = row.getString(6);
			TableName table = (column != null) ? new TableName(row.getString(4), row.getString(5)) : null;
			sequences.add(new PostgresSequence(new TableName(row.getString(1), row.getString(2)), table,
					(column != null) ? column : "", new BigInteger(row.getString(3))));
		});
		if (sequences.isEmpty()) {
			return;
		}
		// the catalog's view does not tell where a sequence begins that was set but not
		// used
		List<String> selects = sequences.stream()
			.map((sequence) -> "select last_value, is_called from " + SqlDialect.POSTGRESQL.quote(sequence.name()))
			.toList();
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(String.join(" union all ", selects))) {
			for (PostgresSequence sequence : sequences) {
				rows.next();
				Counter counter = new Counter(new BigInteger(rows.getString(1)), rows.getBoolean(2),
						sequence.increment(), sequence::follow);
				if (sequence.table() != null) {
					put(sequence.table(), sequence.column(), counter);
				}
				else {
					this.free.put(sequence.name(), counter);
				}
			}
		}
	}

	/*
	 * The number that the catalog shows is the least that the next id can be. MySQL shows
	 * it as it was up to a day ago, unless told otherwise.
	 */
	private void readMySql(Connection connection, List<String> schemas) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("set @@session.information_schema_stats_expiry = 0");
		}
		catch (SQLException ex) {
			// MariaDB shows it as it is, and has no such setting
		}
		query(connection, """
				select c.table_schema, c.table_name, c.column_name, t.auto_increment
				from information_schema.columns c
					join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
				where c.table_schema in (%s) and c.extra like '%%auto_increment%%'""", schemas, (row) -> {
			TableName table = new TableName(row.getString(1), row.getString(2));
			String next = row.getString(4);
			put(table, row.getString(3), next((next != null) ? new BigInteger(next) : BigInteger.ONE, BigInteger.ONE,
					"alter table %s auto_increment = %%s".formatted(escape(SqlDialect.MYSQL.quote(table)))));
		});
	}

	private void readH2(Connection connection, List<String> schemas) throws SQLException {
		query(connection, """
				select table_schema, table_name, column_name, identity_base, identity_increment
				from information_schema.columns
				where table_schema in (%s) and is_identity = 'YES'""", schemas, (row) -> {
			TableName table = new TableName(row.getString(1), row.getString(2));
			put(table, row.getString(3),
					next(new BigInteger(row.getString(4)), new BigInteger(row.getString(5)),
							"alter table %s alter column %s restart with %%s".formatted(
									escape(SqlDialect.H2.quote(table)),
									escape(SqlDialect.H2.quote(row.getString(3))))));
		});
		query(connection, """
				select sequence_schema, sequence_name, base_value, increment
				from information_schema.sequences
				where sequence_schema in (%s)""", schemas, (row) -> {
			TableName name = new TableName(row.getString(1), row.getString(2));
			this.free.put(name, next(new BigInteger(row.getString(3)), new BigInteger(row.getString(4)),
					"alter sequence %s restart with %%s".formatted(escape(SqlDialect.H2.quote(name)))));
		});
	}

	private static Counter next(BigInteger next, BigInteger increment, String statement) {
		return new Counter(next, false, increment, (other) -> statement.formatted(other.next()));
	}

	private static String escape(String name) {
		return name.replace("%", "%%");
	}

	private void put(TableName table, String column, Counter counter) {
		this.columns.computeIfAbsent(table, (name) -> new HashMap<>()).put(column, counter);
	}

	private static void query(Connection connection, String question, List<String> schemas, RowReader reader)
			throws SQLException {
		String placeholders = String.join(", ", Collections.nCopies(schemas.size(), "?"));
		try (PreparedStatement statement = connection.prepareStatement(question.formatted(placeholders))) {
			for (int index = 0; index < schemas.size(); index++) {
				statement.setString(index + 1, schemas.get(index));
			}
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					reader.read(rows);
				}
			}
		}
	}

	private record PostgresSequence(TableName name, @Nullable TableName table, String column, BigInteger increment) {

		/*
		 * With steps of the same size the position is taken over as it is: a next value
		 * cannot be set where the last one has been given already.
		 */
		String follow(Counter other) {
			boolean same = other.increment().equals(this.increment);
			BigInteger position = same ? other.last() : other.next();
			return "select pg_catalog.setval('%s'::pg_catalog.regclass, %s, %s)"
				.formatted(SqlDialect.POSTGRESQL.quote(this.name).replace("'", "''"), position, same && other.given());
		}

	}

}
