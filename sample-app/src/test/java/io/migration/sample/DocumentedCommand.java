package io.migration.sample;

import java.util.ArrayList;
import java.util.List;

/**
 * A command in a document, with what the document says about its output.
 *
 * @param line the command in one line
 * @param outputs one for each comment that begins with {@code ->}: parts that the output
 * contains in this order, with {@code ...} between them
 */
record DocumentedCommand(String line, List<String> outputs) {

	private static final String BLOCK = "```bash";

	private static final String OUTPUT = "# -> ";

	/**
	 * Collects the commands in the shell blocks of a section.
	 * @param document the document in Markdown
	 * @param heading the section's heading
	 * @return the commands in their order
	 */
	static List<DocumentedCommand> in(String document, String heading) {
		List<DocumentedCommand> commands = new ArrayList<>();
		boolean inSection = false;
		boolean inBlock = false;
		for (String line : document.replace("\\\n", " ").lines().toList()) {
			if (!inBlock && line.startsWith("## ")) {
				inSection = line.equals("## " + heading);
			}
			else if (inSection && line.startsWith("```")) {
				inBlock = line.equals(BLOCK);
			}
			else if (inBlock && line.startsWith(OUTPUT)) {
				commands.get(commands.size() - 1).outputs().add(line.substring(OUTPUT.length()));
			}
			else if (inBlock && !line.isBlank() && !line.startsWith("#")) {
				commands.add(new DocumentedCommand(line, new ArrayList<>()));
			}
		}
		return commands;
	}

	/**
	 * Finds out whether an output is the one that the document shows.
	 * @param output the output
	 * @return the first part that it lacks, empty if it lacks none
	 */
	String missingIn(String output) {
		for (String expected : this.outputs) {
			int from = 0;
			for (String part : expected.split(" ?\\.\\.\\. ?")) {
				int at = output.indexOf(part, from);
				if (at < 0) {
					return part;
				}
				from = at + part.length();
			}
		}
		return "";
	}

}
