package io.migration.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import javax.sql.DataSource;

import org.apache.commons.logging.Log;
import org.apache.commons.logging.LogFactory;

import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The ledger's own transactions: apart from one that the calling thread may be in, even
 * over the same {@code DataSource}, and bounded in time.
 * <p>
 * Two bounds, because neither is enough. A statement that waits for a lock is cancelled
 * by its query timeout; the database has to answer for that. A connection that went
 * silent ends by its network timeout, which is a little longer and is put back
 * afterwards, because a pool may hand the same connection to the application. (The driver
 * of PostgreSQL takes up to its {@code cancelSignalTimeout}, 10 s unless set, to find out
 * that a silent database does not take the cancellation either.)
 */
final class LedgerTransactions extends JdbcTransactionManager {

	private static final Log logger = LogFactory.getLog(LedgerTransactions.class);

	private static final Duration MARGIN = Duration.ofSeconds(1);

	private final int networkTimeout;

	private LedgerTransactions(DataSource dataSource, Duration timeout) {
		super(dataSource);
		this.networkTimeout = Math.toIntExact(timeout.plus(MARGIN).toMillis());
		setTransactionSynchronization(SYNCHRONIZATION_NEVER);
	}

	/**
	 * Create a template for such transactions. They keep the isolation which connections
	 * have by default.
	 * @param dataSource where to
	 * @param timeout how long each may take, in whole seconds
	 * @return the template
	 */
	static TransactionTemplate template(DataSource dataSource, Duration timeout) {
		TransactionTemplate template = new TransactionTemplate(new LedgerTransactions(dataSource, timeout));
		template.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
		template.setTimeout(Math.max(1, Math.toIntExact(timeout.toSeconds())));
		return template;
	}

	@Override
	protected void prepareTransactionalConnection(Connection connection, TransactionDefinition definition)
			throws SQLException {
		super.prepareTransactionalConnection(connection, definition);
		int before = networkTimeout(connection);
		if (setNetworkTimeout(connection, this.networkTimeout)) {
			TransactionSynchronizationManager.bindResource(this, before);
		}
	}

	@Override
	protected void doCleanupAfterCompletion(Object transaction) {
		Object before = TransactionSynchronizationManager.unbindResourceIfPossible(this);
		if (before instanceof Integer timeout && TransactionSynchronizationManager
			.getResource(obtainDataSource()) instanceof ConnectionHolder holder) {
			setNetworkTimeout(holder.getConnection(), timeout);
		}
		super.doCleanupAfterCompletion(transaction);
	}

	private int networkTimeout(Connection connection) {
		try {
			return connection.getNetworkTimeout();
		}
		catch (SQLException ex) {
			return 0;
		}
	}

	private boolean setNetworkTimeout(Connection connection, int timeout) {
		try {
			connection.setNetworkTimeout(Runnable::run, timeout);
			return true;
		}
		catch (SQLException ex) {
			// broken, or a driver without this bound
			logger.debug("No network timeout", ex);
			return false;
		}
	}

	@Override
	protected void doRollback(DefaultTransactionStatus status) {
		try {
			super.doRollback(status);
		}
		catch (DataAccessException | TransactionException ex) {
			// the connection is broken and its transaction with it; what broke it is
			// being thrown already, and says more
			logger.debug("No rollback", ex);
		}
	}

}
