package io.migration.sample;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.context.SpringBootTest.WebEnvironment;
import org.springframework.jdbc.core.simple.JdbcClient;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Tests for {@link OrderWorkload}: it sees each kind of violation, and none where there
 * is none.
 */
@SpringBootTest(webEnvironment = WebEnvironment.NONE,
		properties = { "migration.enabled=false", "sample.traffic.enabled=false" })
class OrderWorkloadIntegrationTests implements WithStores {

	private static final int RATE = 500;

	@Autowired
	private OrderService orders;

	@Autowired
	private JdbcClient jdbc;

	private Traffic traffic;

	@BeforeEach
	void start() {
		this.jdbc.sql("delete from orders").update();
		this.traffic = new Traffic(List.of(new OrderWorkload(this.orders)), new TrafficProperties(true, RATE));
		this.traffic.start();
	}

	@AfterEach
	void stop() {
		this.traffic.stop();
	}

	@Test
	void untilThereIsAnOrderNoneIsPlaced() {
		awaitOperations(RATE);
		assertThat(this.orders.any()).isFalse();
		open();
		await().until(() -> !this.orders.findAll("traffic").isEmpty());
	}

	@Test
	void whenNothingGoesWrongNothingIsReported() {
		open();
		awaitOperations(2 * RATE);
		assertThat(this.traffic.counters()).matches((counters) -> counters.failures() == 0)
			.matches((counters) -> counters.violations() == 0)
			.matches((counters) -> counters.lastFailure() == null);
	}

	@Test
	void whenAnOrderIsLostItIsReported() {
		open();
		awaitViolation("order missing", "delete from orders where customer = 'traffic'");
	}

	@Test
	void whenAnUpdateIsLostItIsReported() {
		open();
		awaitViolation("order not as it was left", "update orders set state = 'PLACED' where state = 'SHIPPED'");
	}

	@Test
	void whenALineIsLostItIsReported() {
		open();
		awaitViolation("lines not as they were left", "delete from order_line where position = 0");
	}

	@Test
	void whenACancelledOrderComesBackItIsReported() {
		open();
		awaitViolation("cancelled order found", """
				insert into orders overriding system value
				select id, 'traffic', 'PLACED', 0, now()
				from generate_series((select min(id) from orders), (select max(id) from orders)) id
				on conflict do nothing
				""");
	}

	private void open() {
		this.orders.place("alice", List.of(new Order.Line("tea", 1)));
	}

	private void awaitOperations(long operations) {
		await().until(() -> this.traffic.counters().operations() > operations);
	}

	private void awaitViolation(String description, String cause) {
		await().untilAsserted(() -> {
			this.jdbc.sql(cause).update();
			assertThat(this.traffic.counters().lastFailure()).isEqualTo("violation: " + description);
		});
		assertThat(this.traffic.counters().violations()).isPositive();
	}

}
