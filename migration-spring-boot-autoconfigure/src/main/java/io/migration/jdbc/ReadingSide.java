package io.migration.jdbc;

import java.time.Duration;

import javax.sql.DataSource;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.ResultSetExtractor;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One side as comparisons ask it: each query in a transaction of its own that only reads,
 * is bounded in time and is rolled back. Thread safe.
 */
final class ReadingSide {

	private static final int FETCH_SIZE = 100;

	private final DataSource dataSource;

	private final TransactionTemplate transactions;

	private volatile @Nullable SqlDialect dialect;

	ReadingSide(DataSource dataSource, Duration timeout) {
		this.dataSource = dataSource;
		this.transactions = LedgerTransactions.template(dataSource, timeout);
		this.transactions.setReadOnly(true);
	}

	/**
	 * Return how queries are written for this side.
	 * @return the dialect
	 */
	SqlDialect dialect() {
		SqlDialect known = this.dialect;
		if (known == null) {
			known = this.transactions.execute((status) -> dialect(new JdbcTemplate(this.dataSource)));
			this.dialect = known;
		}
		return known;
	}

	private static SqlDialect dialect(JdbcTemplate jdbc) {
		return result(jdbc.execute((ConnectionCallback<SqlDialect>) SqlDialect::of));
	}

	/**
	 * Ask a query.
	 * @param query the query
	 * @param text what its text says
	 * @return the answer
	 */
	QueryResult ask(RecordedQuery query, QueryText text) {
		SqlDialect dialect = dialect();
		JdbcTemplate jdbc = new JdbcTemplate(this.dataSource);
		jdbc.setFetchSize(FETCH_SIZE);
		int most = QueryResult.MOST_ROWS + 1;
		jdbc.setMaxRows((query.maxRows() > 0) ? Math.min(query.maxRows(), most) : most);
		ResultSetExtractor<QueryResult> reader = (results) -> QueryResult.read(results, text, dialect);
		// what was not prepared must not be: a question mark may be an operator there,
		// and is written twice in a prepared statement
		boolean prepared = !query.bindings().isEmpty() || query.sql().contains("??");
		return result(this.transactions.execute((status) -> {
			status.setRollbackOnly();
			return prepared ? jdbc.query(query.sql(), (statement) -> {
				for (RecordedQuery.Binding binding : query.bindings()) {
					binding.bind(statement);
				}
			}, reader) : jdbc.query(query.sql(), reader);
		}));
	}

	private static <T> T result(@Nullable T result) {
		if (result == null) {
			throw new IllegalStateException("A query ended without a result");
		}
		return result;
	}

}
