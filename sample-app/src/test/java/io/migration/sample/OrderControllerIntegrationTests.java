package io.migration.sample;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.http.HttpStatus;
import org.springframework.test.web.servlet.assertj.MockMvcTester;
import org.springframework.test.web.servlet.assertj.MvcTestResult;
import org.springframework.web.context.WebApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tests for {@link OrderController} on a database that nobody migrates.
 */
@SpringBootTest(properties = { "migration.enabled=false", "sample.traffic.enabled=false" })
class OrderControllerIntegrationTests implements WithStores {

	private MockMvcTester mvc;

	@Autowired
	private OrderService orders;

	@BeforeEach
	void createMvc(@Autowired WebApplicationContext context) {
		this.mvc = MockMvcTester.from(context);
	}

	@Test
	void orderIsPlacedAndShown() {
		MvcTestResult placed = this.mvc.post()
			.uri("/orders")
			.param("customer", "carol")
			.param("item", "tea", "milk")
			.exchange();
		assertThat(placed).hasStatus(HttpStatus.CREATED).bodyJson().isLenientlyEqualTo("""
				{"customer": "carol", "state": "PLACED", "pieces": 2,
				  "lines": [{"item": "tea", "quantity": 1}, {"item": "milk", "quantity": 1}]}""");
		long id = id("carol");
		assertThat(this.mvc.get().uri("/orders/{id}", id)).hasStatusOk()
			.bodyJson()
			.extractingPath("$.lines[1].item")
			.isEqualTo("milk");
		assertThat(this.orders.cancel(id)).isTrue();
		assertThat(this.mvc.get().uri("/orders/{id}", id)).hasStatus(HttpStatus.NOT_FOUND);
		assertThat(this.orders.pieces(id)).isZero();
	}

	private long id(String customer) {
		return this.orders.findAll(customer).get(0).id();
	}

}
