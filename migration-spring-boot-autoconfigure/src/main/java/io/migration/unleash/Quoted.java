package io.migration.unleash;

/**
 * Text from outside, made fit for a message.
 */
final class Quoted {

	private static final int MAX_LENGTH = 80;

	private Quoted() {
	}

	static String of(String text) {
		String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ");
		return (line.length() <= MAX_LENGTH) ? line : line.substring(0, MAX_LENGTH) + "...";
	}

}
