package io.migration.sample;

import java.util.List;
import java.util.Optional;

import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Orders with their lines, in a database. Some of it in transactions, some in single
 * statements outside of them.
 */
@Service
class OrderService {

	private final OrderRepository orders;

	private final JdbcClient jdbc;

	OrderService(OrderRepository orders, JdbcClient jdbc) {
		this.orders = orders;
		this.jdbc = jdbc;
	}

	/**
	 * Places an order.
	 * @param customer who wants it
	 * @param lines what is wanted
	 * @return the order with its id
	 */
	@Transactional
	Order place(String customer, List<Order.Line> lines) {
		return this.orders.save(Order.of(customer, lines));
	}

	/**
	 * Adds a line to an order.
	 * @param id the order
	 * @param line what is wanted besides
	 * @return the order as it is now, or empty if there is none
	 */
	@Transactional
	Optional<Order> add(long id, Order.Line line) {
		return this.orders.findById(id).map((order) -> this.orders.save(order.with(line)));
	}

	/**
	 * Ships an order.
	 * @param id the order
	 * @return whether it was waiting for that
	 */
	boolean ship(long id) {
		return this.jdbc.sql("update orders set state = 'SHIPPED' where id = ? and state = 'PLACED'")
			.param(id)
			.update() == 1;
	}

	/**
	 * Cancels an order; the database removes its lines.
	 * @param id the order
	 * @return whether there was one
	 */
	boolean cancel(long id) {
		return this.jdbc.sql("delete from orders where id = ?").param(id).update() == 1;
	}

	@Transactional(readOnly = true)
	Optional<Order> find(long id) {
		return this.orders.findById(id);
	}

	@Transactional(readOnly = true)
	List<Order> findAll(String customer) {
		return this.orders.findByCustomerOrderById(customer);
	}

	/**
	 * Counts the pieces in the lines of an order.
	 * @param id the order
	 * @return the sum of the quantities, 0 if there is no such order
	 */
	int pieces(long id) {
		return this.jdbc.sql("select coalesce(sum(quantity), 0) from order_line where order_id = ?")
			.param(id)
			.query(Integer.class)
			.single();
	}

	/**
	 * Tells whether there is any order.
	 * @return whether there is one
	 */
	boolean any() {
		return this.jdbc.sql("select exists (select 1 from orders)").query(Boolean.class).single();
	}

}
