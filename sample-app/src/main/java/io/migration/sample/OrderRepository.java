package io.migration.sample;

import java.util.List;

import org.springframework.data.repository.ListCrudRepository;

/**
 * The orders.
 */
interface OrderRepository extends ListCrudRepository<Order, Long> {

	List<Order> findByCustomerOrderById(String customer);

}
