package io.migration.unleash;

/**
 * Text from outside, made fit for a message.
 */
final class Quoted {

	private Quoted() {
	}

	/**
	 * Quote a name.
	 */
	static String of(String text) {
		return of(text, 80);
	}

	static String of(String text, int maxLength) {
		String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ");
		return (line.length() <= maxLength) ? line : line.substring(0, maxLength) + "...";
	}

}
