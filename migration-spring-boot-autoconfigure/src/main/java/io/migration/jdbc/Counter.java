package io.migration.jdbc;

import java.math.BigInteger;
import java.util.function.Function;

/**
 * Something that gives ids: where it stands, and how it is set.
 *
 * @param last the last value that was given; or the first that will be, if none was
 * @param given whether one was
 * @param increment the difference between two of its values
 * @param setter makes the statement that sets it to where another one stands
 */
record Counter(BigInteger last, boolean given, BigInteger increment, Function<Counter, String> setter) {

	/**
	 * Return the next value, which may be one that the counter must refuse to give.
	 * @return the value
	 */
	BigInteger next() {
		return this.given ? this.last.add(this.increment) : this.last;
	}

	/**
	 * Return whether this counter would give a value that another has passed. Two that
	 * run in opposite directions have nothing to do with each other.
	 * @param other the other
	 * @return whether it has to follow
	 */
	boolean isBehind(Counter other) {
		return this.increment.signum() == other.increment.signum()
				&& next().compareTo(other.next()) * this.increment.signum() < 0;
	}

	/**
	 * Return what makes this counter give the value next that another would.
	 * @param other the other
	 * @return the statement
	 */
	String follow(Counter other) {
		return this.setter.apply(other);
	}

}
