package io.migration.sample;

import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.IntStream;

import org.springframework.stereotype.Component;

/**
 * Places, changes, ships and cancels orders, once somebody has placed the first one. It
 * is a violation when an order is missing, comes back after it was cancelled, or is not
 * as it was left.
 */
@Component
final class OrderWorkload implements Workload {

	private static final String CUSTOMER = "traffic";

	private static final int REMEMBERED = 100;

	private final OrderService orders;

	private final Queue<Known> known = new ConcurrentLinkedQueue<>();

	private final Queue<Long> cancelled = new ConcurrentLinkedQueue<>();

	private volatile boolean open;

	OrderWorkload(OrderService orders) {
		this.orders = orders;
	}

	@Override
	public void next(Findings findings) {
		if (!this.open) {
			findings.run("open", () -> this.open = this.orders.any());
			return;
		}
		int percentile = ThreadLocalRandom.current().nextInt(100);
		if (percentile < 20) {
			findings.run("place", this::place);
		}
		else if (percentile < 40) {
			findings.run("find", () -> find(findings));
		}
		else if (percentile < 50) {
			findings.run("count", () -> count(findings));
		}
		else if (percentile < 65) {
			findings.run("add", () -> add(findings));
		}
		else if (percentile < 75) {
			findings.run("ship", () -> ship(findings));
		}
		else if (percentile < 90) {
			findings.run("cancel", () -> cancel(findings));
		}
		else {
			findings.run("find cancelled", () -> findCancelled(findings));
		}
	}

	private void place() {
		List<Order.Line> lines = IntStream.range(0, ThreadLocalRandom.current().nextInt(1, 5))
			.mapToObj((i) -> line())
			.toList();
		this.known.add(Known.of(this.orders.place(CUSTOMER, lines)));
	}

	private static Order.Line line() {
		ThreadLocalRandom random = ThreadLocalRandom.current();
		return new Order.Line("item " + random.nextInt(1000), random.nextInt(1, 10));
	}

	// Off the queue an order is this thread's alone. It is put back when its state is
	// known: not after an exception.

	private void find(Findings findings) {
		Known order = this.known.poll();
		if (order == null) {
			return;
		}
		Optional<Order> found = this.orders.find(order.id());
		if (found.isEmpty()) {
			findings.violation("order missing");
		}
		else if (!Known.of(found.get()).equals(order) || Order.pieces(found.get().lines()) != order.pieces()) {
			findings.violation("order not as it was left");
		}
		this.known.add(order);
	}

	private void count(Findings findings) {
		Known order = this.known.poll();
		if (order == null) {
			return;
		}
		if (this.orders.pieces(order.id()) != order.pieces()) {
			findings.violation("lines not as they were left");
		}
		this.known.add(order);
	}

	private void add(Findings findings) {
		Known order = this.known.poll();
		if (order == null) {
			return;
		}
		Order.Line line = line();
		Optional<Order> changed = this.orders.add(order.id(), line);
		if (changed.isEmpty()) {
			findings.violation("order missing");
			return;
		}
		if (changed.get().pieces() != order.pieces() + line.quantity()) {
			findings.violation("order not as it was left");
		}
		this.known.add(Known.of(changed.get()));
	}

	private void ship(Findings findings) {
		Known order = this.known.poll();
		if (order == null) {
			return;
		}
		if (this.orders.ship(order.id()) != (order.state() == Order.State.PLACED)) {
			findings.violation("order not as it was left");
		}
		this.known.add(new Known(order.id(), Order.State.SHIPPED, order.pieces()));
	}

	private void cancel(Findings findings) {
		Known order = this.known.poll();
		if (order == null) {
			return;
		}
		if (!this.orders.cancel(order.id())) {
			findings.violation("order missing");
		}
		this.cancelled.add(order.id());
		if (this.cancelled.size() > REMEMBERED) {
			this.cancelled.remove();
		}
	}

	private void findCancelled(Findings findings) {
		Long id = this.cancelled.poll();
		if (id == null) {
			return;
		}
		if (this.orders.find(id).isPresent() || this.orders.pieces(id) > 0) {
			findings.violation("cancelled order found");
		}
		this.cancelled.add(id);
	}

	private record Known(long id, Order.State state, int pieces) {

		static Known of(Order order) {
			if (order.id() == null) {
				throw new IllegalArgumentException("an order without an id was never placed");
			}
			return new Known(order.id(), order.state(), order.pieces());
		}

	}

}
