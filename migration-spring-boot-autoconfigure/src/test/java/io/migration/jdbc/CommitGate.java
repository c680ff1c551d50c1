package io.migration.jdbc;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import org.springframework.jdbc.datasource.DelegatingDataSource;

/**
 * Connections that stop before their first commit after {@link #arm()} until they are let
 * through, and whose SQL can be changed.
 */
final class CommitGate extends DelegatingDataSource {

	private final UnaryOperator<String> sql;

	private final CountDownLatch arrived = new CountDownLatch(1);

	private final CountDownLatch open = new CountDownLatch(1);

	private volatile boolean armed;

	CommitGate(DataSource dataSource, UnaryOperator<String> sql) {
		super(dataSource);
		this.sql = sql;
	}

	void arm() {
		this.armed = true;
	}

	void awaitArrival() throws InterruptedException {
		if (!this.arrived.await(30, TimeUnit.SECONDS)) {
			throw new AssertionError("No commit");
		}
	}

	void open() {
		this.armed = false;
		this.open.countDown();
	}

	@Override
	public Connection getConnection() throws SQLException {
		Connection connection = super.getConnection();
		return (Connection) Proxy.newProxyInstance(getClass().getClassLoader(), new Class<?>[] { Connection.class },
				(proxy, method, arguments) -> {
					if (method.getName().equals("commit") && this.armed) {
						this.arrived.countDown();
						this.open.await(30, TimeUnit.SECONDS);
					}
					if (method.getName().equals("prepareStatement")) {
						arguments[0] = this.sql.apply((String) arguments[0]);
					}
					try {
						return method.invoke(connection, arguments);
					}
					catch (InvocationTargetException ex) {
						throw ex.getTargetException();
					}
				});
	}

}
