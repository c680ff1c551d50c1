package io.migration.sample;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.data.annotation.Id;
import org.springframework.data.relational.core.mapping.MappedCollection;
import org.springframework.data.relational.core.mapping.Table;

/**
 * What a customer wants.
 *
 * @param id given by the database, {@code null} before
 * @param customer who wants it
 * @param state how far it is
 * @param pieces the quantities of all lines
 * @param placedAt when it was placed
 * @param lines what is wanted
 */
@Table("orders")
record Order(@Id @Nullable Long id, String customer, State state, int pieces, Instant placedAt,
		@MappedCollection(idColumn = "order_id", keyColumn = "position") List<Line> lines) {

	static Order of(String customer, List<Line> lines) {
		return new Order(null, customer, State.PLACED, pieces(lines), Instant.now(), lines);
	}

	Order with(Line line) {
		List<Line> more = Stream.concat(this.lines.stream(), Stream.of(line)).toList();
		return new Order(this.id, this.customer, this.state, pieces(more), this.placedAt, more);
	}

	static int pieces(List<Line> lines) {
		return lines.stream().mapToInt(Line::quantity).sum();
	}

	/**
	 * How far an order is.
	 */
	enum State {

		PLACED, SHIPPED

	}

	/**
	 * One of the things that are wanted.
	 *
	 * @param item what it is
	 * @param quantity how many of them
	 */
	@Table("order_line")
	record Line(String item, int quantity) {

	}

}
